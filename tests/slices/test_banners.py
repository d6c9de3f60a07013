"""What the operator says on top of every page reaches everybody, signed in or not."""

import json
from pathlib import Path

import pytest

from tests.harness.engines import Engine
from tests.harness.site import open_site
from tests.harness.visitor import open_visitor

pytestmark = pytest.mark.asyncio

GIVEN = {
    "upgrade": {"type": "warning", "heading": "Upgrade", "message": "at <b>18:00</b> – ü", "dismissable": True},
    "plain": {"message": "Welcome"},
}
SHOWN = [
    {"name": "upgrade"} | GIVEN["upgrade"],
    {"name": "plain", "type": "info", "heading": "", "message": "Welcome", "dismissable": False},
]


async def test_everybody_is_told_of_the_banners(engine: Engine, tmp_path: Path) -> None:
    with engine.fresh() as env:
        async with open_site(tmp_path, env | {"BANNERS": json.dumps(GIVEN)}) as site, open_visitor(site) as window:
            stranger = await window.reload()
            assert (stranger["user"], stranger["banners"]) == (None, SHOWN)
            user = await site.user()
            session = (await user.send("GET", "/app/session")).body
            assert (session["user"]["username"], session["banners"]) == (user.name, SHOWN)


async def test_there_are_none_unless_they_are_set(engine: Engine, tmp_path: Path) -> None:
    with engine.fresh() as env:
        async with open_site(tmp_path, env) as site, open_visitor(site) as window:
            assert (await window.reload())["banners"] == []

"""What settings of W&B Server do to answers: whose pages may ask, and whether clients save code."""

import json
from collections.abc import AsyncIterator
from contextlib import nullcontext
from dataclasses import replace

import httpx
import pytest
import pytest_asyncio

from steelyard import migrations
from steelyard.config.settings import Settings
from steelyard.http.app import Options, build_app
from steelyard.kernel.errors import Unavailable
from steelyard.migrations.versions_table import alembic_version
from steelyard.opening import bring_up_to_date
from tests.harness.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")
LAB = "https://lab.example.org"
ASKED = {"Origin": LAB, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
ALLOWED = "access-control-allow-origin"


@pytest_asyncio.fixture(loop_scope="module")
async def open_to_lab(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    app = build_app(site.ports, nullcontext, Options(cors_origins=(LAB,)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://site.test") as http:
        yield http


async def test_pages_of_named_origins_ask_with_a_key(site: Site, open_to_lab: httpx.AsyncClient):
    user = await site.user()
    before = await open_to_lab.options("/graphql", headers=ASKED)
    assert (before.status_code, before.headers[ALLOWED]) == (200, LAB)
    assert "access-control-allow-credentials" not in before.headers, "cookies never count"
    query = {"query": "{ viewer { username } }"}
    answer = await open_to_lab.post("/graphql", json=query, auth=("api", user.key), headers={"Origin": LAB})
    assert (answer.json()["data"]["viewer"]["username"], answer.headers[ALLOWED]) == (user.name, LAB)


async def test_pages_of_others_do_not(site: Site, open_to_lab: httpx.AsyncClient):
    strange = ASKED | {"Origin": "https://elsewhere.example.org"}
    refused = await open_to_lab.options("/graphql", headers=strange)
    assert (refused.status_code, ALLOWED in refused.headers) == (400, False)
    assert ALLOWED not in (await site.http.options("/graphql", headers=ASKED)).headers, "none is named there"


async def test_code_is_not_saved_where_it_is_switched_off(site: Site):
    user = await site.user()
    document = "query C($e: String!) { viewer { flags } entity(name: $e) { codeSavingEnabled } }"

    async def asked() -> tuple[bool, bool]:
        data = (await user.graphql(document, e=user.name)).data
        return json.loads(data["viewer"]["flags"])["code_saving_enabled"], data["entity"]["codeSavingEnabled"]

    assert await asked() == (True, True)
    usual = site.ports
    accounts = replace(usual.policy.accounts, code_saving=False)
    site.use(replace(usual, policy=replace(usual.policy, accounts=accounts)))
    try:
        assert await asked() == (False, False)
    finally:
        site.use(usual)


@pytest.mark.parametrize("auto_migrate", [True, False])
async def test_the_release_before_goes_on_with_a_newer_schema(site: Site, auto_migrate: bool):
    head, database = migrations.head_revision(), site.ports.database
    settings = Settings()
    settings = replace(settings, database=replace(settings.database, auto_migrate=auto_migrate))

    async def stand_at(revision: str) -> None:
        async with database.write() as conn:
            await conn.execute(alembic_version.update().values(version_num=revision))

    await stand_at("9999")
    try:
        await bring_up_to_date(database, settings, migrate=True)
        if not auto_migrate:
            await stand_at("0001")
            with pytest.raises(Unavailable, match="is at 0001"):
                await bring_up_to_date(database, settings, migrate=True)
    finally:
        await stand_at(head)

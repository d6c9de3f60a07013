"""The first administrator, sign-up, and that somebody always administers the server."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from steelyard.domains.accounts import first_start, service
from steelyard.domains.accounts.service import NewUser
from steelyard.kernel.errors import Conflict, Denied
from tests.harness.engines import Engine
from tests.harness.server import PASSWORD
from tests.harness.site import Site, open_site
from tests.harness.visitor import Visitor, open_visitor

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def new_site(engine: Engine, tmp_path: Path) -> AsyncIterator[Callable[..., Site]]:
    """`await new_site(NAME=value)` is a site without accounts."""
    async with AsyncExitStack() as stack:

        async def open_one(**env: str) -> Site:
            settings = stack.enter_context(engine.fresh())
            return await stack.enter_async_context(open_site(tmp_path / "site", settings | env))

        yield open_one


def account(name: str) -> dict[str, str]:
    return {"username": name, "email": f"{name}@example.com", "password": PASSWORD}


async def set_up(window: Visitor, token: str, name: str = "ada") -> int:
    return (await window.post("/app/setup", token=token, **account(name))).status_code


async def test_the_link_makes_one_administrator(new_site):
    site = await new_site()
    token = await first_start.setup_token(site.system)
    assert token
    assert await first_start.setup_token(site.system) == token, "every process prints the same link"
    async with open_visitor(site) as window, open_visitor(site) as late:
        assert (await window.reload())["setupRequired"] is True
        assert await set_up(late, "wrong") == 403
        assert await set_up(late, "") == 403
        assert await set_up(window, token) == 204
        session = await window.reload()
        assert (session["user"]["username"], session["user"]["admin"]) == ("ada", True)
        assert await set_up(late, token, "eve") == 403
        assert (await late.reload())["setupRequired"] is False
    assert await first_start.setup_token(site.system) is None


async def test_of_two_who_open_the_link_at_once_one_gets_in(new_site):
    site = await new_site()
    token = await first_start.setup_token(site.system)
    async with open_visitor(site) as one, open_visitor(site) as two:
        codes = await asyncio.gather(set_up(one, token, "one"), set_up(two, token, "two"))
    assert sorted(codes) == [204, 403]
    assert len(await service.list_users(site.system)) == 1


async def test_an_unfit_first_account_leaves_the_link_good(new_site):
    site = await new_site()
    token = await first_start.setup_token(site.system)
    async with open_visitor(site) as window:
        assert await set_up(window, token, "settings") == 422
        short = account("ada") | {"password": "short"}
        assert (await window.post("/app/setup", token=token, **short)).status_code == 422
        assert await set_up(window, token) == 204


async def test_the_settings_make_the_administrator_once(new_site):
    site = await new_site()
    spec = NewUser("root", password=PASSWORD, is_admin=True)
    made = await first_start.create_configured_admin(site.system, spec)
    assert made
    assert made.is_admin
    assert await first_start.create_configured_admin(site.system, spec) is None
    assert await first_start.setup_token(site.system) is None


async def test_sign_up_is_closed_unless_the_settings_open_it(new_site):
    site = await new_site()
    await service.create_user(site.system, NewUser("ada", is_admin=True))
    async with open_visitor(site) as window:
        assert (await window.reload())["signupOpen"] is False
        assert (await window.post("/app/signup", **account("bob"))).status_code == 403


async def test_open_sign_up_makes_ordinary_accounts_after_the_first_start(new_site):
    site = await new_site(STEELYARD_ACCOUNTS_SIGNUP="true")
    async with open_visitor(site) as window:
        assert (await window.post("/app/signup", **account("bob"))).status_code == 403, "the first is an administrator"
        await service.create_user(site.system, NewUser("ada", is_admin=True))
        assert (await window.post("/app/signup", **account("bob"))).status_code == 204
        user = (await window.reload())["user"]
        assert (user["username"], user["admin"], user["entity"]) == ("bob", False, "bob")
    async with open_visitor(site) as late:
        for taken in ("bob", "BOB", "ada"):
            assert (await late.post("/app/signup", **account(taken))).status_code == 409
        assert (await late.post("/app/signup", **account("new") | {"password": "short"})).status_code == 422


async def test_the_last_administrator_cannot_be_ended(new_site):
    site = await new_site()
    await service.create_user(site.system, NewUser("ada", is_admin=True))
    await service.create_user(site.system, NewUser("bob"))
    with pytest.raises(Denied, match="last administrator"):
        await service.delete_user(site.system, "ada")
    await service.delete_user(site.system, "bob")


async def test_two_administrators_cannot_end_each_other_at_once(new_site):
    site = await new_site()
    for name in ("ada", "eve"):
        await service.create_user(site.system, NewUser(name, is_admin=True))
    ends = [service.delete_user(site.system, name) for name in ("ada", "eve")]
    outcomes = await asyncio.gather(*ends, return_exceptions=True)
    assert sum(isinstance(outcome, Denied) for outcome in outcomes) == 1, outcomes


async def test_of_two_who_take_a_name_at_once_one_gets_it(new_site):
    site = await new_site()
    makes = [service.create_user(site.system, NewUser(name)) for name in ("ada", "Ada")]
    outcomes = await asyncio.gather(*makes, return_exceptions=True)
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1, outcomes

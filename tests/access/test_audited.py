"""Every mutation and every route that changes something leaves the line in the audit log that audited.py names."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from steelyard.domains.admin.audit import service
from steelyard.domains.admin.audit.model import Shown
from steelyard.domains.audit.model import Action, Asked
from tests.access.audited import MUTATIONS_DONE, ROUTES_DONE, TOLD_OF_MUTATIONS, TOLD_OF_ROUTES, Untold
from tests.access.place import Place, open_place
from tests.access.rules import TABLE
from tests.access.test_permissions import send_mutation, send_route, things_of
from tests.harness.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")
WHO, WHERE = "server admin", "team"
CHANGING = {name for name in TABLE["routes"] if not name.startswith("GET ")}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(site: Site) -> AsyncIterator[Place]:
    yield await open_place(site, [WHERE])


async def lines(site: Site) -> list[Shown]:
    moment = site.clock()
    day = Asked(moment - timedelta(days=1), moment + timedelta(days=1))
    return [line async for line in service.stream(site.system, day)]


async def test_every_change_has_a_row_in_the_table():
    assert set(TOLD_OF_MUTATIONS) == set(TABLE["mutations"])
    assert set(TOLD_OF_ROUTES) == CHANGING
    told = {value for value in (*TOLD_OF_MUTATIONS.values(), *TOLD_OF_ROUTES.values()) if not isinstance(value, Untold)}
    assert told <= set(Action)


@pytest.mark.parametrize("name", TOLD_OF_MUTATIONS)
async def test_a_mutation_is_told(place: Place, name: str):
    await check(place, name, TOLD_OF_MUTATIONS[name])


@pytest.mark.parametrize("name", TOLD_OF_ROUTES)
async def test_a_route_is_told(place: Place, name: str):
    await check(place, name, TOLD_OF_ROUTES[name])


async def check(place: Place, name: str, expected: str) -> None:
    is_route = " " in name
    ask = (ROUTES_DONE if is_route else MUTATIONS_DONE)[name]
    things = await things_of(place, ask, WHERE, is_let_in=True)
    before = {line.line.id for line in await lines(place.site)}
    status = await (send_route if is_route else send_mutation)(place, name, ask, WHO, things)
    now = [line for line in await lines(place.site) if line.line.id not in before]
    told = [line for line in now if not line.line.action.endswith(":read")]
    if isinstance(expected, Untold):
        assert told == [], f"{name} is told as {[line.line.action for line in told]}, and the table says: {expected}"
        return
    assert status in {200, 201, 204, 401}, f"{name} was answered {status}: nothing was changed"
    assert expected in [line.line.action for line in told]
    (found,) = [line.line for line in told if line.line.action == expected][:1]
    assert found.actor == place.callers[WHO].name
    assert found.address == "127.0.0.1"
    assert found.code == (401 if name == "POST /app/session" else 200)

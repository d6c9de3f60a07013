"""Whoever is not signed in, where public projects are shown to them: they see one whole, and nothing else."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from sqlalchemy import select, update

from steelyard.domains.accounts import tables as accounts
from steelyard.domains.audit.tables import audit_lines
from steelyard.kernel.limiter import Limiter, Rates
from tests.access.asks import QUERIES, ROUTES
from tests.access.place import Place, open_place
from tests.access.rules import ALLOWED, TABLE
from tests.access.test_hiding import SCHEMA, document_of
from tests.access.test_permissions import ask_route, filled
from tests.harness.site import Caller, Site

pytestmark = pytest.mark.asyncio(loop_scope="module")

READ = [name for name, rule in TABLE["queries"].items() if rule == "read"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(site: Site) -> AsyncIterator[Place]:
    opened = await open_place(site, ["public", "open", "team"])
    async with site.ports.database.write() as conn:
        names = accounts.users.c.username + "@example.org"
        await conn.execute(update(accounts.users).values(email=names))
    yield opened


@pytest.mark.parametrize("visibility", ["public", "open"])
@pytest.mark.parametrize("name", READ)
async def test_a_public_project_is_answered_whole(place: Place, name: str, visibility: str):
    """No field of it fails for want of an account, and none tells of people beyond names, or of what is not public."""
    given = filled(QUERIES[name].given, place.things[visibility])
    document = document_of(name, SCHEMA.query_type.fields[name], given)
    answer = await place.callers[ALLOWED].graphql(document, **given)
    assert answer.data[name] is not None
    check_nothing_else(place, str(answer.body), {place.callers[who].name for who in ("team member", "team admin")})


def check_nothing_else(place: Place, text: str, authors: set[str]) -> None:
    assert "@example.org" not in text
    assert "p-team" not in text
    people = {caller.name for caller in place.callers.values() if caller.name}
    assert {name for name in people - authors if name in text} == set()


async def test_its_pages_tell_of_nothing_else(place: Place):
    """Who has made what is told; everybody else of the team is not."""
    authors = {place.callers[who].name for who in ("team member", "team admin")}
    asked = 0
    for name, ask in ROUTES.items():
        answer = await ask_route(place, name, ask, ALLOWED, place.things["public"])
        if answer.status == 200 and TABLE["routes"][name] in {"read", "reader"}:
            check_nothing_else(place, str(answer.body), authors)
            asked += 1
    assert asked > 30


async def test_who_reads_it_is_no_administrator_and_has_no_flags(place: Place):
    document = """query Q($e: String!) { project(name: "p-public", entityName: $e) { readOnly members { username }
      user { admin flags email apiKeys { edges { node { id } } } teams { edges { node { name } } }
        projects { edges { node { name } } } }
      entity { members { username } organization { name } projects { edges { node { name } } } } } }"""
    found = (await place.callers[ALLOWED].graphql(document, e=place.team)).data["project"]
    assert found["readOnly"] is True
    assert found["members"] == found["entity"]["members"] == found["user"]["projects"]["edges"] == []
    assert {found["user"][name] for name in ("admin", "flags", "email", "apiKeys", "teams")} == {None}
    assert found["entity"]["organization"] is None
    shown = {edge["node"]["name"] for edge in found["entity"]["projects"]["edges"]}
    assert shown == {"p-public", "p-open"}


async def test_the_session_says_that_nobody_is_signed_in(place: Place):
    shown = (await place.callers[ALLOWED].send("GET", "/app/session")).body
    assert shown["user"] is None
    assert shown["publicProjects"] is True
    assert (await place.callers["anonymous"].send("GET", "/app/session")).body["publicProjects"] is False


async def test_a_session_that_has_ended_is_told_so_and_dropped(place: Place):
    """Whoever was signed in is asked to sign in again, instead of being shown less without a word."""
    visitor, path = place.callers[ALLOWED], f"/app/projects/{place.team}/p-public"
    stale = {"cookie": f"steelyard_session={secrets.token_hex(16)}"}
    assert (await visitor.send("GET", path, headers=stale)).status == 401
    answer = await visitor.site.http.get("/app/session", headers=stale)
    assert answer.json()["user"] is None
    assert 'steelyard_session=""' in answer.headers["set-cookie"]
    assert (await visitor.send("GET", path)).status == 200


async def test_a_bad_key_is_refused_as_ever(place: Place):
    wrong = Caller(place.callers[ALLOWED].site, "x", "0" * 40)
    assert (await wrong.send("GET", f"/app/projects/{place.team}/p-public")).status == 401
    assert (await wrong.graphql("{ __typename }")).status == 401


async def test_signed_addresses_of_the_server_end_where_it_is_switched_off(place: Place):
    visitor = place.callers[ALLOWED]
    document = "query Q($i: ID!) { artifact(id: $i) { files { edges { node { directUrl } } } } }"
    found = (await visitor.graphql(document, i=place.things["public"]["$version"])).data["artifact"]["files"]["edges"]
    url = found[0]["node"]["directUrl"]
    if not url.startswith("http://site.test/"):
        assert "X-Amz-Expires" in url  # leads to the bucket, and ends by its time
        return
    assert (await visitor.site.http.get(url)).status_code == 200
    assert (await place.site.http.get(url)).status_code == 403


async def test_requests_and_the_time_of_queries_are_bounded_by_address(place: Place):
    bounded = place.site.showing_public_projects()
    now = [0.0]
    bounded.use(replace(bounded.ports, limiter=Limiter(Rates(user_requests=2, user_query_seconds=1), lambda: now[0])))
    here, there = Caller(bounded, "", None, "192.0.2.1"), Caller(bounded, "", None, "192.0.2.2")
    path = f"/app/projects/{place.team}/p-public"
    answers = [(await here.send("GET", path)).status for _ in range(4)]
    assert answers == [200, 200, 200, 200]
    assert (await here.send("GET", path)).status == 429
    assert (await here.graphql("{ __typename }")).status == 429
    assert (await there.graphql("{ __typename }")).status == 200
    now[0] = 1.0
    assert (await here.send("GET", path)).status == 200


async def test_the_audit_log_tells_of_an_address_once_whatever_program_it_names(place: Place):
    visitor = Caller(place.callers[ALLOWED].site, "", None, "192.0.2.7")
    for program in ("a", "b", "c"):
        answer = await visitor.send("GET", f"/app/projects/{place.team}/p-open", headers={"user-agent": program})
        assert answer.status == 200
    column = audit_lines.c
    async with place.site.ports.database.read() as conn:
        query = select(column.action, column.actor, column.actor_id).where(column.address == visitor.address)
        lines = [tuple(row) for row in await conn.execute(query)]
    assert lines == [("project:read", "", None)]

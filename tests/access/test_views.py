"""Who may do what with reports, workspaces and charts: each field and route, for every kind of caller."""

import secrets
from dataclasses import dataclass

import pytest
import pytest_asyncio

from steelyard.domains.accounts.access import Visibility
from tests.harness.site import Answer, Caller, Site

pytestmark = pytest.mark.asyncio(loop_scope="module")

CALLERS = ("admin", "member", "viewer", "stranger", "operator", "nobody")
UPSERT = "mutation U($input: UpsertViewInput!) { upsertView(input: $input) { view { id } inserted } }"
DELETE = "mutation D($id: ID!) { deleteView(input: {id: $id, deleteDrafts: true}) { success } }"
VIEW = "query V($id: ID!) { view(id: $id) { id spec user { username } } }"
LIST = """query L($e: String!) { project(name: "p", entityName: $e) { allViews { edges { node { name } } } } }"""
CHART = "mutation C($input: CreateCustomChartInput!) { createCustomChart(input: $input) { chart { id } } }"


@dataclass
class Place:
    """A team with one project and one report of the member in it, and a caller of each kind."""

    team: str
    callers: dict[str, Caller]
    visibility: str
    view: str

    async def make(self, **given: object) -> str:
        fixed = {"entityName": self.team, "projectName": "p", "type": "runs", "spec": "{}"}
        return (await self.callers["member"].graphql(UPSERT, input=fixed | given)).data["upsertView"]["view"]["id"]

    def reads(self, who: str) -> bool:
        seen_by_all = self.visibility in {Visibility.PUBLIC, Visibility.OPEN}
        return who not in {"stranger", "nobody"} or (who == "stranger" and seen_by_all)

    def writes(self, who: str) -> bool:
        opened = self.visibility == Visibility.OPEN and who != "nobody"
        return opened or who in {"admin", "member", "operator"}

    def check(self, answer: Answer, who: str, *, allowed: bool) -> None:
        refusal = 401 if who == "nobody" else 403 if self.reads(who) else 404
        assert answer.status == (200 if allowed else refusal), answer.body


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=Visibility.ALL)
async def place(request: pytest.FixtureRequest, site: Site) -> Place:
    callers = {name: await site.user() for name in ("admin", "member", "viewer", "stranger")}
    callers |= {"operator": await site.user(admin=True), "nobody": site.nobody()}
    team = await site.team(callers["admin"], member=callers["member"], viewer=callers["viewer"])
    made = Place(team, callers, request.param, "")
    made.view = await made.make(name="shown", spec='{"a":1}')
    path = f"/app/projects/{team}/p"
    assert (await callers["admin"].send("PATCH", path, {"visibility": request.param})).status == 200
    if request.param == Visibility.RESTRICTED:
        await site.restrict(callers["admin"], team, "p", member=callers["member"], viewer=callers["viewer"])
    return made


@pytest.mark.parametrize("who", CALLERS)
async def test_reading(place: Place, who: str) -> None:
    caller = place.callers[who]
    shown, listed = await caller.graphql(VIEW, id=place.view), await caller.graphql(LIST, e=place.team)
    route = await caller.send("GET", f"/app/projects/{place.team}/p/views/{place.view.rstrip('=')}")
    if who == "nobody":
        assert (shown.status, listed.status, route.status) == (401, 401, 401)
    elif place.reads(who):
        assert shown.data["view"]["spec"] == '{"a":1}'
        assert "shown" in [edge["node"]["name"] for edge in listed.data["project"]["allViews"]["edges"]]
        assert route.body["spec"] == '{"a":1}'
    else:
        assert (shown.data, listed.data, route.status) == ({"view": None}, {"project": None}, 404)


@pytest.mark.parametrize("who", CALLERS)
async def test_changing_and_deleting(place: Place, who: str) -> None:
    caller, view = place.callers[who], await place.make()
    allowed = place.writes(who)
    place.check(await caller.graphql(UPSERT, input={"id": view, "displayName": "x"}), who, allowed=allowed)
    place.check(await caller.graphql(DELETE, id=view), who, allowed=allowed)


@pytest.mark.parametrize("who", CALLERS)
async def test_making_one_by_its_name(place: Place, who: str) -> None:
    """Whether a project exists is not told to those who may not write to it."""
    given = {"entityName": place.team, "projectName": "p", "name": f"by-{who}", "spec": "{}"}
    answer = await place.callers[who].graphql(UPSERT, input=given)
    assert answer.status == (200 if place.writes(who) else 401 if who == "nobody" else 403), answer.body


@pytest.mark.parametrize("who", CALLERS)
async def test_a_locked_one_is_changed_by_its_author_and_by_admins_only(place: Place, who: str) -> None:
    view = await place.make(locked=True)
    allowed = who in {"admin", "member", "operator"}
    for document, values in ((UPSERT, {"input": {"id": view, "spec": "{}"}}), (DELETE, {"id": view})):
        place.check(await place.callers[who].graphql(document, **values), who, allowed=allowed)


async def test_another_member_may_not_change_a_locked_one(site: Site) -> None:
    author, other = await site.user(), await site.user()
    team = await site.team(await site.user(), member=author, viewer=other)
    given = {"entityName": team, "projectName": "p", "spec": "{}"}
    view = (await author.graphql(UPSERT, input=given | {"locked": True})).data["upsertView"]["view"]["id"]
    admin = await site.user(admin=True)
    assert (await admin.send("PATCH", f"/app/projects/{team}/p", {"visibility": "open"})).status == 200
    assert "locked" in (await other.graphql(UPSERT, input={"id": view, "spec": "{}"})).message
    free = {"id": view, "locked": False}
    assert (await author.graphql(UPSERT, input=free)).status == 200
    assert (await other.graphql(UPSERT, input={"id": view, "spec": "{}"})).status == 200


@pytest.mark.parametrize("access", ["PRIVATE", "PUBLIC"])
@pytest.mark.parametrize("who", CALLERS)
async def test_charts(place: Place, who: str, access: str) -> None:
    name = f"chart-{secrets.token_hex(4)}"
    given = {"entity": place.team, "name": name, "displayName": "x", "type": "vega2", "access": access, "spec": "{}"}
    assert (await place.callers["member"].graphql(CHART, input=given)).status == 200
    caller = place.callers[who]
    shown = await caller.send("GET", f"/app/entities/{place.team}/charts/{name}")
    seen = who not in {"stranger", "nobody"} or (who == "stranger" and access == "PUBLIC")
    assert shown.status == (200 if seen else 401 if who == "nobody" else 404)
    made = await caller.graphql(CHART, input=given | {"name": f"{name}-{who}"})
    writes = who in {"admin", "member", "operator"}
    assert made.status == (200 if writes else 401 if who == "nobody" else 403)

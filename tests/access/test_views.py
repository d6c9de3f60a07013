"""What the table of permissions cannot say of reports, workspaces and charts: locks, and charts that are public."""

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
CHART = "mutation C($input: CreateCustomChartInput!) { createCustomChart(input: $input) { chart { id } } }"


@dataclass
class Place:
    """A team with one project, and a caller of each kind."""

    team: str
    callers: dict[str, Caller]
    visibility: str

    async def make(self, **given: object) -> str:
        fixed = {"entityName": self.team, "projectName": "p", "type": "runs", "spec": "{}"}
        return (await self.callers["member"].graphql(UPSERT, input=fixed | given)).data["upsertView"]["view"]["id"]

    def check(self, answer: Answer, who: str, *, allowed: bool) -> None:
        seen = who != "stranger" or self.visibility == Visibility.OPEN
        refusal = 401 if who == "nobody" else 403 if seen else 404
        assert answer.status == (200 if allowed else refusal), answer.body


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=(Visibility.TEAM, Visibility.OPEN))
async def place(request: pytest.FixtureRequest, site: Site) -> Place:
    callers = {name: await site.user() for name in ("admin", "member", "viewer", "stranger")}
    callers |= {"operator": await site.user(admin=True), "nobody": site.nobody()}
    team = await site.team(callers["admin"], member=callers["member"], viewer=callers["viewer"])
    made = Place(team, callers, request.param)
    await made.make(name="shown")
    path = f"/app/projects/{team}/p"
    assert (await callers["admin"].send("PATCH", path, {"visibility": request.param})).status == 200
    return made


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

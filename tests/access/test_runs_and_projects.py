"""What the table of permissions cannot say of projects and runs: fields by caller, forks, what belongs to one person.

A thing that a caller may not see looks absent; a thing they may see but not change is refused as such.
"""

import json
from dataclasses import dataclass

import pytest
import pytest_asyncio

from steelyard.domains.accounts.access import Visibility
from tests.harness.site import Answer, Caller, Site

pytestmark = pytest.mark.asyncio(loop_scope="module")

CALLERS = ("admin", "member", "viewer", "stranger", "operator", "nobody")
UPSERT = "mutation U($input: UpsertBucketInput!) { upsertBucket(input: $input) { bucket { id name } } }"
PROJECT_FIELDS = (
    "id readOnly runCount bucketCount runs { edges { node { name } } } "
    'runGroups(keys: ["state"]) { edges { node { count runs { name } } } } run(name: $r) { id readOnly config }'
)


@dataclass
class Place:
    """A team with one project of one run in it, and a caller of each kind."""

    site: Site
    team: str
    callers: dict[str, Caller]
    visibility: str
    run_id: str


async def open_place(site: Site, visibility: str) -> Place:
    callers = {name: await site.user() for name in ("admin", "member", "viewer", "stranger")}
    callers |= {"operator": await site.user(admin=True), "nobody": site.nobody()}
    team = await site.team(callers["admin"], member=callers["member"], viewer=callers["viewer"])
    given = {"entityName": team, "modelName": "p", "name": "r"}
    run = (await callers["admin"].graphql(UPSERT, input=given)).data["upsertBucket"]["bucket"]
    path = f"/app/projects/{team}/p"
    assert (await callers["admin"].send("PATCH", path, {"visibility": visibility})).status == 200
    if visibility == Visibility.RESTRICTED:
        await site.restrict(callers["admin"], team, "p", member=callers["member"], viewer=callers["viewer"])
    return Place(site, team, callers, visibility, run["id"])


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=Visibility.ALL)
async def place(request, site: Site) -> Place:
    return await open_place(site, request.param)


def may_read(place: Place, who: str) -> bool:
    return who in {"admin", "member", "viewer", "operator"} or (
        who == "stranger" and place.visibility in {Visibility.PUBLIC, Visibility.OPEN}
    )


def may_write(place: Place, who: str) -> bool:
    everybody = {"viewer", "stranger"} if place.visibility == Visibility.OPEN else set()
    return who in {"admin", "member", "operator"} | everybody


def refusal(place: Place, who: str) -> set[int]:
    """What a caller hears who may not."""
    if who == "nobody":
        return {401}
    return {403} if may_read(place, who) else {404}


@pytest.mark.parametrize("who", CALLERS)
async def test_reading(place, who):
    document = f'query Q($e: String!, $r: String!) {{ project(name: "p", entityName: $e) {{ {PROJECT_FIELDS} }} }}'
    answer = await place.callers[who].graphql(document, e=place.team, r="r")
    if who == "nobody":
        assert answer.status == 401
        return
    project = answer.data["project"]
    if not may_read(place, who):
        assert project is None
        return
    assert project["run"]["id"] == place.run_id
    assert project["readOnly"] is project["run"]["readOnly"] is (not may_write(place, who))


@pytest.mark.parametrize("who", CALLERS)
async def test_lists_of_projects(place, who):
    document = "query Q($e: String!) { models(entityName: $e) { edges { node { name } } } }"
    answer = await place.callers[who].graphql(document, e=place.team)
    if who == "nobody":
        assert answer.status == 401
    else:
        assert bool(answer.data["models"]["edges"]) is may_read(place, who)


def check(answer: Answer, place: Place, who: str, *, allowed: bool) -> None:
    if allowed:
        assert answer.status in {200, 204}, answer.body
    else:
        assert answer.status in refusal(place, who), answer.body


@pytest.mark.parametrize("who", CALLERS)
async def test_forking_and_rewinding(place, who):
    """A fork is a run of the same project; whether there is a run to fork or to rewind is told to readers alone."""
    caller = place.callers[who]
    branch_point = {"run_id": "r", "step": 0}
    given = {"entityName": place.team, "modelName": "p", "name": f"fork-by-{who}"}
    given["config"] = json.dumps({"_wandb": {"value": {"branch_point": branch_point}}})
    answer = await caller.graphql(UPSERT, input=given)
    # the run has no history, which who may fork it is told
    assert answer.status == 422 if may_write(place, who) else answer.status in refusal(place, who), answer.body
    rewind = """mutation($e: String!) { rewindRun(input: {runName: "r", projectName: "p", entityName: $e,
      metricName: "_step", metricValue: 3}) { rewoundRun { id } } }"""
    answer = await caller.graphql(rewind, e=place.team)
    if may_read(place, who) or who == "nobody":
        check(answer, place, who, allowed=may_write(place, who))
    else:
        assert answer.data == {"rewindRun": {"rewoundRun": None}}
    reading = """query($e: String!) { project(name: "p", entityName: $e) { run(name: "r") {
      forkedFrom { step } archives { id } } } }"""
    if may_read(place, who):
        found = (await caller.graphql(reading, e=place.team)).data["project"]["run"]
        assert found == {"forkedFrom": None, "archives": []}


@pytest.mark.parametrize("who", CALLERS)
async def test_who_sees_a_project_is_for_its_administrators_to_say(place, who):
    caller, path = place.callers[who], f"/app/projects/{place.team}/p"
    other = Visibility.PRIVATE if place.visibility != Visibility.PRIVATE else Visibility.TEAM
    change = await caller.send("PATCH", path, {"visibility": other})
    check(change, place, who, allowed=who in {"admin", "operator"})
    if change.status == 200:
        await place.callers["admin"].send("PATCH", path, {"visibility": place.visibility})


async def test_home_and_viewer_need_an_account(site):
    nobody = site.nobody()
    assert (await nobody.send("GET", "/app/home")).status == 401
    assert (await nobody.graphql("{ viewer { id } }")).status == 401


async def test_a_wrong_key_is_told_so(site):
    wrong = Caller(site, "x", "0" * 40)
    answer = await wrong.graphql("{ viewer { id } }")
    assert answer.status == 401
    assert "not recognised" in answer.message


async def test_what_belongs_to_one_person_is_shown_to_that_person_only(site):
    owner, other, operator = await site.user(), await site.user(), await site.user(admin=True)
    await owner.graphql('mutation { upsertBucket(input: {modelName: "p", name: "r"}) { inserted } }')
    document = """query E($name: String!) { entity(name: $name) {
      user { username email apiKeys { edges { node { id } } }
      teams { edges { node { name } } } } projects { edges { node { name } } } } }"""
    for caller, keys, email, projects in ((owner, True, True, 1), (other, False, False, 0), (operator, False, True, 1)):
        found = (await caller.graphql(document, name=owner.name)).data["entity"]
        assert (found["user"]["apiKeys"] is not None) is keys
        assert (found["user"]["email"] is not None) is email
        assert len(found["projects"]["edges"]) == projects


async def test_a_service_account_logs_for_a_named_member_and_nobody_else_does(site):
    owner, other, outside = await site.user(), await site.user(), await site.user()
    team = await site.team(owner, member=other)
    service = await site.service_account(team)
    document = """mutation U($e: String!, $n: String!) {
      upsertBucket(input: {entityName: $e, modelName: "p", name: $n}) { bucket { user { username } } } }"""

    async def author(caller: Caller, name: str, named: str) -> str:
        answer = await caller.graphql(document, {"X-WANDB-USERNAME": named}, e=team, n=name)
        return answer.data["upsertBucket"]["bucket"]["user"]["username"]

    assert await author(service, "a", other.name) == other.name
    assert await author(service, "b", outside.name) == service.name
    assert await author(service, "c", "") == service.name
    assert await author(owner, "d", other.name) == owner.name

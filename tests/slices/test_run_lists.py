"""Lists of runs as clients and the web app ask for them (docs/protocol/queries.md, run filters)."""

import json

import pytest
import pytest_asyncio
from sqlalchemy import event

from tests.harness.site import Caller, Site

pytestmark = pytest.mark.asyncio(loop_scope="module")

UPSERT = """mutation U($input: UpsertBucketInput!) { upsertBucket(input: $input) { bucket { id name } inserted } }"""
RUNS = """query Runs($project: String!, $entity: String!, $filters: JSONString = "{}", $order: String, $first: Int,
  $cursor: String) { project(name: $project, entityName: $entity) { internalId readOnly runCount(filters: $filters)
  runs(filters: $filters, order: $order, first: $first, after: $cursor) {
    edges { cursor node { id name projectId displayName state user { username } } }
    pageInfo { endCursor hasNextPage } } } }"""
LOSSES = [0.5, None, 0.1, 0.9, 0.3]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def owner(site: Site) -> Caller:
    """Somebody with five runs r0 … r4 in project `p`."""
    owner = await site.user()
    for number, loss in enumerate(LOSSES):
        config = {"lr": {"value": 10**-number}, "opt": {"value": {"name": "adam" if number % 2 else "sgd"}}}
        given = {"name": f"r{number}", "modelName": "p", "displayName": f"title {number}", "config": json.dumps(config)}
        given |= {
            "tags": ["odd" if number % 2 else "even"],
            "summaryMetrics": json.dumps({"loss": loss} if loss else {}),
        }
        await owner.graphql(UPSERT, input=given | {"groupName": "g" if number < 2 else "h"})
        site.clock.move(60)
    return owner


async def names(owner: Caller, filters=None, **asked):
    answer = await owner.graphql(RUNS, project="p", entity=owner.name, filters=json.dumps(filters or {}), **asked)
    project = answer.data["project"]
    found = [edge["node"]["name"] for edge in project["runs"]["edges"]]
    assert project["runCount"] == len(found)
    return found


async def test_all_runs_oldest_first(owner):
    assert await names(owner) == ["r0", "r1", "r2", "r3", "r4"]


@pytest.mark.parametrize(
    ("filters", "order", "expected"),
    [
        ({"tags": "odd"}, None, ["r1", "r3"]),
        ({"$or": [{"$and": []}]}, "-created_at", ["r4", "r3", "r2", "r1", "r0"]),
        ({"config.lr.value": {"$lte": 0.01}}, None, ["r2", "r3", "r4"]),
        ({"config.opt.name": "adam"}, None, ["r1", "r3"]),
        ({"summary_metrics.loss": {"$lt": 0.6}}, "+summary_metrics.loss", ["r2", "r4", "r0"]),
        ({}, "-summary_metrics.loss", ["r3", "r0", "r4", "r2", "r1"]),
        ({}, "+summary_metrics.loss", ["r2", "r4", "r0", "r3", "r1"]),
        ({"group": {"$in": ["g"]}}, None, ["r0", "r1"]),
        ({"display_name": {"$regex": "[34]$"}}, None, ["r3", "r4"]),
        ({"state": "finished"}, None, []),
        ({"state": {"$ne": "finished"}, "name": "r2"}, None, ["r2"]),
        ({"summary_metrics.loss": {"$exists": False}}, None, ["r1"]),
        ({"keys_info.keys.loss": {"$exists": True}}, "-name", ["r4", "r3", "r2", "r0"]),
        ({"createdAt": {"$gte": "2020-01-01T00:00:00Z", "$lt": "2024-01-01"}}, None, []),
    ],
    ids=str,
)
async def test_filters_and_orders(owner, filters, order, expected):
    assert await names(owner, filters, order=order) == expected


async def test_pages_hold_their_place_and_tell_exactly_whether_more_follow(owner):
    seen, cursor = [], None
    for _ in range(3):
        asked = {"first": 2, "cursor": cursor, "order": "-created_at"}
        runs = (await owner.graphql(RUNS, project="p", entity=owner.name, **asked)).data["project"]["runs"]
        seen.append([edge["node"]["name"] for edge in runs["edges"]])
        assert runs["pageInfo"]["endCursor"] == runs["edges"][-1]["cursor"]
        cursor = runs["pageInfo"]["endCursor"]
    assert seen == [["r4", "r3"], ["r2", "r1"], ["r0"]]
    assert runs["pageInfo"]["hasNextPage"] is False


@pytest.mark.parametrize("filters", ["{", '{"$where": 1}', '{"colour": 1}', '{"name": {"$regex": "("}}', "[1]"])
async def test_a_filter_that_cannot_be_read_is_an_error_with_a_reason(owner, filters):
    answer = await owner.graphql(RUNS, project="p", entity=owner.name, filters=filters)
    assert answer.status == 200
    assert answer.message


async def test_lists_are_never_stale(site):
    owner = await site.user()
    made = [(await owner.graphql(UPSERT, input={"name": f"r{n}", "modelName": "p"})).data for n in range(3)]
    ids = [item["upsertBucket"]["bucket"]["id"] for item in made]
    assert await names(owner) == ["r0", "r1", "r2"]
    await owner.graphql(UPSERT, input={"id": ids[1], "tags": ["best"], "config": '{"k": {"value": 5}}'})
    assert await names(owner, {"tags": "best", "config.k": 5}) == ["r1"]
    await owner.graphql("mutation D($id: ID!) { deleteRun(input: {id: $id}) { success } }", id=ids[1])
    assert await names(owner) == ["r0", "r2"]
    assert await names(owner, {"tags": "best"}) == []


async def test_the_web_table_shows_asked_columns_of_matching_runs(owner):
    asked = {"search": "TITLE", "filters": {"tags": "odd"}, "order": ["-config.lr"], "offset": 0, "limit": 1}
    path = f"/app/projects/{owner.name}/p/runs:query"
    page = (await owner.send("POST", path, asked | {"columns": ["config.lr", "config.opt.name", "summary.loss"]})).body
    assert (page["total"], page["matched"], page["offset"]) == (5, 2, 0)
    (row,) = page["rows"]
    assert (row["id"], row["title"], row["tags"], row["colorIndex"]) == ("r1", "title 1", ["odd"], 1)
    assert row["config"] == {"lr": 0.1, "opt.name": "adam"}
    assert row["summary"] == {}
    columns = (await owner.send("GET", f"/app/projects/{owner.name}/p/columns")).body
    assert columns == {"config": ["lr", "opt.name"], "summary": ["loss"]}


@pytest.mark.parametrize(
    "asked",
    [
        {"offset": -1, "limit": 1, "columns": []},
        {"offset": 0, "limit": "9", "columns": []},
        {"offset": 0, "limit": 1, "columns": "config.lr"},
        {"offset": 0, "limit": 1, "columns": [], "order": ["colour"]},
        {"offset": 0, "limit": 1, "columns": [], "search": "(", "regex": True},
        {"offset": 0, "limit": 1, "columns": [], "filters": {"$where": 1}},
        {"offset": 0, "limit": 1, "columns": ["config.lr"] * 501},
    ],
    ids=str,
)
async def test_the_web_table_refuses_what_it_cannot_read(owner, asked):
    answer = await owner.send("POST", f"/app/projects/{owner.name}/p/runs:query", asked)
    assert answer.status == 422
    assert answer.body["error"]["message"]


async def test_the_run_page_shows_changes_and_stops(owner):
    path = f"/app/runs/{owner.name}/p/r4"
    before = (await owner.send("GET", path)).body
    assert before["configTree"] == {"lr": 10**-4, "opt": {"name": "sgd"}}
    assert before["config"] == {"lr": 10**-4, "opt.name": "sgd"}
    assert before["canWrite"]
    changes = {"title": "new", "notes": "n", "group": "", "jobType": "eval"}
    changed = (await owner.send("PATCH", path, changes)).body
    assert [changed[key] for key in ("title", "notes", "group", "jobType")] == ["new", "n", None, "eval"]
    assert changed["tags"] == before["tags"]
    assert (await owner.send("PATCH", path, {"title": " "})).status == 422
    assert (await owner.send("PATCH", path, {"tags": [1]})).status == 422
    assert (await owner.send("POST", f"{path}/stop")).body["stopRequested"]
    await owner.send("PATCH", path, {"title": "title 4"})


async def test_home_shows_own_projects_and_newest_runs(owner):
    home = (await owner.send("GET", "/app/home")).body
    assert [entity["name"] for entity in home["entities"]] == [owner.name]
    (project,) = home["projects"]
    assert (project["name"], project["runCount"], project["runningCount"]) == ("p", 5, 5)
    assert [run["id"] for run in home["runs"]] == ["r4", "r3", "r2", "r1", "r0"]


LIGHT_RUNS = """query Runs($entity: String!, $first: Int) { project(name: "p", entityName: $entity) {
  runs(first: $first) { edges { node { id tags name displayName sweepName state group jobType commit readOnly createdAt
  heartbeatAt description notes historyLineCount projectId project { name entity { name } } user { name username }
  config summaryMetrics systemMetrics } cursor } } } }"""


async def test_a_page_asks_the_database_as_often_for_five_runs_as_for_one(site, owner):
    statements = []
    engine = site.ports.database.engine.sync_engine

    @event.listens_for(engine, "before_cursor_execute")
    def _note(_conn, _cursor, statement, *_rest):
        statements.append(statement)

    asked = {}
    try:
        for first in (1, 1, 5):
            statements.clear()
            answer = await owner.graphql(LIGHT_RUNS, entity=owner.name, first=first)
            assert len(answer.data["project"]["runs"]["edges"]) == first
            asked[first] = len(statements)
    finally:
        event.remove(engine, "before_cursor_execute", _note)
    assert asked[5] == asked[1]


GROUPS = """query G($e: String!, $keys: [String!]!, $f: JSONString, $first: Int, $after: String) {
  project(name: "p", entityName: $e) {
  runGroups(keys: $keys, filters: $f, order: "-created_at", first: $first, after: $after) {
    totalCount edges { node { values count runs(first: 2) { name } } } pageInfo { hasNextPage endCursor } } } }"""


async def test_runs_are_grouped_page_by_page(owner):
    async def groups(**asked):
        answer = await owner.graphql(GROUPS, e=owner.name, **asked)
        return answer.data["project"]["runGroups"]

    found = await groups(keys=["config.opt.name", "group"], f='{"name": {"$ne": "r4"}}')
    assert [[edge["node"][key] for key in ("values", "count")] for edge in found["edges"]] == [
        [["adam", "g"], 1],
        [["adam", "h"], 1],
        [["sgd", "g"], 1],
        [["sgd", "h"], 1],
    ]
    found = await groups(keys=["config.opt.name"])
    assert found["edges"][-1]["node"]["runs"] == [{"name": "r4"}, {"name": "r2"}]
    first = await groups(keys=["summary_metrics.loss"], first=3, f='{"name": {"$ne": "r9"}}')
    assert [edge["node"]["values"] for edge in first["edges"]] == [[0.1], [0.3], [0.5]]
    assert first["pageInfo"]["hasNextPage"]
    rest = await groups(keys=["summary_metrics.loss"], first=3, after=first["pageInfo"]["endCursor"])
    assert [edge["node"]["values"] for edge in rest["edges"]] == [[0.9], [None]]
    assert not rest["pageInfo"]["hasNextPage"]
    assert "cannot be searched by" in (await owner.graphql(GROUPS, e=owner.name, keys=["colour"])).message


async def test_the_web_table_groups_rows(owner):
    path = f"/app/projects/{owner.name}/p/runs:group"
    asked = {"by": ["config.opt.name"], "runs": 1, "order": ["-created_at"], "columns": ["config.lr"]}
    found = (await owner.send("POST", path, asked)).body
    assert (found["total"], found["matched"]) == (2, 5)
    assert [(group["values"], group["count"]) for group in found["groups"]] == [(["adam"], 2), (["sgd"], 3)]
    assert [(row["id"], row["config"]) for group in found["groups"] for row in group["rows"]] == [
        ("r3", {"lr": 10**-3}),
        ("r4", {"lr": 10**-4}),
    ]
    for bad in ({}, {"by": ["x"]}, {"by": ["state"], "runs": -1}, {"by": "state"}):
        assert (await owner.send("POST", path, bad)).status == 422

"""What the web app's artifact pages are told (web/src/api/contract.ts)."""

import json

import pytest

from tests.harness.site import Site
from tests.slices.artifact_wire import Logger

pytestmark = pytest.mark.asyncio(loop_scope="module")

START = """mutation Start($name: String, $project: String, $entity: String) {
  upsertBucket(input: {name: $name, modelName: $project, entityName: $entity}) { bucket { id } } }"""
USE = """mutation Use($input: UseArtifactInput!) { useArtifact(input: $input) { artifact { id } } }"""
CONTENT = {f"{number}.txt": str(number).encode() for number in range(5)}


async def test_the_pages_of_a_project(site: Site):
    logger = Logger(await site.user())
    me = logger.caller
    for run in ("maker", "user"):
        assert (await me.graphql(START, name=run, project="demo", entity=me.name)).data
    made = await logger.log("data", CONTENT, runName="maker", metadata='{"a": NaN}', tags=[{"tagName": "good"}])
    await logger.log("data", {"x": b"x"}, runName="maker")
    assert (await me.graphql(USE, input=logger.place | {"runName": "user", "artifactID": made})).data
    base = f"/app/projects/{me.name}/demo/artifacts"

    (kind,) = (await me.send("GET", base)).body["types"]
    (row,) = kind["collections"]
    assert (kind["name"], row["name"], row["versionCount"], row["latest"]) == ("dataset", "data", 2, "v1")

    page = (await me.send("GET", f"{base}/dataset/data")).body
    assert [item["version"] for item in page["versions"]] == ["v1", "v0"]
    assert page["versions"][1]["tags"] == ["good"]

    detail = (await me.send("GET", f"{base}/dataset/data/v0")).body
    assert (detail["id"], detail["aliases"], detail["sizeBytes"], detail["fileCount"]) == (made, [], 5, 5)
    assert (detail["createdByRun"], detail["usedByRuns"], detail["metadata"]) == ("maker", ["user"], {"a": "NaN"})
    assert f'"{me.name}/demo/data:v0"' in detail["usage"]
    assert detail["canWrite"]
    assert (await me.send("GET", f"{base}/dataset/data/latest")).body["version"] == "v1"

    seen, after = [], ""
    while after is not None:
        files = (await me.send("GET", f"{base}/dataset/data/v0/files?limit=2&after={after}")).body
        seen += files["files"]
        after = files["next"]
    assert [item["path"] for item in seen] == list(CONTENT)
    assert await logger.get(seen[3]["url"]) == b"3"

    used = (await me.send("GET", f"/app/runs/{me.name}/demo/user/artifacts")).body
    assert ([item["id"] for item in used["inputs"]], used["outputs"]) == ([made], [])
    outputs = (await me.send("GET", f"/app/runs/{me.name}/demo/maker/artifacts")).body["outputs"]
    assert [item["version"] for item in outputs] == ["v0", "v1"]


FIND = """query Find($e: String!, $f: JSONString) { project(name: "demo", entityName: $e) { runCount(filters: $f)
  runs(filters: $f, order: "+inputArtifacts") { edges { node { name } } } } }"""


async def test_runs_are_found_by_what_they_made_and_used(site: Site):
    logger = Logger(await site.user())
    other = Logger(await site.user(), project="elsewhere")
    me = logger.caller
    for run in ("maker", "user", "idle"):
        assert (await me.graphql(START, name=run, project="demo", entity=me.name)).data
    made = await logger.log("data", CONTENT, runName="maker")
    await logger.log("data", {"x": b"x"}, runName="maker")
    assert (await me.graphql(USE, input=logger.place | {"runName": "user", "artifactID": made})).data

    async def names(document):
        project = (await me.graphql(FIND, e=me.name, f=json.dumps(document))).data["project"]
        found = [edge["node"]["name"] for edge in project["runs"]["edges"]]
        assert project["runCount"] == len(found)
        return found

    assert await names({"inputArtifacts": "data:v0"}) == ["user"]
    assert await names({"input_artifacts": {"$in": ["data:v0"]}}) == ["user"]
    assert await names({"outputArtifacts": {"$all": ["data:v0", "data:v1", "data:latest"]}}) == ["maker"]
    assert await names({"outputArtifacts": "data:v7"}) == []
    assert await names({"inputArtifacts": {"$exists": False}}) == ["maker", "idle"]
    assert await names({"inputArtifacts": {"$regex": "^data:"}, "state": "running"}) == ["user"]
    found = await other.caller.graphql(FIND, e=me.name, f=json.dumps({"inputArtifacts": "data:v0"}))
    assert found.data["project"] is None


async def test_absent_pages_and_strangers(site: Site):
    logger, stranger = Logger(await site.user()), await site.user()
    await logger.log("data", CONTENT)
    base = f"/app/projects/{logger.caller.name}/demo/artifacts"
    for path in (f"{base}/dataset/nope", f"{base}/model/data", f"{base}/dataset/data/v7"):
        assert (await logger.caller.send("GET", path)).status == 404
    for path in (base, f"{base}/dataset/data", f"{base}/dataset/data/v0", f"{base}/dataset/data/v0/files"):
        assert (await stranger.send("GET", path)).status == 404
        assert (await site.nobody().send("GET", path)).status == 401
    assert (await logger.caller.send("GET", f"{base}/dataset/data/v0/files?limit=x")).status == 422

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
    assert (page["kind"], page["canWrite"], page["pending"]) == ("sequence", True, [])
    listed = (await me.send("GET", f"{base}/dataset/data/versions:list?metadata=a")).body
    assert [item["version"] for item in listed["rows"]] == ["v1", "v0"]
    assert (listed["rows"][1]["tags"], listed["rows"][1]["metadata"]) == (["good"], {"a": "NaN"})

    detail = (await me.send("GET", f"{base}/dataset/data/v0")).body
    assert (detail["id"], detail["aliases"], detail["sizeBytes"], detail["fileCount"]) == (made, [], 5, 5)
    run = {"entity": me.name, "project": "demo", "id": "maker", "state": "running"}
    assert detail["createdByRun"].pop("title")
    assert (detail["createdByRun"], detail["createdBy"]) == (run, me.name)
    assert [(run["id"], run["project"]) for run in detail["usedBy"]] == [("user", "demo")]
    assert (detail["usedByTotal"], detail["metadata"], detail["canWrite"]) == (1, {"a": "NaN"}, True)
    assert (await me.send("GET", f"{base}/dataset/data/latest")).body["version"] == "v1"
    assert (await me.send("GET", f"{base}/dataset/data/{detail['digest']}")).body["version"] == "v0"

    folder = (await me.send("GET", f"{base}/dataset/data/v0/files")).body
    assert [item["path"] for item in folder["items"]] == list(CONTENT)
    file = (await me.send("GET", f"{base}/dataset/data/v0/file?path=3.txt")).body
    assert file["mimetype"] == "text/plain"
    assert await logger.get(file["url"]) == b"3"

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
    for wrong in ("limit=x", "from=zz"):
        assert (await logger.caller.send("GET", f"{base}/dataset/data/v0/files?{wrong}")).status == 422


async def test_a_version_on_its_way_and_one_that_is_gone_say_so(site: Site):
    logger = Logger(await site.user())
    me, base = logger.caller, f"/app/projects/{logger.caller.name}/demo/artifacts/dataset/data"
    await logger.log("data", CONTENT)
    pending = await logger.create("data", {"more": b"more"})
    (row,) = (await me.send("GET", base)).body["pending"]
    assert (row["id"], row["state"], row["version"]) == (pending["id"], "PENDING", row["digest"])
    page = (await me.send("GET", f"{base}/{row['digest']}")).body
    assert (page["id"], page["state"]) == (pending["id"], "PENDING")
    assert (await me.send("GET", f"{base}/{row['digest']}/files")).body == {"items": [], "next": None}

    site.clock.move(60)
    assert (await me.send("DELETE", f"{base}/v0?aliases=1")).status == 204
    gone = (await me.send("GET", f"{base}/v0")).body
    assert (gone["state"], gone["version"], gone["deletedAt"]) == ("DELETED", "v0", gone["deletedAt"])
    assert gone["deletedAt"].startswith("2025-06-01T12:01")
    assert (await me.send("GET", f"{base}/v0/files")).status == 404
    assert (await me.send("GET", f"{base}/versions:list")).body["total"] == 0


async def test_versions_are_found_sorted_and_paged(site: Site):
    logger = Logger(await site.user())
    me, base = logger.caller, f"/app/projects/{logger.caller.name}/demo/artifacts/dataset/data"
    for number in range(12):
        await logger.log("data", {"x": b"x" * (12 - number)}, tags=[{"tagName": "odd one"}] if number % 2 else None)
    assert (await me.send("POST", f"{base}/v3/aliases", {"add": ["best", "prod"]})).status == 204

    async def names(query: str) -> list[str]:
        return [row["version"] for row in (await me.send("GET", f"{base}/versions:list?{query}")).body["rows"]]

    assert await names("limit=2&offset=3") == ["v8", "v7"]
    assert await names("order=%2Bsize&limit=2") == ["v11", "v10"]
    assert await names("order=fileCount&limit=1") == ["v0"]
    assert (await me.send("GET", f"{base}/versions:list?order=nothing")).status == 422
    assert [await names(f"find={find}") for find in ("BEST", "v3", "v33", "latest", "odd")] == [
        ["v3"],
        ["v3"],
        [],
        ["v11"],
        ["v11", "v9", "v7", "v5", "v3", "v1"],
    ]
    page = (await me.send("GET", f"{base}/versions:list?find=odd&limit=1")).body
    assert (page["total"], page["matched"], len(page["rows"])) == (12, 6, 1)
    found = (await me.send("GET", f"{base}/versions:names?find=odd")).body["versions"]
    assert found == [f"v{number}" for number in range(11, 0, -2)]
    aliases = (await me.send("GET", f"{base}/aliases:list")).body["aliases"]
    assert aliases == [
        {"alias": "best", "version": "v3"},
        {"alias": "latest", "version": "v11"},
        {"alias": "prod", "version": "v3"},
    ]


async def test_a_version_is_described_tagged_named_and_linked(site: Site):
    logger = Logger(await site.user())
    me, base = logger.caller, f"/app/projects/{logger.caller.name}/demo/artifacts/dataset"
    await logger.log("data", CONTENT)
    await logger.log("data", {"y": b"y"})
    change = {"description": "Digits.", "addTags": ["clean"], "ttlSeconds": 3600}
    page = (await me.send("PATCH", f"{base}/data/v0", change)).body
    assert (page["description"], page["tags"], page["ttlSeconds"]) == ("Digits.", ["clean"], 3600)
    assert page["expiresAt"] > page["createdAt"]
    page = (await me.send("PATCH", f"{base}/data/v0", {"removeTags": ["clean"], "ttlSeconds": -1})).body
    assert (page["tags"], page["ttlSeconds"], page["expiresAt"]) == ([], None, None)
    for wrong in ({"ttlSeconds": 0}, {"ttlSeconds": "1"}, {"addTags": ["a/b"]}, {"addTags": "a"}):
        assert (await me.send("PATCH", f"{base}/data/v0", wrong)).status == 422

    # an alias moves; a refused part leaves the rest undone
    assert (await me.send("POST", f"{base}/data/v0/aliases", {"add": ["best"]})).status == 204
    assert (await me.send("POST", f"{base}/data/v1/aliases", {"add": ["best"], "remove": ["latest"]})).status == 422
    assert (await me.send("GET", f"{base}/data/best")).body["version"] == "v0"
    assert (await me.send("POST", f"{base}/data/v1/aliases", {"add": ["best"]})).status == 204
    assert (await me.send("GET", f"{base}/data/best")).body["version"] == "v1"

    linked = (await me.send("POST", f"{base}/data/v0/links", {"collection": "chosen", "aliases": ["gold"]})).body
    (place,) = linked["places"]
    assert (place["collection"], place["version"], sorted(place["aliases"])) == ("chosen", "v0", ["gold", "latest"])
    assert (await me.send("GET", f"{base}/chosen/gold")).body["kind"] == "portfolio"
    # deleted from the collection of links, it is still in its own
    assert (await me.send("DELETE", f"{base}/chosen/gold")).status == 204
    assert (await me.send("GET", f"{base}/chosen/v0")).status == 404
    assert (await me.send("GET", f"{base}/data/v0")).body["places"] == []


async def test_a_collection_is_described_renamed_moved_and_deleted(site: Site):
    logger = Logger(await site.user())
    me, base = logger.caller, f"/app/projects/{logger.caller.name}/demo/artifacts"
    await logger.log("data", CONTENT)
    await logger.log("other", CONTENT)
    page = (await me.send("PATCH", f"{base}/dataset/data", {"description": "All.", "addTags": ["a b"]})).body
    assert (page["description"], page["tags"]) == ("All.", ["a b"])
    assert (await me.send("PATCH", f"{base}/dataset/data", {"name": "other"})).status == 409
    assert (await me.send("PATCH", f"{base}/dataset/data", {"name": "a/b"})).status == 422
    page = (
        await me.send("PATCH", f"{base}/dataset/data", {"name": "digits", "type": "raw", "removeTags": ["a b"]})
    ).body
    assert (page["name"], page["type"], page["tags"]) == ("digits", "raw", [])
    assert (await me.send("GET", f"{base}/dataset/data")).status == 404
    assert (await me.send("GET", f"{base}/raw/digits/v0")).body["type"] == "raw"
    assert (await me.send("DELETE", f"{base}/raw/digits")).status == 204
    kinds = (await me.send("GET", base)).body["types"]
    assert [(kind["name"], [row["name"] for row in kind["collections"]]) for kind in kinds] == [("dataset", ["other"])]


async def test_many_versions_are_deleted_and_those_that_may_not_go_are_told(site: Site):
    logger = Logger(await site.user())
    me, base = logger.caller, f"/app/projects/{logger.caller.name}/demo/artifacts/dataset/data"
    for number in range(4):
        await logger.log("data", {"x": bytes([number])})
    answer = (await me.send("POST", f"{base}/versions:delete", {"versions": ["v0", "v3", "v9"]})).body
    assert answer["deleted"] == ["v0"]
    assert [item["version"] for item in answer["skipped"]] == ["v3", "v9"]
    assert "latest" in answer["skipped"][0]["reason"]
    answer = (await me.send("POST", f"{base}/versions:delete", {"versions": ["v3"], "withAliases": True})).body
    assert answer["deleted"] == ["v3"]
    assert (await me.send("GET", f"{base}/latest")).body["version"] == "v2"
    many = {"versions": ["v1"] * 101}
    assert (await me.send("POST", f"{base}/versions:delete", many)).status == 422

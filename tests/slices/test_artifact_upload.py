"""Logging a version, from its creation to its commit (docs/protocol/artifacts.md, upload flow)."""

import asyncio
import hashlib
import json

import pytest
import pytest_asyncio

from tests.harness.site import Caller
from tests.slices.artifact_wire import MANIFEST, MAPPING, UPDATE_MANIFEST, Logger, artifact_digest, entries, md5

pytestmark = pytest.mark.asyncio(loop_scope="module")
FILES = {"b.txt": b"beta", "a/ü %.txt": b"alpha", "empty": b""}


@pytest_asyncio.fixture(loop_scope="module")
async def logger(user: Caller) -> Logger:
    return Logger(user)


async def test_a_version_is_seen_once_it_is_committed(logger: Logger):
    made = await logger.create("data", FILES)
    assert made["state"] == "PENDING"
    born = await logger.upload(made["id"], FILES)
    await logger.put_manifest(made["id"], entries(FILES, born))
    assert await logger.find("data:latest") is None
    assert (await logger.commit(made["id"])).data
    found = await logger.find("data")
    assert found["artifact"] == {"id": made["id"], "state": "COMMITTED", "versionIndex": 0, "size": 9, "fileCount": 3}
    assert [item["alias"] for item in found["aliases"]] == ["latest", "v0"]
    read = await logger.read(made["id"])
    nodes = [edge["node"] for edge in read["files"]["edges"]]
    assert [(node["name"], node["sizeBytes"]) for node in nodes] == [(path, len(body)) for path, body in FILES.items()]
    assert [await logger.get(node["directUrl"]) for node in nodes] == list(FILES.values())
    manifest = json.loads(await logger.get(read["currentManifest"]["file"]["directUrl"]))
    assert manifest["contents"] == entries(FILES, born)


async def test_a_commit_may_be_repeated(logger: Logger):
    made = await logger.log("twice", FILES)
    first, second = await asyncio.gather(logger.commit(made), logger.commit(made))
    assert first.data == second.data
    assert (await logger.find("twice:v1")) is None


async def test_slots_come_in_the_order_of_the_request(logger: Logger):
    made = await logger.create("order", FILES)
    names = {f"{number}.txt": b"same" if number % 2 else str(number).encode() for number in range(40)}
    slots = await logger.open_files(made["id"], names)
    assert [slot["displayName"] for slot in slots] == list(names)


async def test_stored_content_is_not_asked_for_again_and_keeps_its_first_version(logger: Logger):
    first = await logger.log("one", FILES)
    made = await logger.create("two", FILES | {"new": b"new"})
    slots = await logger.open_files(made["id"], FILES | {"new": b"new"})
    assert [slot["uploadUrl"] is None for slot in slots] == [True, True, True, False]
    assert [slot["artifact"]["id"] for slot in slots] == [first, first, first, made["id"]]


async def test_content_that_the_store_lost_is_asked_for_again(logger: Logger):
    await logger.log("kept", {"x": b"to be lost"})
    objects = logger.caller.site.ports.objects
    name = hashlib.md5(b"to be lost").hexdigest()
    for key in [item.key async for item in objects.list("artifacts/") if name in item.key]:
        await objects.delete(key)
    made = await logger.create("kept again", {"x": b"to be lost"})
    (slot,) = await logger.open_files(made["id"], {"x": b"to be lost"})
    assert slot["uploadUrl"]


async def test_one_request_repeated_is_one_version(logger: Logger):
    first = await logger.create("again", FILES, clientID="c" * 128, enableDigestDeduplication=False)
    second = await logger.create("again", FILES, clientID="c" * 128, enableDigestDeduplication=False)
    assert first["id"] == second["id"]
    mapped = (await logger.caller.graphql(MAPPING, id="c" * 128)).data["clientIDMapping"]
    assert mapped == {"serverID": first["id"]}
    assert (await logger.caller.graphql(MAPPING, id="d" * 128)).data["clientIDMapping"] is None


async def test_two_clients_with_the_same_content_make_one_version(logger: Logger):
    one, two = (
        await logger.create("race", FILES, clientID="1" * 128),
        await logger.create("race", FILES, clientID="2" * 128),
    )
    assert one["id"] == two["id"]
    born = await logger.upload(one["id"], FILES)
    await logger.put_manifest(one["id"], entries(FILES, born))
    spec = {"artifactID": one["id"], "name": "wandb_manifest.json", "digest": md5(b"slower"), "runName": ""}
    assert (await logger.caller.graphql(MANIFEST, input=logger.place | spec, upload=True)).data
    assert (await logger.commit(one["id"])).data, "the other's manifest has not arrived, but this one has"
    assert (await logger.commit(two["id"])).data
    assert (await logger.find("race:v0"))["artifact"]["id"] == one["id"]
    assert await logger.find("race:v1") is None


async def test_known_content_is_no_new_version_and_takes_the_aliases(logger: Logger):
    first = await logger.log("dedupe", FILES)
    await logger.log("dedupe", {"x": b"other"})
    aliases = [{"artifactCollectionName": "dedupe", "alias": name} for name in ("latest", "good")]
    again = await logger.create("dedupe", FILES, aliases=aliases)
    assert (again["id"], again["state"]) == (first, "COMMITTED")
    assert again["artifactSequence"]["latestArtifact"]["versionIndex"] == 1
    assert (await logger.find("dedupe:good"))["versionIndex"] == 0
    assert (await logger.find("dedupe:latest"))["versionIndex"] == 0


async def test_without_a_manifest_nothing_is_committed(logger: Logger):
    made = await logger.create("bare", FILES)
    answer = await logger.commit(made["id"])
    assert (answer.status, answer.message) == (422, "the manifest of the artifact has not been uploaded")
    assert await logger.find("bare") is None


async def test_a_listed_file_must_have_been_uploaded(logger: Logger):
    made = await logger.create("half", FILES)
    slots = await logger.open_files(made["id"], FILES)
    await logger.put(slots[0], FILES["b.txt"])
    await logger.put_manifest(made["id"], entries(FILES))
    answer = await logger.commit(made["id"])
    assert (answer.status, "has not been uploaded" in answer.message) == (422, True)
    assert await logger.find("half") is None
    await logger.upload(made["id"], FILES)
    assert (await logger.commit(made["id"])).data


@pytest.mark.parametrize("path", ["../escape", "/etc/passwd", "a/../../b"])
async def test_paths_outside_the_artifact_are_refused(logger: Logger, path: str):
    made = await logger.create("paths", {path: b"x"})
    await logger.put_manifest(made["id"], entries({path: b"x"}))
    assert (await logger.commit(made["id"])).status == 422


async def test_content_of_another_digest_is_refused(logger: Logger):
    made = await logger.create("wrong", {"x": b"right"})
    (slot,) = await logger.open_files(made["id"], {"x": b"right"})
    assert 400 <= await logger.put(slot, b"wrong") < 500
    await logger.put_manifest(made["id"], entries({"x": b"right"}))
    assert (await logger.commit(made["id"])).status == 422


async def test_a_committed_version_never_changes(logger: Logger):
    made = await logger.log("fixed", FILES)
    before = await logger.read(made)
    await logger.upload(made, {"more": b"more"})
    await logger.put_manifest(made, entries({"more": b"more"}))
    assert (await logger.commit(made)).data
    after = await logger.read(made)
    assert (after["currentManifest"]["id"], after["fileCount"]) == (before["currentManifest"]["id"], 3)


async def test_an_incremental_manifest_lies_on_top_of_its_base(logger: Logger):
    base = await logger.log("pile", {"a": b"a", "b": b"b"})
    files = {"b": b"another", "c": b"c"}
    made = await logger.create("pile", files)
    born = await logger.upload(made["id"], files)
    spec = {"artifactID": made["id"], "name": "wandb_manifest.incremental.json", "type": "INCREMENTAL", "digest": ""}
    opened = await logger.caller.graphql(
        MANIFEST, input=logger.place | spec | {"baseArtifactID": base, "runName": ""}, upload=False
    )
    number = opened.data["createArtifactManifest"]["artifactManifest"]["id"]
    body = json.dumps({"version": 1, "storagePolicy": "p", "contents": entries(files, born)}).encode()
    given = {"artifactManifestID": number, "digest": md5(body), "baseArtifactID": base}
    changed = (await logger.caller.graphql(UPDATE_MANIFEST, input=given)).data["updateArtifactManifest"]
    assert await logger.put(changed["artifactManifest"]["file"], body) == 200
    assert (await logger.commit(made["id"])).data
    read = await logger.read(made["id"])
    manifest = json.loads(await logger.get(read["currentManifest"]["file"]["directUrl"]))
    expected = {"a": b"a", "b": b"another", "c": b"c"}
    assert {path: item["digest"] for path, item in manifest["contents"].items()} == {
        path: md5(body) for path, body in expected.items()
    }
    assert (read["fileCount"], read["size"]) == (3, 9)


async def test_several_writers_make_one_version(logger: Logger):
    parts = [{f"part-{number}": str(number).encode()} for number in range(3)]
    ids = set()
    for part in parts:
        made = await logger.create("crew", part, distributedID="crew-1", enableDigestDeduplication=False)
        ids.add(made["id"])
        await logger.put_manifest(made["id"], entries(part, await logger.upload(made["id"], part)), "PATCH")
    (made_together,) = ids
    assert (await logger.commit(made_together)).data
    assert (await logger.read(made_together))["fileCount"] == 3
    nextone = await logger.create("crew", {"x": b"x"}, distributedID="crew-1")
    assert nextone["id"] != made_together


async def test_references_are_listed_as_they_are(logger: Logger):
    contents = {"ref": {"digest": "etag", "ref": "s3://bucket/key", "extra": {"etag": "e"}, "size": 5}}
    made = await logger.create("refs", {})
    await logger.put_manifest(made["id"], contents)
    assert (await logger.commit(made["id"])).data
    read = await logger.read(made["id"])
    assert [edge["node"]["directUrl"] for edge in read["files"]["edges"]] == ["s3://bucket/key"]
    assert read["size"] == 5


async def test_an_empty_version_has_the_digest_of_nothing(logger: Logger):
    assert artifact_digest({}) == "64e7c61456b10382e2f3b571ac24b659"
    made = await logger.log("empty", {})
    assert (await logger.read(made))["fileCount"] == 0


@pytest.mark.parametrize(
    "given",
    [
        {"artifactCollectionName": "a/b"},
        {"artifactCollectionName": ""},
        {"artifactTypeName": "x:y"},
        {"aliases": [{"artifactCollectionName": "x", "alias": "v7"}]},
        {"tags": [{"tagName": "a,b"}]},
        {"ttlDurationSeconds": 0},
    ],
)
async def test_unfit_names_are_refused(logger: Logger, given):
    assert (await logger.try_create("fine", FILES, **given)).status == 422


async def test_a_name_has_one_type(logger: Logger):
    await logger.log("typed", FILES)
    answer = await logger.try_create("typed", FILES, artifactTypeName="model")
    assert (answer.status, "already exists with type 'dataset'" in answer.message) == (422, True)

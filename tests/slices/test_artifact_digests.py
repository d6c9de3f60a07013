"""Versions whose content is named by XXH128 (docs/protocol/artifacts.md, digests)."""

import base64
from typing import Any

import pytest
import pytest_asyncio
import xxhash

from tests.harness.site import Caller
from tests.slices.artifact_wire import FILES, MANIFEST, Logger, entries, md5, xxh128

pytestmark = pytest.mark.asyncio(loop_scope="module")

XXH128 = "MANIFEST_XXH128"
CONTENT = {"a.txt": b"alpha", "big.bin": bytes(3 << 20), "empty": b""}
SEQUENCE = """query Sequence($entity: String!, $project: String!, $name: String!) {
  entity(name: $entity) { xxhashDigestsEnabled }
  project(name: $project, entityName: $entity) { artifactType(name: "dataset") { artifactCollection(name: $name) {
    ... on ArtifactSequence { digestAlgorithm } } } } }"""
READ = """query Read($id: ID!) { artifact(id: $id) {
  digestAlgorithm files { edges { node { name digest md5 directUrl } } } } }"""


@pytest_asyncio.fixture(loop_scope="module")
async def logger(user: Caller) -> Logger:
    return Logger(user, algorithm=XXH128)


async def test_content_is_stored_and_found_by_xxh128(logger: Logger):
    made = await logger.log("fast", CONTENT)
    found = (await logger.caller.graphql(READ, id=made)).data["artifact"]
    nodes = [edge["node"] for edge in found["files"]["edges"]]
    assert found["digestAlgorithm"] == XXH128
    assert [(node["digest"], node["md5"]) for node in nodes] == [(xxh128(body), None) for body in CONTENT.values()]
    assert [await logger.get(node["directUrl"]) for node in nodes] == list(CONTENT.values())
    quoted, digest, me = made.replace("=", "%3D"), xxhash.xxh128(b"alpha").hexdigest(), logger.caller
    paths = [
        f"/artifacts/{me.name}/{digest}",
        f"/artifactsV2/default/{me.name}/demo/fast/{quoted}/{quoted}/{digest}/a.txt",
        f"/artifactsV2/default/{me.name}/demo/fast/{quoted}//{digest}/a.txt",
    ]
    for path in paths:
        answer = await me.site.http.get(path, auth=("api", me.key or ""))
        assert await logger.get(answer.headers["location"]) == b"alpha"


async def test_a_sequence_keeps_its_kind_of_digests(logger: Logger):
    await logger.log("kept", CONTENT)
    place = {"entity": logger.caller.name, "project": logger.project}
    told = (await logger.caller.graphql(SEQUENCE, **place, name="kept")).data
    assert told["entity"] == {"xxhashDigestsEnabled": True}
    assert told["project"]["artifactType"]["artifactCollection"] == {"digestAlgorithm": XXH128}
    plain = Logger(logger.caller)
    refused = await plain.try_create("kept", CONTENT)
    assert (refused.status, "has MANIFEST_XXH128 digests" in refused.message) == (422, True)
    await plain.log("old", CONTENT)
    assert (await logger.try_create("old", CONTENT)).status == 422
    assert (await logger.caller.graphql(SEQUENCE, **place, name="old")).data["project"]["artifactType"] == {
        "artifactCollection": {"digestAlgorithm": "MANIFEST_MD5"}
    }


async def test_digests_of_one_kind_are_never_taken_for_those_of_the_other(logger: Logger):
    """Content can be made to have a wanted XXH128, such as what is the MD5 of something else."""
    await logger.log("fast", {"x": b"content"})
    plain = Logger(logger.caller)
    made = await plain.create("plain", {"x": b"content"})
    same = {"artifactID": made["id"], "name": "x", "md5": xxh128(b"content"), "digest": xxh128(b"content")}
    answer = await logger.caller.graphql(FILES, input={"artifactFiles": [same], "storageLayout": "V2"})
    assert answer.data["createArtifactFiles"]["files"]["edges"][0]["node"]["uploadUrl"]
    given = {"artifactFiles": [same], "storageLayout": "V2", "digestAlgorithm": XXH128}
    assert (await logger.caller.graphql(FILES, input=given)).status == 422
    await plain.put_manifest(made["id"], {"x": {"digest": xxh128(b"content"), "size": 7}})
    assert (await plain.commit(made["id"])).status == 422


async def open_one(logger: Logger, artifact_id: str, digest: str, told_md5: str) -> dict[str, Any]:
    spec = {"artifactID": artifact_id, "name": "x", "digest": digest, "md5": told_md5}
    given = {"artifactFiles": [spec], "storageLayout": "V2", "digestAlgorithm": XXH128}
    answer = await logger.caller.graphql(FILES, input=given)
    return answer.data["createArtifactFiles"]["files"]["edges"][0]["node"]


async def test_an_upload_has_the_md5_that_was_said(logger: Logger):
    made = await logger.create("cut", {"x": b"whole"})
    (slot,) = await logger.open_files(made["id"], {"x": b"whole"})
    assert 400 <= await logger.put(slot, b"whol") < 500
    await logger.put_manifest(made["id"], entries({"x": b"whole"}, algorithm=XXH128))
    assert (await logger.commit(made["id"])).status == 422
    assert await logger.put(slot, b"whole") == 200
    assert (await logger.commit(made["id"])).data


async def test_content_of_another_digest_is_never_committed(logger: Logger):
    """Whatever is said of its MD5: what has the digest of the manifest is known by reading it."""
    made = await logger.create("wrong", {"x": b"right"})
    slot = await open_one(logger, made["id"], xxh128(b"right"), md5(b"fake?"))
    assert await logger.put(slot, b"fake?") == 200
    await logger.put_manifest(made["id"], entries({"x": b"right"}, algorithm=XXH128))
    refused = await logger.commit(made["id"])
    assert (refused.status, "'x' has not been uploaded" in refused.message) == (422, True)
    assert await logger.find("wrong") is None
    (slot,) = await logger.open_files(made["id"], {"x": b"right"})
    assert await logger.put(slot, b"right") == 200
    assert (await logger.commit(made["id"])).data


async def test_an_address_for_other_content_leads_nowhere_later(logger: Logger):
    """One member asks for an address for what is none of the digest, and uses it when another's version is there."""
    made = await logger.create("swap", {"x": b"right"})
    early = await open_one(logger, made["id"], xxh128(b"right"), md5(b"fake?"))
    assert await logger.log("swap", {"x": b"right"}) == made["id"]
    await logger.put(early, b"fake?")
    read = await logger.read(made["id"])
    assert await logger.get(read["files"]["edges"][0]["node"]["directUrl"]) == b"right"


async def test_content_is_read_once_to_be_sure_of_it(logger: Logger):
    """What was checked is not uploaded again, and what was not is read where that is less than to send it again."""
    await logger.log("first", {"a": b"one"})
    made = await logger.create("second", {"a": b"one", "b": b"two"})
    slots = await logger.open_files(made["id"], {"a": b"one", "b": b"two"})
    assert [slot["uploadUrl"] is None for slot in slots] == [True, False]
    await logger.put(slots[1], b"two")
    slots = await logger.open_files(made["id"], {"a": b"one", "b": b"two"})
    assert [slot["uploadUrl"] for slot in slots] == [None, None]


async def test_a_base_has_the_same_kind_of_digests(logger: Logger):
    base = await Logger(logger.caller).log("base", CONTENT)
    made = await logger.create("top", CONTENT)
    spec = {"artifactID": made["id"], "name": "wandb_manifest.incremental.json", "type": "INCREMENTAL", "digest": ""}
    given = logger.place | spec | {"baseArtifactID": base, "runName": ""}
    assert (await logger.caller.graphql(MANIFEST, input=given, upload=False)).status == 422


async def test_the_md5_is_said_as_well(logger: Logger):
    made = await logger.create("alone", CONTENT)
    spec = {"artifactID": made["id"], "name": "x", "md5": xxh128(b"x")}
    answer = await logger.caller.graphql(FILES, input={"artifactFiles": [spec], "storageLayout": "V2"})
    assert (answer.status, "needs its MD5 beside" in answer.message) == (422, True)


async def test_a_digest_is_sixteen_bytes(logger: Logger):
    made = await logger.create("short", CONTENT)
    for digest in (base64.b64encode(b"short").decode(), md5(b"x") + "AAAA", "no base64"):
        given = {"artifactFiles": [{"artifactID": made["id"], "name": "x", "md5": digest}], "storageLayout": "V2"}
        assert (await logger.caller.graphql(FILES, input=given)).status == 422

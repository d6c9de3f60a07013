"""What is no artifact is refused with a reason, and nothing of it is ever seen (docs/protocol/artifacts.md)."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from tests.harness.site import Caller, Site
from tests.slices.artifact_wire import FILES, MANIFEST, Logger, entries, md5

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONTENT = {"x": b"content"}
HEAD = '{"version": 1, "storagePolicy": "p", "storagePolicyConfig": {}, "contents": '
ENTRY = json.dumps(entries(CONTENT)["x"])


@pytest_asyncio.fixture(loop_scope="module")
async def logger(user: Caller) -> Logger:
    return Logger(user)


async def put_text(logger: Logger, artifact_id: str, text: bytes) -> None:
    assert await logger.put(await open_manifest(logger, artifact_id, text), text) == 200


async def open_manifest(logger: Logger, artifact_id: str, text: bytes) -> dict[str, Any]:
    """Announce this manifest; return where it goes."""
    spec = {"artifactID": artifact_id, "name": "wandb_manifest.json", "digest": md5(text), "runName": ""}
    answer = await logger.caller.graphql(MANIFEST, input=logger.place | spec, upload=True)
    file: dict[str, Any] = answer.data["createArtifactManifest"]["artifactManifest"]["file"]
    return file


def manifest_of(files: dict[str, bytes]) -> bytes:
    return (HEAD + json.dumps(entries(files)) + "}").encode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"version": 2, "storagePolicy": "p", "contents": {}}',
        '{"version": 1, "storagePolicy": "p"}',
        HEAD + "{}",
        HEAD + "{}} more",
        HEAD + '{"x": ' + "[" * 100_000 + "]" * 100_000 + "}}",
        HEAD + '{"x": {"digest": "' + "A" * 2_000_000 + '"}}}',
        HEAD + '{"' + "p" * 5000 + '": ' + ENTRY + "}}",
        HEAD + '{"x": ' + ENTRY + ', "x": ' + ENTRY + "}}",
        HEAD + '{"x": {"size": 7}}}',
        HEAD + '{"x": {"digest": "' + md5(b"content") + '", "size": -1}}}',
        HEAD + '{"x": {"digest": "short"}}}',
        HEAD + '{"../x": ' + ENTRY + "}}",
        HEAD + '{"a/../../x": ' + ENTRY + "}}",
        HEAD + '{"/x": ' + ENTRY + "}}",
        HEAD + '{"x\\u0000": ' + ENTRY + "}}",
        HEAD + '{"x": {"digest": "' + md5(b"never uploaded") + '", "size": 7}}}',
    ],
    ids=lambda text: text.removeprefix(HEAD)[:24],
)
async def test_a_manifest_that_is_none_is_refused(logger: Logger, text: str):
    made = await logger.create("refused", CONTENT)
    await logger.upload(made["id"], CONTENT)
    await put_text(logger, made["id"], text.encode())
    answer = await logger.commit(made["id"])
    assert answer.status == 422, answer.body
    assert await logger.find("refused") is None
    read = await logger.read(made["id"])
    assert (read["state"], read["files"]["edges"], read["currentManifest"]) == ("PENDING", [], None)


async def test_a_manifest_of_other_bytes_is_none(logger: Logger):
    made = await logger.create("other bytes", CONTENT)
    assert 400 <= await logger.put(await open_manifest(logger, made["id"], b"announced"), b"sent") < 500
    assert (await logger.commit(made["id"])).status == 422


async def test_a_committed_version_keeps_its_bytes_whatever_its_addresses_are_used_for(logger: Logger):
    made = await logger.create("kept", CONTENT)
    slots = await logger.open_files(made["id"], CONTENT)
    assert await logger.put(slots[0], CONTENT["x"]) == 200
    text = manifest_of(CONTENT)
    slots.append(await open_manifest(logger, made["id"], text))
    assert await logger.put(slots[1], text) == 200
    assert (await logger.commit(made["id"])).data
    for slot in slots:
        for told in (slot["uploadHeaders"], [f"Content-MD5:{md5(b'other')}"], []):
            assert 400 <= await logger.put(slot | {"uploadHeaders": told}, b"other") < 500
    read = await logger.read(made["id"])
    assert await logger.get(read["files"]["edges"][0]["node"]["directUrl"]) == CONTENT["x"]
    assert await logger.get(read["currentManifest"]["file"]["directUrl"]) == text


async def test_addresses_are_good_for_what_they_were_made_for(logger: Logger):
    made = await logger.create("signed", CONTENT)
    (slot,) = await logger.open_files(made["id"], CONTENT)
    url, headers = slot["uploadUrl"], {"Content-MD5": md5(b"content")}
    tampered = [url[:-4] + "0000", url.replace("/content/", "/content/x")]
    for bad in tampered:
        assert (await logger.request("PUT", bad, content=b"content", headers=headers)).status_code in {400, 403}
    assert (await logger.request("GET", url)).status_code in {400, 403}
    assert await logger.put(slot, b"content") == 200
    await logger.put_manifest(made["id"], entries(CONTENT))
    assert (await logger.commit(made["id"])).data
    read = (await logger.read(made["id"]))["files"]["edges"][0]["node"]["directUrl"]
    assert (await logger.request("PUT", read, content=b"else")).status_code in {400, 403}
    assert (await logger.request("GET", urlsplit(read)._replace(query="").geturl())).status_code in {400, 401, 403}


async def test_versions_of_other_projects_take_no_files(logger: Logger, site: Site):
    made = await logger.create("mine", CONTENT)
    other = Logger(await site.user())
    for spec in (
        {"artifactID": made["id"], "name": "x", "md5": md5(b"x")},
        {"artifactID": "?", "name": "x", "md5": "?"},
    ):
        answer = await other.caller.graphql(FILES, input={"artifactFiles": [spec], "storageLayout": "V2"})
        assert answer.status in {404, 422}
    base = {"artifactID": (await other.create("own", CONTENT))["id"], "baseArtifactID": made["id"], "digest": ""}
    given = other.place | base | {"name": "wandb_manifest.incremental.json", "type": "INCREMENTAL"}
    assert (await other.caller.graphql(MANIFEST, input=given, upload=False)).status == 404


async def test_ten_thousand_aliases_are_too_many(logger: Logger):
    many = [{"artifactCollectionName": "many", "alias": f"a{number}"} for number in range(10_000)]
    refused = await logger.try_create("many", CONTENT, aliases=many)
    assert (refused.status, "at most" in refused.message) == (422, True)
    assert await logger.find("many") is None
    made = await logger.log("many", CONTENT)
    add = "mutation Add($input: AddAliasesInput!) { addAliases(input: $input) { success } }"
    given = {"artifactID": made, "aliases": [logger.place | item for item in many]}
    assert (await logger.caller.graphql(add, input=given)).status == 422
    update = "mutation U($input: UpdateArtifactInput!) { updateArtifact(input: $input) { artifact { id } } }"
    assert (await logger.caller.graphql(update, input={"artifactID": made, "aliases": many})).status == 422

"""On Azure, whose signed URLs take any content: what a commit has checked is never replaced by those who have them."""

import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from steelyard.domains.files.purging import delete_purged_objects
from tests.harness.site import Caller, Site, open_site
from tests.services.azurite import azurite, url_of
from tests.slices.artifact_wire import MANIFEST, Logger, entries, md5

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    with azurite(tmp_path_factory.mktemp("azurite")) as container:
        place = {"BUCKET": url_of(container, "content"), "AZURE_STORAGE_KEY": container.key}
        async with open_site(tmp_path_factory.mktemp("site"), place) as opened:
            yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def logger(site: Site) -> Logger:
    caller: Caller = await site.user()
    return Logger(caller)


async def announced(logger: Logger, made: dict[str, Any], body: bytes) -> dict[str, Any]:
    """Return where the manifest goes."""
    spec = {"artifactID": made["id"], "name": "wandb_manifest.json", "digest": md5(body), "runName": ""}
    answer = await logger.caller.graphql(MANIFEST, input=logger.place | spec, upload=True)
    found: dict[str, Any] = answer.data["createArtifactManifest"]["artifactManifest"]["file"]
    return found


async def below(site: Site, prefix: str) -> set[str]:
    return {item.key async for item in site.ports.objects.list(prefix)}


@pytest.mark.parametrize("algorithm", ["MANIFEST_MD5", "MANIFEST_XXH128"])
async def test_what_was_committed_stays_as_it_was(site: Site, logger: Logger, algorithm: str) -> None:
    logger.algorithm = algorithm
    files = {"a": b"content of a", "b": b"content of b"}
    made = await logger.create("set", files)
    slots = await logger.open_files(made["id"], files)
    for slot, content in zip(slots, files.values(), strict=True):
        assert [await logger.put(slot, content) for _ in range(2)] == [201, 201], "a client may send it again"
    listed = entries(files, {slot["name"]: slot["artifact"]["id"] for slot in slots}, algorithm)
    body = json.dumps(
        {"version": 1, "storagePolicy": "wandb-storage-policy-v1", "storagePolicyConfig": {}, "contents": listed}
    ).encode()
    manifest = await announced(logger, made, body)
    assert await logger.put(manifest, body) == 201
    assert (await logger.commit(made["id"])).data
    for slot in [*slots, manifest]:
        slot["uploadHeaders"] = ["x-ms-blob-type:BlockBlob"]
        assert await logger.put(slot, b"something else") == 201
    read = await logger.read(made["id"])
    for node in (edge["node"] for edge in read["files"]["edges"]):
        assert await logger.get(node["directUrl"]) == files[node["name"]]
    assert json.loads(await logger.get(read["currentManifest"]["file"]["directUrl"]))["contents"] == listed
    site.clock.move(2 * 86_400)
    await delete_purged_objects(site.system)
    contents = [key for key in await below(site, "artifacts/") if "/content/" in key]
    of_this_kind = [key for key in contents if ("/content/xxh128-" in key) == (algorithm == "MANIFEST_XXH128")]
    assert len(of_this_kind) == 2, "one for each content: what was sent is gone"


async def test_what_is_not_of_its_digest_is_not_kept(site: Site, logger: Logger) -> None:
    files = {"x": b"what was announced"}
    made = await logger.create("wrong", files)
    (slot,) = await logger.open_files(made["id"], files)
    slot["uploadHeaders"] = ["x-ms-blob-type:BlockBlob"]
    before = await below(site, "artifacts/")
    assert await logger.put(slot, b"what was not") == 201
    await logger.put_manifest(made["id"], entries(files, {"x": made["id"]}))
    answer = await logger.commit(made["id"])
    assert (answer.status, "has not been uploaded" in answer.message) == (422, True)
    digest = hashlib.md5(files["x"]).hexdigest()
    found = [key for key in await below(site, "artifacts/") - before if f"/content/{digest}" in key]
    assert len(found) == 1, "the copy that was looked at is gone"
    (slot,) = await logger.open_files(made["id"], files)
    assert await logger.put(slot, files["x"]) == 201
    assert (await logger.commit(made["id"])).data

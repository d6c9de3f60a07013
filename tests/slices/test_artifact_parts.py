"""Large files that go up in parts (docs/protocol/artifacts.md, multipart)."""

import hashlib
from typing import Any

import pytest
import pytest_asyncio

from steelyard.ports.objects import PART_BYTES_MIN
from tests.harness.site import Answer, Caller, Site
from tests.slices.artifact_wire import Logger, entries, md5, xxh128

pytestmark = pytest.mark.asyncio(loop_scope="module")

SLOTS = """mutation Files($input: CreateArtifactFilesInput!) {
  createArtifactFiles(input: $input) { files { edges { node {
  displayName storagePath uploadUrl uploadHeaders artifact { id }
  uploadMultipartUrls { uploadID uploadUrlParts { partNumber uploadUrl } } } } } } }"""
COMPLETE = """mutation Complete($input: CompleteMultipartUploadArtifactInput!) {
  completeMultipartUploadArtifact(input: $input) { digest } }"""
PARTS = [bytes([number]) * PART_BYTES_MIN for number in (1, 2)] + [b"the rest"]
WHOLE = b"".join(PARTS)


@pytest_asyncio.fixture(loop_scope="module")
async def logger(user: Caller) -> Logger:
    return Logger(user)


class Upload:
    """One file on its way in parts."""

    def __init__(self, logger: Logger, artifact_id: str, parts: list[bytes] = PARTS, name: str = "big.bin") -> None:
        self.logger, self.artifact_id, self.parts, self.name = logger, artifact_id, parts, name
        self.slot: dict[str, Any] = {}
        self.etags: list[str] = []

    async def try_open(self, **given: Any) -> Answer:
        whole = b"".join(self.parts)
        digest = md5 if self.logger.algorithm == "MANIFEST_MD5" else xxh128
        parts = [
            {"partNumber": number, "hexMD5": hashlib.md5(part).hexdigest()}
            for number, part in enumerate(self.parts, start=1)
        ]
        spec = {"artifactID": self.artifact_id, "name": self.name, "md5": md5(whole), "digest": digest(whole)}
        files = [spec | {"uploadPartsInput": parts} | given]
        return await self.logger.caller.graphql(SLOTS, input={"artifactFiles": files, "storageLayout": "V2"})

    async def open(self) -> dict[str, Any]:
        answer = await self.try_open()
        self.slot = answer.data["createArtifactFiles"]["files"]["edges"][0]["node"]
        return self.slot

    async def put(self, number: int, body: bytes) -> int:
        url = self.slot["uploadMultipartUrls"]["uploadUrlParts"][number - 1]["uploadUrl"]
        headers = {"Content-MD5": md5(body), "Content-Type": "application/octet-stream"}
        answer = await self.logger.request("PUT", url, content=body, headers=headers)
        if answer.status_code == 200:
            self.etags.append(answer.headers["ETag"])
        return answer.status_code

    async def put_all(self) -> None:
        self.etags.clear()
        for number, part in enumerate(self.parts, start=1):
            assert await self.put(number, part) == 200

    async def finish(self, action: str = "Complete", **given: Any) -> Answer:
        parts = [{"partNumber": number, "hexMD5": etag} for number, etag in enumerate(self.etags, start=1)]
        upload = {
            "completeMultipartAction": action,
            "completedParts": parts,
            "artifactID": self.slot["artifact"]["id"],
            "storagePath": self.slot["storagePath"],
            "uploadID": self.slot["uploadMultipartUrls"]["uploadID"],
        }
        return await self.logger.caller.graphql(COMPLETE, input=upload | given)


async def begin(logger: Logger, name: str, parts: list[bytes] = PARTS) -> Upload:
    made = await logger.create(name, {"big.bin": b"".join(parts)})
    upload = Upload(logger, made["id"], parts)
    await upload.open()
    return upload


async def read_back(logger: Logger, artifact_id: str) -> bytes:
    node = (await logger.read(artifact_id))["files"]["edges"][0]["node"]
    return await logger.get(node["directUrl"])


@pytest.mark.parametrize("algorithm", ["MANIFEST_MD5", "MANIFEST_XXH128"])
async def test_a_file_goes_up_in_parts(user: Caller, algorithm: str):
    logger = Logger(user, algorithm=algorithm)
    upload = await begin(logger, "parts")
    assert upload.slot["uploadUrl"], "clients want it, though they take the parts"
    numbers = [part["partNumber"] for part in upload.slot["uploadMultipartUrls"]["uploadUrlParts"]]
    assert numbers == [1, 2, 3]
    await upload.put_all()
    answer = await upload.finish()
    digest = md5(WHOLE) if algorithm == "MANIFEST_MD5" else xxh128(WHOLE)
    assert answer.data["completeMultipartUploadArtifact"] == {"digest": digest}
    assert (await upload.finish()).data == answer.data, "asked again, for the answer may have been lost"
    assert (await upload.open())["uploadUrl"] is None
    born = {"big.bin": upload.artifact_id}
    await logger.put_manifest(upload.artifact_id, entries({"big.bin": WHOLE}, born, algorithm))
    assert (await logger.commit(upload.artifact_id)).data
    assert await read_back(logger, upload.artifact_id) == WHOLE


async def test_one_part_is_no_upload_in_parts(logger: Logger):
    upload = await begin(logger, "one part", [b"small"])
    assert upload.slot["uploadMultipartUrls"] is None
    assert await logger.put(upload.slot, b"small") == 200


async def test_nothing_is_there_before_the_parts_are_put_together(logger: Logger):
    upload = await begin(logger, "early")
    await upload.put_all()
    await logger.put_manifest(upload.artifact_id, entries({"big.bin": WHOLE}))
    refused = await logger.commit(upload.artifact_id)
    assert (refused.status, "'big.bin' has not been uploaded" in refused.message) == (422, True)
    assert await logger.find("early") is None
    assert (await upload.finish()).data
    assert (await logger.commit(upload.artifact_id)).data


async def test_parts_are_what_was_announced(logger: Logger):
    upload = await begin(logger, "announced")
    assert 400 <= await upload.put(1, PARTS[0][:-1] + b"?") < 500
    assert 400 <= await upload.put(1, PARTS[0][:-1]) < 500
    await upload.put_all()
    assert (await upload.finish()).data


async def test_a_missing_or_another_part_is_told_of_and_can_be_mended(logger: Logger):
    upload = await begin(logger, "missing")
    assert await upload.put(1, PARTS[0]) == 200
    etags, first = upload.etags, upload.etags[0]
    wrong = [
        [first, first, first],
        [first, f'"{hashlib.md5(PARTS[1]).hexdigest()}"', first],
        [],
    ]
    for listed in wrong:
        upload.etags = listed
        assert (await upload.finish()).status == 422
    for number in (0, 10_001):
        given = [{"partNumber": number, "hexMD5": first}]
        assert (await upload.finish(completedParts=given)).status == 422
    upload.etags = etags
    await upload.put_all()
    assert (await upload.finish()).data


async def test_parts_that_are_not_the_whole_are_refused(logger: Logger):
    """The parts are as announced, but not those of the digest."""
    other = [PARTS[1], PARTS[0], PARTS[2]]
    made = await logger.create("mixed", {"big.bin": WHOLE})
    upload = Upload(logger, made["id"], other)
    answer = await upload.try_open(md5=md5(WHOLE), digest=md5(WHOLE))
    upload.slot = answer.data["createArtifactFiles"]["files"]["edges"][0]["node"]
    await upload.put_all()
    refused = await upload.finish()
    assert (refused.status, "do not have the digest" in refused.message) == (422, True)
    await logger.put_manifest(made["id"], entries({"big.bin": WHOLE}))
    assert (await logger.commit(made["id"])).status == 422
    right = Upload(logger, made["id"])
    await right.open()
    await right.put_all()
    assert (await right.finish()).data
    assert (await logger.commit(made["id"])).data
    assert await read_back(logger, made["id"]) == WHOLE


async def test_an_interrupted_upload_starts_again(logger: Logger):
    first = await begin(logger, "again")
    assert await first.put(1, PARTS[0]) == 200
    second = Upload(logger, first.artifact_id)
    await second.open()
    await second.put_all()
    assert (await second.finish()).data
    assert await first.put(2, PARTS[1]) == 200, "the first goes on, as far as it knows"
    assert await first.put(3, PARTS[2]) == 200
    assert (await first.finish()).data == (await second.finish()).data
    await logger.put_manifest(first.artifact_id, entries({"big.bin": WHOLE}))
    assert (await logger.commit(first.artifact_id)).data
    assert await read_back(logger, first.artifact_id) == WHOLE
    folder = first.slot["storagePath"].rpartition("/")[0]
    assert len([item async for item in logger.caller.site.ports.objects.list(f"{folder}/")]) == 1, "one copy"


async def test_an_upload_can_be_given_up(logger: Logger):
    upload = await begin(logger, "given up")
    assert await upload.put(1, PARTS[0]) == 200
    for _ in range(2):
        assert (await upload.finish("Abort")).data["completeMultipartUploadArtifact"] == {"digest": None}
    assert 400 <= await upload.put(2, PARTS[1]) < 500
    assert (await upload.finish()).status == 422


@pytest.mark.parametrize(
    "parts",
    [
        [{"partNumber": 2, "hexMD5": "0" * 32}, {"partNumber": 1, "hexMD5": "0" * 32}],
        [{"partNumber": 1, "hexMD5": "0" * 32}, {"partNumber": 3, "hexMD5": "0" * 32}],
        [{"partNumber": 1, "hexMD5": "0" * 32}, {"partNumber": 2, "hexMD5": "?" * 32}],
        [{"partNumber": number, "hexMD5": "0" * 32} for number in range(1, 10_002)],
    ],
    ids=["unordered", "gap", "no MD5", "too many"],
)
async def test_unfit_parts_are_refused(logger: Logger, parts: list[dict[str, Any]]):
    made = await logger.create("unfit", {"big.bin": WHOLE})
    assert (await Upload(logger, made["id"]).try_open(uploadPartsInput=parts)).status == 422


async def test_uploads_of_others_are_out_of_reach(logger: Logger, site: Site):
    upload = await begin(logger, "mine")
    await upload.put_all()
    stranger = Logger(await site.user())
    own = await stranger.create("theirs", {"big.bin": WHOLE})
    theirs = Upload(stranger, own["id"])
    theirs.slot, theirs.etags = upload.slot, upload.etags
    assert (await theirs.finish()).status == 404
    for action in ("Complete", "Abort"):
        assert (await theirs.finish(action, artifactID=own["id"])).status == 404
    for path in ("", "artifacts/1/manifests/x", "../x", f"artifacts/{10**30}/content/{'0' * 32}-abc"):
        assert (await upload.finish(storagePath=path)).status == 404
    assert (await upload.finish(uploadID="../../x")).status == 422
    admin, viewer = await site.user(), await site.user()
    team = await site.team(admin, viewer=viewer)
    of_team = await begin(Logger(admin, team), "team")
    watching = Upload(Logger(viewer, team), of_team.artifact_id)
    watching.slot, watching.etags = of_team.slot, ['"' + "0" * 32 + '"']
    assert (await watching.finish()).status == 403
    assert (await watching.try_open()).status == 403
    assert (await upload.finish()).data

"""The short form of `python -m tests.faults.uploads`: fewer and smaller files; parts come by the raw wire.

Clients send files in parts from 2 GiB on, which only the long form has.
"""

import hashlib
import json
import random
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from steelyard.ports.objects import PART_BYTES_MIN
from tests.contract.wire import Wire
from tests.faults.uploads import PROJECT, Uploads, make_files
from tests.harness.server import Server
from tests.slices.artifact_wire import COMMIT, CREATE, MANIFEST, artifact_digest, entries, md5
from tests.slices.test_artifact_parts import COMPLETE, SLOTS

FILES, FILE_BYTES = 800, 4 << 10
PARTS = [bytes([number]) * PART_BYTES_MIN for number in (1, 2)] + [b"the rest"]
LARGE = {"large.bin": b"".join(PARTS)}
READ = "query Read($id: ID!) { artifact(id: $id) { state files(first: 9) { edges { node { directUrl } } } } }"


@pytest.fixture
def chance() -> random.Random:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    return random.Random(seed)


def test_many_files_arrive_whole_whoever_dies(
    start_server: Callable[..., Server], tmp_path: Path, chance: random.Random
) -> None:
    server = start_server()
    uploads = Uploads(server, server.create_user(), tmp_path / "home", chance, print)
    uploads.many_files(make_files(tmp_path / "files", FILES, FILE_BYTES, chance), FILES)


def test_two_clients_commit_the_same_content_at_once(server: Server, tmp_path: Path, chance: random.Random) -> None:
    uploads = Uploads(server, server.create_user(), tmp_path / "home", chance, print)
    uploads.twins(make_files(tmp_path / "files", 300, FILE_BYTES, chance))


class Large:
    """A file on its way in parts, by raw requests."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        place = {"entityName": wire.entity, "projectName": wire.project}
        given = {"artifactTypeName": "data", "artifactCollectionName": "large", "digest": artifact_digest(LARGE)}
        made = wire.data(CREATE, input=place | given | {"digestAlgorithm": "MANIFEST_MD5"})
        self.place, self.id = place, made["createArtifact"]["artifact"]["id"]
        parts = [{"partNumber": n, "hexMD5": hashlib.md5(part).hexdigest()} for n, part in enumerate(PARTS, 1)]
        spec = {"artifactID": self.id, "name": "large.bin", "md5": md5(LARGE["large.bin"]), "uploadPartsInput": parts}
        answer = wire.data(SLOTS, input={"artifactFiles": [spec], "storageLayout": "V2"})
        self.slot = answer["createArtifactFiles"]["files"]["edges"][0]["node"]
        self.listed: list[dict[str, Any]] = []

    def put(self, number: int) -> None:
        url = self.slot["uploadMultipartUrls"]["uploadUrlParts"][number - 1]["uploadUrl"]
        body = PARTS[number - 1]
        answer = httpx.put(url, content=body, headers={"Content-MD5": md5(body)}, timeout=60, trust_env=False)
        assert answer.status_code == 200, answer.text
        self.listed.append({"partNumber": number, "hexMD5": answer.headers["ETag"]})

    def complete(self) -> httpx.Response:
        upload = {"artifactID": self.id, "storagePath": self.slot["storagePath"], "completedParts": self.listed}
        more = {"completeMultipartAction": "Complete", "uploadID": self.slot["uploadMultipartUrls"]["uploadID"]}
        return self.wire.graphql(COMPLETE, input=upload | more)

    def commit(self) -> None:
        body = json.dumps(
            {"version": 1, "storagePolicy": "wandb-storage-policy-v1", "storagePolicyConfig": {}}
            | {"contents": entries(LARGE)}
        ).encode()
        spec = self.place | {"artifactID": self.id, "name": "wandb_manifest.json", "digest": md5(body), "runName": ""}
        file = self.wire.data(MANIFEST, input=spec, upload=True)["createArtifactManifest"]["artifactManifest"]["file"]
        headers = dict(line.split(":", 1) for line in file["uploadHeaders"])
        assert httpx.put(file["uploadUrl"], content=body, headers=headers, trust_env=False).status_code == 200
        self.wire.data(COMMIT, id=self.id)


def test_parts_outlive_the_server_and_become_one_file(
    start_server: Callable[..., Server], chance: random.Random
) -> None:
    server = start_server()
    user = server.create_user()
    large = Large(Wire(server.url, user.name, user.api_key, project=PROJECT))
    large.put(1)
    server.kill9()
    server.start()
    large.put(2)
    large.put(3)
    # Whether it is done by then or not, the answer is lost.
    asking = threading.Thread(target=lambda: as_far_as_it_goes(large.complete))
    asking.start()
    asking.join(chance.uniform(0, 0.1))
    server.kill9()
    asking.join()
    server.start()
    digest = large.complete().json()["data"]["completeMultipartUploadArtifact"]["digest"]
    assert digest == md5(LARGE["large.bin"])
    large.commit()
    found = large.wire.data(READ, id=large.id)["artifact"]
    (edge,) = found["files"]["edges"]
    got = httpx.get(edge["node"]["directUrl"], timeout=60, trust_env=False)
    assert (found["state"], got.content == LARGE["large.bin"]) == ("COMMITTED", True)


def as_far_as_it_goes(work: Callable[[], object]) -> None:
    """Do what the death of the server may end."""
    try:
        work()
    except httpx.TransportError:
        return

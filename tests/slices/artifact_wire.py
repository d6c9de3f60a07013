"""What a client sends to log and read artifacts (docs/protocol/artifacts.md, upload flow), step by step."""

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import xxhash

from tests.harness.site import Answer, Caller

CREATE = """mutation Create($input: CreateArtifactInput!) { createArtifact(input: $input) { artifact {
  id state artifactSequence { id latestArtifact { id versionIndex } } } } }"""
MANIFEST = """mutation Manifest($input: CreateArtifactManifestInput!, $upload: Boolean!) {
  createArtifactManifest(input: $input) { artifactManifest { id file {
    id name displayName uploadUrl @include(if: $upload) uploadHeaders @include(if: $upload) } } } }"""
UPDATE_MANIFEST = """mutation Update($input: UpdateArtifactManifestInput!) {
  updateArtifactManifest(input: $input) { artifactManifest { id file { uploadUrl uploadHeaders } } } }"""
FILES = """mutation Files($input: CreateArtifactFilesInput!) {
  createArtifactFiles(input: $input) { files { edges { node {
    id name displayName storagePath uploadUrl uploadHeaders artifact { id } } } } } }"""
COMMIT = "mutation Commit($id: ID!) { commitArtifact(input: {artifactID: $id}) { artifact { id digest } } }"
BY_NAME = """query ByName($entity: String!, $project: String!, $name: String!) {
  project(name: $project, entityName: $entity) { artifactCollectionMembership(name: $name) {
    versionIndex aliases { alias } artifact { id state versionIndex size fileCount } } } }"""
BY_ID = """query ById($id: ID!) { artifact(id: $id) {
  id state versionIndex size fileCount currentManifest { id file { directUrl } }
  files(first: 5000) { totalCount edges { node { name directUrl sizeBytes } } } } }"""
MAPPING = "query Mapping($id: ID!) { clientIDMapping(clientID: $id) { serverID } }"
PROJECT = "demo"


def md5(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content).digest()).decode()


def xxh128(content: bytes) -> str:
    return base64.b64encode(xxhash.xxh128(content).digest()).decode()


DIGESTS = {"MANIFEST_MD5": md5, "MANIFEST_XXH128": xxh128}


def artifact_digest(files: dict[str, bytes], algorithm: str = "MANIFEST_MD5") -> str:
    digest = DIGESTS[algorithm]
    lines = "".join(f"{path}:{digest(content)}\n" for path, content in sorted(files.items()))
    return base64.b64decode(digest(b"wandb-artifact-manifest-v1\n" + lines.encode())).hex()


@dataclass
class Logger:
    """One account that logs artifacts into `project` of `entity` (its own by default)."""

    caller: Caller
    entity: str = ""
    project: str = PROJECT
    algorithm: str = "MANIFEST_MD5"

    @property
    def place(self) -> dict[str, str]:
        return {"entityName": self.entity or self.caller.name, "projectName": self.project}

    async def try_create(self, name: str, files: dict[str, bytes], **given: Any) -> Answer:
        spec = {
            "artifactTypeName": "dataset",
            "artifactCollectionName": name,
            "digest": artifact_digest(files, self.algorithm),
            "digestAlgorithm": self.algorithm,
            "enableDigestDeduplication": True,
            "aliases": [{"artifactCollectionName": name, "alias": "latest"}],
        }
        return await self.caller.graphql(CREATE, input=self.place | spec | given)

    async def create(self, name: str, files: dict[str, bytes], **given: Any) -> dict[str, Any]:
        found: dict[str, Any] = (await self.try_create(name, files, **given)).data["createArtifact"]["artifact"]
        return found

    async def open_files(self, artifact_id: str, files: dict[str, bytes]) -> list[dict[str, Any]]:
        digest = DIGESTS[self.algorithm]
        specs = [
            {"artifactID": artifact_id, "name": path, "md5": md5(body), "digest": digest(body)}
            for path, body in files.items()
        ]
        given = {"artifactFiles": specs, "storageLayout": "V2", "digestAlgorithm": self.algorithm}
        answer = await self.caller.graphql(FILES, input=given)
        return [edge["node"] for edge in answer.data["createArtifactFiles"]["files"]["edges"]]

    async def put(self, slot: dict[str, Any], content: bytes) -> int:
        """Upload to a signed URL, ours or a bucket's; return the status."""
        headers = dict(line.split(":", 1) for line in slot["uploadHeaders"] or [])
        return (await self.request("PUT", slot["uploadUrl"], content=content, headers=headers)).status_code

    async def get(self, url: str) -> bytes:
        answer = await self.request("GET", url)
        assert answer.status_code == 200, answer.text
        return answer.content

    async def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        """Ask ourselves in this process, others over the network."""
        own = self.caller.site.http
        if urlsplit(url).netloc == own.base_url.host:
            return await own.request(method, url, **options)
        async with httpx.AsyncClient(trust_env=False) as other:
            return await other.request(method, url, **options)

    async def upload(self, artifact_id: str, files: dict[str, bytes]) -> dict[str, str]:
        """Upload what is asked for; return path → id of the version that brought the content first."""
        slots = await self.open_files(artifact_id, files)
        for slot, content in zip(slots, files.values(), strict=True):
            if slot["uploadUrl"]:
                assert await self.put(slot, content) in {200, 201}
        return {slot["name"]: slot["artifact"]["id"] for slot in slots}

    async def put_manifest(self, artifact_id: str, contents: dict[str, Any], kind: str = "FULL", **given: Any) -> None:
        body = json.dumps(
            {"version": 1, "storagePolicy": "wandb-storage-policy-v1", "storagePolicyConfig": {}, "contents": contents}
        ).encode()
        spec = {
            "artifactID": artifact_id,
            "name": "wandb_manifest.json",
            "type": kind,
            "digest": md5(body),
            "runName": "",
        }
        answer = await self.caller.graphql(MANIFEST, input=self.place | spec | given, upload=True)
        assert await self.put(answer.data["createArtifactManifest"]["artifactManifest"]["file"], body) in {200, 201}

    async def commit(self, artifact_id: str) -> Answer:
        return await self.caller.graphql(COMMIT, id=artifact_id)

    async def log(self, name: str, files: dict[str, bytes], **given: Any) -> str:
        """Log a version as a client does; return its id."""
        made = await self.create(name, files, **given)
        if made["state"] == "PENDING":
            born = await self.upload(made["id"], files)
            await self.put_manifest(made["id"], entries(files, born, self.algorithm))
            assert (await self.commit(made["id"])).data
        return str(made["id"])

    async def find(self, name: str) -> dict[str, Any] | None:
        answer = await self.caller.graphql(BY_NAME, entity=self.place["entityName"], project=self.project, name=name)
        found: dict[str, Any] | None = (answer.data["project"] or {}).get("artifactCollectionMembership")
        return found

    async def read(self, artifact_id: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.caller.graphql(BY_ID, id=artifact_id)).data["artifact"]
        return found


def entries(
    files: dict[str, bytes], born: dict[str, str] | None = None, algorithm: str = "MANIFEST_MD5"
) -> dict[str, Any]:
    """Return the manifest's list of `files`."""
    found: dict[str, Any] = {}
    for path, content in files.items():
        digest = DIGESTS[algorithm](content)
        found[path] = {"digest": digest, "size": len(content), "local_path": "/tmp/x", "skip_cache": False}
        if born:
            found[path]["birthArtifactID"] = born[path]
    return found

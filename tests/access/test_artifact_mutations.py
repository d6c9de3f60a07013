"""Every mutation of artifacts for every kind of caller, on a version of a team. A new mutation fails here until it has
a row. What a caller may not see answers as what does not exist.
"""

import re
from dataclasses import dataclass
from importlib import resources
from typing import Any

import pytest
import pytest_asyncio

from tests.harness.site import Caller, Site
from tests.slices.artifact_wire import Logger, md5

pytestmark = pytest.mark.asyncio(loop_scope="module")

FILES = {"a.txt": b"alpha"}
COLLECTION = """query Collection($entityName: String!, $projectName: String!, $name: String!) {
  project(name: $projectName, entityName: $entityName) { artifactCollection(name: $name) { id } } }"""
RUN = "mutation U($input: UpsertBucketInput!) { upsertBucket(input: $input) { bucket { id } } }"
MANIFEST = """mutation M($input: CreateArtifactManifestInput!) {
  createArtifactManifest(input: $input) { artifactManifest { id } } }"""
LINK = "mutation L($input: LinkArtifactInput!) { linkArtifact(input: $input) { versionIndex } }"
# By mutation: the input (`$…` is taken from the place), and what strangers get (404, or 403 where they name a place).
ROWS: dict[str, tuple[dict[str, Any], int]] = {
    "createArtifact": ({"artifactTypeName": "dataset", "artifactCollectionName": "new", "digest": "0" * 32}, 403),
    "createArtifactType": ({"name": "kind"}, 403),
    "createArtifactManifest": ({"artifactID": "$pending", "name": "m.json", "digest": ""}, 404),
    "updateArtifactManifest": ({"artifactManifestID": "$manifest", "digest": md5(b"x")}, 404),
    "createArtifactFiles": ({"artifactFiles": [{"artifactID": "$pending", "name": "b", "md5": md5(b"b")}]}, 404),
    "completeMultipartUploadArtifact": (
        {
            "completeMultipartAction": "Abort",
            "completedParts": [],
            "artifactID": "$version",
            "storagePath": "$path",
            "uploadID": "0" * 32,
        },
        404,
    ),
    "commitArtifact": ({"artifactID": "$version"}, 404),
    "useArtifact": ({"artifactID": "$version", "runName": "r"}, 404),
    "updateArtifact": ({"artifactID": "$version", "description": "changed"}, 404),
    "addAliases": ({"artifactID": "$version", "aliases": ["$alias"]}, 404),
    "deleteAliases": ({"artifactID": "$version", "aliases": ["$alias"]}, 404),
    "linkArtifact": ({"artifactID": "$version", "artifactPortfolioName": "shelf"}, 404),
    "unlinkArtifact": ({"artifactID": "$version", "artifactPortfolioID": "$portfolio"}, 404),
    "updateArtifactSequence": ({"artifactSequenceID": "$sequence", "description": "changed"}, 404),
    "updateArtifactPortfolio": ({"artifactPortfolioID": "$portfolio", "description": "changed"}, 404),
    "moveArtifactSequence": ({"artifactSequenceID": "$sequence", "destinationArtifactTypeName": "other"}, 404),
    "createArtifactCollectionTagAssignments": ({"artifactCollectionName": "data", "tags": [{"tagName": "t"}]}, 404),
    "deleteArtifactCollectionTagAssignments": ({"artifactCollectionName": "data", "tags": [{"tagName": "t"}]}, 404),
    "deleteArtifact": ({"artifactID": "$version", "deleteAliases": True}, 404),
    "deleteArtifactSequence": ({"artifactSequenceID": "$sequence"}, 404),
    "deleteArtifactPortfolio": ({"artifactPortfolioID": "$portfolio"}, 404),
}
SDL = resources.files("steelyard.domains.artifacts").joinpath("schema.graphql").read_text()


@dataclass
class Place:
    site: Site
    team: str
    callers: dict[str, Caller]

    async def made(self) -> dict[str, Any]:
        """Make a project of its own with a version, its link, one pending, and what mutations name of them."""
        logger = Logger(self.callers["admin"], self.team, f"p{self.site.clock().timestamp()}".replace(".", "-"))
        self.site.clock.move(1)
        run = {"entityName": self.team, "modelName": logger.project, "name": "r"}
        assert (await logger.caller.graphql(RUN, input=run)).data
        version = await logger.log("data", FILES)
        pending = (await logger.create("draft", {"b": b"b"}))["id"]
        manifest = await logger.caller.graphql(
            MANIFEST, input=logger.place | {"artifactID": pending, "name": "m.json", "digest": ""}
        )
        shelf = logger.place | {"artifactPortfolioName": "shelf", "artifactID": version}
        assert (await logger.caller.graphql(LINK, input=shelf)).data
        (slot,) = await logger.open_files(version, FILES)
        return logger.place | {
            "$version": version,
            "$pending": pending,
            "$manifest": manifest.data["createArtifactManifest"]["artifactManifest"]["id"],
            "$sequence": await self._collection(logger, "data"),
            "$portfolio": await self._collection(logger, "shelf"),
            "$path": slot["storagePath"],
            "$alias": logger.place | {"artifactCollectionName": "data", "alias": "good"},
        }

    async def _collection(self, logger: Logger, name: str) -> str:
        answer = await logger.caller.graphql(COLLECTION, **logger.place, name=name)
        return str(answer.data["project"]["artifactCollection"]["id"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(site: Site) -> Place:
    callers = {name: await site.user() for name in ("stranger", "viewer", "member", "admin")}
    callers |= {"nobody": site.nobody()}
    team = await site.team(callers["admin"], member=callers["member"], viewer=callers["viewer"])
    return Place(site, team, callers)


def filled(value: Any, made: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: filled(item, made) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, made) for item in value]
    return made.get(value, value) if isinstance(value, str) else value


async def test_every_mutation_has_a_row():
    (body,) = re.findall(r"extend type Mutation \{(.*?)\n\}", SDL, re.DOTALL)
    assert set(re.findall(r"^  (\w+)\(", body, re.MULTILINE)) == set(ROWS)


@pytest.mark.parametrize("name", ROWS)
async def test_only_members_change_artifacts(place: Place, name: str):
    given, for_strangers = ROWS[name]
    kind = f"{name[0].upper()}{name[1:]}Input"
    fields = set(re.findall(r"^  (\w+):", SDL.split(f"input {kind} {{")[1].split("}")[0], re.MULTILINE))
    made = await place.made()
    named = {key: made[key] for key in ("entityName", "projectName") if key in fields}
    document = f"mutation M($input: {kind}!) {{ {name}(input: $input) {{ __typename }} }}"
    expected = {"nobody": 401, "stranger": for_strangers, "viewer": 403, "member": 200}
    for who, status in expected.items():
        answer = await place.callers[who].graphql(document, input=named | filled(given, made))
        assert answer.status == status, (who, answer.body)

"""GraphQL mutations of artifacts (docs/protocol/artifacts.md). Inputs arrive as dicts with the wire's own keys."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from steelyard.context import Context
from steelyard.domains.artifacts import commit, deletion, edits, loaders, service, slots, uploads
from steelyard.domains.artifacts.edits import AliasChange, CollectionName, PortfolioName, VersionChange
from steelyard.domains.artifacts.model import MD5, FileSpec, Kind, Manifest, ManifestKind, NewVersion
from steelyard.domains.artifacts.service import RunName
from steelyard.domains.artifacts.slots import FileSlot, PartsRequest, PartsUpload
from steelyard.domains.artifacts.uploads import NewManifest
from steelyard.graphql.binding import ObjectBinding
from steelyard.graphql.connection import connection
from steelyard.kernel.errors import Invalid, NotFound
from steelyard.kernel.ids import decode_global_id, encode_global_id
from steelyard.ports.objects import SignedRequest

mutation = ObjectBinding("Mutation")
Input = dict[str, Any]


def _artifact_id(given: Input, key: str = "artifactID") -> int:
    return decode_global_id("Artifact", given[key])


def _optional_id(type_name: str, text: str | None) -> int | None:
    return decode_global_id(type_name, text) if text else None


# ---- upload flow ----------------------------------------------------------------------------------------------


@mutation.field("createArtifact")
async def create_artifact(ctx: Context, input: Input) -> Input:
    name = input.get("artifactCollectionName") or next(iter(input.get("artifactCollectionNames") or []), None)
    if not name:
        raise Invalid("artifactCollectionName is missing")
    spec = NewVersion(
        entity=input["entityName"],
        project=input["projectName"],
        type_name=input["artifactTypeName"],
        collection=name,
        digest=input["digest"],
        run=input.get("runName"),
        digest_algorithm=input.get("digestAlgorithm") or MD5,
        description=input.get("description"),
        metadata=input.get("metadata"),
        aliases=_aliases(input.get("aliases")),
        tags=_tags(input.get("tags")),
        ttl_s=input.get("ttlDurationSeconds"),
        history_step=input.get("historyStep"),
        deduplicate=bool(input.get("enableDigestDeduplication")),
        distributed_id=input.get("distributedID"),
        client_id=input.get("clientID"),
        sequence_client_id=input.get("sequenceClientID"),
    )
    return {"artifact": await uploads.create_version(ctx, spec)}


def _aliases(given: list[Input] | None) -> list[str]:
    return list(dict.fromkeys(item["alias"] for item in given or []))


def _tags(given: list[Input] | None) -> list[str]:
    return list(dict.fromkeys(item["tagName"] for item in given or []))


@mutation.field("createArtifactManifest")
async def create_manifest(ctx: Context, input: Input) -> Input:
    base = _optional_id("Artifact", input.get("baseArtifactID"))
    spec = NewManifest(input["name"], input["digest"], ManifestKind(input.get("type") or ManifestKind.FULL), base)
    manifest = await uploads.open_manifest(ctx, _artifact_id(input), spec)
    return {"artifactManifest": await _manifest_node(ctx, manifest)}


@mutation.field("updateArtifactManifest")
async def update_manifest(ctx: Context, input: Input) -> Input:
    number = decode_global_id("ArtifactManifest", input["artifactManifestID"])
    base = _optional_id("Artifact", input.get("baseArtifactID"))
    manifest = await uploads.change_manifest(ctx, number, input.get("digest"), base)
    return {"artifactManifest": await _manifest_node(ctx, manifest)}


async def _manifest_node(ctx: Context, manifest: Manifest) -> Input:
    request = await uploads.manifest_upload(ctx, manifest)
    file = {
        "id": encode_global_id("ArtifactManifestFile", manifest.id),
        "name": manifest.name,
        "displayName": manifest.name,
        **_upload(request),
    }
    return {"id": manifest.id, "type": manifest.kind, "createdAt": manifest.created_at, "file": file}


def _upload(request: SignedRequest | None) -> Input:
    """Return the two fields that tell where to put content; the headers as clients split them again."""
    if request is None:
        return {"uploadUrl": None, "uploadHeaders": []}
    return {"uploadUrl": request.url, "uploadHeaders": _header_lines(request.headers)}


def _header_lines(headers: Mapping[str, str]) -> list[str]:
    return [f"{name}:{value}" for name, value in headers.items()]


@mutation.field("createArtifactFiles")
async def create_files(ctx: Context, input: Input) -> Input:
    specs = [_file_spec(item) for item in input["artifactFiles"]]
    opened = await slots.open_files(ctx, specs, input.get("digestAlgorithm"))
    nodes = [await _slot_node(ctx, slot) for slot in opened]
    return {"files": connection(nodes, len(nodes), lambda index, _node: f"offset:{index + 1}")}


def _file_spec(given: Input) -> FileSpec:
    """Clients that know of several kinds of digests say the MD5 beside another one."""
    digest, md5 = given.get("digest") or given["md5"], given["md5"]
    parts = [(item["partNumber"], item["hexMD5"]) for item in given.get("uploadPartsInput") or []]
    return FileSpec(_artifact_id(given), given["name"], digest, md5 if md5 != digest else None, parts)


async def _slot_node(ctx: Context, slot: FileSlot) -> Input:
    return {
        "id": encode_global_id("ArtifactContent", slot.blob.id),
        "name": slot.path,
        "displayName": slot.path,
        "storagePath": slot.parts.object_key if slot.parts else slot.blob.object_key,
        "artifact": await loaders.artifacts.load(ctx, slot.blob.birth_artifact_id),
        "uploadMultipartUrls": _part_urls(slot.parts),
        **_upload(slot.request),
    }


def _part_urls(parts: PartsRequest | None) -> Input | None:
    if parts is None:
        return None
    urls = [{"partNumber": number, "uploadUrl": url} for number, url in parts.urls]
    return {"uploadID": parts.upload_id, "uploadUrlParts": urls}


@mutation.field("completeMultipartUploadArtifact")
async def complete_multipart_upload(ctx: Context, input: Input) -> Input:
    parts = [(item["partNumber"], item["hexMD5"]) for item in input["completedParts"]]
    upload = PartsUpload(_artifact_id(input), input["storagePath"], input["uploadID"], parts)
    if input["completeMultipartAction"] == "Abort":
        await slots.abort_file(ctx, upload)
        return {"digest": None}
    blob = await slots.complete_file(ctx, upload)
    return {"digest": b64encode(bytes.fromhex(blob.digest)).decode()}


@mutation.field("commitArtifact")
async def commit_artifact(ctx: Context, input: Input) -> Input:
    return {"artifact": await commit.commit_version(ctx, _artifact_id(input))}


@mutation.field("useArtifact")
async def use_artifact(ctx: Context, input: Input) -> Input:
    name = RunName(input["entityName"], input["projectName"], input["runName"])
    return {"artifact": await service.use_artifact(ctx, _artifact_id(input), name, input.get("usedAs"))}


# ---- versions -------------------------------------------------------------------------------------------------


def _alias_changes(given: list[Input]) -> list[AliasChange]:
    return [
        AliasChange(item["entityName"], item["projectName"], item["artifactCollectionName"], item["alias"])
        for item in given
    ]


@mutation.field("addAliases")
async def add_aliases(ctx: Context, input: Input) -> Input:
    await edits.add_aliases(ctx, _artifact_id(input), _alias_changes(input["aliases"]))
    return {"success": True}


@mutation.field("deleteAliases")
async def delete_aliases(ctx: Context, input: Input) -> Input:
    await edits.remove_aliases(ctx, _artifact_id(input), _alias_changes(input["aliases"]))
    return {"success": True}


@mutation.field("updateArtifact")
async def update_artifact(ctx: Context, input: Input) -> Input:
    aliases = input.get("aliases")
    change = VersionChange(
        description=input.get("description"),
        metadata=input.get("metadata"),
        ttl_s=input.get("ttlDurationSeconds"),
        aliases=None if aliases is None else _aliases(aliases),
        tags_added=_tags(input.get("tagsToAdd")),
        tags_removed=_tags(input.get("tagsToDelete")),
    )
    return {"artifact": await edits.update_version(ctx, _artifact_id(input), change)}


@mutation.field("deleteArtifact")
async def delete_artifact(ctx: Context, input: Input) -> Input:
    with_aliases = bool(input.get("deleteAliases"))
    return {"artifact": await deletion.delete_version(ctx, _artifact_id(input), with_aliases=with_aliases)}


@mutation.field("linkArtifact")
async def link_artifact(ctx: Context, input: Input) -> Input:
    artifact = await service.find_artifact(ctx, input.get("artifactID") or input.get("clientID") or "")
    if artifact is None:
        raise NotFound("artifact not found")
    portfolio = PortfolioName(
        _optional_id("ArtifactCollection", input.get("artifactPortfolioID")),
        input.get("entityName") or "",
        input.get("projectName") or "",
        input.get("artifactPortfolioName") or "",
    )
    place = await edits.link_version(ctx, artifact, portfolio, _aliases(input.get("aliases")))
    return {"versionIndex": place.version_index, "artifactMembership": place}


@mutation.field("unlinkArtifact")
async def unlink_artifact(ctx: Context, input: Input) -> Input:
    portfolio = decode_global_id("ArtifactCollection", input["artifactPortfolioID"])
    await edits.unlink_version(ctx, _artifact_id(input), portfolio)
    return {"artifactID": input["artifactID"], "success": True}


# ---- types and collections ------------------------------------------------------------------------------------


@mutation.field("createArtifactType")
async def create_type(ctx: Context, input: Input) -> Input:
    made = await edits.create_type(
        ctx, input["entityName"], input["projectName"], input["name"], input.get("description")
    )
    return {"artifactType": made}


async def _update_collection(ctx: Context, given: Input, key: str, kind: Kind) -> Input:
    number = decode_global_id("ArtifactCollection", given[key])
    changed = await edits.update_collection(ctx, number, kind, given.get("name"), given.get("description"))
    return {"artifactCollection": changed}


@mutation.field("updateArtifactSequence")
async def update_sequence(ctx: Context, input: Input) -> Input:
    return await _update_collection(ctx, input, "artifactSequenceID", Kind.SEQUENCE)


@mutation.field("updateArtifactPortfolio")
async def update_portfolio(ctx: Context, input: Input) -> Input:
    return await _update_collection(ctx, input, "artifactPortfolioID", Kind.PORTFOLIO)


@mutation.field("moveArtifactSequence")
async def move_sequence(ctx: Context, input: Input) -> Input:
    number = decode_global_id("ArtifactCollection", input["artifactSequenceID"])
    return {"artifactCollection": await edits.move_sequence(ctx, number, input["destinationArtifactTypeName"])}


async def _delete_collection(ctx: Context, given: Input, key: str, kind: Kind) -> Input:
    gone = await deletion.delete_collection(ctx, decode_global_id("ArtifactCollection", given[key]), kind)
    return {"artifactCollection": gone}


@mutation.field("deleteArtifactSequence")
async def delete_sequence(ctx: Context, input: Input) -> Input:
    return await _delete_collection(ctx, input, "artifactSequenceID", Kind.SEQUENCE)


@mutation.field("deleteArtifactPortfolio")
async def delete_portfolio(ctx: Context, input: Input) -> Input:
    return await _delete_collection(ctx, input, "artifactPortfolioID", Kind.PORTFOLIO)


def _collection_name(given: Input) -> CollectionName:
    return CollectionName(given["entityName"], given["projectName"], given["artifactCollectionName"])


@mutation.field("createArtifactCollectionTagAssignments")
async def tag_collection(ctx: Context, input: Input) -> Input:
    return {"tags": await edits.tag_collection(ctx, _collection_name(input), _tags(input["tags"]))}


@mutation.field("deleteArtifactCollectionTagAssignments")
async def untag_collection(ctx: Context, input: Input) -> Input:
    await edits.tag_collection(ctx, _collection_name(input), _tags(input["tags"]), remove=True)
    return {"success": True}

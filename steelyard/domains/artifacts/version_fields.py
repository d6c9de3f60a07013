"""GraphQL fields of versions, their places, names, manifests and files (docs/protocol/artifacts.md, reads)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from steelyard.context import Context
from steelyard.domains.accounts.loaders import users
from steelyard.domains.accounts.model import User
from steelyard.domains.artifacts import downloads, loaders, service
from steelyard.domains.artifacts.downloads import Listed, asked_entry, file_node
from steelyard.domains.artifacts.model import Alias, Artifact, ArtifactType, Collection, Manifest, Membership, Tag
from steelyard.domains.runs.model import Run
from steelyard.graphql.binding import ObjectBinding
from steelyard.graphql.connection import Connection, Edge, connection, decode_number, page_size, slice_page
from steelyard.kernel.errors import NotFound
from steelyard.kernel.ids import encode_global_id

artifact_type = ObjectBinding("Artifact", model=Artifact)
membership_type = ObjectBinding("ArtifactCollectionMembership", model=Membership)
alias_type = ObjectBinding("ArtifactAlias", model=Alias)
tag_type = ObjectBinding("Tag", model=Tag)
manifest_type = ObjectBinding("ArtifactManifest", model=Manifest)


# ---- of a version ---------------------------------------------------------------------------------------------


@artifact_type.field("size")
def artifact_size(artifact: Artifact, _ctx: Context) -> int:
    """Files and what references lead to; `storageBytes` is of files alone."""
    return artifact.size_bytes


@artifact_type.field("storageBytes")
def artifact_storage(artifact: Artifact, _ctx: Context) -> int:
    return artifact.stored_bytes


@artifact_type.field("labels")
def no_labels(_artifact: Artifact, _ctx: Context) -> None:
    """Labels were given up by clients before they were ever shown."""


@artifact_type.field("commitHash")
def commit_hash(artifact: Artifact, _ctx: Context) -> str | None:
    return artifact.digest if artifact.version_index is not None else None


@artifact_type.field("tags")
async def artifact_tags(artifact: Artifact, ctx: Context) -> list[Tag]:
    return await loaders.tags.load(ctx, artifact.id) or []


# Clients up to 0.18 read the number of a version from its aliases and stop without it; later ones leave it out again.


@artifact_type.field("aliases")
async def artifact_aliases(artifact: Artifact, ctx: Context) -> list[Alias]:
    """Aliases in every collection that the caller may see."""
    places = await loaders.places.load(ctx, artifact.id) or []
    return [alias for place in places for alias in await membership_aliases(place, ctx)]


@membership_type.field("aliases")
async def membership_aliases(place: Membership, ctx: Context) -> list[Alias]:
    return [*(await loaders.place_aliases.load(ctx, place.id) or []), place.version_alias]


@artifact_type.field("artifactType")
async def artifact_type_of(artifact: Artifact, ctx: Context) -> ArtifactType | None:
    return await loaders.types.load(ctx, artifact.type_id)


@artifact_type.field("artifactSequence")
async def artifact_sequence(artifact: Artifact, ctx: Context) -> Collection:
    found = await loaders.sequences.load(ctx, artifact.id)
    if found is None:
        raise NotFound("the artifact was deleted meanwhile")
    return found


@artifact_type.field("artifactMemberships")
async def artifact_memberships(
    artifact: Artifact, ctx: Context, first: int | None = None, after: str | None = None, **_: Any
) -> Connection:
    return slice_page(await loaders.places.load(ctx, artifact.id) or [], first, after)


@artifact_type.field("currentManifest")
async def current_manifest(artifact: Artifact, ctx: Context) -> Manifest | None:
    if artifact.manifest_id is None:
        return None
    await downloads.note_reading(ctx, artifact)
    return await loaders.manifests.load(ctx, artifact.manifest_id)


# Mutations answer a manifest as a dict that has its file with the address to upload to.


@manifest_type.field("type")
def manifest_kind(manifest: Manifest | dict[str, Any], _ctx: Context) -> str:
    return str(manifest["type"] if isinstance(manifest, dict) else manifest.kind)


@manifest_type.field("file")
async def manifest_file(manifest: Manifest | dict[str, Any], ctx: Context) -> Any:
    if isinstance(manifest, dict):
        return manifest["file"]
    url = await downloads.manifest_url(ctx, manifest)
    return {
        "id": encode_global_id("ArtifactManifestFile", manifest.id),
        "name": manifest.name,
        "displayName": manifest.name,
        "mimetype": "application/json",
        "url": url,
        "directUrl": url,
    }


@artifact_type.field("createdBy")
async def created_by(artifact: Artifact, ctx: Context) -> Run | User | None:
    run = await loaders.makers.load(ctx, artifact.run_id) if artifact.run_id else None
    if run is not None:
        return run
    return await users.load(ctx, artifact.created_by) if artifact.created_by else None


@artifact_type.field("usedBy")
async def used_by(
    artifact: Artifact, ctx: Context, first: int | None = None, after: str | None = None, **_: Any
) -> Connection:
    return slice_page(await service.list_users(ctx, artifact), first, after)


# ---- files ----------------------------------------------------------------------------------------------------


@artifact_type.field("files")
async def artifact_files(
    artifact: Artifact,
    ctx: Context,
    names: list[str] | None = None,
    first: int | None = None,
    after: str | None = None,
    **_: Any,
) -> Connection:
    """Every entry of the manifest, references too; clients download what is listed."""
    if names is not None:
        return slice_page([file_node(item) for item in await downloads.find_files(ctx, artifact, names)], first, after)
    size = page_size(first)
    found = await downloads.list_files(ctx, artifact, _position(after), size + 1)
    page = connection(found, size, _cursor, artifact.file_count)
    return replace(page, edges=[Edge(file_node(edge.node), edge.cursor) for edge in page.edges])


def _cursor(_index: int, item: Listed) -> str:
    return f"entry:{item.entry.position}"


def _position(after: str | None) -> int:
    position = decode_number(after, "entry")
    return -1 if position is None else position


@artifact_type.field("filesByManifestEntries")
async def files_by_entries(
    artifact: Artifact, ctx: Context, entries: list[dict[str, Any]] | None = None, **_: Any
) -> Connection:
    found = await downloads.find_asked(ctx, artifact, [asked_entry(item) for item in entries or ()])
    return connection([file_node(item) for item in found], len(found), lambda index, _item: f"offset:{index + 1}")


# ---- of a membership and an alias -----------------------------------------------------------------------------


@membership_type.field("artifactCollection")
async def membership_collection(place: Membership, ctx: Context) -> Collection | None:
    return await loaders.collections.load(ctx, place.collection_id)


@membership_type.field("artifact")
async def membership_artifact(place: Membership, ctx: Context) -> Artifact | None:
    return await loaders.artifacts.load(ctx, place.artifact_id)


@membership_type.field("files")
async def membership_files(place: Membership, ctx: Context, **args: Any) -> Connection | None:
    artifact = await loaders.artifacts.load(ctx, place.artifact_id)
    return await artifact_files(artifact, ctx, **args) if artifact else None


@alias_type.field("artifactCollection")
async def alias_collection(alias: Alias, ctx: Context) -> Collection | None:
    return await loaders.collections.load(ctx, alias.collection_id)


@alias_type.field("artifactCollectionName")
async def alias_collection_name(alias: Alias, ctx: Context) -> str | None:
    found = await loaders.collections.load(ctx, alias.collection_id)
    return found.name if found else None


@tag_type.field("tagCategoryName")
@tag_type.field("attributes")
def no_category(_tag: Tag, _ctx: Context) -> None:
    """Tags are plain names here."""

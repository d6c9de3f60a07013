"""Use cases of reading what versions hold: listings with signed URLs, manifests, and the fixed download paths."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import access as account_access
from steelyard.domains.accounts import queries as account_queries
from steelyard.domains.accounts.access import Permission
from steelyard.domains.artifacts import access, content_queries, queries
from steelyard.domains.artifacts.manifest import ManifestEntry
from steelyard.domains.artifacts.model import MD5, Artifact, Blob, Entry, Manifest, State
from steelyard.domains.artifacts.rules import hex_of_digest
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action
from steelyard.domains.files.model import guess_type, is_document
from steelyard.domains.projects import queries as project_queries
from steelyard.kernel.errors import NotFound
from steelyard.kernel.ids import encode_global_id, find_global_id


async def note_reading(ctx: Context, artifact: Artifact) -> None:
    """Have the audit log tell that the caller was shown what the version holds."""
    if artifact.state is State.COMMITTED:
        await audit.note_reading(ctx, Action.ARTIFACT_READ, artifact.subject)


@dataclass(frozen=True)
class Listed:
    """An entry with the address of its content: a signed URL, or what the reference points to."""

    entry: Entry
    url: str


async def list_files(ctx: Context, artifact: Artifact, after: int, limit: int) -> list[Listed]:
    """Return entries in the order of the manifest, those behind position `after`. The caller may read the version."""
    if artifact.manifest_id is None:
        return []
    await note_reading(ctx, artifact)
    async with ctx.database.read() as conn:
        entries = await content_queries.list_entries(conn, artifact.manifest_id, after, limit)
    return [Listed(entry, await entry_url(ctx, entry)) for entry in entries]


async def find_files(ctx: Context, artifact: Artifact, paths: Sequence[str]) -> list[Listed]:
    """Return the entries of exactly these paths; unknown ones are left out."""
    if artifact.manifest_id is None:
        return []
    await note_reading(ctx, artifact)
    async with ctx.database.read() as conn:
        entries = await content_queries.find_entries(conn, artifact.manifest_id, paths)
    return [Listed(entry, await entry_url(ctx, entry)) for entry in entries]


async def find_asked(ctx: Context, artifact: Artifact, asked: Sequence[ManifestEntry]) -> list[Listed]:
    """Return one entry per asked one, in that order.

    Raises `NotFound` for one that the version does not list with that digest: a client without an answer for each
    would ask for ever (docs/protocol/artifacts.md, download).
    """
    known = {item.entry.path: item for item in await find_files(ctx, artifact, [entry.path for entry in asked])}
    for entry in asked:
        if entry.path not in known or known[entry.path].entry.digest != entry.digest:
            raise NotFound(f"the artifact has no file {entry.path!r} with the digest {entry.digest!r}")
    return [known[entry.path] for entry in asked]


async def entry_url(ctx: Context, entry: Entry) -> str:
    if entry.object_key is None:
        return entry.ref or ""
    return await _signed(ctx, entry.object_key, entry.path)


async def manifest_url(ctx: Context, manifest: Manifest) -> str:
    """Return a signed absolute URL of the manifest. The caller may read its version."""
    return await _signed(ctx, manifest.object_key, manifest.name)


async def _signed(ctx: Context, key: str, path: str) -> str:
    objects, kind = ctx.ports.objects, guess_type(path)
    sign = objects.sign_read if is_document(kind) else objects.sign_get
    signed = await sign(
        key,
        ctx.may_read,
        filename=PurePosixPath(path).name or "download",
        content_type=kind,
    )
    return signed.url


# ---- fixed paths (docs/protocol/artifacts.md, fixed download paths) ---------------------------------------------

_HEX = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class FixedPath:
    """What a fixed path names. Ids are global ids as they stand in the path, possibly empty."""

    digest: str
    entity: str = ""
    project: str = ""
    artifact_id: str = ""
    birth_artifact_id: str = ""
    basename: str = "download"


def parse_fixed_path(path: str) -> FixedPath:
    """Read what follows `/artifactsV2/` in any of its forms; which one it is shows in the number of segments.

    Raises `NotFound` for other paths.
    """
    parts = path.split("/")
    match parts:
        case [_region, entity, birth, digest]:
            found = FixedPath(digest, entity, birth_artifact_id=birth)
        case [_region, entity, birth, digest, name]:
            found = FixedPath(digest, entity, birth_artifact_id=birth, basename=name)
        case [_region, entity, project, _collection, birth, digest, name]:
            found = FixedPath(digest, entity, project, birth_artifact_id=birth, basename=name)
        case [_region, entity, project, _collection, artifact, birth, digest, name]:
            found = FixedPath(digest, entity, project, artifact, birth, name)
        case _:
            raise NotFound("there is no such artifact path")
    if not _HEX.fullmatch(found.digest):
        raise NotFound("there is no such artifact path")
    return found


async def resolve_fixed_path(ctx: Context, path: FixedPath) -> str:
    """Return the signed URL of the content that the path names. Raises `NotFound` unless the caller may read it."""
    account_access.require_reader(ctx)
    async with ctx.database.read() as conn:
        artifact = await _find_version(conn, path)
        blob = await (
            _content_of(ctx, conn, artifact, path.digest) if artifact else _content_of_entity(ctx, conn, path)
        )
    if blob is None or blob.stored_at is None:
        raise NotFound("there is no such artifact content")
    if artifact is not None:
        await note_reading(ctx, artifact)
    return await _signed(ctx, blob.object_key, path.basename)


async def _find_version(conn: AsyncConnection, path: FixedPath) -> Artifact | None:
    for text in (path.artifact_id, path.birth_artifact_id):
        number = find_global_id("Artifact", text)
        artifact = None if number is None else await queries.find_artifact(conn, number)
        if artifact is not None:
            return artifact
    return None


async def _content_of(ctx: Context, conn: AsyncConnection, artifact: Artifact, digest: str) -> Blob | None:
    """Return the content to readers of the version's project; to readers of a link, if the version lists it."""
    blob = (await content_queries.find_blobs(conn, artifact.space, [digest])).get(digest)
    if blob is None or await _may_read_project(ctx, conn, artifact.project_id):
        return blob
    if artifact.manifest_id is None or await access.find_artifact(ctx, conn, artifact.id) is None:
        return None
    return blob if await content_queries.lists_blob(conn, artifact.manifest_id, blob.id) else None


async def _may_read_project(ctx: Context, conn: AsyncConnection, project_id: int) -> bool:
    project = await project_queries.find_project_by_id(conn, project_id)
    return project is not None and account_access.allows(ctx.identity, Permission.READ, project.target)


async def _content_of_entity(ctx: Context, conn: AsyncConnection, path: FixedPath) -> Blob | None:
    """Return content of this digest in any project of the entity that the caller may read."""
    entity = await account_queries.find_entity(conn, path.entity)
    if entity is None:
        return None
    for blob in await content_queries.list_entity_blobs(conn, entity.id, path.digest):
        if await _may_read_project(ctx, conn, blob.project_id):
            return blob
    return None


def file_node(listed: Listed) -> dict[str, Any]:
    """Return the entry as GraphQL's `File`."""
    entry = listed.entry
    return {
        "id": encode_global_id(f"ArtifactFile:{entry.manifest_id}", entry.position),
        "name": entry.path,
        "displayName": entry.path,
        "sizeBytes": entry.size_bytes or 0,
        "mimetype": guess_type(entry.path),
        "digest": entry.digest,
        "md5": entry.digest if entry.algorithm == MD5 else None,
        "url": listed.url,
        "directUrl": listed.url,
        "storagePath": entry.object_key,
    }


def asked_entry(value: dict[str, Any]) -> ManifestEntry:
    """Return the entry that a client asks for by name and digest."""
    if not value.get("ref"):
        hex_of_digest(value["digest"])
    return ManifestEntry(value["name"], value["digest"])

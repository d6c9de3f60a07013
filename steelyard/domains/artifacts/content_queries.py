"""Questions about what versions hold: manifests, their entries, stored content. They never commit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.artifacts import tables as t
from steelyard.domains.artifacts.model import Blob, Entry, Manifest, ManifestKind
from steelyard.domains.artifacts.queries import chunks
from steelyard.domains.artifacts.rules import path_digest
from steelyard.domains.projects.tables import projects
from steelyard.sql.dialect import upsert

manifests, blobs, entries = t.artifact_manifests, t.artifact_blobs, t.artifact_entries

# ---- manifests ------------------------------------------------------------------------------------------------


def _manifest(row: Any) -> Manifest:
    return Manifest(**{**row._mapping, "kind": ManifestKind(row.kind)})


async def list_manifests_by_id(conn: AsyncConnection, ids: Sequence[int]) -> list[Manifest]:
    return [_manifest(row) for row in await conn.execute(select(manifests).where(manifests.c.id.in_(ids)))]


async def list_uploaded_manifests(conn: AsyncConnection, artifact_id: int) -> list[Manifest]:
    """Return the manifests that clients announced with a digest, newest first."""
    statement = select(manifests).where(manifests.c.artifact_id == artifact_id, manifests.c.digest != "")
    return [_manifest(row) for row in await conn.execute(statement.order_by(manifests.c.id.desc()))]


async def update_manifest(conn: AsyncConnection, manifest_id: int, **values: Any) -> None:
    await conn.execute(update(manifests).where(manifests.c.id == manifest_id).values(**values))


async def delete_manifest(conn: AsyncConnection, manifest_id: int) -> None:
    """Remove the manifest with its entries."""
    await conn.execute(delete(entries).where(entries.c.manifest_id == manifest_id))
    await conn.execute(delete(manifests).where(manifests.c.id == manifest_id))


# ---- stored content -------------------------------------------------------------------------------------------

_BLOB = [c for c in blobs.c if c.name != "created_at"]


async def ensure_blobs(conn: AsyncConnection, rows: Iterable[dict[str, Any]]) -> None:
    """Make a row for each digest that the project has none for."""
    await upsert(conn, blobs, rows, key=("project_id", "digest"), update=("digest",))


async def find_blobs(conn: AsyncConnection, project_id: int, digests: Sequence[str]) -> dict[str, Blob]:
    """Return digest → content."""
    found: dict[str, Blob] = {}
    for some in chunks(list(dict.fromkeys(digests))):
        statement = select(*_BLOB).where(blobs.c.project_id == project_id, blobs.c.digest.in_(some))
        found |= {row.digest: Blob(**row._mapping) for row in await conn.execute(statement)}
    return found


async def set_birth(conn: AsyncConnection, blob_id: int, artifact_id: int) -> None:
    await conn.execute(update(blobs).where(blobs.c.id == blob_id).values(birth_artifact_id=artifact_id))


async def mark_stored(conn: AsyncConnection, sizes: Iterable[tuple[int, int]], moment: datetime) -> None:
    """Note (id, size in bytes) of content that has been seen in the store."""
    rows = [{"blob": blob_id, "size": size} for blob_id, size in sizes]
    statement = update(blobs).where(blobs.c.id == bindparam("blob"))
    if rows:
        await conn.execute(statement.values(size_bytes=bindparam("size"), stored_at=moment), rows)


async def mark_lost(conn: AsyncConnection, ids: Sequence[int]) -> None:
    """Note that the store does not have the content, whatever was seen before."""
    for some in chunks(ids):
        await conn.execute(update(blobs).where(blobs.c.id.in_(some)).values(stored_at=None))


# ---- entries --------------------------------------------------------------------------------------------------


def _entries() -> Select[Any]:
    columns = [c for c in entries.c if c.name != "path_digest"]
    return select(*columns, blobs.c.object_key).join(blobs, blobs.c.id == entries.c.blob_id, isouter=True)


async def insert_entries(conn: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        await conn.execute(insert(entries), rows)


async def known_paths(conn: AsyncConnection, manifest_id: int, digests: Sequence[str]) -> set[str]:
    """Return those of the path digests that the manifest has an entry for."""
    found: set[str] = set()
    for some in chunks(digests):
        statement = select(entries.c.path_digest).where(
            entries.c.manifest_id == manifest_id, entries.c.path_digest.in_(some)
        )
        found.update((await conn.execute(statement)).scalars())
    return found


async def list_entries(conn: AsyncConnection, manifest_id: int, after: int, limit: int) -> list[Entry]:
    """Return entries by position, those behind `after` (-1 for all)."""
    statement = _entries().where(entries.c.manifest_id == manifest_id, entries.c.position > after)
    rows = await conn.execute(statement.order_by(entries.c.position).limit(limit))
    return [Entry(**row._mapping) for row in rows]


async def find_entries(conn: AsyncConnection, manifest_id: int, paths: Sequence[str]) -> list[Entry]:
    """Return the entries of exactly these paths, in the order of the manifest."""
    found: list[Entry] = []
    for some in chunks([path_digest(path) for path in paths]):
        statement = _entries().where(entries.c.manifest_id == manifest_id, entries.c.path_digest.in_(some))
        found += [Entry(**row._mapping) for row in await conn.execute(statement)]
    return sorted(found, key=lambda entry: entry.position)


async def lists_blob(conn: AsyncConnection, manifest_id: int, blob_id: int) -> bool:
    statement = select(entries.c.position).where(entries.c.blob_id == blob_id, entries.c.manifest_id == manifest_id)
    return (await conn.execute(statement.limit(1))).first() is not None


async def list_entity_blobs(conn: AsyncConnection, entity_id: int, digest: str) -> list[Blob]:
    """Return the stored content of this digest in all projects of the entity."""
    owned = select(projects.c.id).where(projects.c.entity_id == entity_id)
    statement = select(*_BLOB).where(blobs.c.project_id.in_(owned), blobs.c.digest == digest)
    return [Blob(**row._mapping) for row in await conn.execute(statement.where(blobs.c.stored_at.is_not(None)))]

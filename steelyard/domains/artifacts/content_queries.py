"""Questions about what versions hold: manifests, their entries, stored content. They never commit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.artifacts import tables as t
from steelyard.domains.artifacts.model import Blob, Entry, Manifest, ManifestKind, Space
from steelyard.domains.artifacts.queries import chunks
from steelyard.domains.artifacts.rules import path_digest
from steelyard.domains.projects.tables import projects
from steelyard.sql.dialect import upsert
from steelyard.sql.many import insert_many

manifests, blobs, entries = t.artifact_manifests, t.artifact_blobs, t.artifact_entries

# Few enough that nobody waits long for the transaction.
_DELETED_AT_ONCE = 5000

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


async def list_staged(conn: AsyncConnection, artifact_id: int) -> list[Manifest]:
    """Return the lists that commits of the version have begun and not finished."""
    statement = select(manifests).where(manifests.c.artifact_id == artifact_id, manifests.c.kind == ManifestKind.STAGED)
    return [_manifest(row) for row in await conn.execute(statement)]


async def delete_manifest(conn: AsyncConnection, manifest_id: int) -> None:
    """Remove a manifest that has no entries, or few."""
    await conn.execute(delete(manifests).where(manifests.c.id == manifest_id))


async def delete_some_entries(conn: AsyncConnection, manifest_id: int) -> bool:
    """Remove entries, the last first, as many as one transaction may; return whether any were left."""
    mine = entries.c.manifest_id == manifest_id
    last = (await conn.execute(select(func.max(entries.c.position)).where(mine))).scalar()
    if last is None:
        return False
    await conn.execute(delete(entries).where(mine, entries.c.position > last - _DELETED_AT_ONCE))
    return True


# ---- stored content -------------------------------------------------------------------------------------------

_BLOB = [blobs.c[field.name] for field in fields(Blob)]


async def ensure_blobs(conn: AsyncConnection, rows: Iterable[dict[str, Any]]) -> None:
    """Make a row for each digest that its space has none for."""
    await upsert(conn, blobs, rows, key=("project_id", "algorithm", "digest"), update=("digest",))


def _in(space: Space, digests: Sequence[str]) -> ColumnElement[bool]:
    return and_(
        blobs.c.project_id == space.project_id, blobs.c.algorithm == space.algorithm, blobs.c.digest.in_(digests)
    )


async def find_blobs(conn: AsyncConnection, space: Space, digests: Sequence[str]) -> dict[str, Blob]:
    """Return digest → content."""
    found: dict[str, Blob] = {}
    for some in chunks(list(dict.fromkeys(digests))):
        rows = await conn.execute(select(*_BLOB).where(_in(space, some)))
        found |= {row.digest: Blob(*row) for row in rows}
    return found


async def find_stored(conn: AsyncConnection, space: Space, digests: Sequence[str]) -> dict[str, int]:
    """Return digest → id of the content that is known to be stored."""
    found: dict[str, int] = {}
    for some in chunks(digests):
        statement = select(blobs.c.digest, blobs.c.id).where(_in(space, some), blobs.c.stored_at.is_not(None))
        found.update({row.digest: row.id for row in await conn.execute(statement)})
    return found


async def update_blob(conn: AsyncConnection, blob_id: int, **values: Any) -> None:
    await conn.execute(update(blobs).where(blobs.c.id == blob_id).values(**values))


async def adopt_object(conn: AsyncConnection, blob_id: int, key: str, size_bytes: int, moment: datetime) -> None:
    """Make the object that of the content, unless the content is stored already."""
    statement = update(blobs).where(blobs.c.id == blob_id, blobs.c.stored_at.is_(None))
    await conn.execute(statement.values(object_key=key, size_bytes=size_bytes, stored_at=moment))


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
    columns = [c for c in entries.c if c.name not in {"path_digest", "path_key"}]
    content = (blobs.c.object_key, blobs.c.algorithm)
    return select(*columns, *content).join(blobs, blobs.c.id == entries.c.blob_id, isouter=True)


async def insert_entries(conn: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    await insert_many(conn, entries, rows)


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
    """Return the stored content of this digest in all projects of the entity, that of MD5 first."""
    owned = select(projects.c.id).where(projects.c.entity_id == entity_id)
    statement = select(*_BLOB).where(blobs.c.project_id.in_(owned), blobs.c.digest == digest)
    statement = statement.where(blobs.c.stored_at.is_not(None)).order_by(blobs.c.algorithm, blobs.c.id)
    return [Blob(*row) for row in await conn.execute(statement)]

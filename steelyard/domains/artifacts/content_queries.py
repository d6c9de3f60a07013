"""Questions about what versions hold: manifests, their entries, stored content. They never commit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, delete, func, insert, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.artifacts import tables as t
from steelyard.domains.artifacts.model import Blob, Entry, Manifest, ManifestKind, Space
from steelyard.domains.artifacts.queries import chunks
from steelyard.domains.artifacts.rules import path_digest
from steelyard.domains.projects.tables import projects
from steelyard.sql.dialect import upsert
from steelyard.sql.many import insert_many, update_many

artifacts, manifests = t.artifacts, t.artifact_manifests
blobs, entries = t.artifact_blobs, t.artifact_entries

# Few enough that nobody waits long for the transaction.
_DELETED_AT_ONCE = 5000

# ---- manifests ------------------------------------------------------------------------------------------------


_MANIFEST = [manifests.c[field.name] for field in fields(Manifest)]


def _manifest(row: Any) -> Manifest:
    return Manifest(**{**row._mapping, "kind": ManifestKind(row.kind)})


async def list_manifests_by_id(conn: AsyncConnection, ids: Sequence[int]) -> list[Manifest]:
    return [_manifest(row) for row in await conn.execute(select(*_MANIFEST).where(manifests.c.id.in_(ids)))]


async def list_uploaded_manifests(conn: AsyncConnection, artifact_id: int) -> list[Manifest]:
    """Return the manifests that clients announced with a digest, newest first."""
    statement = select(*_MANIFEST).where(
        manifests.c.artifact_id == artifact_id, manifests.c.digest != "", manifests.c.condemned_at.is_(None)
    )
    return [_manifest(row) for row in await conn.execute(statement.order_by(manifests.c.id.desc()))]


async def update_manifest(conn: AsyncConnection, manifest_id: int, **values: Any) -> None:
    await conn.execute(update(manifests).where(manifests.c.id == manifest_id).values(**values))


async def list_staged(conn: AsyncConnection, artifact_id: int) -> list[Manifest]:
    """Return the lists that commits of the version have begun and not finished."""
    statement = select(*_MANIFEST).where(
        manifests.c.artifact_id == artifact_id,
        manifests.c.kind == ManifestKind.STAGED,
        manifests.c.condemned_at.is_(None),
    )
    return [_manifest(row) for row in await conn.execute(statement)]


async def hold_manifest(conn: AsyncConnection, manifest_id: int) -> bool:
    """Tell whether the manifest is there to stay; then nobody can condemn it until the transaction ends."""
    statement = select(manifests.c.condemned_at).where(manifests.c.id == manifest_id).with_for_update(read=True)
    row = (await conn.execute(statement)).first()
    return row is not None and row.condemned_at is None


async def publish_manifest(conn: AsyncConnection, manifest_id: int, now: datetime) -> bool:
    """Make a list that a commit has written a manifest that readers get; False when it was given up."""
    statement = update(manifests).where(manifests.c.id == manifest_id, manifests.c.condemned_at.is_(None))
    return (await conn.execute(statement.values(kind=ManifestKind.FULL, created_at=now))).rowcount == 1


async def condemn_manifest(conn: AsyncConnection, manifest_id: int, now: datetime) -> None:
    """Leave the manifest to the collection: from now on nobody adds to it, publishes it, or reads it to the end."""
    await update_manifest(conn, manifest_id, condemned_at=now)


async def condemn_object_of(conn: AsyncConnection, manifest: Manifest, now: datetime) -> None:
    """Leave what was uploaded for the manifest so far to the collection; it spares what a commit has taken over."""
    values = {name: value for name, value in vars(manifest).items() if name != "id"}
    await conn.execute(insert(manifests).values(**values | {"digest": "", "condemned_at": now}))


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
    """Make a row for each digest that its space has none for; note in all that they are promised anew."""
    await upsert(conn, blobs, rows, key=("project_id", "algorithm", "digest"), update=("promised_at",))


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


async def list_unseen(conn: AsyncConnection, space: Space, after: str, limit: int) -> list[Blob]:
    """Return content that nobody has seen in the store, by digest, that behind the digest `after`."""
    statement = select(*_BLOB).where(
        blobs.c.project_id == space.project_id,
        blobs.c.algorithm == space.algorithm,
        blobs.c.digest > after,
        blobs.c.stored_at.is_(None),
    )
    return [Blob(*row) for row in await conn.execute(statement.order_by(blobs.c.digest).limit(limit))]


async def find_stored(conn: AsyncConnection, space: Space, digests: Sequence[str]) -> dict[str, int]:
    """Return digest → id of the content that is known to be stored."""
    found: dict[str, int] = {}
    for some in chunks(digests):
        statement = select(blobs.c.digest, blobs.c.id).where(_in(space, some), blobs.c.stored_at.is_not(None))
        found.update({row.digest: row.id for row in await conn.execute(statement)})
    return found


async def hold_stored(conn: AsyncConnection, ids: Sequence[int]) -> dict[int, str]:
    """Return id → digest of those that are stored; nobody can delete them until the transaction ends."""
    found: dict[int, str] = {}
    for some in chunks(sorted(ids)):
        statement = select(blobs.c.id, blobs.c.digest).where(blobs.c.id.in_(some), blobs.c.stored_at.is_not(None))
        found.update({row.id: row.digest for row in await conn.execute(statement.with_for_update(read=True))})
    return found


async def update_blob(conn: AsyncConnection, blob_id: int, **values: Any) -> None:
    await conn.execute(update(blobs).where(blobs.c.id == blob_id).values(**values))


def _same(blob_id: Any, key: Any) -> ColumnElement[bool]:
    """Find content by id and object: where it was deleted meanwhile, other content may have the id by now."""
    return and_(blobs.c.id == blob_id, blobs.c.object_key == key)


async def adopt_object(conn: AsyncConnection, blob: Blob, key: str, size_bytes: int, moment: datetime) -> None:
    """Make the object that of the content, unless the content is stored already."""
    statement = update(blobs).where(blobs.c.id == blob.id, blobs.c.digest == blob.digest, blobs.c.stored_at.is_(None))
    await conn.execute(statement.values(object_key=key, size_bytes=size_bytes, stored_at=moment))


async def mark_stored(conn: AsyncConnection, seen: Iterable[Blob], moment: datetime) -> None:
    """Note that the content has been seen in the store, in the sizes given."""
    rows = [
        {"id": item.id, "object_key": item.object_key, "size_bytes": item.size_bytes or 0, "stored_at": moment}
        for item in seen
    ]
    # By id and object: where it was deleted meanwhile, other content may have the id by now.
    await update_many(conn, blobs, rows, named_by=2)


async def mark_lost(conn: AsyncConnection, lost: Iterable[Blob]) -> None:
    """Note that the store does not have the content, whatever was seen before."""
    rows = [{"blob": item.id, "key": item.object_key} for item in lost]
    if rows:
        await conn.execute(
            update(blobs).where(_same(bindparam("blob"), bindparam("key"))).values(stored_at=null()), rows
        )


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


def objects_of_project(project_id: int) -> list[Select[Any]]:
    """Return the questions for (key, size) of all objects of the project's artifacts."""
    owned = select(artifacts.c.id).where(artifacts.c.project_id == project_id)
    texts = select(manifests.c.object_key, null()).distinct().where(manifests.c.artifact_id.in_(owned))
    return [texts, select(blobs.c.object_key, blobs.c.size_bytes).where(blobs.c.project_id == project_id)]

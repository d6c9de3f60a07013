"""Questions about what nobody needs any more. They never commit.

Whole tables are read in ranges of ids, each a short question: a range that names no row is no end of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.artifacts import tables as t
from steelyard.domains.artifacts.model import DeletedWhy, ManifestKind, State
from steelyard.domains.files.model import Dead

artifacts, manifests, blobs, entries = t.artifacts, t.artifact_manifests, t.artifact_blobs, t.artifact_entries

Range = tuple[int, int]
"""The ids above the first and up to the second."""


@dataclass(frozen=True)
class Limits:
    """Since when things must have been left alone to go."""

    # Versions that were deleted before this.
    deleted: datetime
    # Versions that nobody has gone on writing since, and manifests that led to nothing.
    unfinished: datetime
    # Content that no client was told of since.
    promised: datetime


async def next_manifests(conn: AsyncConnection, after: int, size: int) -> Range | None:
    """Return the next range of manifests, None at the end."""
    return _range(after, (await conn.execute(_last_of(manifests.c.id, after, size))).scalar())


async def next_blobs(conn: AsyncConnection, after: int, size: int) -> Range | None:
    return _range(after, (await conn.execute(_last_of(blobs.c.id, after, size))).scalar())


def _last_of(key: ColumnElement[int], after: int, size: int) -> Select[Any]:
    some = select(key.label("number")).where(key > after).order_by(key).limit(size).subquery()
    return select(func.max(some.c.number))


def _range(after: int, upto: int | None) -> Range | None:
    return None if upto is None else (after, upto)


# ---- versions that were never finished ------------------------------------------------------------------------


def unfinished(limits: Limits) -> ColumnElement[bool]:
    return and_(artifacts.c.state == State.PENDING, artifacts.c.updated_at < limits.unfinished)


async def list_unfinished(conn: AsyncConnection, limits: Limits, limit: int) -> list[int]:
    statement = select(artifacts.c.id).where(unfinished(limits)).order_by(artifacts.c.updated_at)
    return list((await conn.execute(statement.limit(limit))).scalars())


async def count_unfinished(conn: AsyncConnection, limits: Limits) -> int:
    statement = select(func.count()).select_from(artifacts).where(unfinished(limits))
    return int((await conn.execute(statement)).scalar_one())


async def forget_client_ids(conn: AsyncConnection, ids: Sequence[int]) -> None:
    """Let clients give their ids to other versions than these."""
    await conn.execute(delete(t.artifact_client_ids).where(t.artifact_client_ids.c.artifact_id.in_(ids)))


# ---- manifests ------------------------------------------------------------------------------------------------


def needless(limits: Limits) -> ColumnElement[bool]:
    """Tell manifests, joined with their versions, that nobody will ever ask for. What is needless stays so.

    Of deleted versions all once the grace is over, at once where nobody could ever read them; of committed ones all
    but the one list that was published; of those still being written lists that a commit has begun and not ended.
    """
    old = manifests.c.created_at < limits.unfinished
    over = or_(artifacts.c.deleted_at < limits.deleted, artifacts.c.deleted_why == DeletedWhy.UNFINISHED)
    return or_(
        and_(artifacts.c.state == State.DELETED, over),
        and_(artifacts.c.state == State.COMMITTED, artifacts.c.manifest_id != manifests.c.id, old),
        and_(artifacts.c.state == State.PENDING, manifests.c.kind == ManifestKind.STAGED, old),
    )


async def list_needless(conn: AsyncConnection, limits: Limits, part: Range) -> list[int]:
    statement = select(manifests.c.id).join(artifacts, artifacts.c.id == manifests.c.artifact_id)
    statement = statement.where(manifests.c.id > part[0], manifests.c.id <= part[1])
    statement = statement.where(manifests.c.condemned_at.is_(None), needless(limits))
    return list((await conn.execute(statement.order_by(manifests.c.id))).scalars())


async def condemn_needless(conn: AsyncConnection, ids: Sequence[int], limits: Limits, now: datetime) -> int:
    """Condemn those of the manifests that are needless; those that a commit holds have their turn later."""
    free = select(manifests.c.id).where(manifests.c.id.in_(ids), manifests.c.condemned_at.is_(None))
    free_ids = list((await conn.execute(free.order_by(manifests.c.id).with_for_update(skip_locked=True))).scalars())
    # Asked again while they are held: a commit may have published one since it was listed.
    statement = select(manifests.c.id).join(artifacts, artifacts.c.id == manifests.c.artifact_id)
    still = list((await conn.execute(statement.where(manifests.c.id.in_(free_ids), needless(limits)))).scalars())
    if still:
        await conn.execute(update(manifests).where(manifests.c.id.in_(still)).values(condemned_at=now))
    return len(still)


@dataclass(frozen=True)
class Condemned:
    id: int
    artifact_id: int
    object_key: str
    created_at: datetime


async def list_condemned(conn: AsyncConnection, after: int, limit: int) -> list[Condemned]:
    columns = [manifests.c[name] for name in Condemned.__dataclass_fields__]
    statement = select(*columns).where(manifests.c.condemned_at.is_not(None), manifests.c.id > after)
    return [Condemned(*row) for row in await conn.execute(statement.order_by(manifests.c.id).limit(limit))]


async def delete_condemned(conn: AsyncConnection, manifest: Condemned) -> bool | None:
    """Delete an emptied manifest. Return whether its object is nobody's now, None when the manifest was gone already.

    Manifests of one version may share an object: all of them are held while one looks for others.
    """
    held = select(manifests.c.id, manifests.c.object_key).where(manifests.c.artifact_id == manifest.artifact_id)
    rows = (await conn.execute(held.order_by(manifests.c.id).with_for_update())).all()
    done = await conn.execute(delete(manifests).where(manifests.c.id == manifest.id))
    if done.rowcount == 0:
        return None
    return all(row.id == manifest.id or row.object_key != manifest.object_key for row in rows)


# ---- content --------------------------------------------------------------------------------------------------


def unpromised(limits: Limits, writing: ColumnElement[bool] | None = None) -> ColumnElement[bool]:
    """Tell content that no version still being written can count on.

    A version is told of content after it was begun: what was promised before the oldest of the project was begun, was
    promised to none of them.
    """
    promised = func.coalesce(blobs.c.promised_at, blobs.c.created_at)
    begun = select(artifacts.c.id).where(
        artifacts.c.project_id == blobs.c.project_id,
        artifacts.c.state == State.PENDING if writing is None else writing,
        artifacts.c.created_at <= promised,
    )
    return and_(promised < limits.promised, ~begun.exists())


def unlisted() -> ColumnElement[bool]:
    return ~select(entries.c.position).where(entries.c.blob_id == blobs.c.id).exists()


async def list_unused(conn: AsyncConnection, limits: Limits, part: Range) -> list[int]:
    statement = select(blobs.c.id).where(blobs.c.id > part[0], blobs.c.id <= part[1])
    statement = statement.where(unlisted(), unpromised(limits)).order_by(blobs.c.id)
    return list((await conn.execute(statement)).scalars())


async def delete_unused(conn: AsyncConnection, ids: Sequence[int], limits: Limits) -> list[Dead]:
    """Delete the rows of those that are unused, and return their objects. What others hold has its turn later."""
    free = select(blobs.c.id).where(blobs.c.id.in_(ids)).order_by(blobs.c.id).with_for_update(skip_locked=True)
    free_ids = list((await conn.execute(free)).scalars())
    # Asked again while they are held: a commit may have listed one, or a client been told of it, since.
    statement = select(blobs.c.id, blobs.c.object_key, blobs.c.size_bytes)
    rows = (await conn.execute(statement.where(blobs.c.id.in_(free_ids), unlisted(), unpromised(limits)))).all()
    if rows:
        await conn.execute(delete(blobs).where(blobs.c.id.in_([row.id for row in rows])))
    return [(row.object_key, row.size_bytes) for row in rows]


# ---- what would go --------------------------------------------------------------------------------------------


async def count_needless(conn: AsyncConnection, limits: Limits, part: Range) -> int:
    """Return how many manifests of the range are condemned or would be."""
    statement = select(func.count()).select_from(manifests).join(artifacts, artifacts.c.id == manifests.c.artifact_id)
    statement = statement.where(manifests.c.id > part[0], manifests.c.id <= part[1])
    return int((await conn.execute(statement.where(_would_go(limits)))).scalar_one())


def _would_go(limits: Limits) -> ColumnElement[bool]:
    return or_(manifests.c.condemned_at.is_not(None), needless(limits), unfinished(limits))


async def weigh_unused(conn: AsyncConnection, limits: Limits, part: Range) -> tuple[int, int]:
    """Return how much content of the range, and how many bytes, would be unused once the rest has gone."""
    needed = select(entries.c.position).where(entries.c.blob_id == blobs.c.id)
    needed = needed.join(manifests, manifests.c.id == entries.c.manifest_id)
    needed = needed.join(artifacts, artifacts.c.id == manifests.c.artifact_id)
    needed = needed.where(~_would_go(limits)).correlate(blobs)
    writing = and_(artifacts.c.state == State.PENDING, artifacts.c.updated_at >= limits.unfinished)
    statement = select(func.count(), func.coalesce(func.sum(blobs.c.size_bytes), 0)).select_from(blobs)
    statement = statement.where(blobs.c.id > part[0], blobs.c.id <= part[1], ~needed.exists())
    statement = statement.where(unpromised(limits, writing))
    row = (await conn.execute(statement)).one()
    return int(row[0]), int(row[1])

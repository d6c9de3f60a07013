"""Questions about versions that lists of the living leave out, and what pages show beside them. They never commit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.artifacts import membership_queries, queries
from steelyard.domains.artifacts import tables as t
from steelyard.domains.artifacts.model import Artifact, LineageRole, Membership, State

artifacts, memberships, aliases = t.artifacts, t.artifact_memberships, t.artifact_aliases

ORDERS: Mapping[str, ColumnElement[object]] = {
    **queries.VERSION_ORDERS,
    "file_count": artifacts.c.file_count,
}


async def list_pending(conn: AsyncConnection, sequence_id: int, limit: int) -> list[Artifact]:
    """Return versions of the sequence that are still being uploaded, the newest first."""
    statement = select(artifacts.c.id).where(artifacts.c.sequence_id == sequence_id, artifacts.c.state == State.PENDING)
    ids = list((await conn.execute(statement.order_by(artifacts.c.id.desc()).limit(limit))).scalars())
    found = {item.id: item for item in await queries.list_artifacts_by_id(conn, ids)}
    return [found[number] for number in ids]


async def list_numbers(conn: AsyncConnection, question: Select[Any], limit: int) -> list[int]:
    """Return the numbers of the places that a question of `memberships_of` finds, the greatest first."""
    number = memberships.c.version_index
    statement = question.with_only_columns(number).order_by(number.desc()).limit(limit)
    return list((await conn.execute(statement)).scalars())


async def find_metadata(conn: AsyncConnection, artifact_id: int) -> str | None:
    found: str | None = (await conn.execute(select(artifacts.c.metadata).where(artifacts.c.id == artifact_id))).scalar()
    return found


async def find_any_place(conn: AsyncConnection, collection_id: int, version_index: int) -> Membership | None:
    """Return the place of this number, also that of a deleted version."""
    statement = select(memberships).where(
        memberships.c.collection_id == collection_id, memberships.c.version_index == version_index
    )
    row = (await conn.execute(statement)).first()
    return Membership(**row._mapping) if row else None


async def find_by_digest(conn: AsyncConnection, sequence_id: int, digest: str) -> Artifact | None:
    """Return the version of this digest, one that is there before one still on its way, the newest of each."""
    statement = select(artifacts.c.id).where(
        artifacts.c.sequence_id == sequence_id, artifacts.c.digest == digest, artifacts.c.state != State.DELETED
    )
    found = (await conn.execute(statement.order_by(artifacts.c.state, artifacts.c.id.desc()).limit(1))).scalar()
    return None if found is None else await queries.find_artifact(conn, found)


async def find_neighbours(conn: AsyncConnection, here: Membership) -> tuple[int | None, int | None]:
    """Return the numbers of the versions before and behind this one in its collection, of those that are there."""
    number = memberships.c.version_index
    beside = membership_queries.memberships_of(here.collection_id).with_only_columns(number).limit(1)
    before = beside.where(number < here.version_index).order_by(number.desc())
    behind = beside.where(number > here.version_index).order_by(number)
    return (await conn.execute(before)).scalar(), (await conn.execute(behind)).scalar()


async def find_deletion(conn: AsyncConnection, artifact_id: int) -> datetime | None:
    found: datetime | None = (
        await conn.execute(select(artifacts.c.deleted_at).where(artifacts.c.id == artifact_id))
    ).scalar()
    return found


async def list_aliases(conn: AsyncConnection, collection_id: int, find: str, limit: int) -> list[tuple[str, int]]:
    """Return (alias, number of its version), by name; those that have `find` in them."""
    statement = (
        select(aliases.c.alias, memberships.c.version_index)
        .join(memberships, memberships.c.id == aliases.c.membership_id)
        .where(aliases.c.collection_id == collection_id)
    )
    if find:
        statement = statement.where(aliases.c.alias.contains(find, autoescape=True))
    return [(row[0], row[1]) for row in await conn.execute(statement.order_by(aliases.c.alias).limit(limit))]


async def list_users(conn: AsyncConnection, artifact_id: int, limit: int) -> tuple[list[int], int]:
    """Return the runs that used the version, the last first, and how many there are in all."""
    links = t.artifact_lineage
    used = (links.c.artifact_id == artifact_id) & (links.c.role == LineageRole.INPUT)
    ids = await conn.execute(select(links.c.run_id).where(used).order_by(links.c.id.desc()).limit(limit))
    total = await conn.execute(select(func.count()).select_from(links).where(used))
    return list(ids.scalars()), int(total.scalar_one())

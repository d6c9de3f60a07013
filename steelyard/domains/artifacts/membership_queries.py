"""Questions about memberships: which versions are in which collections, under which number. They never commit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.artifacts import tables as t
from steelyard.domains.artifacts.model import Membership, State
from steelyard.domains.artifacts.queries import Page, aliases, artifacts, count, memberships
from steelyard.domains.artifacts.rules import find_version_index


def _memberships() -> Select[Any]:
    alive = and_(artifacts.c.id == memberships.c.artifact_id, artifacts.c.state == State.COMMITTED)
    return select(memberships).join(artifacts, alive)


async def find_membership(conn: AsyncConnection, collection_id: int, alias: str) -> Membership | None:
    """Return the place of the version that `alias` (`v3` or a given name) means in the collection."""
    statement = _memberships().where(memberships.c.collection_id == collection_id)
    index = find_version_index(alias)
    if index is not None:
        statement = statement.where(memberships.c.version_index == index)
    else:
        named = and_(aliases.c.membership_id == memberships.c.id, aliases.c.alias == alias)
        statement = statement.join(aliases, named)
    row = (await conn.execute(statement)).first()
    return Membership(**row._mapping) if row else None


async def find_membership_of(conn: AsyncConnection, collection_id: int, artifact_id: int) -> Membership | None:
    statement = _memberships().where(
        memberships.c.collection_id == collection_id, memberships.c.artifact_id == artifact_id
    )
    row = (await conn.execute(statement)).first()
    return Membership(**row._mapping) if row else None


async def find_newest_membership(conn: AsyncConnection, collection_id: int) -> Membership | None:
    statement = _memberships().where(memberships.c.collection_id == collection_id)
    row = (await conn.execute(statement.order_by(memberships.c.version_index.desc()).limit(1))).first()
    return Membership(**row._mapping) if row else None


def memberships_of(collection_id: int, where: Sequence[ColumnElement[bool]] = ()) -> Select[Any]:
    return _memberships().where(memberships.c.collection_id == collection_id, *where)


async def list_memberships(
    conn: AsyncConnection, question: Select[Any], order: Sequence[ColumnElement[Any]], page: Page
) -> list[Membership]:
    rows = await conn.execute(question.order_by(*order).offset(page[0]).limit(page[1]))
    return [Membership(**row._mapping) for row in rows]


async def count_memberships(conn: AsyncConnection, question: Select[Any]) -> int:
    return await count(conn, question)


async def list_unlinked_outputs(conn: AsyncConnection, runs: Sequence[int]) -> list[int]:
    """Return the living versions that runs made and that are in their own sequence only."""
    linked = select(t.artifact_memberships.c.id).where(
        t.artifact_memberships.c.artifact_id == t.artifacts.c.id,
        t.artifact_memberships.c.collection_id != t.artifacts.c.sequence_id,
    )
    made = select(t.artifacts.c.id).where(t.artifacts.c.run_id.in_(runs), t.artifacts.c.state != State.DELETED)
    return list((await conn.execute(made.where(~linked.exists()).order_by(t.artifacts.c.id))).scalars())


async def list_memberships_of_artifacts(conn: AsyncConnection, ids: Sequence[int]) -> list[Membership]:
    statement = _memberships().where(memberships.c.artifact_id.in_(ids)).order_by(memberships.c.id)
    return [Membership(**row._mapping) for row in await conn.execute(statement)]


async def list_memberships_by_id(conn: AsyncConnection, ids: Sequence[int]) -> list[Membership]:
    return [Membership(**row._mapping) for row in await conn.execute(_memberships().where(memberships.c.id.in_(ids)))]


async def list_places(conn: AsyncConnection, which: ColumnElement[bool]) -> list[tuple[int, int]]:
    """Return (membership, collection) of versions, whatever their state."""
    statement = select(memberships.c.id, memberships.c.collection_id)
    rows = await conn.execute(statement.join(artifacts, artifacts.c.id == memberships.c.artifact_id).where(which))
    return [(row.id, row.collection_id) for row in rows]


async def delete_membership(conn: AsyncConnection, membership_id: int) -> None:
    await conn.execute(delete(memberships).where(memberships.c.id == membership_id))


async def count_versions(conn: AsyncConnection, collection_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return collection id → (how many versions, number of the newest) for those that have any."""
    question = _memberships().where(memberships.c.collection_id.in_(collection_ids)).subquery()
    columns = [question.c.collection_id, func.count(), func.max(question.c.version_index)]
    rows = await conn.execute(select(*columns).group_by(question.c.collection_id))
    return {row[0]: (row[1], row[2]) for row in rows}

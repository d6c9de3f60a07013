"""Time to live, applied: versions whose time is over are deleted as if somebody had asked for it.

A version's own time counts, else that of its collection, else that of the team; -2 is "for ever" at each level. It runs
from when the version was made. Versions of types that clients and servers generate never expire, nor do those that
were put into a registry: that switches their time off (edits.py).

Found by indexes: what has its own time by the moment when it ends, what inherits by age, in the collections and
teams that have a time. Each portion is a short transaction that asks all of it again while it holds the versions: a
time that was changed meanwhile counts.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.artifacts import tables as t
from steelyard.domains.artifacts.deletion import end_versions
from steelyard.domains.artifacts.model import GENERATED_PREFIX, GENERATED_TYPES, DeletedWhy, End, State
from steelyard.domains.artifacts.tables import artifact_ttl_policies as policies
from steelyard.domains.projects.tables import projects

artifacts, collections = t.artifacts, t.artifact_collections


async def expire_versions(ctx: Context) -> int:
    """Delete the versions whose time is over; return how many. Safe to be run by several processes at once."""
    now, expired = ctx.ports.clock(), 0
    async with ctx.database.read() as conn:
        over = [_own(now), *await _of_collections(conn, now), *await _of_teams(conn, now)]
    for condition in over:
        expired += await _expire(ctx, condition)
    return expired


async def _expire(ctx: Context, condition: ColumnElement[bool]) -> int:
    expired, after = 0, 0
    while True:
        async with ctx.database.read() as conn:
            ids = await _list(conn, condition, after, ctx.ports.policy.gc.batch_rows)
        if not ids:
            return expired
        async with ctx.database.write() as conn:
            end = End(ctx.ports.clock(), DeletedWhy.EXPIRED)
            expired += len(await end_versions(conn, ids, end, only=condition))
        after = ids[-1]


async def _list(conn: AsyncConnection, condition: ColumnElement[bool], after: int, limit: int) -> list[int]:
    statement = select(artifacts.c.id).where(condition, artifacts.c.id > after).order_by(artifacts.c.id)
    return list((await conn.execute(statement.limit(limit))).scalars())


def _own(now: datetime) -> ColumnElement[bool]:
    return and_(artifacts.c.state == State.COMMITTED, artifacts.c.expires_at <= now, _in_collection())


async def _of_collections(conn: AsyncConnection, now: datetime) -> list[ColumnElement[bool]]:
    timed = select(collections.c.id, collections.c.ttl_s).where(collections.c.ttl_s > 0)
    return [
        and_(
            artifacts.c.sequence_id == row.id,
            _inheriting(now, row.ttl_s),
            _in_collection(collections.c.ttl_s == row.ttl_s),
        )
        for row in await conn.execute(timed)
    ]


async def _of_teams(conn: AsyncConnection, now: datetime) -> list[ColumnElement[bool]]:
    timed = await conn.execute(select(policies).where(policies.c.ttl_s > 0))
    return [
        and_(
            artifacts.c.project_id.in_(select(projects.c.id).where(projects.c.entity_id == row.entity_id)),
            _inheriting(now, row.ttl_s),
            _in_collection(collections.c.ttl_s.is_(None)),
            select(policies.c.entity_id)
            .where(policies.c.entity_id == row.entity_id, policies.c.ttl_s == row.ttl_s)
            .exists(),
        )
        for row in timed
    ]


def _inheriting(now: datetime, ttl_s: int) -> ColumnElement[bool]:
    made_before = now - timedelta(seconds=ttl_s)
    return and_(
        artifacts.c.state == State.COMMITTED, artifacts.c.ttl_s.is_(None), artifacts.c.created_at <= made_before
    )


def _in_collection(*where: ColumnElement[bool]) -> ColumnElement[bool]:
    """Tell versions whose collection is such, and of no type that is generated."""
    statement = select(collections.c.id).join(t.artifact_types, t.artifact_types.c.id == collections.c.type_id)
    statement = statement.where(collections.c.id == artifacts.c.sequence_id, ~_generated(), *where)
    return statement.correlate(artifacts).exists()


def _generated() -> ColumnElement[bool]:
    name = t.artifact_types.c.name
    return or_(name.in_(sorted(GENERATED_TYPES)), name.startswith(GENERATED_PREFIX, autoescape=True))

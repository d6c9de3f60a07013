"""Statements about several runs of a project at once, living or in the trash. They never commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.runs.model import Condition, RunState
from steelyard.domains.runs.tables import run_purges, runs
from steelyard.sql.dialect import insert_ignore


@dataclass(frozen=True)
class Held:
    """A run that is held against other writers, without its long texts."""

    id: int
    run_id: str
    condition: Condition
    tags: tuple[str, ...]
    group_name: str | None
    created_by: int | None
    deleted_at: datetime | None
    purged_at: datetime | None
    purge_wanted: bool


async def lock_runs(conn: AsyncConnection, project_id: int, run_ids: Sequence[str]) -> list[Held]:
    """Return those of `run_ids` that the project has, deleted ones too, held until the transaction ends, by id."""
    columns = [runs.c[name] for name in ("id", "run_id", "tags", "group_name", "created_by", "deleted_at", "purged_at")]
    state = [runs.c[name] for name in ("state", "exit_code", "stop_requested", "preempting")]
    statement = select(*columns, *state).where(runs.c.project_id == project_id, runs.c.run_id.in_(run_ids))
    rows = (await conn.execute(statement.order_by(runs.c.id).with_for_update())).all()
    wanted = select(run_purges.c.run).where(run_purges.c.run.in_([row.id for row in rows]))
    wanted_ids = set((await conn.execute(wanted)).scalars())
    return [_held(row, purge_wanted=row.id in wanted_ids) for row in rows]


def _held(row: Any, *, purge_wanted: bool) -> Held:
    condition = Condition(RunState(row.state), row.exit_code, row.stop_requested, row.preempting)
    tags = tuple(orjson.loads(row.tags))
    kept = (row.id, row.run_id, condition, tags, row.group_name, row.created_by, row.deleted_at, row.purged_at)
    return Held(*kept, purge_wanted)


async def list_taken_ids(conn: AsyncConnection, project_id: int, run_ids: Sequence[str]) -> set[str]:
    """Return those of `run_ids` that the project has or had."""
    statement = select(runs.c.run_id).where(runs.c.project_id == project_id, runs.c.run_id.in_(run_ids))
    return set((await conn.execute(statement)).scalars())


# ---- the trash ------------------------------------------------------------------------------------------------


def _trash(statement: Select[Any], project_id: int) -> Select[Any]:
    statement = statement.where(
        runs.c.project_id == project_id, runs.c.deleted_at.is_not(None), runs.c.purged_at.is_(None)
    )
    return statement.where(~select(run_purges.c.run).where(run_purges.c.run == runs.c.id).exists())


@dataclass(frozen=True)
class Trashed:
    id: int
    run_id: str
    title: str
    state: str
    created_by: int | None
    created_at: datetime
    deleted_at: datetime
    deleted_by: int | None


async def list_trash(conn: AsyncConnection, project_id: int, offset: int, limit: int) -> list[Trashed]:
    """Return deleted runs that can be restored, the last deleted first."""
    columns = (runs.c[name] for name in Trashed.__dataclass_fields__)
    statement = _trash(select(*columns), project_id).order_by(runs.c.deleted_at.desc(), runs.c.id.desc())
    return [Trashed(*row) for row in await conn.execute(statement.offset(offset).limit(limit))]


async def count_trash(conn: AsyncConnection, project_id: int) -> int:
    statement = _trash(select(func.count()).select_from(runs), project_id)
    return int((await conn.execute(statement)).scalar_one())


async def list_trash_ids(conn: AsyncConnection, project_id: int, limit: int) -> list[str]:
    statement = _trash(select(runs.c.run_id), project_id).order_by(runs.c.deleted_at.desc(), runs.c.id.desc())
    return list((await conn.execute(statement.limit(limit))).scalars())


# ---- for good -------------------------------------------------------------------------------------------------


async def request_purge(conn: AsyncConnection, run: int, account: int | None, now: datetime) -> None:
    values = {"run": run, "requested_by": account, "requested_at": now, "due_at": now}
    await insert_ignore(conn, run_purges, values)


async def list_purges_due(conn: AsyncConnection, now: datetime, limit: int) -> list[tuple[int, datetime]]:
    statement = select(run_purges.c.run, run_purges.c.due_at).where(run_purges.c.due_at <= now)
    rows = await conn.execute(statement.order_by(run_purges.c.due_at).limit(limit))
    return [(row.run, row.due_at) for row in rows]


async def take_purge(conn: AsyncConnection, run: int, due_at: datetime, until: datetime) -> bool:
    """Move the purge out of everybody's sight; False when somebody else did."""
    statement = update(run_purges).where(run_purges.c.run == run, run_purges.c.due_at == due_at)
    return (await conn.execute(statement.values(due_at=until))).rowcount == 1


async def list_expired(conn: AsyncConnection, before: datetime, limit: int) -> list[int]:
    """Return runs that were deleted before this moment and that nobody has asked to purge yet."""
    wanted = select(run_purges.c.run).where(run_purges.c.run == runs.c.id)
    statement = select(runs.c.id).where(runs.c.deleted_at < before, runs.c.purged_at.is_(None), ~wanted.exists())
    return list((await conn.execute(statement.limit(limit))).scalars())


_NOTHING_LEFT = {
    "notes": None,
    "description": None,
    "tags": "[]",
    "config": "{}",
    "summary": "{}",
    "system_metrics": "{}",
    "commit_sha": None,
    "host": None,
    "program": None,
    "repository": None,
    "group_name": None,
    "job_type": None,
    "sweep_name": None,
}


async def bury(conn: AsyncConnection, run: int, now: datetime) -> None:
    """Leave nothing of a deleted run but its id, which stays taken."""
    statement = update(runs).where(runs.c.id == run, runs.c.deleted_at.is_not(None))
    values = {**_NOTHING_LEFT, "title": runs.c.run_id, "purged_at": now, "version": runs.c.version + 1}
    await conn.execute(statement.values(**values))
    await conn.execute(delete(run_purges).where(run_purges.c.run == run))


async def request_purges(conn: AsyncConnection, ids: Sequence[int], account: int | None, now: datetime) -> None:
    rows = [{"run": run, "requested_by": account, "requested_at": now, "due_at": now} for run in ids]
    if rows:
        await conn.execute(insert(run_purges), rows)

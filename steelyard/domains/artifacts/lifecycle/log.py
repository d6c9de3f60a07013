"""The log of collections: each leaves a row from its beginning on, and tells there how far it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.artifacts.lifecycle.collecting import Beat, Collected
from steelyard.domains.artifacts.tables import gc_runs
from steelyard.sql.dialect import insert_row

# The last runs that are kept; the rest of the log is in the log of the server.
KEPT = 500
# How often a run writes how far it is.
_TOLD_EVERY = timedelta(seconds=2)
# A run that has not told for so long has died: one portion never takes that long.
_SILENT = timedelta(minutes=10)
_FAILURE_MAX = 1000


class Kind(StrEnum):
    """`ORPHANS` are runs that deleted objects of which no row knows."""

    CONTENT = "content"
    ORPHANS = "orphans"


class StartedBy(StrEnum):
    SCHEDULE = "schedule"
    COMMAND = "command"
    PAGE = "page"


class State(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    # Its process ended first. What it left is taken up by the next run.
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class GcRun:
    id: int
    kind: Kind
    started_by: StartedBy
    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    failure: str | None
    versions: int
    manifests: int
    contents: int
    uploads: int
    objects: int
    size_bytes: int

    def state(self, now: datetime) -> State:
        if self.failure is not None:
            return State.FAILED
        if self.ended_at is not None:
            return State.DONE
        return State.RUNNING if now - self.seen_at < _SILENT else State.INTERRUPTED


@asynccontextmanager
async def recorded(
    ctx: Context, kind: Kind, started_by: StartedBy, done: Collected, watch: Beat
) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Keep a row about the work of this block, which adds to `done` and awaits what is yielded after each portion."""
    run = await _begin(ctx, kind, started_by)
    told_at = ctx.ports.clock()

    async def beat() -> None:
        nonlocal told_at
        if ctx.ports.clock() - told_at >= _TOLD_EVERY:
            told_at = ctx.ports.clock()
            await _tell(ctx, run, done)
        await watch()

    try:
        yield beat
    except Exception as error:
        await _tell(ctx, run, done, ended_at=ctx.ports.clock(), failure=str(error)[:_FAILURE_MAX] or repr(error))
        raise
    await _tell(ctx, run, done, ended_at=ctx.ports.clock())


async def _begin(ctx: Context, kind: Kind, started_by: StartedBy) -> int:
    now = ctx.ports.clock()
    async with ctx.database.write() as conn:
        values = {"kind": kind, "started_by": started_by, "started_at": now, "seen_at": now}
        number = await insert_row(conn, gc_runs, **values)
        await conn.execute(delete(gc_runs).where(gc_runs.c.id <= number - KEPT))
    return number


async def _tell(ctx: Context, run: int, done: Collected, **values: Any) -> None:
    counts = {
        "versions": done.versions,
        "manifests": done.manifests,
        "contents": done.contents,
        "uploads": done.uploads,
        "objects": done.freed.objects,
        "size_bytes": done.freed.size_bytes,
    }
    statement = update(gc_runs).where(gc_runs.c.id == run)
    async with ctx.database.write() as conn:
        await conn.execute(statement.values(**counts, seen_at=ctx.ports.clock(), **values))


async def list_runs(conn: AsyncConnection, limit: int) -> list[GcRun]:
    """Return the latest runs, the newest first."""
    rows = await conn.execute(select(gc_runs).order_by(gc_runs.c.id.desc()).limit(limit))
    return [GcRun(**{**row._mapping, "kind": Kind(row.kind), "started_by": StartedBy(row.started_by)}) for row in rows]

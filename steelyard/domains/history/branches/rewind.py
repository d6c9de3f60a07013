"""Rewind: a run goes back to a step; the rows of higher steps become an archive (docs/adr/0007-branches.md).

One transaction, under the lock that every append takes: requests of the old attempt that come later find the new
position and are refused (ingest/offsets.py).
"""

from __future__ import annotations

import asyncio
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts.access import Permission
from steelyard.domains.history.branches import queries
from steelyard.domains.history.branches.cutting import AGAIN_AFTER_S, ATTEMPTS, Cut, Moved, cut_history
from steelyard.domains.runs import starting
from steelyard.domains.runs.model import Run
from steelyard.kernel.errors import Unavailable


async def rewind_run(ctx: Context, run: Run, step: int) -> Run:
    """Take the run back to the rows with `_step` <= `step` and begin a new attempt; return it as it is then.

    A step beyond the end takes nothing away, one below 0 everything. Doing it again changes nothing. Raises `Denied`,
    `Gone`, `Unavailable` while somebody writes to the run all the time.
    """
    access.require(ctx, Permission.WRITE, run.target)
    for attempt in range(ATTEMPTS):
        cut = await cut_history(ctx, run.id, step)
        try:
            return await _go_back(ctx, cut)
        except Moved:
            await asyncio.sleep(AGAIN_AFTER_S * attempt)
    raise Unavailable("the run is being written to; stop that and try again")


async def _go_back(ctx: Context, cut: Cut) -> Run:
    async def change(conn: AsyncConnection, now: datetime) -> None:
        is_same = await queries.lock_live(conn, cut.run) == {segment.id for segment in cut.segments}
        if not is_same or await queries.has_journal(conn, cut.run):
            raise Moved
        if cut.beyond or cut.cut:
            await _archive(conn, cut, now)
        await queries.go_back_to(conn, cut.run, cut.line_count)
        await queries.forget_derived(conn, cut.run)

    return await starting.restart_run(ctx, cut.run, cut.summary, change)


async def _archive(conn: AsyncConnection, cut: Cut, now: datetime) -> None:
    taken = [*(before for before, _ in cut.cut), *cut.beyond]
    archive = await queries.insert_archive(
        conn,
        cut.run,
        step=cut.step,
        step_max=max(segment.step_max for segment in taken),
        line_count=sum(segment.row_count for segment in taken) - sum(kept.row_count for _, kept in cut.cut),
        created_at=now,
    )
    for _, kept in cut.cut:
        await queries.cut_own(conn, kept, cut.run, now)
    await queries.archive_segments(conn, [segment.id for segment in taken], archive)

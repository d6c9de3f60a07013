"""What is known of a run's past: where it was forked from, and the rows that rewinding took out of it."""

from __future__ import annotations

import asyncio
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.columnar.row_texts import render_rows
from steelyard.columnar.sampling import evenly, spread
from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts.access import Permission
from steelyard.domains.history.branches import queries
from steelyard.domains.history.branches.model import Archive, Branch
from steelyard.domains.history.model import Stream
from steelyard.domains.history.reading import divide, load_live, load_rows
from steelyard.domains.runs import queries as runs
from steelyard.domains.runs.model import AnyRun, Lineage, Run

# Rows of one answer.
ROWS_MAX = 10_000


async def find_branch(ctx: Context, run: Run) -> Branch | None:
    """Return where the run was forked from, None for most runs; these cost nothing."""
    access.require(ctx, Permission.READ, run.target)
    if Lineage.FORKED not in run.lineage:
        return None
    return await ctx.database.read_at_once(partial(queries.find_branch, run=run.id))


async def find_parent(ctx: Context, run: AnyRun) -> Run | None:
    """Return the run that this one was forked from; None for most, when it is deleted, or not the caller's to see."""
    access.require(ctx, Permission.READ, run.target)

    async def find(conn: AsyncConnection) -> Run | None:
        parent = await queries.find_parent_id(conn, run.id)
        return None if parent is None else await runs.find_run_by_id(conn, parent)

    found = await ctx.database.read_at_once(find)
    return found if found is not None and access.allows(ctx.identity, Permission.READ, found.target) else None


async def list_archives(ctx: Context, run: Run) -> list[Archive]:
    """Return what rewinding took out of the run, the oldest first."""
    access.require(ctx, Permission.READ, run.target)
    if Lineage.REWOUND not in run.lineage:
        return []
    return await ctx.database.read_at_once(partial(queries.list_archives, run=run.id))


async def sample_archive(ctx: Context, run: Run, archive: Archive, samples: int) -> list[str]:
    """Return at most `samples` rows of an archive of this run, evenly spread, as JSON texts.

    Holds the columns of one part of it at a time.
    """
    access.require(ctx, Permission.READ, run.target)
    ids = await ctx.database.read_at_once(partial(queries.list_archived_ids, run=run.id, archive=archive.id))
    parts = divide(ctx, run.id, Stream.HISTORY, await load_live(ctx, run.id, ids), None)
    ranges = [(await load_rows(ctx, part, ())).row_range(archive.step + 1, None) for part in parts]
    counts = [end - start for start, end in ranges]
    chosen = spread(evenly(sum(counts), max(0, min(samples, ROWS_MAX))), counts)
    texts: list[str] = []
    for part, (start, _), rows in zip(parts, ranges, chosen, strict=True):
        if len(rows):
            texts += await asyncio.to_thread(render_rows, await load_rows(ctx, part), rows + start)
    return texts

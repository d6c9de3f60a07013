"""Deleting the files of runs that are gone for good: the rows at once, the bytes by the worker.

A signed upload URL outlives its run by a day, so what lies under the run's prefix is deleted twice: at once, and when
no such URL is good any more.
"""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.files import queries
from steelyard.domains.files.events import OBJECTS_DELETED
from steelyard.domains.files.model import run_prefix
from steelyard.domains.projects.events import PROJECT_DELETED

log = structlog.get_logger()
# Prefixes of one turn; the rest has its turn a minute later.
_AT_ONCE = 100
_GRACE = timedelta(hours=1)


async def purge_files(ctx: Context, run: int) -> None:
    """Forget the files of a run, for good. Nothing is left of them once the worker has had its turns."""
    async with ctx.database.write() as conn:
        await queries.delete_files_of(conn, run)
        await _note(ctx, conn, [run])


@PROJECT_DELETED.add
async def purge_files_of_project(ctx: Context, conn: AsyncConnection, project_id: int) -> None:
    await _note(ctx, conn, await queries.list_runs_with_files(conn, project_id))


async def _note(ctx: Context, conn: AsyncConnection, runs: list[int]) -> None:
    prefixes = [run_prefix(run) for run in runs]
    await OBJECTS_DELETED.happen(ctx, conn, prefixes)
    await purge_prefixes(ctx, conn, prefixes)


async def purge_prefixes(ctx: Context, conn: AsyncConnection, prefixes: list[str]) -> None:
    """Have the worker delete what lies under the prefixes, now and once more when nothing can arrive there any more."""
    now = ctx.ports.clock()
    late = now + timedelta(seconds=ctx.ports.policy.url_ttl_s) + _GRACE
    await queries.insert_purges(conn, [(prefix, due) for prefix in prefixes for due in (now, late)])


async def delete_purged_objects(ctx: Context) -> None:
    """Delete what lies under the prefixes that are due. Safe to be run by several processes at once."""
    async with ctx.database.read() as conn:
        due = await queries.list_purges(conn, ctx.ports.clock(), _AT_ONCE)
    deleted = 0
    for number, prefix in due:
        keys = [item.key async for item in ctx.ports.objects.list(prefix)]
        for key in keys:
            await ctx.ports.objects.delete(key)
        deleted += len(keys)
        async with ctx.database.write() as conn:
            await queries.delete_purge(conn, number)
    if deleted:
        log.info("deleted files of runs that are gone", objects=deleted)

"""Deleting objects that no row leads to any more: the rows go at once, the bytes by the worker.

Single objects are named by whoever dropped the last row that led to them. Of runs that are gone everything below their
prefix goes, twice: at once, and when no signed upload URL is good any more, for such a URL outlives its run by a day.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.files import queries
from steelyard.domains.files.events import OBJECTS_DELETED
from steelyard.domains.files.model import Dead, Purge, is_run_key, run_prefix
from steelyard.domains.projects import queries as projects
from steelyard.domains.projects.events import PROJECT_DELETED
from steelyard.domains.runs import queries as runs
from steelyard.kernel.at_once import run_all
from steelyard.ports.listing import pages_of
from steelyard.ports.team_buckets import bucket_of_key

log = structlog.get_logger()
# Purges of one turn; the rest has its turn a minute later.
_AT_ONCE = 200
# A turn takes far less, unless the store hangs; a process that died over one leaves it to others after this.
LEASE = timedelta(minutes=10)


@dataclass
class Freed:
    """What was deleted from the store."""

    objects: int = 0
    size_bytes: int = 0

    def add(self, other: Freed) -> None:
        self.objects += other.objects
        self.size_bytes += other.size_bytes


async def purge_files(ctx: Context, run: int) -> None:
    """Forget the files of a run, for good. Nothing is left of them once the worker has had its turns."""
    async with ctx.database.write() as conn:
        await queries.delete_files_of(conn, run)
        await _note(ctx, conn, await runs.find_bucket(conn, run), [run])


@PROJECT_DELETED.add
async def purge_files_of_project(ctx: Context, conn: AsyncConnection, project_id: int) -> None:
    bucket = await projects.find_bucket(conn, project_id)
    await _note(ctx, conn, bucket, await queries.list_runs_with_files(conn, project_id))


async def _note(ctx: Context, conn: AsyncConnection, bucket: str, numbers: list[int]) -> None:
    prefixes = [run_prefix(bucket, run) for run in numbers]
    await OBJECTS_DELETED.happen(ctx, conn, prefixes)
    await purge_prefixes(ctx, conn, prefixes)


async def purge_prefixes(ctx: Context, conn: AsyncConnection, prefixes: list[str]) -> None:
    """Have the worker delete what lies under the prefixes, now and once more when nothing can arrive there any more."""
    now = ctx.ports.clock()
    late = now + timedelta(seconds=ctx.ports.policy.upload_window_s)
    await queries.insert_purges(conn, [(prefix, due) for prefix in prefixes for due in (now, late)])


async def forget_uploads(ctx: Context, conn: AsyncConnection, keys: Sequence[str]) -> None:
    """Have single objects that nobody asks for deleted once no signed upload URL of them is good any more."""
    due = ctx.ports.clock() + timedelta(seconds=ctx.ports.policy.upload_window_s)
    await note_dead(ctx, conn, [(key, None) for key in keys], due)


async def note_dead(ctx: Context, conn: AsyncConnection, objects: Sequence[Dead], due: datetime) -> None:
    """Have single objects deleted from this moment on. The caller's transaction drops the last row that leads there."""
    if not objects:
        return
    await OBJECTS_DELETED.happen(ctx, conn, [key for key, _ in objects])
    await queries.insert_dead(conn, objects, due)


# ---- for the worker -------------------------------------------------------------------------------------------


async def delete_purged_objects(ctx: Context) -> None:
    """Delete what is due. Safe to be run by several processes at once: each purge is taken by one of them."""
    freed = await delete_due(ctx)
    if freed.objects:
        log.info("deleted objects of what is gone", objects=freed.objects, size_bytes=freed.size_bytes)


async def delete_all_due(ctx: Context) -> AsyncIterator[Freed]:
    """Delete all that is due, yielding what each turn of it freed. What others are at is left to them."""
    while (turn := await _take_turn(ctx)) is not None:
        yield turn


async def delete_due(ctx: Context) -> Freed:
    """Delete what is due now, a turn of it, and return what that freed."""
    return await _take_turn(ctx) or Freed()


async def _take_turn(ctx: Context) -> Freed | None:
    now = ctx.ports.clock()
    async with ctx.database.read() as conn:
        due = await queries.list_purges(conn, now, _AT_ONCE)
    if not due:
        return None
    async with ctx.database.write() as conn:
        taken = [item for item in due if await queries.take_purge(conn, item, now + LEASE)]
    freed, done = Freed(), list[Purge]()
    by_bucket: dict[str, list[Purge]] = {}
    for item in taken:
        by_bucket.setdefault(bucket_of_key(item.prefix), []).append(item)
    for bucket, some in by_bucket.items():
        with _patient(bucket):
            freed.add(await _delete_some(ctx, some))
            done += some
    if done:
        async with ctx.database.write() as conn:
            await queries.delete_purges(conn, [item.id for item in done])
    return freed


@contextmanager
def _patient(bucket: str) -> Iterator[None]:
    """Let the bucket of a team that fails keep what is to be deleted there, for a later turn: others go on."""
    try:
        yield
    except Exception as error:
        if not bucket:
            raise
        log.warning("objects stay for now in the bucket of a team that fails", bucket=bucket, why=str(error)[:300])


async def _delete_some(ctx: Context, purges: Sequence[Purge]) -> Freed:
    freed = await _delete_all(ctx, [(item.prefix, item.size_bytes) for item in purges if not item.is_prefix])
    for purge in purges:
        if purge.is_prefix:
            freed.add(await _delete_below(ctx, purge))
    return freed


async def delete_dead(ctx: Context, objects: Sequence[Dead]) -> Freed:
    """Delete single objects, (key, size), that the caller has put among the purges with a lease of its own."""
    freed, done = Freed(), list[str]()
    by_bucket: dict[str, list[Dead]] = {}
    for item in objects:
        by_bucket.setdefault(bucket_of_key(item[0]), []).append(item)
    for bucket, some in by_bucket.items():
        with _patient(bucket):
            freed.add(await _delete_all(ctx, some))
            done += [key for key, _ in some]
    if done:
        async with ctx.database.write() as conn:
            await queries.delete_dead(conn, done)
    return freed


async def _delete_below(ctx: Context, purge: Purge) -> Freed:
    """Delete what lies below the prefix. A new run may have the number of one that is gone: its files stay."""
    freed = Freed()
    async for page in pages_of(ctx.ports.objects, purge.prefix):
        async with ctx.database.read() as conn:
            kept = await queries.list_stored_keys(conn, [item.key for item in page if is_run_key(item.key)])
        freed.add(await _delete_all(ctx, [(item.key, item.size_bytes) for item in page if item.key not in kept]))
    return freed


async def _delete_all(ctx: Context, objects: Sequence[Dead]) -> Freed:
    freed = Freed()

    async def delete_one(item: Dead) -> None:
        key, size = item
        if size is None:
            stored = await ctx.ports.objects.stat(key)
            if stored is None:
                return
            size = stored.size_bytes
        await ctx.ports.objects.delete(key)
        freed.add(Freed(1, size))

    await run_all(delete_one, objects, ctx.ports.policy.gc.parallel_deletes)
    return freed

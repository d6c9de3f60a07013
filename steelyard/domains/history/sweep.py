"""Clears what nobody writes or reads any more: objects of given up and replaced segments, and whole runs for good."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import structlog

from steelyard.context import Context
from steelyard.domains.history import publish_queries as queries
from steelyard.domains.history.model import SegmentState
from steelyard.ports.team_buckets import bucket_of_key

log = structlog.get_logger()

# Nobody takes this long to write an object.
GIVEN_UP_AFTER_S = 3600.0
# Beyond the life of signed URLs: reads that began with the last of them.
GRACE_S = 3600.0
# Objects of one turn; the rest has time.
SWEPT_AT_ONCE = 500
_CHUNKS_AT_ONCE = 200


async def sweep_segments(ctx: Context) -> None:
    """Delete the objects of segments that died being written or were replaced long ago, then their rows.

    Safe to be run by several processes at once; what fails is tried again at the next turn.
    """
    now = ctx.ports.clock()
    orphans = await ctx.database.read_at_once(partial(queries.list_orphans, limit=SWEPT_AT_ONCE))
    if orphans:
        await ctx.database.write_at_once(partial(queries.drop_orphans, ids=orphans, now=now))
    pending_before = now - timedelta(seconds=GIVEN_UP_AFTER_S)
    dropped_before = now - timedelta(seconds=ctx.ports.policy.url_ttl_s + GRACE_S)
    listed = partial(
        queries.list_waste, pending_before=pending_before, dropped_before=dropped_before, limit=SWEPT_AT_ONCE
    )
    failing: set[str] = set()
    while True:
        waste = await ctx.database.read_at_once(partial(listed, without=sorted(failing)))
        failed = await _sweep(ctx, waste)
        if not failed:
            break
        # what else there is to do may stand behind it
        failing |= failed
    if waste:
        log.info("deleted segments that nobody reads any more", segments=len(waste))


async def _sweep(ctx: Context, waste: list[tuple[int, str, SegmentState]]) -> set[str]:
    """Delete objects and their rows; return the buckets of teams that failed, where they stay for now."""
    failed: set[str] = set()
    for segment, object_key, state in waste:
        if bucket_of_key(object_key) in failed:
            continue
        # Whoever announced it may only be very slow: it must not be able to publish what is about to be deleted.
        if state is SegmentState.PENDING and not await _give_up(ctx, segment):
            continue
        # An object goes with the last segment that leads to it: forked runs share them, archives keep them.
        delete_sharer = partial(queries.delete_sharer, segment=segment, object_key=object_key)
        if await ctx.database.write_at_once(delete_sharer):
            continue
        try:
            await ctx.ports.objects.delete(object_key)
        except Exception as error:
            if not (bucket := bucket_of_key(object_key)):
                raise
            log.warning("segments stay for now in the bucket of a team that fails", bucket=bucket, why=str(error)[:300])
            failed.add(bucket)
            continue
        async with ctx.database.write() as conn:
            await queries.delete_segment(conn, segment, SegmentState.DROPPED)
    return failed


async def _give_up(ctx: Context, segment: int) -> bool:
    async with ctx.database.write() as conn:
        return await queries.give_up(conn, segment, ctx.ports.clock())


async def purge_streams(ctx: Context, run: int) -> None:
    """Delete everything a run has streamed, for good; its segments' objects go once no signed URL leads to them.

    May be interrupted and called again. The caller has checked that nothing writes to the run any more.
    """
    async with ctx.database.write() as conn:
        await queries.drop_segments_of(conn, run, ctx.ports.clock())
        await queries.delete_positions_of(conn, run)
        await queries.delete_past_of(conn, run)
    deleted = _CHUNKS_AT_ONCE
    while deleted == _CHUNKS_AT_ONCE:
        async with ctx.database.write() as conn:
            deleted = await queries.delete_journal_of(conn, run, _CHUNKS_AT_ONCE)

"""What becomes of indexes: they go with their files, and the least used ones go when there are too many."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.files import purging
from steelyard.domains.files.events import OBJECTS_DELETED
from steelyard.domains.tables import queries
from steelyard.domains.tables.model import Index, IndexState, index_folder
from steelyard.ports.team_buckets import bucket_of_key

log = structlog.get_logger()
# Indexes looked at between two questions to the database.
_AT_ONCE = 200


@OBJECTS_DELETED.add
async def forget_indexes(ctx: Context, conn: AsyncConnection, keys: Sequence[str]) -> None:
    """Forget the indexes of files that go; the worker deletes their objects."""
    gone = await queries.delete_of_files(conn, keys)
    await purging.purge_prefixes(ctx, conn, [index_folder(key) for key in gone])


async def sweep_indexes(ctx: Context) -> None:
    """Delete indexes whose file is gone, however that came about, and the least used beyond the space they may take.

    Safe to be run by several processes at once: at worst an index that is needed is made again.
    """
    deleted = await _sweep_orphans(ctx) + await _sweep_beyond(ctx)
    if deleted:
        log.info("deleted indexes of tables", indexes=deleted)


async def _sweep_orphans(ctx: Context) -> int:
    deleted = after = 0
    while True:
        async with ctx.database.read() as conn:
            some = await queries.list_after(conn, after, _AT_ONCE)
        for index in some:
            if await _is_gone(ctx, index.source_key):
                await _delete(ctx, index)
                deleted += 1
        if len(some) < _AT_ONCE:
            return deleted
        after = some[-1].id


async def _is_gone(ctx: Context, key: str) -> bool:
    """Tell whether an object is gone for sure: of the bucket of a team that fails nothing is known."""
    try:
        return await ctx.ports.objects.stat(key) is None
    except Exception as error:
        if not (bucket := bucket_of_key(key)):
            raise
        log.warning("the bucket of a team fails", bucket=bucket, why=str(error)[:300])
        return False


async def _sweep_beyond(ctx: Context) -> int:
    async with ctx.database.read() as conn:
        size_bytes = await queries.sum_sizes(conn)
    deleted = 0
    while size_bytes > ctx.ports.policy.table_index_bytes:
        async with ctx.database.read() as conn:
            some = await queries.list_least_used(conn, _AT_ONCE)
        for index in some:
            if size_bytes <= ctx.ports.policy.table_index_bytes:
                break
            await _delete(ctx, index)
            size_bytes -= index.size_bytes
            deleted += 1
        if not some:
            break
    return deleted


async def _delete(ctx: Context, index: Index) -> None:
    is_stored = index.state is IndexState.READY
    # one in the bucket of a team, which may fail by itself, goes by the worker
    later = is_stored and bool(bucket_of_key(index.object_key))
    if is_stored and not later:
        await ctx.ports.objects.delete(index.object_key)
    async with ctx.database.write() as conn:
        if later:
            await purging.note_dead(ctx, conn, [(index.object_key, index.size_bytes)], ctx.ports.clock())
        await queries.delete_index(conn, index.id, index.object_key)

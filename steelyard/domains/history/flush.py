"""Journal → segment: the oldest chunks of one stream become one immutable object (publishing.py)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from steelyard.columnar.blocks import Block, join_blocks
from steelyard.context import Context
from steelyard.domains.history import publish_queries as queries
from steelyard.domains.history import segment_queries
from steelyard.domains.history.model import Due, Segment, TailMark
from steelyard.domains.history.publishing import Made, Replaced, announced, make, publish, store
from steelyard.domains.history.reading import last_steps, load_live, load_pieces, writes_over
from steelyard.domains.history.tails import decode_chunk
from steelyard.kernel.errors import Conflict

# What one flush takes of a journal that was long in want of one, as a multiple of what makes it due. With about 8 bytes
# per value in the journal this makes a segment of the size at which it is sealed.
_DUE_TIMES = 4


async def flush_stream(ctx: Context, due: Due) -> bool:
    """Turn the oldest chunks of a stream into a segment; return False when there were none.

    Segments whose lines the chunks overwrite are taken in as well and replaced. Raises `Conflict` when another process
    was faster; nothing has changed then. Holds the decoded chunks, and the segments taken in, in memory.
    """
    async with ctx.database.read() as conn:
        max_bytes = ctx.ports.policy.history.flush_bytes * _DUE_TIMES
        prefix = await queries.find_prefix(conn, due.run, due.stream, max_bytes)
    if prefix is None:
        return False
    async with announced(ctx, due.run, due.stream) as item:
        live = await load_live(ctx, due.run, due.stream)
        blocks = await _load_blocks(ctx, due, prefix)
        under = [segment for segment in live if writes_over(blocks, segment)]
        pieces = [*await load_pieces(ctx, under), *blocks]
        made = await asyncio.to_thread(make, pieces, last_steps(live))
        if made is not None:
            await store(ctx, item, made)
        sealed = made is not None and await _is_final(ctx, due, made, prefix, under)
        ids = tuple(segment.id for segment in under)
        await publish(ctx, item, made, Replaced(prefix.last_id, prefix, ids), sealed=sealed)
    return True


async def _load_blocks(ctx: Context, due: Due, prefix: TailMark) -> list[Block]:
    async with ctx.database.read() as conn:
        wanted = {due.run: (prefix.first_id, prefix.last_id)}
        chunks = (await segment_queries.load_chunks(conn, wanted, due.stream)).get(due.run, [])
    if len(chunks) != prefix.count:
        raise Conflict("the journal was flushed by somebody else")
    return await asyncio.to_thread(lambda: join_blocks([decode_chunk(key, body) for key, body in chunks]))


async def _is_final(ctx: Context, due: Due, made: Made, prefix: TailMark, under: Sequence[Segment]) -> bool:
    """A run that is over and has nothing else to merge needs no second writing of its only loose segment."""
    if made.value_count >= ctx.ports.policy.history.seal_values:
        return True
    if not due.ended:
        return False
    async with ctx.database.read() as conn:
        marks = await segment_queries.mark_tails(conn, [due.run], due.stream)
        sized = await queries.list_sized(conn, due.run, due.stream)
    replaced = {segment.id for segment in under}
    return marks[due.run].last_id == prefix.last_id and all(item.sealed or item.id in replaced for item in sized)

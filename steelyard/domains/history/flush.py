"""Journal → segment: the oldest chunks of one stream become one immutable object (publishing.py)."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.columnar.blocks import Block, join_blocks
from steelyard.context import Context
from steelyard.domains.history import publish_queries as queries
from steelyard.domains.history import segment_queries
from steelyard.domains.history.model import ChunkKey, Due, Sized, TailMark
from steelyard.domains.history.publishing import Made, Replaced, announced, make, publish, store, withdraw
from steelyard.domains.history.reading import last_steps, load_live, load_pieces, writes_over
from steelyard.domains.history.rules import is_full, is_worth_merging
from steelyard.domains.history.segments import are_rewritten
from steelyard.domains.history.tails import decode_chunk
from steelyard.kernel.errors import Conflict

# What one flush takes of a journal that was long in want of one, as a multiple of what makes it due. With about 8 bytes
# per value in the journal this makes a segment that is sealed at once, and bounds the memory of a flush.
_DUE_TIMES = 3


@dataclass(frozen=True, slots=True)
class _Held:
    """What a stream holds as its flush begins: the chunks to take, the newest of all, and live segments."""

    prefix: TailMark
    chunks: list[tuple[ChunkKey, bytes]]
    newest: int
    sized: Sequence[Sized]


async def flush_stream(ctx: Context, due: Due) -> bool:
    """Turn the oldest chunks of a stream into a segment; return False when there were none.

    Segments whose lines the chunks overwrite are taken in as well and replaced. Raises `Conflict` when another process
    was faster; nothing has changed then. Holds the decoded chunks, and the segments taken in, in memory.
    """
    max_bytes = ctx.ports.policy.history.flush_bytes * _DUE_TIMES
    async with announced(ctx, due.run, due.stream) as item:
        held = await ctx.database.read_at_once(partial(_read, due=due, max_bytes=max_bytes))
        if held is None:
            await withdraw(ctx, item)
            return False
        live = await load_live(ctx, due.run, [sized.id for sized in held.sized])
        blocks = await asyncio.to_thread(_decode, held.chunks)
        held.chunks.clear()  # many megabytes, which blocks hold once more
        under = [segment for segment in live if writes_over(blocks, segment)]
        pieces = [*await load_pieces(ctx, under), *blocks]
        ids = {segment.id for segment in under}
        rewritten = any(s.sealed for s in held.sized if s.id in ids) or await are_rewritten(ctx, under)
        made = await asyncio.to_thread(make, pieces, last_steps(live), rewritten=rewritten)
        if made is not None:
            await store(ctx, item, made)
        sealed = made is not None and _is_final(ctx, due, made, held, ids)
        await publish(ctx, item, made, Replaced(held.prefix.last_id, held.prefix, tuple(ids)), sealed=sealed)
    return True


async def _read(conn: AsyncConnection, due: Due, max_bytes: int) -> _Held | None:
    prefix = await queries.find_prefix(conn, due.run, due.stream, max_bytes)
    if prefix is None:
        return None
    chunks = await segment_queries.load_chunks(conn, {due.run: (prefix.first_id, prefix.last_id)}, due.stream)
    marks = await segment_queries.mark_tails(conn, [due.run], due.stream)
    sized = await queries.list_sized(conn, due.run, due.stream)
    if due.run not in marks or len(chunks.get(due.run, ())) != prefix.count:
        raise Conflict("the journal was flushed by somebody else")
    return _Held(prefix, list(chunks[due.run]), marks[due.run].last_id, sized)


def _decode(chunks: Sequence[tuple[ChunkKey, bytes]]) -> list[Block]:
    return join_blocks([decode_chunk(key, body) for key, body in chunks])


def _is_final(ctx: Context, due: Due, made: Made, held: _Held, replaced: Collection[int]) -> bool:
    """A run that is over and has nothing else to merge needs no second writing of its only loose segment."""
    policy = ctx.ports.policy.history
    if made.value_count >= policy.seal_values:
        return True
    others = [item for item in held.sized if item.id not in replaced]
    small = [item for item in others if not is_full(item, policy)]
    is_alone = all(item.sealed for item in others) and not is_worth_merging(small, policy)
    return due.ended and is_alone and held.newest == held.prefix.last_id

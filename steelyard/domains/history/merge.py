"""Small segments of one stream → a larger one (publishing.py), so that a long run is a few objects."""

from __future__ import annotations

import asyncio
from functools import partial

from steelyard.context import Context
from steelyard.domains.history import publish_queries as queries
from steelyard.domains.history import rules
from steelyard.domains.history.model import Due
from steelyard.domains.history.publishing import Replaced, announced, make, publish, store
from steelyard.domains.history.reading import last_steps, load_live, load_pieces
from steelyard.domains.history.segments import are_rewritten


async def merge_stream(ctx: Context, due: Due) -> bool:
    """Merge or seal the segments of a stream that are next; return False when there was nothing to do.

    Raises `Conflict` when another process was faster; nothing has changed then. Holds the columns of the segments in
    memory: at most twice `seal_values`.
    """
    policy = ctx.ports.policy.history
    sized = await ctx.database.read_at_once(partial(queries.list_sized, run=due.run, stream=due.stream))
    chosen = [item.id for item in rules.choose_merge(sized, policy, ended=due.ended)]
    if not chosen:
        return False
    segments = await load_live(ctx, due.run, chosen)
    # what a rewind left of a segment is written anew even if it stays alone, to be a whole one again
    if len(segments) == 1 and segments[0].cut_step is None:
        await ctx.database.write_at_once(partial(queries.seal, segment=chosen[0]))
        return True
    async with announced(ctx, due.run, due.stream) as item:
        pieces = await load_pieces(ctx, segments)
        rewritten = await are_rewritten(ctx, segments)
        made = await asyncio.to_thread(make, pieces, last_steps(segments), rewritten=rewritten)
        assert made is not None, "live segments have lines"
        await store(ctx, item, made)
        newest = max(segment.journal_id for segment in segments)
        replaced = Replaced(newest, None, tuple(segment.id for segment in segments))
        await publish(ctx, item, made, replaced, sealed=due.ended or made.value_count >= policy.seal_values)
    return True

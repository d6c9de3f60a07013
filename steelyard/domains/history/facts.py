"""What is told of streams without reading their columns: keys, last steps, numbers of rows."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from steelyard.context import Context
from steelyard.domains.history.keys import Facts, facts_of_directory, facts_of_table, fold_facts
from steelyard.domains.history.memory import memory_of
from steelyard.domains.history.model import Segment
from steelyard.domains.history.reading import Part, load_rows
from steelyard.domains.history.segments import OpenSegment, open_segments

# What the facts of one key are taken to cost memory, bytes.
_FACTS_COST_BYTES = 800


async def load_facts(ctx: Context, parts: Sequence[Part]) -> Facts:
    """Return the facts of every key of a stream. Raises `SegmentGone`.

    Of segments only directories are read, except where rows of parts overlap.
    """
    return fold_facts([await _part_facts(ctx, part) for part in parts])


async def _part_facts(ctx: Context, part: Part) -> Facts:
    if part.plain is None:
        return await asyncio.to_thread(facts_of_table, await load_rows(ctx, part))
    (opened,) = await open_segments(ctx, [part.plain])
    memory = memory_of(ctx)
    known: Facts | None = memory.get(("facts", part.plain.id))
    if known is None:
        known = await _segment_facts(ctx, part, opened)
        memory.put(("facts", part.plain.id), known, len(known) * _FACTS_COST_BYTES)
    return known


async def _segment_facts(ctx: Context, part: Part, opened: OpenSegment) -> Facts:
    facts, unknown = await asyncio.to_thread(facts_of_directory, opened.directory)
    if unknown:
        facts |= facts_of_table(await load_rows(ctx, part, unknown))
    return facts


async def find_last_step(ctx: Context, parts: Sequence[Part]) -> int | None:
    """Return the highest step of a stream, None before its first row. Raises `SegmentGone`."""
    for part in reversed(parts):
        if not part.segments or part.tail is None:
            return part.step_max
        rows = await load_rows(ctx, part, ())
        if len(rows):
            return int(rows.steps[-1])
    return None


async def count_rows(ctx: Context, part: Part) -> int:
    """Return the number of rows of a part. Raises `SegmentGone`."""
    return part.plain.row_count if part.plain is not None else len(await load_rows(ctx, part, ()))


async def are_full(ctx: Context, segment: Segment, keys: Sequence[str]) -> bool:
    """Tell whether every row of the segment has all keys, as far as its directory says. Raises `SegmentGone`."""
    (opened,) = await open_segments(ctx, [segment])
    every = opened.directory.keys
    paths = [opened.find_paths(key) for key in keys]
    return bool(keys) and all(len(found) == 1 and every[found[0]].count == segment.row_count for found in paths)

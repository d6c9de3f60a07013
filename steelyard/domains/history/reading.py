"""A stream as it stands now: live segments and the journal's tail behind them, in parts that do not overlap.

What is read of the database says which segments and chunks there are; everything else never changes once it is
written, so that caches need no word from other processes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.columnar.blocks import Block
from steelyard.columnar.columns import Column
from steelyard.columnar.slots import Piece
from steelyard.columnar.table import Table
from steelyard.context import Context
from steelyard.domains.history import segment_queries
from steelyard.domains.history.memory import memory_of
from steelyard.domains.history.model import Segment, Stream, TailMark
from steelyard.domains.history.segments import OpenSegment, SegmentGone, open_segments
from steelyard.domains.history.tails import Tail, TailMoved, load_tails
from steelyard.kernel.errors import Unavailable

# A flush between two of our statements makes us ask again; two in a row are rare already.
ATTEMPTS = 6
AGAIN_AFTER_S = 0.02
# What a segment of the catalog costs memory, its coverage aside.
SEGMENT_COST_BYTES = 1000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of a stream into whose steps no other part reaches; none lies outside of the bounds, both included.

    Lines of `blocks` (the journal's tail, in order of arrival) come after those of `segments` and may replace them.
    """

    run: int
    stream: Stream
    step_min: int
    step_max: int
    segments: tuple[Segment, ...] = ()
    tail: Tail | None = None
    # Where each writer was before the tail (slots.py).
    carried: Mapping[str, int] = field(default_factory=dict, repr=False)

    @property
    def blocks(self) -> tuple[Block, ...]:
        return () if self.tail is None else self.tail.blocks

    @property
    def plain(self) -> Segment | None:
        """The one whole segment that is the part, its lines being its rows: its pyramid tells the truth."""
        if self.tail is not None or len(self.segments) != 1:
            return None
        (segment,) = self.segments
        return None if segment.same_steps or segment.cut_step is not None else segment


async def parts(ctx: Context, runs: Sequence[int], stream: Stream) -> dict[int, list[Part]]:
    """Return the parts of each run's stream, ascending by step; none for a run without rows.

    Two statements for all runs together, and those that read what is new since the last time; no object is touched.
    The caller has checked that `ctx` may read the runs.
    """
    if not runs:
        return {}
    for attempt in range(ATTEMPTS):
        try:
            return await _parts(ctx, runs, stream)
        except TailMoved:
            await asyncio.sleep(AGAIN_AFTER_S * attempt)
    raise Unavailable("the run is written faster than it can be read; try again")


async def _parts(ctx: Context, runs: Sequence[int], stream: Stream) -> dict[int, list[Part]]:

    async def look(conn: AsyncConnection) -> tuple[dict[int, TailMark], dict[int, list[int]]]:
        # In this order: a flush in between then shows as a segment that holds marked chunks already.
        marks = await segment_queries.mark_tails(conn, runs, stream)
        return marks, await segment_queries.list_live_ids(conn, runs, stream)

    marks, live = await ctx.database.read_at_once(look)
    segments = await _load_segments(ctx, live)
    for run, mark in marks.items():
        if any(segment.journal_id >= mark.first_id for segment in segments.get(run, ())):
            raise TailMoved
    tails = await load_tails(ctx, marks, stream)
    found: dict[int, list[Part]] = {}
    for run in runs:
        found[run] = divide(ctx, run, stream, segments.get(run, []), tails.get(run))
    return found


async def _load_segments(ctx: Context, live: Mapping[int, Sequence[int]]) -> dict[int, list[Segment]]:
    """Return the segments by run, in the order in which their lines came."""
    memory = memory_of(ctx)
    wanted = {number for ids in live.values() for number in ids}
    known: dict[int, Segment] = {n: kept for n in wanted if (kept := memory.get(("segment", n))) is not None}
    missing = sorted(wanted - known.keys())
    if missing:
        loaded = await ctx.database.read_at_once(partial(segment_queries.load_segments, ids=missing))
        if len(loaded) != len(missing):
            raise TailMoved
        for number, segment in loaded.items():
            memory.put(("segment", number), segment, segment.coverage.size_bytes + SEGMENT_COST_BYTES)
            known[number] = segment
    return {run: sorted((known[number] for number in ids), key=_by_arrival) for run, ids in live.items()}


def _by_arrival(segment: Segment) -> tuple[int, int]:
    return segment.journal_id, segment.id


def divide(ctx: Context, run: int, stream: Stream, segments: Sequence[Segment], tail: Tail | None) -> list[Part]:
    """Return the stream as parts: what shares steps or lines is one part."""
    spans = [Part(run, stream, item.step_min, item.step_max, (item,)) for item in segments]
    if tail is not None:
        part = _tail_part(ctx, run, stream, segments, tail)
        spans += [part] if part.step_min <= part.step_max else []
    found: list[Part] = []
    for span in sorted(spans, key=_by_step):
        overlaps = bool(found) and span.step_min <= found[-1].step_max
        found.append(_joined(found.pop(), span) if overlaps else span)
    return found


def _by_step(part: Part) -> tuple[int, int]:
    return part.step_min, part.step_max


def _joined(low: Part, high: Part) -> Part:
    segments = tuple(sorted((*low.segments, *high.segments), key=_by_arrival))
    step_max = max(low.step_max, high.step_max)
    return Part(
        low.run, low.stream, low.step_min, step_max, segments, low.tail or high.tail, low.carried or high.carried
    )


def _tail_part(ctx: Context, run: int, stream: Stream, segments: Sequence[Segment], tail: Tail) -> Part:
    """Return the tail with the reach of its rows and of the segments that it writes over."""
    carried = last_steps(segments)
    table = _tail_table(ctx, run, stream, tail, carried)
    under = [segment for segment in segments if writes_over(tail.blocks, segment)]
    lows = [segment.step_min for segment in under]
    highs = [segment.step_max for segment in under]
    if len(table):
        lows.append(int(table.steps[0]))
        highs.append(int(table.steps[-1]))
    return Part(run, stream, min(lows, default=0), max(highs, default=-1), (), tail, carried)


def last_steps(segments: Sequence[Segment]) -> dict[str, int]:
    """Return the step at which each writer was after these segments, given in the order of arrival."""
    return {writer: step for segment in segments for writer, step in segment.coverage.last_steps.items()}


def writes_over(blocks: Iterable[Block], segment: Segment) -> bool:
    return any(
        segment.coverage.overlaps(block.writer, block.first_line, block.end_line if block.row_count else None)
        for block in blocks
    )


def _tail_table(ctx: Context, run: int, stream: Stream, tail: Tail, carried: Mapping[str, int]) -> Table:
    memory = memory_of(ctx)
    known = memory.get(("table", run, stream))
    if known is not None and known[0] == (tail.mark, carried):
        table: Table = known[1]
        return table
    table = Table(tail.blocks, carried)
    memory.put(("table", run, stream), ((tail.mark, carried), table), table.size_bytes + 1000)
    return table


async def load_rows(ctx: Context, part: Part, keys: Collection[str] | None = None) -> Table:
    """Return the rows of a part, with the columns `keys` (names or paths) at least, or all of them.

    Columns of segments are read once and kept while room allows. Raises `SegmentGone`.
    """
    if not part.segments:
        return Table([]) if part.tail is None else _tail_table(ctx, part.run, part.stream, part.tail, part.carried)
    opened = await open_segments(ctx, part.segments)
    rows = await _rows(ctx, part, opened)
    sources: list[Mapping[str, Column]] = [await item.columns(keys) for item in opened]
    return rows.with_columns(sources + [block.columns for block in part.blocks])


async def _rows(ctx: Context, part: Part, opened: Sequence[OpenSegment]) -> Table:
    """Return the rows of a part without its columns."""
    memory = memory_of(ctx)
    mark = None if part.tail is None else part.tail.mark
    key = ("rows", part.run, part.stream, tuple(segment.id for segment in part.segments), mark)
    known: Table | None = memory.get(key)
    if known is None:
        pieces: list[Piece] = [await item.lines() for item in opened]
        table = await asyncio.to_thread(Table, pieces + list(part.blocks), part.carried)
        known = table.with_columns([])
        memory.put(key, known, known.size_bytes)
    return known


async def load_table(ctx: Context, run: int, stream: Stream, keys: Collection[str] | None = None) -> Table:
    """Return all rows of the stream up to now as one table, with the columns `keys` at least, or all of them.

    Costs memory for all of these columns at once: where rows can be taken part by part, they should be.
    """

    async def load(found: list[Part]) -> Table:
        whole = found[0] if found else Part(run, stream, 0, -1)
        for part in found[1:]:
            whole = _joined(whole, part)
        return await load_rows(ctx, whole, keys)

    return await read_parts(ctx, run, stream, load)


async def read_parts(ctx: Context, run: int, stream: Stream, work: Callable[[list[Part]], Awaitable[T]]) -> T:
    """Return what `work` makes of the parts of a stream, as they are then; see `read_many`."""

    async def of_one(found: dict[int, list[Part]]) -> T:
        return await work(found[run])

    return await read_many(ctx, [run], stream, of_one)


async def read_many(
    ctx: Context, runs: Sequence[int], stream: Stream, work: Callable[[dict[int, list[Part]]], Awaitable[T]]
) -> T:
    """Return what `work` makes of the parts of several streams, by run.

    It is called again with newer ones when a segment is gone: replaced before, and its object deleted while we read.
    """
    try:
        return await work(await parts(ctx, runs, stream))
    except SegmentGone:
        return await work(await parts(ctx, runs, stream))


async def load_live(ctx: Context, run: int, ids: Sequence[int]) -> list[Segment]:
    """Return live segments of a stream in the order in which their lines came."""
    return (await _load_segments(ctx, {run: ids}))[run]


async def load_pieces(ctx: Context, segments: Sequence[Segment]) -> list[Piece]:
    """Return all lines of segments with all columns, past every cache."""
    return [await item.lines(whole=True) for item in await open_segments(ctx, segments)]

"""A run's console output as it stands now: which stored lines live, in the order in which they are shown.

What is read of the database says which segments and chunks there are; everything else never changes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.columnar.groups import Indexes
from steelyard.columnar.log_lines import Kind, LogLines, blank_lines, join_lines
from steelyard.context import Context
from steelyard.domains.history import queries, segment_queries
from steelyard.domains.history.console import sources
from steelyard.domains.history.console.order import (
    InLine,
    Merged,
    Numbered,
    Order,
    Stretch,
    Window,
    carry_times,
    merge_order,
)
from steelyard.domains.history.console.sources import JournalKey, LogSegment
from steelyard.domains.history.console.spans import Source, Span, Strip
from steelyard.domains.history.memory import memory_of
from steelyard.domains.history.model import Stream
from steelyard.domains.history.segments import SegmentGone
from steelyard.domains.history.tails import TailMoved
from steelyard.kernel.errors import Unavailable

ATTEMPTS = 6
AGAIN_AFTER_S = 0.02
_SPAN_COST_BYTES = 500

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which lines are shown. `level`: "error", "output" for all others, None for both; `label` None for every."""

    level: str | None = None
    label: str | None = None

    @property
    def is_open(self) -> bool:
        return self.level is None and self.label is None

    def shows(self, kind: Kind) -> bool:
        level, label = kind
        return (self.level is None or (level == "error") == (self.level == "error")) and (
            self.label is None or label == self.label
        )


EVERYTHING = Filter()


@dataclass(frozen=True, slots=True)
class Held:
    """What the database says of a run's output, at one moment. `counts` are numbers of lines by writer."""

    counts: Mapping[str, int]
    chunks: Sequence[tuple[str, Source]]
    segments: Sequence[LogSegment]


@dataclass(frozen=True, slots=True)
class Shown:
    """Lines as they are shown, with the numbers they have where nothing is left out.

    Of several writers that is the place among all lines, which is not known, -1, where a filter leaves some out.
    """

    numbers: Indexes
    lines: LogLines


class View:
    """The lines of a run that pass a filter, in order."""

    def __init__(self, ctx: Context, order: Order, wanted: Filter) -> None:
        self._ctx = ctx
        self._order = order
        self._filter = wanted

    @property
    def total(self) -> int:
        return self._order.total

    async def load(self, first: int, end: int) -> Shown:
        """Return the lines in the places from `first` to below `end`. Raises `TailMoved`, `SegmentGone`."""
        end = min(end, self.total)
        if first >= end:
            return Shown(np.zeros(0, np.int64), blank_lines(0))
        window = self._order.window(first, end)
        held = [stretch.span.source for stretch in window.stretches]
        found = await sources.load_lines(self._ctx, [source for source in held if source is not None])
        parts = [_lines_of(stretch.span, found) for stretch in window.stretches]
        if isinstance(self._order, Merged):
            return await asyncio.to_thread(self._merge, window, parts, first, end)
        return self._in_line(window, parts, first, end)

    def _in_line(self, window: Window, parts: Sequence[LogLines], first: int, end: int) -> Shown:
        numbers, pieces, at = [], [], window.base
        for stretch, lines in zip(window.stretches, parts, strict=True):
            low, high = max(0, first - at), min(stretch.count, end - at)
            at += stretch.count
            start = stretch.span.start
            if self._filter.is_open:
                pieces.append(lines.slice(low, high))
                numbers.append(np.arange(start + low, start + high))
            else:
                chosen = np.flatnonzero(lines.of_kinds([self._filter.shows(kind) for kind in lines.names]))[low:high]
                pieces.append(lines.take(chosen))
                numbers.append(start + chosen)
        return Shown(np.concatenate(numbers), join_lines(pieces))

    def _merge(self, window: Window, parts: Sequence[LogLines], first: int, end: int) -> Shown:
        times, writers, lines = [], [], []
        for stretch, part in zip(window.stretches, parts, strict=True):
            times.append(np.maximum.accumulate(np.maximum(part.times, stretch.carry)))
            writers.append(np.full(len(part), stretch.writer, np.int64))
            lines.append(np.arange(stretch.span.start, stretch.span.end))
        joined = join_lines(parts)
        every = np.flatnonzero(joined.of_kinds([self._filter.shows(kind) for kind in joined.names]))
        order = merge_order(*(np.concatenate(arrays)[every] for arrays in (times, writers, lines)))
        chosen = every[order[first - window.base : end - window.base]]
        places = np.arange(first, first + len(chosen))
        return Shown(places if self._filter.is_open else np.full(len(chosen), -1), joined.take(chosen))


def _lines_of(span: Span, found: Mapping[object, LogLines]) -> LogLines:
    if span.source is None:
        return blank_lines(span.end - span.start)
    return found[span.source.key].slice(span.start - span.source.first, span.end - span.source.first)


async def read_view(
    ctx: Context,
    run: int,
    work: Callable[[View], Awaitable[T]],
    wanted: Filter = EVERYTHING,
    lines: tuple[int | None, int] | None = None,
) -> T:
    """Return what `work` makes of the run's output; it is called again when what it reads was moved meanwhile.

    `lines` says that only these will be asked for, where None counts the second number back from the end: then little
    is read of a journal that one writer fills.
    """

    async def look() -> T:
        held = await load_held(ctx, run, lines if wanted.is_open else None)
        return await work(View(ctx, await _order(ctx, run, held, wanted), wanted))

    return await _patiently(look)


async def _patiently(look: Callable[[], Awaitable[T]]) -> T:
    for attempt in range(ATTEMPTS):
        try:
            return await look()
        except (TailMoved, SegmentGone):
            await asyncio.sleep(AGAIN_AFTER_S * attempt)
    raise Unavailable("the run is written faster than it can be read; try again")


async def find_labels(ctx: Context, run: int) -> set[str]:
    """Return the labels of a run's lines."""

    async def look() -> set[str]:
        held = await load_held(ctx, run)
        told = await sources.describe(ctx, [source for _, source in held.chunks])
        kinds = [*(segment.directory.kinds for segment in held.segments), *(source.kinds for source in told)]
        return {label for group in kinds for _, label in group if label is not None}

    return await _patiently(look)


async def _order(ctx: Context, run: int, held: Held, wanted: Filter) -> Order:
    """Return the order of what is shown. That of many stretches is kept until something changes."""
    if wanted.is_open and len(held.counts) <= 1:
        strips = await _living(ctx, run, held)
        (writer, count) = next(iter(held.counts.items()), ("", 0))
        return Numbered(strips.get(writer, Strip()), count)
    memory, key = memory_of(ctx), ("log-order", run, wanted)
    mark = (dict(held.counts), [source.key for _, source in held.chunks], [segment.id for segment in held.segments])
    kept = memory.get(key)
    if kept is not None and kept[0] == mark:
        known: Order = kept[1]
        return known
    stretches = await _stretches(ctx, run, held, wanted)
    order = Merged(stretches) if len(held.counts) > 1 else InLine(stretches)
    memory.put(key, (mark, order), (len(stretches) + len(held.chunks)) * _SPAN_COST_BYTES)
    return order


async def _stretches(ctx: Context, run: int, held: Held, wanted: Filter) -> list[Stretch]:
    strips = await _living(ctx, run, held, is_described=True)
    found: list[Stretch] = []
    for place, (writer, count) in enumerate(held.counts.items()):
        spans = strips[writer].between(0, count) if writer in strips else [Span(0, count, None)]
        found += carry_times([Stretch(place, span, await _count(ctx, span, wanted)) for span in spans])
    return found


async def load_held(ctx: Context, run: int, lines: tuple[int | None, int] | None = None) -> Held:
    """Return what is stored, or of the journal only what holds `lines` where one writer has filled it."""

    async def look(conn: AsyncConnection) -> tuple[dict[str, int], list[tuple[int, str, int, int]], list[int]]:
        # In this order: no line is counted that is not seen, and a flush in between shows as a segment.
        counts = await queries.list_writers(conn, run, Stream.CONSOLE)
        within = None if lines is None or len(counts) > 1 else _within(sum(counts.values()), *lines)
        chunks = await queries.list_console_chunks(conn, run, within)
        live = await segment_queries.list_live_ids(conn, [run], Stream.CONSOLE)
        return counts, chunks, live.get(run, [])

    counts, chunks, ids = await ctx.database.read_at_once(look)
    segments = await sources.load_segments(ctx, ids)
    newest = max((segment.journal_id for segment in segments), default=0)
    news = [
        (writer, Source(JournalKey(number), first, count))
        for number, writer, first, count in chunks
        if number > newest and count
    ]
    return Held(counts, news, segments)


def _within(total: int, start: int | None, end: int) -> tuple[int, int]:
    return (total - end, total) if start is None else (start, end)


async def _living(ctx: Context, run: int, held: Held, *, is_described: bool = False) -> dict[str, Strip]:
    """Return the living lines by writer."""
    strips = {writer: strip.copy() for writer, strip in _living_stored(ctx, run, held.segments).items()}
    chunks = [source for _, source in held.chunks]
    if is_described:
        chunks = await sources.describe(ctx, chunks)
    for (writer, _), source in zip(held.chunks, chunks, strict=True):
        strips.setdefault(writer, Strip()).lay_over(source)
    return strips


def _living_stored(ctx: Context, run: int, segments: Sequence[LogSegment]) -> dict[str, Strip]:
    memory, ids = memory_of(ctx), tuple(segment.id for segment in segments)
    kept = memory.get(("log-strips", run))
    if kept is not None and kept[0] == ids:
        strips: dict[str, Strip] = kept[1]
        return strips
    strips, count = lay_out(segments), sum(len(segment.directory.firsts) for segment in segments)
    memory.put(("log-strips", run), (ids, strips), count * _SPAN_COST_BYTES)
    return strips


def lay_out(segments: Sequence[LogSegment]) -> dict[str, Strip]:
    """Return the living lines of segments, given in the order in which their lines came."""
    strips: dict[str, Strip] = {}
    for segment in segments:
        for writer, source in sources.list_blocks(segment):
            strips.setdefault(writer, Strip()).lay_over(source)
    return strips


async def _count(ctx: Context, span: Span, wanted: Filter) -> int:
    """Return how many lines of a span are shown. Of one that is cut the lines themselves are counted."""
    if wanted.is_open:
        return span.end - span.start
    if span.is_whole:
        return sum(count for kind, count in span.count_kinds().items() if wanted.shows(kind))
    assert span.source is not None, "what never came is whole"
    memory, key = memory_of(ctx), ("log-kinds", span.source.key, span.start, span.end)
    kinds: Mapping[Kind, int] | None = memory.get(key)
    if kinds is None:
        found = await sources.load_lines(ctx, [span.source])
        kinds = sources.count_kinds(_lines_of(span, found))
        memory.put(key, kinds, _SPAN_COST_BYTES)
    return sum(count for kind, count in kinds.items() if wanted.shows(kind))

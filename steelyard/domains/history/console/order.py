"""In which order the lines of a run are shown, and which stored ones a page needs. Pure.

The lines of one writer stand by their numbers. Those of several are merged by time: a line is as late as the latest
before it of its writer, so that each writer's lines keep their order; equal times stand by writer and number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from steelyard.columnar.groups import Indexes
from steelyard.columnar.log_lines import NO_TIME
from steelyard.domains.history.console.spans import Span, Strip


@dataclass(frozen=True, slots=True)
class Stretch:
    """A span of the writer in place `writer`. `count` of its lines are shown; none is earlier than `carry`."""

    writer: int
    span: Span
    count: int
    carry: int = NO_TIME

    @property
    def high(self) -> int:
        source = self.span.source
        return self.carry if source is None else max(self.carry, source.high)

    @property
    def low(self) -> int:
        source = self.span.source
        return self.carry if source is None else max(self.carry, source.low)


@dataclass(frozen=True, slots=True)
class Window:
    """Stretches that hold the lines of a page. The first line shown of them is number `base` of all."""

    base: int
    stretches: tuple[Stretch, ...]


def carry_times(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Return the stretches of one writer, each with the latest time before it."""
    carried: list[Stretch] = []
    carry = NO_TIME
    for stretch in stretches:
        carried.append(Stretch(stretch.writer, stretch.span, stretch.count, carry))
        carry = carried[-1].high
    return carried


class Numbered:
    """All lines of a single writer: the number of a line is its place."""

    def __init__(self, strip: Strip, total: int) -> None:
        self._strip = strip
        self.total = total

    def window(self, first: int, end: int) -> Window:
        spans = self._strip.between(first, end)
        return Window(first, tuple(Stretch(0, span, span.end - span.start) for span in spans))


class InLine:
    """Stretches one after the other: those of a single writer, of which only some lines are shown."""

    def __init__(self, stretches: Sequence[Stretch]) -> None:
        self._stretches = stretches
        self._ends = np.cumsum(np.array([stretch.count for stretch in stretches], np.int64))

    @property
    def total(self) -> int:
        return int(self._ends[-1]) if len(self._ends) else 0

    def window(self, first: int, end: int) -> Window:
        start = int(np.searchsorted(self._ends, first, "right"))
        stop = int(np.searchsorted(self._ends, end, "left")) + 1
        base = int(self._ends[start - 1]) if start else 0
        return Window(base, tuple(item for item in self._stretches[start:stop] if item.count))


class Merged:
    """Stretches of several writers, whose lines are merged.

    A window holds, besides the page, at most about two stretches of each writer.
    """

    def __init__(self, stretches: Sequence[Stretch]) -> None:
        self._stretches = [stretch for stretch in stretches if stretch.count]
        count = len(self._stretches)
        self._counts = np.array([stretch.count for stretch in self._stretches], np.int64)
        times = [stretch.low for stretch in self._stretches] + [stretch.high for stretch in self._stretches]
        writers = [stretch.writer for stretch in self._stretches] * 2
        lines = [stretch.span.start for stretch in self._stretches]
        lines += [stretch.span.end - 1 for stretch in self._stretches]
        order = np.lexsort((lines, writers, times)) if count else np.zeros(0, np.int64)
        # Bounds by their place in the order of all bounds, so that one number compares time, writer and line.
        places = np.empty(2 * count, np.int64)
        places[order] = np.arange(2 * count)
        self._lows, self._highs = places[:count], places[count:]

    @property
    def total(self) -> int:
        return int(self._counts.sum())

    def window(self, first: int, end: int) -> Window:
        by_low, by_high = np.argsort(self._lows), np.argsort(self._highs)
        # All lines below the bound `low` are among the first `before` ones, so number `first` is not below it.
        before = np.cumsum(self._counts[by_low]) - self._counts[by_low]
        at = int(np.searchsorted(before, first, "right")) - 1
        low = self._lows[by_low[at]] if at >= 0 else 0
        until = np.cumsum(self._counts[by_high])
        stop = min(int(np.searchsorted(until, end, "left")), len(until) - 1)
        high = self._highs[by_high[stop]] if len(until) else -1
        chosen = (self._highs >= low) & (self._lows <= high)
        base = int(self._counts[self._highs < low].sum())
        return Window(base, tuple(self._stretches[place] for place in np.flatnonzero(chosen)))


Order = Numbered | InLine | Merged


def merge_order(times: Indexes, writers: Indexes, lines: Indexes) -> Indexes:
    return np.lexsort((lines, writers, times))

"""Which stored copy of each line is the living one: the newest. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from steelyard.columnar.log_lines import NO_TIME, PLAIN, Kind


@dataclass(frozen=True, slots=True)
class Source:
    """Consecutive lines of one writer that are stored together: a block of a segment, or a chunk of the journal.

    `low` and `high` bound their times, `kinds` says how many lines are of which kind; known once they were decoded.
    """

    key: Hashable
    first: int
    count: int
    low: int = NO_TIME
    high: int = NO_TIME
    kinds: Mapping[Kind, int] = field(default_factory=dict)

    @property
    def end(self) -> int:
        return self.first + self.count


class Span(NamedTuple):
    """Lines from `start` to below `end`, all living in one source; None: they never came and read as blank."""

    start: int
    end: int
    source: Source | None

    @property
    def is_whole(self) -> bool:
        return self.source is None or (self.start == self.source.first and self.end == self.source.end)

    def count_kinds(self) -> Mapping[Kind, int]:
        """Return how many lines are of which kind, of a span that is whole."""
        return {PLAIN: self.end - self.start} if self.source is None else self.source.kinds


class Strip:
    """The living lines of one writer as spans that ascend and do not overlap."""

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        self._spans = list(spans)
        self._starts = [span.start for span in self._spans]

    def copy(self) -> Strip:
        return Strip(self._spans)

    def lay_over(self, source: Source) -> None:
        """Let the lines of `source` take the place of older copies."""
        start, end = source.first, source.end
        if start >= end:
            return
        at = self._at(start)
        until = bisect_left(self._starts, end)
        new = [Span(start, end, source)]
        if at < until:
            first, last = self._spans[at], self._spans[until - 1]
            if first.start < start:
                new.insert(0, first._replace(end=start))
            if last.end > end:
                new.append(last._replace(start=end))
        self._spans[at:until] = new
        self._starts[at:until] = [span.start for span in new]

    def _at(self, line: int) -> int:
        """Return the place of the first span that ends after `line`."""
        at = max(0, bisect_right(self._starts, line) - 1)
        return at + 1 if at < len(self._spans) and self._spans[at].end <= line else at

    @property
    def stored(self) -> tuple[Span, ...]:
        return tuple(self._spans)

    def between(self, start: int, end: int) -> list[Span]:
        """Return the spans of the lines from `start` to below `end`, cut to these, with blank ones between them."""
        found: list[Span] = []
        line = start
        for span in self._spans[self._at(start) : bisect_left(self._starts, end)]:
            if span.start > line:
                found.append(Span(line, span.start, None))
            found.append(span._replace(start=max(span.start, line), end=min(span.end, end)))
            line = found[-1].end
        if line < end:
            found.append(Span(line, end, None))
        return found

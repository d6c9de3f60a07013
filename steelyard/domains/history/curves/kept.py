"""Lines that have been drawn, kept while room allows: a page that is looked at again costs what its bytes cost.

What a line is made of is part of its name, and none of it ever changes. A run that goes on has a new name for its lines
with every row; nobody needs to be told.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import TypeVar

from steelyard.columnar.cache import BoundedCache
from steelyard.columnar.groups import Floats
from steelyard.columnar.pyramid import Xs
from steelyard.context import Context
from steelyard.domains.history.curves.frames import Line
from steelyard.domains.history.curves.spec import Panel
from steelyard.domains.history.memory import memory_of
from steelyard.domains.history.reading import Part

# What a kept line costs beyond its arrays, in bytes.
_COST_BYTES = 1_500
_ALWAYS = ("x", "last")

Column = TypeVar("Column", Floats, Xs)


class KeptLines:
    """The lines of one panel."""

    def __init__(self, ctx: Context, panel: Panel) -> None:
        self._memory: BoundedCache[Hashable, Line] = memory_of(ctx)
        self._panel = (panel.key, panel.window, panel.columns)
        self._names = {*_ALWAYS, *panel.columns}

    def find(self, run: int, parts: Sequence[Part]) -> Line | None:
        """Return the line of the run at the position `run` of the batch."""
        line = self._memory.get(self._key(parts))
        return None if line is None else replace(line, run=run)

    def keep(self, parts: Sequence[Part], line: Line) -> None:
        """Keep the columns that the panel asks for. They are copied where they are parts of larger arrays."""
        points = {name: _own(column) for name, column in line.points.items() if name in self._names}
        kept = replace(line, points=points, mark_x=_own(line.mark_x), mark_y=_own(line.mark_y))
        size = sum(column.nbytes for column in (*points.values(), kept.mark_x, kept.mark_y))
        self._memory.put(self._key(parts), kept, size + _COST_BYTES)

    def _key(self, parts: Sequence[Part]) -> Hashable:
        return "line", self._panel, tuple(_identity(part) for part in parts)


def _identity(part: Part) -> Hashable:
    mark = None if part.tail is None else part.tail.mark
    return part.run, part.stream, tuple(segment.id for segment in part.segments), mark


def _own(column: Column) -> Column:
    return column if column.base is None else column.copy()

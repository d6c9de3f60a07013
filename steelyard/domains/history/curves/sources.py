"""Where the line of a run comes from: of each of its parts, the pyramid in the directory of a segment, or its rows.

A source knows how far its points reach before anything is read of them. Once the buckets are planned it is asked for
just what they need: one level of the pyramid and the rows at the cut ends of the range, or the rows alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from steelyard.columnar import directory
from steelyard.columnar.buckets import cut_steps
from steelyard.columnar.columns import Column
from steelyard.columnar.groups import Floats, Indexes
from steelyard.columnar.plans import Axis, Plan, StepPlan, choose_level
from steelyard.columnar.pyramid import NonFinitePoints, RowSetLevel, Xs
from steelyard.columnar.table import Table
from steelyard.domains.history.curves.lines import Extent, Material, Nodes, Points, extent_of, plan_buckets
from steelyard.domains.history.curves.spec import Panel, Window
from steelyard.domains.history.model import Stream
from steelyard.domains.history.segments import OpenSegment

# So many rows of a segment are read and put into buckets within a few milliseconds.
ROWS_CHEAP = 64_000
# A line has at least one bucket for so many that were asked for.
FEWER_MAX = 8

STEP, RUNTIME, TIMESTAMP = Axis.STEP.value, Axis.RUNTIME.value, Axis.TIMESTAMP.value


@dataclass(frozen=True, slots=True)
class Abscissa:
    """What x is: the column `key`, or the step for None; `axis` as plans know it."""

    axis: Axis
    key: str | None

    @classmethod
    def of(cls, panel: Panel) -> Abscissa:
        key = panel.window.key
        if key == STEP and panel.stream is Stream.HISTORY:
            return cls(Axis.STEP, None)
        # system metrics have no step: their runtime stands in
        key = RUNTIME if key == STEP else key
        return cls(Axis(key) if key in {RUNTIME, TIMESTAMP} else Axis.OTHER, key)


@dataclass(frozen=True, slots=True)
class Rows:
    """Points that have been read."""

    points: Points

    node_log2 = 0

    def extent(self, window: Window) -> Extent | None:
        return extent_of(self.points, window)

    async def material(self, _plan: Plan) -> Material:
        return Material([self.points])


@dataclass(frozen=True, slots=True)
class Pyramid:
    """A key of a segment that has levels; x is a step or a time, and never goes back."""

    segment: OpenSegment
    key: directory.Key
    rows: directory.RowSet
    abscissa: Abscissa

    @property
    def node_log2(self) -> int:
        """The width of the finest nodes."""
        return self.rows.levels[0].width_log2

    @property
    def reach(self) -> directory.Extent:
        axis = self.abscissa.axis
        return {Axis.STEP: self.rows.step, Axis.RUNTIME: self.rows.runtime, Axis.TIMESTAMP: self.rows.timestamp}[axis]

    def extent(self, window: Window) -> Extent | None:
        first, last, _ = self.reach
        if window.is_log and first <= 0:
            # the least one above 0 is known to its row only; any edge below it will do
            first = min(last, 1.0)
        return (first, last) if not window.is_log or last > 0 else None

    def is_costly(self, plan: Plan) -> bool:
        """Tell whether the plan would have many rows read, for want of a level."""
        first, last, _ = self.reach
        low, high = max(first, plan.x_min), min(last, plan.x_max)
        if low > high or isinstance(plan, StepPlan) or choose_level(plan, self.rows.levels, low, high) is not None:
            return False
        return (high - low) * self.rows.count > ROWS_CHEAP * (last - first)

    async def material(self, plan: Plan) -> Material:
        """Read and return what the plan needs. Raises `SegmentGone`."""
        first, last, _ = self.reach
        first, last = max(first, plan.x_min), min(last, plan.x_max)
        if first > last:
            return Material([])
        level = choose_level(plan, self.rows.levels, first, last)
        if level is None:
            return Material([await self._read(await self._steps(plan))])
        ((rows, key),) = await self.segment.levels([(self.key.path, level)])
        before, after = cut_steps(rows, plan)
        ends = [None if steps is None else await self._read(steps) for steps in (before, after)]
        inputs = [ends[0], Nodes(rows, key), ends[1]]
        return Material([one for one in inputs if one is not None], await self._marks())

    async def _steps(self, plan: Plan) -> tuple[int, int]:
        """Return a range of steps that has all rows in the plan's range of x."""
        if plan.axis is Axis.STEP:
            return math.floor(plan.x_min), math.ceil(plan.x_max)
        ((rows, _),) = await self.segment.levels([(self.key.path, 0)])
        return _steps_between(rows, plan)

    async def _read(self, steps: tuple[int, int]) -> Points:
        x_key = self.abscissa.key
        excerpt = await self.segment.excerpt([self.key.path, *([] if x_key is None else [x_key])], *steps)
        column = excerpt.columns[self.key.path].numeric()
        within = slice(*np.searchsorted(excerpt.steps[column.rows], [steps[0], steps[1] + 1]).tolist())
        rows, y = column.rows[within], _values(column)[within]
        if x_key is None:
            return Points(excerpt.steps[rows], y)
        return _paired(excerpt.columns[self.segment.find_paths(x_key)[0]].numeric(), rows, y)

    async def _marks(self) -> list[Points]:
        if not self.key.non_finite:
            return []
        named: NonFinitePoints = await self.segment.non_finite(self.key.path)
        by_axis: dict[Axis, Xs] = {Axis.STEP: named.step, Axis.RUNTIME: named.runtime, Axis.TIMESTAMP: named.timestamp}
        return [Points(by_axis[self.abscissa.axis], named.value)]


@dataclass(frozen=True, slots=True)
class Reach:
    """How far rows reach that are not held any longer."""

    found: Extent | None

    node_log2 = 0

    def extent(self, _window: Window) -> Extent | None:
        return self.found


Source = Rows | Pyramid
Outline = Reach | Source


def nothing() -> Rows:
    return Rows(Points(np.empty(0), np.empty(0)))


def are_apart(sources: Sequence[Source], window: Window) -> bool:
    """Tell whether each source begins where the one before it has ended, or later: only then nodes may be combined."""
    extents = [extent for source in sources if (extent := source.extent(window)) is not None]
    return all(after[0] >= before[1] for before, after in pairwise(extents))


def outline_of(source: Source, window: Window) -> Outline:
    """Return what plans need to know of the source, without its rows."""
    return Reach(source.extent(window)) if isinstance(source, Rows) else source


def plan_line(window: Window, axis: Axis, sources: Sequence[Outline]) -> Plan | None:
    """Return the buckets for what `sources` hold together, None when nothing of it is in the window.

    Over times, long runs get fewer buckets than asked where more would have all their rows read.
    """
    extents = [extent for source in sources if (extent := source.extent(window)) is not None]
    if not extents:
        return None
    node_log2 = max(source.node_log2 for source in sources)
    plan = plan_buckets(window, axis, extents, node_log2)
    fewer = window
    while (
        plan is not None
        and fewer.buckets > window.buckets / FEWER_MAX
        and any(isinstance(source, Pyramid) and source.is_costly(plan) for source in sources)
    ):
        fewer = replace(fewer, buckets=fewer.buckets // 2)
        plan = plan_buckets(fewer, axis, extents, node_log2)
    return plan


def find_pyramid(segment: OpenSegment, name: str, abscissa: Abscissa) -> Pyramid | None:
    """Return the pyramid of a metric, None when there is none for this x: its rows are to be read."""
    paths = segment.find_paths(name)
    if len(paths) != 1 or abscissa.axis is Axis.OTHER:
        return None
    key = segment.directory.keys[paths[0]]
    if key.row_set is None:
        return None
    rows = segment.directory.row_sets[key.row_set]
    found = Pyramid(segment, key, rows, abscissa)
    return found if rows.levels and found.reach.monotonic else None


def find_rows(table: Table, name: str, abscissa: Abscissa) -> Rows:
    """Return the rows that have both as numbers; none when the metric or the x axis was never logged."""
    column = _numbers(table, name)
    if abscissa.key is None:
        return Rows(Points(table.steps[column.rows], _values(column)))
    return Rows(_paired(_numbers(table, abscissa.key), column.rows, _values(column)))


def _paired(x: Column, rows: Indexes, y: Floats) -> Points:
    if len(x) == len(rows) and bool(np.all(x.rows == rows)):
        return Points(_values(x), y)
    _, mine, theirs = np.intersect1d(rows, x.rows, assume_unique=True, return_indices=True)
    return Points(_values(x)[theirs], y[mine])


def _numbers(table: Table, key: str) -> Column:
    column = table.find_column(key)
    return Column(np.empty(0, np.int64)) if column is None else column.numeric()


def _values(column: Column) -> Floats:
    return np.empty(0) if column.numbers is None else column.numbers


def _steps_between(rows: RowSetLevel, plan: Plan) -> tuple[int, int]:
    first, last = (
        (rows.first_runtime, rows.last_runtime)
        if plan.axis is Axis.RUNTIME
        else (rows.first_timestamp, rows.last_timestamp)
    )
    begin = int(np.searchsorted(last, plan.x_min, side="left"))
    end = int(np.searchsorted(first, plan.x_max, side="right")) - 1
    if begin > end:
        return 0, -1
    return int(rows.first_step[begin]), int(rows.last_step[end])

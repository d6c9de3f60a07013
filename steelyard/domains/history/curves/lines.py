"""Lines out of rows: which buckets they get, and what is drawn for them. Pure; runs in threads."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from steelyard.columnar.buckets import Buckets, name_non_finite, raw_buckets, raw_points
from steelyard.columnar.columns import Column
from steelyard.columnar.grouping import GroupCurve, group_curves
from steelyard.columnar.groups import Floats, Indexes
from steelyard.columnar.plans import Axis, Plan, are_few, log_edges, plan_step_buckets, uniform_edges
from steelyard.columnar.pyramid import Xs
from steelyard.columnar.table import STEP, Table
from steelyard.domains.history.curves.frames import GroupLine, Line
from steelyard.domains.history.curves.spec import Window

_EVENTS_X = "_runtime"
_NONE = np.empty(0)


@dataclass(frozen=True, slots=True)
class Points:
    """The points of a metric over an axis, in order of rows. Over steps `x` is int64 and ascends."""

    axis: Axis
    x: Xs
    y: Floats


def find_points(table: Table, key: str, x_key: str) -> Points:
    """Return the rows that have both as numbers; none when the metric or the x axis was never logged."""
    column = _numbers(table, key)
    if x_key == STEP and table.find_column(STEP) is None:
        # system metrics have no step: their runtime stands in
        x_key = _EVENTS_X
    if x_key == STEP:
        steps = table.steps[column.rows]
        is_ordinary = not len(steps) or steps[0] >= 0
        return Points(Axis.STEP, steps, _values(column)) if is_ordinary else _over_floats(steps, _values(column))
    axis = _numbers(table, x_key)
    _, mine, theirs = np.intersect1d(column.rows, axis.rows, assume_unique=True, return_indices=True)
    return Points(Axis.OTHER, _values(axis)[theirs], _values(column)[mine])


def _over_floats(steps: Indexes, y: Floats) -> Points:
    """Return points over steps before zero, which no grid of buckets has."""
    return Points(Axis.OTHER, steps.astype(np.float64), y)


def _numbers(table: Table, key: str) -> Column:
    column = table.find_column(key)
    return Column(np.empty(0, np.int64)) if column is None else column.numeric()


def _values(column: Column) -> Floats:
    return _NONE if column.numbers is None else column.numbers


def draw_line(points: Points, window: Window, run: int) -> Line:
    """Return the line of one run: its points where they are few, else buckets."""
    plan = plan_buckets(window, [points])
    if plan is None:
        return Line(run, 0, True, {"x": _NONE, "last": _NONE}, _NONE, _NONE)
    buckets = raw_buckets(points.x, points.y, plan)
    total = int(buckets.count.sum())
    is_raw = are_few(total, plan)
    marks: tuple[Xs, Floats] = (_NONE, _NONE)
    if buckets.non_finite.any():
        marks = name_non_finite(points.x, points.y, plan)
    drawn = columns_of(raw_points(points.x, points.y, plan) if is_raw else buckets)
    return Line(run, total, is_raw, drawn, *marks)


def draw_group(members: Sequence[Points], window: Window, group: int) -> GroupLine:
    """Return the line of a group: statistics over its runs, in buckets common to all of them."""
    plan = plan_buckets(window, members)
    if plan is None:
        return GroupLine(group, 0, 0, {})
    every = [raw_buckets(points.x, points.y, plan) for points in members]
    runs = [buckets for buckets in every if len(buckets)]
    total = sum(int(buckets.count.sum()) for buckets in runs)
    return GroupLine(group, total, len(runs), statistics_of(group_curves(runs, plan)))


def plan_buckets(window: Window, members: Sequence[Points]) -> Plan | None:
    """Return the buckets that all `members` are drawn in: as far as any has points in the window; None for nowhere."""
    axis = Axis.STEP if all(points.axis is Axis.STEP for points in members) else Axis.OTHER
    extents = [extent for points in members if (extent := _extent(points, window)) is not None]
    if not extents:
        return None
    low, high = min(low for low, _ in extents), max(high for _, high in extents)
    if axis is Axis.STEP and not window.is_log:
        return plan_step_buckets(int(low), int(high), window.buckets)
    edges = log_edges if window.is_log else uniform_edges
    return edges(axis, float(low), float(high), window.buckets)


def _extent(points: Points, window: Window) -> tuple[float, float] | None:
    """Return the least and the greatest x of the points in the window."""
    low = -math.inf if window.x_min is None else window.x_min
    high = math.inf if window.x_max is None else window.x_max
    x = points.x[(points.x >= low) & (points.x <= high) & np.isfinite(points.x)]
    if window.is_log:
        x = x[x > 0]
    return (x.min().item(), x.max().item()) if len(x) else None


def columns_of(buckets: Buckets) -> Mapping[str, Xs]:
    """Return what is drawn for buckets; nothing for those without a finite value."""
    columns = {
        "x": buckets.last_x,
        "last": buckets.last,
        "min": buckets.low,
        "max": buckets.high,
        "mean": buckets.mean,
        "count": buckets.count,
    }
    has = ~np.isnan(buckets.low)
    return columns if has.all() else {name: column[has] for name, column in columns.items()}


def statistics_of(curve: GroupCurve) -> Mapping[str, Xs]:
    columns = {
        "x": curve.last_x,
        "n": curve.runs,
        "mean": curve.mean,
        "median": curve.median,
        "min": curve.low,
        "max": curve.high,
        "sum": curve.total,
        "std": curve.std,
        "stderr": curve.stderr,
    }
    has = curve.runs > 0
    return columns if has.all() else {name: column[has] for name, column in columns.items()}

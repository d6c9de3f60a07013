"""Lines out of nodes and rows that have been read: which buckets they get, and what is drawn. Pure; runs in threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from steelyard.columnar.buckets import Buckets, combine, name_non_finite, node_buckets, raw_buckets, raw_points
from steelyard.columnar.grouping import GroupCurve, group_curves
from steelyard.columnar.groups import Floats
from steelyard.columnar.plans import Axis, Plan, are_few, log_edges, plan_step_buckets, uniform_edges
from steelyard.columnar.pyramid import NON_FINITE_MAX, KeyLevel, RowSetLevel, Xs
from steelyard.columnar.sampling import evenly
from steelyard.domains.history.curves.frames import GroupLine, Line
from steelyard.domains.history.curves.spec import Window

Extent = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Points:
    """The points of a metric over an axis, in order of rows. Over steps `x` is int64 and ascends."""

    x: Xs
    y: Floats


@dataclass(frozen=True, slots=True)
class Nodes:
    """A level of a pyramid, of which those nodes count that are whole in the range."""

    rows: RowSetLevel
    key: KeyLevel


@dataclass(frozen=True, slots=True)
class Material:
    """What a line is made of, in order of steps, and points that are not finite, as far as nodes do not name them."""

    inputs: Sequence[Points | Nodes]
    marks: Sequence[Points] = ()

    @property
    def rows(self) -> Points | None:
        """All points of the line, None when some are known as nodes only."""
        points = [one for one in self.inputs if isinstance(one, Points)]
        if len(points) < len(self.inputs):
            return None
        if len(points) < 2:
            return points[0] if points else Points(np.empty(0), np.empty(0))
        return Points(np.concatenate([one.x for one in points]), np.concatenate([one.y for one in points]))


def plan_buckets(window: Window, axis: Axis, extents: Sequence[Extent], node_log2: int) -> Plan | None:
    """Return the buckets for lines that reach over `extents`, as far as they are in the window; None for nowhere.

    Over steps the buckets hold nodes of 2^`node_log2` whole. On a logarithmic axis extents begin above 0.
    """
    low, high = min(first for first, _ in extents), max(last for _, last in extents)
    low = low if window.x_min is None else max(low, window.x_min)
    high = high if window.x_max is None else min(high, window.x_max)
    if axis is Axis.STEP:
        low, high = -(-low // 1), high // 1
    if low > high:
        return None
    if axis is Axis.STEP and low >= 0 and not window.is_log:
        return plan_step_buckets(int(low), int(high), window.buckets, node_log2).widened()
    edges = log_edges if window.is_log else uniform_edges
    return edges(axis, float(low), float(high), window.buckets)


def extent_of(points: Points, window: Window) -> Extent | None:
    """Return the least and the greatest x of the points, of those above 0 on a logarithmic axis."""
    x = points.x
    if x.dtype != np.int64:
        x = x[np.isfinite(x)]
    if window.is_log:
        x = x[x > 0]
    return (x.min().item(), x.max().item()) if len(x) else None


def draw_line(run: int, plan: Plan | None, material: Material) -> Line:
    """Return the line of one run: its points where they are few and known, else buckets."""
    buckets = None if plan is None else buckets_of(plan, material)
    if buckets is None or plan is None:
        return Line(run, 0, True, {"x": np.empty(0), "last": np.empty(0)}, np.empty(0), np.empty(0))
    total = int(buckets.count.sum())
    rows = material.rows if are_few(total, plan) else None
    marks: tuple[Xs, Floats] = (np.empty(0), np.empty(0))
    if buckets.non_finite.any():
        marks = _marks(plan, material)
    drawn = columns_of(buckets if rows is None else raw_points(rows.x, rows.y, plan))
    return Line(run, total, rows is not None, drawn, *marks)


def buckets_of(plan: Plan, material: Material) -> Buckets | None:
    """Return the buckets of one line, None when it has nothing."""
    rows = None if plan.axis is Axis.STEP else material.rows
    if rows is not None:
        # parts of a run may reach into each other where x is no step
        return raw_buckets(rows.x, rows.y, plan)
    found = [
        node_buckets(one.rows, one.key, plan) if isinstance(one, Nodes) else raw_buckets(one.x, one.y, plan)
        for one in material.inputs
    ]
    return combine(found) if found else None


def _marks(plan: Plan, material: Material) -> tuple[Xs, Floats]:
    sources = [*material.marks, *(one for one in material.inputs if isinstance(one, Points))]
    named = [name_non_finite(one.x, one.y, plan) for one in sources]
    x, y = (np.concatenate([np.empty(0), *(found[at] for found in named)]) for at in (0, 1))
    some = np.argsort(x, kind="stable")[evenly(len(x), NON_FINITE_MAX)]
    return x[some], y[some]


def draw_group(group: int, plan: Plan | None, members: Sequence[Buckets]) -> GroupLine:
    """Return the line of a group: statistics over its runs, whose buckets are of one plan."""
    runs = [buckets for buckets in members if len(buckets)]
    if plan is None or not runs:
        return GroupLine(group, 0, 0, {})
    total = sum(int(buckets.count.sum()) for buckets in runs)
    return GroupLine(group, total, len(runs), statistics_of(group_curves(runs, plan)))


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

"""A curve in buckets, from raw points or from the nodes of a pyramid: the same either way.

A run is several parts (segments, and what is not flushed yet). Each part gives the nodes that are wholly in the range
(`node_buckets`) and the rows of the few that its ends cut (`cut_steps`, `raw_buckets`), or all its rows; `combine`
makes one curve of them. The result equals `raw_buckets` of all rows: over steps bucket by bucket, over other x for the
extents that each bucket reports.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

from steelyard.columnar.groups import Floats, Indexes
from steelyard.columnar.plans import Axis, Plan, StepPlan
from steelyard.columnar.pyramid import NON_FINITE_MAX, KeyLevel, RowSetLevel, Xs, fold, is_monotonic, summarize
from steelyard.columnar.sampling import evenly


@dataclass(frozen=True, slots=True)
class Buckets:
    """Every bucket that has a point, ascending; arrays of equal length. `index` is its number in the plan.

    `first_x` and `last_x` are those of its first and last point, int64 over steps. `count` is of all points,
    `non_finite` of those that are NaN or infinite; the rest is over finite values: without any, `low`, `high` and
    `last` are NaN and `total` (the sum) is 0.
    """

    index: Indexes
    first_x: Xs
    last_x: Xs
    count: Indexes
    non_finite: Indexes
    low: Floats
    high: Floats
    total: Floats
    last: Floats

    def __len__(self) -> int:
        return len(self.index)

    @property
    def mean(self) -> Floats:
        """The mean of the finite values, NaN where there are none."""
        with np.errstate(invalid="ignore"):
            mean: Floats = self.total / (self.count - self.non_finite)
        return mean


def raw_buckets(x: Xs, y: Floats, plan: Plan) -> Buckets:
    """Return the buckets of the points, in one pass.

    Over steps `x` ascends. Over any other x, points whose x is not finite are left out and the rest is sorted if need
    be; points of equal x keep their order.
    """
    x, y = _in_range(x, y, plan)
    if not len(x):
        return _empty(plan)
    index, begins = _bucket_begins(x, plan)
    ends = np.append(begins[1:], len(x))
    level = summarize(y, begins)
    return _buckets(index, (x[begins], x[ends - 1]), ends - begins, level)


def raw_points(x: Xs, y: Floats, plan: Plan) -> Buckets:
    """Return the points in the plan's range as they are, each as a bucket of its own, numbered from 0."""
    x, y = _in_range(x, y, plan)
    finite = np.isfinite(y)
    value = np.where(finite, y, np.nan)
    level = KeyLevel((~finite).astype(np.int64), value, value, np.where(finite, y, 0.0), value)
    return _buckets(np.arange(len(x)), (x, x), np.ones(len(x), np.int64), level)


def name_non_finite(x: Xs, y: Floats, plan: Plan) -> tuple[Xs, Floats]:
    """Return x and y of up to `NON_FINITE_MAX` points in the range whose y is NaN or infinite, evenly chosen."""
    x, y = _in_range(x, y, plan)
    found = np.flatnonzero(~np.isfinite(y))
    some = found[evenly(len(found), NON_FINITE_MAX)]
    return x[some], y[some]


def node_buckets(rows: RowSetLevel, key: KeyLevel, plan: Plan) -> Buckets:
    """Return the buckets of the nodes that are wholly in the plan's range; the rest is in `cut_steps`.

    The level is one that `choose_level` names. Over times a node is in the bucket of its last row.
    """
    first, last = _extents(rows, plan.axis)
    begin, end = _whole(first, last, plan)
    if begin >= end:
        return _empty(plan)
    assert not isinstance(plan, StepPlan) or plan.width % (1 << rows.width_log2) == 0, "nodes fit into buckets"
    last = last[begin:end]
    index, begins = _bucket_begins(last, plan)
    lasts = np.append(begins[1:], len(last)) - 1
    count = np.add.reduceat(rows.count[begin:end], begins)
    return _buckets(index, (first[begin:end][begins], last[lasts]), count, fold(_cut(key, begin, end), begins))


class Cut(NamedTuple):
    """The steps, first and last, of the nodes that an end of the range cuts, before the whole nodes and after them."""

    before: tuple[int, int] | None
    after: tuple[int, int] | None


def cut_steps(rows: RowSetLevel, plan: Plan) -> Cut:
    """Return the steps of the at most two nodes that are partly in the plan's range.

    Their rows are to be read and given to `raw_buckets`, which leaves out those that are not in the range.
    """
    first, last = _extents(rows, plan.axis)
    begin, end = _whole(first, last, plan)

    def touched(node: int) -> tuple[int, int] | None:
        if not 0 <= node < len(rows) or last[node] < plan.x_min or first[node] > plan.x_max:
            return None
        return int(rows.first_step[node]), int(rows.last_step[node])

    # where one node holds the whole range, the range ends before it begins
    return Cut(touched(begin - 1), touched(end) if begin <= end else None)


def combine(parts: Sequence[Buckets]) -> Buckets:
    """Return one curve out of those of several parts with the same plan, at least one, in order of steps.

    Exact when no two parts overlap in x. Where parts are equal in the last x, the later one has the last value: the
    rows that an end of the range cuts come before or after the whole nodes of their part.
    """
    some = [part for part in parts if len(part)]
    if len(some) < 2:
        return (some or list(parts))[0]
    every = _sorted(_stacked(some))
    begins = np.flatnonzero(np.append(True, every.index[1:] != every.index[:-1]))
    lasts = np.append(begins[1:], len(every)) - 1
    extents = np.minimum.reduceat(every.first_x, begins), every.last_x[lasts]
    nodes = KeyLevel(every.non_finite, every.low, every.high, every.total, every.last)
    return _buckets(every.index[begins], extents, np.add.reduceat(every.count, begins), fold(nodes, begins))


def _stacked(parts: Sequence[Buckets]) -> Buckets:
    return Buckets(
        index=np.concatenate([part.index for part in parts]),
        first_x=np.concatenate([part.first_x for part in parts]),
        last_x=np.concatenate([part.last_x for part in parts]),
        count=np.concatenate([part.count for part in parts]),
        non_finite=np.concatenate([part.non_finite for part in parts]),
        low=np.concatenate([part.low for part in parts]),
        high=np.concatenate([part.high for part in parts]),
        total=np.concatenate([part.total for part in parts]),
        last=np.concatenate([part.last for part in parts]),
    )


def _sorted(every: Buckets) -> Buckets:
    order = np.lexsort((every.last_x, every.index))
    return Buckets(*(getattr(every, field.name)[order] for field in fields(every)))


def _in_range(x: Xs, y: Floats, plan: Plan) -> tuple[Xs, Floats]:
    if plan.axis is not Axis.STEP and not is_monotonic(x):
        finite = np.isfinite(x)
        x, y = x[finite], y[finite]
        order = np.argsort(x, kind="stable")
        x, y = x[order], y[order]
    begin, end = np.searchsorted(x, plan.x_min, side="left"), np.searchsorted(x, plan.x_max, side="right")
    return x[begin:end], y[begin:end]


def _bucket_begins(x: Xs, plan: Plan) -> tuple[Indexes, Indexes]:
    """Return which buckets the ascending `x` (not empty, in range) meets, and where in it each of them begins."""
    begins = np.append(0, np.searchsorted(x, plan.inner_edges, side="left"))
    met = np.flatnonzero(begins < np.append(begins[1:], len(x)))
    return met, begins[met]


def _extents(rows: RowSetLevel, axis: Axis) -> tuple[Xs, Xs]:
    if axis is Axis.STEP:
        return rows.first_step, rows.last_step
    if axis is Axis.RUNTIME:
        return rows.first_runtime, rows.last_runtime
    assert axis is Axis.TIMESTAMP, "nodes know their steps and times only"
    return rows.first_timestamp, rows.last_timestamp


def _whole(first: Xs, last: Xs, plan: Plan) -> tuple[int, int]:
    """Return the half-open range of the nodes wholly in the plan's range."""
    begin, end = np.searchsorted(first, plan.x_min, side="left"), np.searchsorted(last, plan.x_max, side="right")
    return int(begin), int(end)


def _cut(key: KeyLevel, begin: int, end: int) -> KeyLevel:
    return KeyLevel(*(getattr(key, field.name)[begin:end] for field in fields(key)))


def _buckets(index: Indexes, extents: tuple[Xs, Xs], count: Indexes, level: KeyLevel) -> Buckets:
    return Buckets(index, *extents, count, level.non_finite, level.low, level.high, level.total, level.last)


def _empty(plan: Plan) -> Buckets:
    none, floats = np.empty(0, np.int64), np.empty(0)
    x = none if plan.axis is Axis.STEP else floats
    return Buckets(none, x, x, none, none, floats, floats, floats, floats)

"""Which buckets a chart gets: over steps a grid that pyramid nodes fit into exactly, over other x any edges.

The server picks the edges, at most as many buckets as asked, so that each bucket is exactly what the raw rows in it
give. No data here, only the plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple

import numpy as np

from steelyard.columnar.groups import Floats, Indexes

# With no more points per bucket than this, the points themselves say more and cost no more.
RAW_PER_BUCKET = 2
# Nodes that do not fit into the edges go where their last row is: with so many to a bucket the eye cannot tell.
NODES_PER_BUCKET = 4


class Axis(Enum):
    """What x is. Only over the first three are there nodes."""

    STEP = "_step"
    RUNTIME = "_runtime"
    TIMESTAMP = "_timestamp"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class StepPlan:
    """Bucket b covers `width` steps from (first + b)·width on, as far as they are in `step_min`..`step_max`."""

    width: int
    first: int
    buckets: int
    step_min: int
    step_max: int

    @property
    def axis(self) -> Axis:
        return Axis.STEP

    @property
    def x_min(self) -> int:
        return self.step_min

    @property
    def x_max(self) -> int:
        return self.step_max

    @property
    def inner_edges(self) -> Indexes:
        """The first step of every bucket but the first."""
        return (self.first + np.arange(1, self.buckets, dtype=np.int64)) * self.width

    def widened(self) -> StepPlan:
        """Return the plan with its first and last bucket in full: a little more than asked, nothing read raw for it."""
        low = self.first * self.width
        return replace(self, step_min=low, step_max=low + self.buckets * self.width - 1)


@dataclass(frozen=True, slots=True)
class EdgePlan:
    """Bucket b covers [edges[b], edges[b + 1]), the last one its end too."""

    axis: Axis
    edges: Floats

    @property
    def buckets(self) -> int:
        return len(self.edges) - 1

    @property
    def x_min(self) -> float:
        return float(self.edges[0])

    @property
    def x_max(self) -> float:
        return float(self.edges[-1])

    @property
    def inner_edges(self) -> Floats:
        return self.edges[1:-1]


Plan = StepPlan | EdgePlan


class LevelShape(NamedTuple):
    """What must be known of a level to choose it: its nodes are 2^`width_log2` steps wide, `nodes` of them are kept."""

    width_log2: int
    nodes: int


def plan_step_buckets(step_min: int, step_max: int, buckets: int, node_log2: int = 0) -> StepPlan:
    """Return the narrowest buckets over `step_min`..`step_max`, both included, that are at most `buckets`.

    Widths are m·2^k with m from 4 to 7, or 1, 2, 3. From 4 on each is at most a quarter wider than the one before, so
    that at least three quarters of (many) `buckets` come out; below that, points are few. Steps are 0 to 2^62.
    Buckets that are at least 2^`node_log2` wide hold nodes of this width whole, for which they may be up to twice as
    wide as they would be otherwise.
    """
    assert 0 <= step_min <= step_max, "a range of steps is in order and has no negative ones"
    node = 1 << node_log2
    for width in _widths(-(-(step_max - step_min + 1) // buckets)):
        if width > node and width % node:
            continue
        first, last = step_min // width, step_max // width
        if last - first < buckets:
            return StepPlan(width, first, last - first + 1, step_min, step_max)
    raise AssertionError("some width is enough")


def _widths(at_least: int) -> Iterator[int]:
    """Yield the widths of the grid from `at_least` on, ascending."""
    shift = max(at_least.bit_length() - 3, 0)
    factor = -(-at_least >> shift)
    while True:
        if factor == 8:
            factor, shift = 4, shift + 1
        yield factor << shift
        factor += 1


def uniform_edges(axis: Axis, x_min: float, x_max: float, buckets: int) -> EdgePlan:
    """Return `buckets` of equal width, fewer where float64 cannot tell so many apart."""
    share = np.arange(buckets + 1) / buckets
    # Neither the difference of the ends nor a sum of both: they may be too large.
    return _between(axis, x_min, x_max, x_min * (1 - share) + x_max * share)


def log_edges(axis: Axis, x_min: float, x_max: float, buckets: int) -> EdgePlan:
    """Return `buckets` of equal ratio. `x_min` is above 0: what is not has no place on such an axis."""
    assert x_min > 0, "a logarithmic axis begins above 0"
    return _between(axis, x_min, x_max, np.exp(np.linspace(np.log(x_min), np.log(x_max), buckets + 1)))


def _between(axis: Axis, x_min: float, x_max: float, edges: Floats) -> EdgePlan:
    assert x_min <= x_max, "a range is in order"
    inner = np.unique(edges[1:-1])
    inner = inner[(inner > x_min) & (inner < x_max)]
    return EdgePlan(axis, np.concatenate(([x_min], inner, [x_max])))


def choose_level(plan: Plan, levels: Sequence[LevelShape], x_first: float, x_last: float) -> int | None:
    """Return which of `levels`, finest first, to read for a part with the extent `x_first` to `x_last`; None: raw.

    It is the coarsest that will do. Over steps nodes must fit into the buckets, over other x a bucket must hold
    several of them. There x must be monotonic (`pyramid.is_monotonic`), or the answer means nothing.
    """
    if isinstance(plan, StepPlan):
        fits = [at for at, level in enumerate(levels) if plan.width % (1 << level.width_log2) == 0]
    elif plan.axis is Axis.OTHER:
        return None
    else:
        room = _narrowest(plan, x_first, x_last) / NODES_PER_BUCKET
        fits = [at for at, level in enumerate(levels) if x_last - x_first <= room * level.nodes]
    return fits[-1] if fits else None


def _narrowest(plan: EdgePlan, x_first: float, x_last: float) -> float:
    """Return the width of the narrowest bucket that the extent touches."""
    first, last = np.searchsorted(plan.inner_edges, [x_first, x_last], side="right")
    return float(np.diff(plan.edges)[first : last + 1].min())


def are_few(points: int, plan: Plan) -> bool:
    """Tell whether so many points are better given as they are (`buckets.raw_points`)."""
    return points <= RAW_PER_BUCKET * plan.buckets

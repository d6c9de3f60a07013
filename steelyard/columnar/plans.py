"""Which buckets a chart gets: over steps a grid that pyramid nodes fit into exactly, over other x any edges.

The server picks the edges, at most as many buckets as asked, so that each bucket is exactly what the raw rows in it
give. No data here, only the plan.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

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

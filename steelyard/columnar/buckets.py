"""A curve in buckets, from raw points or from the nodes of a pyramid: the same either way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from steelyard.columnar.groups import Floats, Indexes

# Steps stay integers, every other x is a float.
Xs = npt.NDArray[np.int64 | np.float64]


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
        finite = self.count - self.non_finite
        return np.where(finite > 0, self.total / np.maximum(finite, 1), np.nan)

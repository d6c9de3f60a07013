"""Curves of the runs of a group, on common buckets, into one curve with its bands. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from steelyard.columnar.buckets import Buckets
from steelyard.columnar.groups import Floats, Indexes
from steelyard.columnar.plans import Plan
from steelyard.columnar.pyramid import Xs

if TYPE_CHECKING:
    import numpy.typing as npt

Matrix: TypeAlias = "npt.NDArray[np.float64]"


@dataclass(frozen=True, slots=True)
class GroupCurve:
    """Every bucket in which any run has a point, ascending; arrays of equal length.

    A run's value in a bucket is the mean of its finite points in it; `runs` is how many runs have one, and `mean`,
    `median`, `total` (the sum), `std` and `stderr` are over these values. `low` and `high` are over all finite points
    of all runs. `std` is that of a sample (n - 1): the runs of a group stand for all that could be made with other
    seeds, and the standard error, std / √n, estimates how far `mean` is from theirs. One run alone tells nothing of
    it: both are NaN. Without any value all statistics are NaN.
    """

    index: Indexes
    first_x: Xs
    last_x: Xs
    runs: Indexes
    mean: Floats
    median: Floats
    low: Floats
    high: Floats
    total: Floats
    std: Floats
    stderr: Floats

    def __len__(self) -> int:
        return len(self.index)


def group_curves(runs: Sequence[Buckets], plan: Plan) -> GroupCurve:
    """Return the curve of a group of at least one run; the buckets of all `runs` are of `plan`.

    Costs a few passes over a matrix of runs and buckets, and a sort of it for the median.
    """
    numbers = np.concatenate([run.index for run in runs])
    met = np.zeros(numbers.max(initial=-1) + 1, dtype=bool)
    met[numbers] = True
    index = np.flatnonzero(met)
    # one line per run, one column per bucket of `index`
    lines = np.repeat(np.arange(len(runs)) * len(index), [len(run) for run in runs])
    cells, shape = lines + (np.cumsum(met) - 1)[numbers], (len(runs), len(index))
    values = _spread([run.mean for run in runs], cells, shape, np.nan)
    low = np.fmin.reduce(_spread([run.low for run in runs], cells, shape, np.nan))
    high = np.fmax.reduce(_spread([run.high for run in runs], cells, shape, np.nan))
    first_x = np.minimum.reduce(_spread([run.first_x for run in runs], cells, shape, plan.x_max))
    last_x = np.maximum.reduce(_spread([run.last_x for run in runs], cells, shape, plan.x_min))
    count = np.count_nonzero(~np.isnan(values), axis=0)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        total = np.where(count > 0, np.nansum(values, axis=0), np.nan)
        mean = total / count
        squares = np.nansum((values - mean) ** 2, axis=0)
        std = np.where(count > 1, np.sqrt(squares / (count - 1)), np.nan)
        stderr = std / np.sqrt(count)
    return GroupCurve(index, first_x, last_x, count, mean, _median(values, count), low, high, total, std, stderr)


def _spread(columns: Sequence[Xs], cells: Indexes, shape: tuple[int, int], absent: float) -> Any:
    """Return the values of all runs as a matrix, `absent` where a run has none."""
    values = np.concatenate(columns)
    if len(values) == shape[0] * shape[1]:
        return values.reshape(shape)
    matrix = np.full(shape[0] * shape[1], absent, dtype=values.dtype)
    matrix[cells] = values
    return matrix.reshape(shape)


def _median(values: Matrix, count: Indexes) -> Floats:
    """Return the median of each bucket's values; NaN sorts behind them all."""
    ordered = np.sort(values, axis=0)
    every = np.arange(len(count))
    below, above = ordered[np.maximum(count - 1, 0) // 2, every], ordered[count // 2, every]
    return np.where(count > 0, below / 2 + above / 2, np.nan)

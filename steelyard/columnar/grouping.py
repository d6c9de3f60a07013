"""Curves of the runs of a group, on common buckets, into one curve with its bands. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from steelyard.columnar.buckets import Buckets
from steelyard.columnar.groups import Floats, Indexes
from steelyard.columnar.pyramid import Xs


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


def group_curves(runs: Sequence[Buckets]) -> GroupCurve:
    """Return the curve of a group of at least one run; the buckets of all `runs` are of one plan.

    Costs a few passes over a matrix of runs and buckets, and a sort of it for the median.
    """
    numbers = np.concatenate([run.index for run in runs])
    index = np.unique(numbers)
    # matrix: a line per bucket with a value per run, NaN where a run has no value
    cells = np.searchsorted(index, numbers), np.repeat(np.arange(len(runs)), [len(run) for run in runs])
    shape = len(index), len(runs)
    values = _matrix([run.mean for run in runs], cells, shape)
    low = np.fmin.reduce(_matrix([run.low for run in runs], cells, shape), axis=1)
    high = np.fmax.reduce(_matrix([run.high for run in runs], cells, shape), axis=1)
    first_x, last_x = _extents(runs, index, cells[0])
    count = np.count_nonzero(~np.isnan(values), axis=1)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        total = np.where(count > 0, np.nansum(values, axis=1), np.nan)
        mean = total / count
        squares = np.nansum((values - mean[:, None]) ** 2, axis=1)
        std = np.where(count > 1, np.sqrt(squares / (count - 1)), np.nan)
        stderr = std / np.sqrt(count)
    return GroupCurve(index, first_x, last_x, count, mean, _median(values, count), low, high, total, std, stderr)


def _matrix(columns: Sequence[Floats], cells: tuple[Indexes, Indexes], shape: tuple[int, int]) -> Floats:
    matrix = np.full(shape, np.nan)
    matrix[cells] = np.concatenate(columns)
    return matrix


def _extents(runs: Sequence[Buckets], index: Indexes, bucket: Indexes) -> tuple[Xs, Xs]:
    order = np.argsort(bucket, kind="stable")
    begins = np.searchsorted(bucket[order], np.arange(len(index)))
    first_x = np.concatenate([run.first_x for run in runs])[order]
    last_x = np.concatenate([run.last_x for run in runs])[order]
    return np.minimum.reduceat(first_x, begins), np.maximum.reduceat(last_x, begins)


def _median(values: npt.NDArray[np.float64], count: Indexes) -> Floats:
    """Return the median of each row's values; NaN sorts behind them all."""
    ordered = np.sort(values, axis=1)
    every = np.arange(len(values))
    below, above = ordered[every, np.maximum(count - 1, 0) // 2], ordered[every, count // 2]
    return np.where(count > 0, below / 2 + above / 2, np.nan)

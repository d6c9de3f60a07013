"""Pyramids: numeric columns summed up over step-aligned nodes, level upon level, so that a zoom reads few of them.

Node i of a level of width 2^k covers the steps [i·2^k, (i+1)·2^k); only nodes with rows are kept, ascending. What hangs
on the rows alone is kept once for all keys that stand in the same rows (a row set), the rest per key. Pure arrays: how
they are stored is not decided here (docs/protocol/queries.md says what they are read for).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from steelyard.columnar.groups import Floats, Indexes
from steelyard.columnar.sampling import evenly

if TYPE_CHECKING:
    import numpy.typing as npt

# Steps stay integers, every other x is a float.
Xs: TypeAlias = "npt.NDArray[np.int64 | np.float64]"
# Rows per node at the finest level, about: fewer cost disk, more cost a zoom that has to read raw rows instead.
ROWS_PER_NODE = 64
# Each level is 4 times as wide as the one before: all coarser ones together cost a third of the finest.
LEVEL_STEP_LOG2 = 2
# No coarser level is made above one of so few nodes.
COARSEST_NODES = 8
# Points that are not finite are named one by one, up to this many per key.
NON_FINITE_MAX = 100


@dataclass(frozen=True, slots=True)
class RowSetLevel:
    """The nodes of one level, for all keys of a row set: arrays of equal length, int64 for steps and counts.

    `count` is the number of rows; times are those of the first and the last row, NaN where that row has none.
    """

    width_log2: int
    index: Indexes
    count: Indexes
    first_step: Indexes
    last_step: Indexes
    first_runtime: Floats
    last_runtime: Floats
    first_timestamp: Floats
    last_timestamp: Floats

    def __len__(self) -> int:
        return len(self.index)


@dataclass(frozen=True, slots=True)
class KeyLevel:
    """What the values of one key give, per node: all but `non_finite` over finite values only.

    Without a finite value `low`, `high` and `last` are NaN and `total` is 0. Sums beyond float64 are infinite.
    """

    non_finite: Indexes
    low: Floats
    high: Floats
    total: Floats
    last: Floats

    def __len__(self) -> int:
        return len(self.low)


@dataclass(frozen=True, slots=True)
class NonFinitePoints:
    """Some of the NaN and infinities of a key, evenly chosen, with every x they may be drawn over."""

    step: Indexes
    runtime: Floats
    timestamp: Floats
    value: Floats

    def __len__(self) -> int:
        return len(self.value)


@dataclass(frozen=True, slots=True)
class RowTimes:
    """Steps and times of all rows of a segment, by row; times are NaN where a row has none. Steps ascend."""

    steps: Indexes
    runtime: Floats
    timestamp: Floats


def build_row_set_levels(rows: Indexes, times: RowTimes, rows_per_node: int = ROWS_PER_NODE) -> tuple[RowSetLevel, ...]:
    """Return the levels of the row set `rows` (ascending), finest first; none where raw rows are as cheap to read."""
    if len(rows) < rows_per_node * COARSEST_NODES:
        return ()
    steps = times.steps if len(rows) == len(times.steps) else times.steps[rows]
    finest = _finest_width_log2(steps, rows_per_node)
    begins = _begins(steps >> finest)
    ends = np.append(begins[1:], len(steps))
    first, last = rows[begins], rows[ends - 1]
    level = RowSetLevel(
        width_log2=finest,
        index=steps[begins] >> finest,
        count=ends - begins,
        first_step=times.steps[first],
        last_step=times.steps[last],
        first_runtime=times.runtime[first],
        last_runtime=times.runtime[last],
        first_timestamp=times.timestamp[first],
        last_timestamp=times.timestamp[last],
    )
    levels = [level]
    while len(levels[-1]) > COARSEST_NODES:
        levels.append(_coarser(levels[-1]))
    return tuple(levels)


def build_key_levels(row_set_levels: Sequence[RowSetLevel], values: Floats) -> tuple[KeyLevel, ...]:
    """Return the key's share of the levels; `values` are its numbers in the rows of the row set, in order of rows."""
    if not row_set_levels:
        return ()
    finest = row_set_levels[0]
    assert len(values) == int(finest.count.sum()), "every row of a row set has a value"
    levels = [summarize(values, np.cumsum(finest.count) - finest.count)]
    for finer, coarser in pairwise(row_set_levels):
        shift = coarser.width_log2 - finer.width_log2
        levels.append(fold(levels[-1], np.searchsorted(finer.index, coarser.index << shift)))
    return tuple(levels)


def pick_non_finite(rows: Indexes, times: RowTimes, values: Floats) -> NonFinitePoints:
    """Return up to `NON_FINITE_MAX` of the `values` (of `rows`) that are not finite."""
    found = np.flatnonzero(~np.isfinite(values))
    some = found[evenly(len(found), NON_FINITE_MAX)]
    at = rows[some]
    return NonFinitePoints(times.steps[at], times.runtime[at], times.timestamp[at], values[some])


def is_monotonic(x: Xs) -> bool:
    """Tell whether every row has a finite x and none goes back: only then nodes may be drawn over it."""
    if not len(x):
        return True
    return bool(np.isfinite(x[0]) and np.isfinite(x[-1]) and np.all(x[1:] >= x[:-1]))


def summarize(values: Floats, begins: Indexes) -> KeyLevel:
    """Return what `values` give between each of the strictly ascending `begins` (0 first) and the next, or the end."""
    with np.errstate(over="ignore", invalid="ignore"):
        total = np.add.reduceat(values, begins)
        if not np.isfinite(total).all():
            return _summarize_finite(values, begins)
    low, high = np.minimum.reduceat(values, begins), np.maximum.reduceat(values, begins)
    return KeyLevel(np.zeros(len(begins), np.int64), low, high, total, values[_lasts(begins, len(values))])


def _summarize_finite(values: Floats, begins: Indexes) -> KeyLevel:
    is_finite = np.isfinite(values)
    finite = values[is_finite]
    bounds = np.append(begins, len(values))
    # there are few others: where they stand tells what the bounds become without them
    others_before = np.searchsorted(np.flatnonzero(~is_finite), bounds)
    finite_bounds = bounds - others_before
    starts, ends = finite_bounds[:-1], finite_bounds[1:]
    has = starts < ends
    starts, ends = starts[has], ends[has]
    low, high, total, last = (np.full(len(begins), fill) for fill in (np.nan, np.nan, 0.0, np.nan))
    if len(finite):
        low[has], high[has] = np.minimum.reduceat(finite, starts), np.maximum.reduceat(finite, starts)
        total[has], last[has] = np.add.reduceat(finite, starts), finite[ends - 1]
    return KeyLevel(np.diff(others_before), low, high, total, last)


def fold(level: KeyLevel, begins: Indexes) -> KeyLevel:
    """Return wider nodes: each the sum of those from one of the strictly ascending `begins` (0 first) to the next."""
    lasts = _lasts(begins, len(level))
    with np.errstate(over="ignore", invalid="ignore"):
        total = np.add.reduceat(level.total, begins)
    if not level.non_finite.any():
        low, high = np.minimum.reduceat(level.low, begins), np.maximum.reduceat(level.high, begins)
        return KeyLevel(np.zeros(len(begins), np.int64), low, high, total, level.last[lasts])
    low, high = np.fmin.reduceat(level.low, begins), np.fmax.reduceat(level.high, begins)
    with_value = np.where(np.isnan(level.low), -1, np.arange(len(level)))
    last = level.last[np.maximum.reduceat(with_value, begins)]
    # where no node has a value, -1 took the last node of all
    last[np.isnan(low)] = np.nan
    return KeyLevel(np.add.reduceat(level.non_finite, begins), low, high, total, last)


def _finest_width_log2(steps: Indexes, rows_per_node: int) -> int:
    """Return the smallest width that leaves about `rows_per_node` rows or more to a node, gaps in steps allowed for."""
    # Two neighbours fall apart at width 2^k when their steps differ in a bit from k on.
    _, highest_bits = np.frexp((steps[1:] ^ steps[:-1]).astype(np.float64))
    apart = np.bincount(highest_bits, minlength=64)[::-1].cumsum()[::-1]
    # A power of two misses the number by up to √2 either way.
    enough = np.flatnonzero((1 + apart[1:]) * rows_per_node <= len(steps) * 2**0.5)
    return int(enough[0])


def _coarser(level: RowSetLevel) -> RowSetLevel:
    index = level.index >> LEVEL_STEP_LOG2
    begins = _begins(index)
    lasts = _lasts(begins, len(level))
    return RowSetLevel(
        width_log2=level.width_log2 + LEVEL_STEP_LOG2,
        index=index[begins],
        count=np.add.reduceat(level.count, begins),
        first_step=level.first_step[begins],
        last_step=level.last_step[lasts],
        first_runtime=level.first_runtime[begins],
        last_runtime=level.last_runtime[lasts],
        first_timestamp=level.first_timestamp[begins],
        last_timestamp=level.last_timestamp[lasts],
    )


def _begins(index: Indexes) -> Indexes:
    """Return where each run of equal values begins."""
    return np.flatnonzero(np.append(True, index[1:] != index[:-1]))


def _lasts(begins: Indexes, length: int) -> Indexes:
    return np.append(begins[1:], length) - 1

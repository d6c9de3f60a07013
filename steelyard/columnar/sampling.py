"""Fewer points for the eye or for a page, from columns. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steelyard.columnar.groups import Floats, Indexes

# Points that are not finite are named one by one, up to this many.
NON_FINITE_MAX = 100
# With fewer points per bucket than this, the points themselves say more and cost no more.
RAW_PER_BUCKET = 2


@dataclass(frozen=True, slots=True)
class Series:
    """A curve of at most `buckets` points, or all of its points.

    Per bucket that has any: x of its last point, and last, min, max of y among the finite values. A bucket without a
    finite value is left out. `total` counts all points in the range, finite or not.
    """

    total: int
    is_raw: bool
    x: Floats
    last: Floats
    low: Floats
    high: Floats
    count: Indexes
    non_finite: tuple[tuple[float, float], ...]


def evenly(count: int, samples: int) -> Indexes:
    """Return at most `samples` of the indexes 0 to `count` - 1, evenly spread, the first and the last among them."""
    if count <= samples:
        return np.arange(count, dtype=np.int64)
    if samples <= 1:
        return np.arange(count - samples, count, dtype=np.int64)
    return np.unique(np.linspace(0, count - 1, samples).round().astype(np.int64))


def bucket_series(x: Floats, y: Floats, buckets: int, x_min: float | None, x_max: float | None) -> Series:
    """Return the points with `x_min` <= x <= `x_max` in `buckets` of equal width, or raw where they are few.

    Points are in order of arrival; equal x keep it. Points whose x is not finite are left out. One pass over the
    points, sorting only when x goes back (a metric as x axis).
    """
    x, y = _in_range(x, y, x_min, x_max)
    total = len(x)
    finite = np.isfinite(y)
    non_finite = _non_finite(x[~finite], y[~finite])
    if non_finite:
        x, y = x[finite], y[finite]
    if len(x) <= RAW_PER_BUCKET * buckets:
        return Series(total, True, x, y, y, y, np.ones(len(x), np.int64), non_finite)
    low = float(x[0]) if x_min is None else x_min
    high = float(x[-1]) if x_max is None else x_max
    begins = _bucket_begins(x, buckets, low, high)
    ends = np.append(begins[1:], len(x))
    minima, maxima = np.minimum.reduceat(y, begins), np.maximum.reduceat(y, begins)
    return Series(total, False, x[ends - 1], y[ends - 1], minima, maxima, ends - begins, non_finite)


def _in_range(x: Floats, y: Floats, x_min: float | None, x_max: float | None) -> tuple[Floats, Floats]:
    finite = np.isfinite(x)
    if not finite.all():
        x, y = x[finite], y[finite]
    if len(x) > 1 and not np.all(x[1:] >= x[:-1]):
        order = np.argsort(x, kind="stable")
        x, y = x[order], y[order]
    start = 0 if x_min is None else int(np.searchsorted(x, x_min, side="left"))
    end = len(x) if x_max is None else int(np.searchsorted(x, x_max, side="right"))
    return x[start:end], y[start:end]


def _non_finite(x: Floats, y: Floats) -> tuple[tuple[float, float], ...]:
    some = evenly(len(x), NON_FINITE_MAX)
    return tuple(zip(x[some].tolist(), y[some].tolist(), strict=True))


def _bucket_begins(x: Floats, buckets: int, low: float, high: float) -> Indexes:
    """Return where each bucket that has a point begins in the ascending `x`."""
    inner = low + (high - low) * (np.arange(1, buckets) / buckets)
    begins = np.append(0, np.searchsorted(x, inner, side="left"))
    return np.unique(begins[begins < len(x)])

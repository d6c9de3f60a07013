"""Random curves, and what buckets of them hold, in plain Python: what the fast code is compared with."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from steelyard.columnar.buckets import Buckets
from steelyard.columnar.groups import Floats, Indexes
from steelyard.columnar.pyramid import KeyLevel, RowSetLevel, RowTimes, build_key_levels, build_row_set_levels

STEP_MAX = 1 << 62
ODD = np.array([np.nan, np.inf, -np.inf])

Point = tuple[float, float]


@dataclass(frozen=True)
class Part:
    """One segment: the times of its rows, and one key that stands in some of them."""

    times: RowTimes
    rows: Indexes
    values: Floats
    rows_per_node: int

    @property
    def steps(self) -> Indexes:
        return self.times.steps[self.rows]

    @property
    def runtime(self) -> Floats:
        return self.times.runtime[self.rows]

    def levels(self) -> list[tuple[RowSetLevel, KeyLevel]]:
        levels = build_row_set_levels(self.rows, self.times, self.rows_per_node)
        return list(zip(levels, build_key_levels(levels, self.values), strict=True))


@st.composite
def parts(draw: st.DrawFn) -> list[Part]:
    """Return the parts of one run, none overlapping another in steps or times, sparse or full, with gaps or without."""
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    count = draw(st.one_of(st.integers(1, 40), st.integers(100, 600)))
    gap = draw(st.sampled_from([1, 1, 2, 10, 1000, 1 << 40]))
    gaps = random.integers(draw(st.sampled_from([0, 1])), gap, count, endpoint=True)
    if draw(st.booleans()):
        gaps[random.integers(0, count)] += draw(st.sampled_from([100, 1 << 20, 1 << 60]))
    steps = np.minimum(np.cumsum(gaps) + draw(st.sampled_from([0, 5, 1 << 61])), STEP_MAX)
    runtime = np.cumsum(random.choice([0.0, 0.25, 1.0, 60.0], count, p=[0.1, 0.6, 0.25, 0.05]))
    values = random.normal(0, 10.0 ** draw(st.integers(-3, 200)), count)
    odd = random.random(count) < draw(st.sampled_from([0, 0, 0.02, 0.5, 1]))
    values[odd] = random.choice(ODD, int(odd.sum()))
    there = random.random(count) < draw(st.sampled_from([1, 1, 0.5, 0.05]))
    cuts = sorted(draw(st.lists(st.integers(0, count), max_size=3)))
    rows_per_node = draw(st.integers(1, 6))
    return [
        _part(
            RowTimes(steps[begin:end], runtime[begin:end], runtime[begin:end] + 1.7e9),
            there,
            values,
            begin,
            rows_per_node,
        )
        for begin, end in zip([0, *cuts], [*cuts, count], strict=True)
    ]


def _part(times: RowTimes, there: Any, values: Floats, begin: int, rows_per_node: int) -> Part:
    rows = np.flatnonzero(there[begin : begin + len(times.steps)])
    return Part(times, rows, values[begin : begin + len(times.steps)][rows], rows_per_node)


def joined(some: Iterable[Part], name: str) -> Any:
    return np.concatenate([getattr(part, name) for part in some])


def expected(points: list[Point]) -> dict[str, float]:
    """Return what a bucket with these points, in order, holds."""
    finite = [y for _, y in points if math.isfinite(y)]
    return {
        "first_x": points[0][0],
        "last_x": points[-1][0],
        "count": len(points),
        "non_finite": len(points) - len(finite),
        "low": min(finite, default=math.nan),
        "high": max(finite, default=math.nan),
        "last": finite[-1] if finite else math.nan,
    }


def assert_holds(buckets: Buckets, at: int, points: list[Point]) -> None:
    """Assert that a bucket holds these points: all exactly but the sum and the mean, which are rounded.

    Of 0.0 and -0.0 either is the smaller one: adding zero makes them one.
    """
    want = {name: value + 0 for name, value in expected(points).items()}
    got = {name: getattr(buckets, name)[at].item() + 0 for name in want}
    assert repr(got) == repr(want)
    finite = [y for _, y in points if math.isfinite(y)]
    assert math.isclose(buckets.total[at], math.fsum(finite), abs_tol=1e-12 * sum(map(abs, finite)))
    if finite:
        mean = math.fsum(finite) / len(finite)
        assert math.isclose(buckets.mean[at], mean, abs_tol=1e-12 * max(map(abs, finite)))
    else:
        assert math.isnan(buckets.mean[at])

"""What is drawn for a bucket is what its raw points give."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.columnar.sampling import bucket_series, evenly

values = st.one_of(st.floats(-1e6, 1e6), st.sampled_from([math.nan, math.inf, -math.inf, 0.0, 1.0]))
xs = st.one_of(st.floats(-100, 100), st.integers(-20, 20).map(float), st.just(math.nan))


@settings(deadline=None)
@given(st.integers(0, 300), st.integers(0, 50))
def test_evenly_spread_has_both_ends(count: int, samples: int) -> None:
    got = evenly(count, samples).tolist()
    assert len(got) <= samples or got == list(range(count))
    assert len(got) == min(count, samples)
    assert got == sorted(set(got))
    if samples >= 2 and count:
        assert (got[0], got[-1]) == (0, count - 1)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(xs, values), max_size=60),
    st.integers(1, 8),
    st.one_of(st.none(), st.tuples(st.floats(-120, 0), st.floats(0, 120))),
)
def test_buckets_equal_the_raw_points(
    points: list[tuple[float, float]], buckets: int, window: tuple[float, float] | None
) -> None:
    low, high = window or (None, None)
    got = bucket_series(np.array([p[0] for p in points]), np.array([p[1] for p in points]), buckets, low, high)
    kept = sorted((p for p in points if math.isfinite(p[0])), key=lambda p: p[0])
    if window:
        kept = [p for p in kept if window[0] <= p[0] <= window[1]]
    finite = [p for p in kept if math.isfinite(p[1])]
    assert got.total == len(kept)
    assert len(got.non_finite) == min(100, len(kept) - len(finite))
    if got.is_raw:
        assert list(zip(got.x.tolist(), got.last.tolist(), strict=True)) == finite
        return
    assert len(got.x) <= buckets
    assert got.count.sum() == len(finite)
    begin = 0
    for x, last, low_y, high_y, count in zip(got.x, got.last, got.low, got.high, got.count, strict=True):
        bucket = finite[begin : begin + count]
        begin += count
        assert (bucket[-1][0], bucket[-1][1]) == (x, last)
        assert (min(y for _, y in bucket), max(y for _, y in bucket)) == (low_y, high_y)
    assert begin == len(finite)


def test_buckets_have_equal_width() -> None:
    x = np.arange(100.0)
    got = bucket_series(x, x, 10, None, None)
    assert got.x.tolist() == [9, 19, 29, 39, 49, 59, 69, 79, 89, 99]
    assert got.count.tolist() == [10] * 10
    assert bucket_series(x, x, 10, 0, 999).count.tolist() == [100]


def test_few_points_are_given_raw() -> None:
    x = np.arange(20.0)
    assert bucket_series(x, x, 10, None, None).is_raw
    assert not bucket_series(np.arange(21.0), np.arange(21.0), 10, None, None).is_raw

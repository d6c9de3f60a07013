"""Samples are spread evenly."""

from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.columnar.sampling import evenly


@settings(deadline=None)
@given(st.integers(0, 300), st.integers(0, 50))
def test_evenly_spread_has_both_ends(count: int, samples: int) -> None:
    got = evenly(count, samples).tolist()
    assert len(got) <= samples or got == list(range(count))
    assert len(got) == min(count, samples)
    assert got == sorted(set(got))
    if samples >= 2 and count:
        assert (got[0], got[-1]) == (0, count - 1)

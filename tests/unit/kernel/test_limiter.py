"""Rates hold over time, bursts pass, and a refused request costs nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.kernel.errors import TooMany
from steelyard.kernel.limiter import BUCKETS_MAX, WAIT_MAX_S, Charge, Limiter, Rates


class Clock:
    def __init__(self):
        self.at = 0.0

    def __call__(self):
        return self.at


@pytest.fixture
def clock():
    return Clock()


def passes(limiter, *charges):
    try:
        limiter.charge(charges)
    except TooMany:
        return False
    return True


def test_nothing_is_bounded_unless_a_rate_is_set(clock):
    limiter = Limiter(Rates(), clock)
    assert all(limiter.charge([Charge("run_requests", 1, 1)]) is None for _ in range(1000))
    assert not Rates(processes=4).is_on
    assert Rates(run_bytes=1).is_on


@given(st.lists(st.floats(0, 3), max_size=15), st.integers(1, 5))
def test_no_more_pass_than_the_rate_and_one_burst_allow(waits, rate):
    clock = Clock()
    limiter = Limiter(Rates(run_requests=rate), clock)
    passed = 0
    for wait in waits:
        clock.at += wait
        while passes(limiter, Charge("run_requests", 1, 1)):
            passed += 1
        assert passed <= rate * clock.at + max(rate * 2, 1) + 1


def test_whoever_waits_as_told_passes(clock):
    limiter = Limiter(Rates(run_bytes=1000), clock)
    assert passes(limiter, Charge("run_bytes", 1, 10_000)), "a large request passes when nothing went before"
    with pytest.raises(TooMany) as refused:
        limiter.charge([Charge("run_bytes", 1, 1)])
    assert refused.value.retry_after_s == 9
    clock.at += refused.value.retry_after_s
    assert passes(limiter, Charge("run_bytes", 1, 1))
    limiter.charge([Charge("run_bytes", 2, 1e9)])
    with pytest.raises(TooMany) as refused:
        limiter.charge([Charge("run_bytes", 2, 1)])
    assert refused.value.retry_after_s == WAIT_MAX_S


def test_a_request_that_one_rate_refuses_costs_the_others_nothing(clock):
    limiter = Limiter(Rates(project_requests=1, run_requests=1), clock)
    both = (Charge("project_requests", 1, 1), Charge("run_requests", 1, 1))
    for _ in range(2):
        assert passes(limiter, *both)
    for _ in range(50):
        assert not passes(limiter, *both)
    assert passes(limiter, Charge("run_requests", 2, 1)), "another run has its own"
    clock.at += 2
    assert passes(limiter, *both)
    assert (limiter.counters["project_requests"].refused, limiter.counters["project_requests"].passed) == (50, 3)


def test_processes_share_a_rate(clock):
    limiter = Limiter(Rates(run_requests=8, processes=4), clock)
    passed = sum(passes(limiter, Charge("run_requests", 1, 1)) for _ in range(100))
    assert passed == 4


def test_the_headroom_is_that_of_the_tightest_rate(clock):
    limiter = Limiter(Rates(project_requests=100, run_requests=5), clock)
    left = limiter.charge([Charge("project_requests", 1, 1), Charge("run_requests", 1, 1)])
    assert (left.remaining, left.reset_s) == (9, 1)


def test_memory_is_bounded(clock):
    limiter = Limiter(Rates(run_requests=1), clock)
    for key in range(BUCKETS_MAX + 100):
        limiter.charge([Charge("run_requests", key, 1)])
    assert len(limiter._buckets) == BUCKETS_MAX

"""Guessing passwords becomes slow, for the guesser alone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.domains.accounts import throttle
from steelyard.domains.accounts.throttle import Attempts, Guesser, Tries, wait_s
from steelyard.kernel.errors import TooMany

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
ADA, BOB = Guesser("ada", "10.0.0.1"), Guesser("bob", "10.0.0.1")
ADA_ELSEWHERE = Guesser("ada", "10.0.0.2")


def exhausted() -> Attempts:
    attempts = Attempts()
    for _ in range(throttle.FREE_ATTEMPTS):
        attempts.begin(ADA, NOW)
    return attempts


def test_a_few_attempts_are_free_and_the_next_must_wait() -> None:
    attempts = exhausted()
    with pytest.raises(TooMany) as refused:
        attempts.begin(ADA, NOW)
    assert refused.value.retry_after_s >= 1
    attempts.begin(ADA, NOW + timedelta(seconds=refused.value.retry_after_s))


def test_other_accounts_and_other_addresses_do_not_wait() -> None:
    attempts = exhausted()
    attempts.begin(BOB, NOW)
    attempts.begin(ADA_ELSEWHERE, NOW)


def test_success_and_time_forget_the_attempts() -> None:
    attempts = exhausted()
    attempts.succeeded(ADA)
    attempts.begin(ADA, NOW)
    attempts = exhausted()
    later = NOW + throttle.FORGOTTEN_AFTER + timedelta(seconds=1)
    for _ in range(throttle.FREE_ATTEMPTS):
        attempts.begin(ADA, later)


@given(st.integers(0, 10**6), st.floats(0, 10**6))
def test_nobody_waits_longer_than_the_bound(count: int, seconds: float) -> None:
    waiting_s = wait_s(Tries(count, NOW), NOW + timedelta(seconds=seconds))
    assert 0 <= waiting_s <= throttle.DELAY_MAX_S


def test_delays_grow_and_a_refused_attempt_does_not_lengthen_them() -> None:
    attempts = exhausted()
    now, waits = NOW, []
    for _ in range(8):
        for _ in range(3):
            with pytest.raises(TooMany) as refused:
                attempts.begin(ADA, now)
        waits.append(refused.value.retry_after_s)
        now += timedelta(seconds=refused.value.retry_after_s)
        attempts.begin(ADA, now)
    assert waits == sorted(waits)
    assert waits[-1] == throttle.DELAY_MAX_S


def test_memory_is_bounded() -> None:
    attempts = Attempts()
    for number in range(throttle.REMEMBERED_MAX + 10):
        attempts.begin(Guesser(str(number), ""), NOW)
    assert len(attempts) == throttle.REMEMBERED_MAX

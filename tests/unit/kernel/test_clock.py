"""Moments go out with `Z` and come back the same."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.kernel.clock import iso, parse_iso, utc_now

# hypothesis takes bounds without a zone
FIRST, LAST = datetime.fromisoformat("1970-01-01"), datetime.fromisoformat("2200-01-01")
ZONES = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(FIRST, LAST, timezones=ZONES))
def test_a_moment_survives_its_text(moment: datetime) -> None:
    text = iso(moment)
    assert text.endswith("Z")
    assert parse_iso(text) == moment


def test_whole_seconds_are_written_without_digits_behind_them() -> None:
    assert iso(datetime(2026, 1, 31, 12, tzinfo=UTC)) == "2026-01-31T12:00:00Z"
    assert iso(datetime(2026, 1, 31, 12, microsecond=5, tzinfo=UTC)) == "2026-01-31T12:00:00.000005Z"


def test_a_missing_zone_means_utc() -> None:
    assert parse_iso("2023-01-02T03:04:05") == datetime(2023, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01T00:00:00Z"])
def test_other_texts_are_value_errors(text: str) -> None:
    with pytest.raises(ValueError):
        parse_iso(text)


def test_now_is_aware() -> None:
    assert utc_now().tzinfo is UTC

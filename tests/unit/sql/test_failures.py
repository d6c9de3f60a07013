"""What an answer does not need may fail of passing faults, and of no others."""

import errno

import pytest
from structlog.testing import capture_logs

from steelyard.sql.failures import going_on


def test_a_passing_fault_is_logged_with_its_reason() -> None:
    with capture_logs() as told, going_on("it was not noted", key="k"):
        raise OSError(errno.ENOSPC, "no room")
    (line,) = told
    assert (line["event"], line["key"], line["log_level"]) == ("it was not noted", "k", "warning")
    assert "full" in line["reason"]


def test_others_go_on_to_whoever_asked() -> None:
    with pytest.raises(ZeroDivisionError), going_on("it was not noted"):
        raise ZeroDivisionError

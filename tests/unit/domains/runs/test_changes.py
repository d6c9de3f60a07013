"""News fold together without losing what changed."""

from steelyard.domains.runs.changes import KEYS_MAX, Change, Kind

ROWS = Change(Kind.HISTORY, frozenset({"a"}), 5)


def test_rows_add_up_to_all_their_keys_from_the_least_step() -> None:
    assert ROWS | Change(Kind.HISTORY, frozenset({"b"}), 3) == Change(Kind.HISTORY, frozenset({"a", "b"}), 3)


def test_what_is_not_about_rows_leaves_keys_and_step_alone() -> None:
    for both in (ROWS | Change(Kind.LOGS), Change(Kind.LOGS) | ROWS):
        assert both == Change(Kind.HISTORY | Kind.LOGS, frozenset({"a"}), 5)


def test_what_is_unknown_once_stays_unknown() -> None:
    assert ROWS | Change(Kind.HISTORY) == Change(Kind.HISTORY)
    assert ROWS | Change(Kind.HISTORY, frozenset({"a"}), None) == Change(Kind.HISTORY, frozenset({"a"}), None)


def test_more_keys_than_anybody_wants_to_hear_of_are_everything() -> None:
    many = Change(Kind.HISTORY, frozenset(map(str, range(KEYS_MAX))), 5)
    assert ROWS | many == Change(Kind.HISTORY, None, 5)

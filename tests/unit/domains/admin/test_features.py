"""What the server tells clients it can do."""

from steelyard.domains.admin.features import FEATURES, OFF, ON


def test_a_capability_is_on_or_off_and_listed_once() -> None:
    names = [name for name, _ in FEATURES]
    assert len(names) == len(set(names)) == len(ON) + len(OFF)
    assert all(reason for reason in OFF.values())

import pytest

from steelyard.domains.files.model import clean_name
from steelyard.kernel.errors import Invalid


@pytest.mark.parametrize("name", ["a.txt", "media/ö %3M.png", "a..b", "...", "dir\\file", " "])
def test_names_below_the_folder_stay_as_they_are(name: str) -> None:
    assert clean_name(name) == name


def test_a_leading_dot_slash_is_dropped() -> None:
    assert clean_name("./test with space.txt") == "test with space.txt"


@pytest.mark.parametrize(
    "name", ["", "/etc/x", "..", "a/../b", "a//b", "./../a", "a/.", "..\\x", "a\\..\\b", "a\x00", "x" * 5000]
)
def test_names_that_leave_the_folder_are_refused(name: str) -> None:
    with pytest.raises(Invalid):
        clean_name(name)

"""Cursors that hold a number, and texts that only look like one."""

import pytest

from steelyard.graphql.connection import decode_number, encode_cursor
from steelyard.kernel.errors import Invalid


def test_a_cursor_gives_its_number_back() -> None:
    assert decode_number(encode_cursor("offset:42"), "offset") == 42
    assert decode_number(None, "offset") is decode_number("", "offset") is None


@pytest.mark.parametrize(
    "text", ["offset:", "offset:-1", "offset:²", f"offset:{10**19}", "line:3", "offset", "offset:٣"]
)
def test_another_cursor_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="another query"):
        decode_number(encode_cursor(text), "offset")

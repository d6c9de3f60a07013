"""Documents in the client's Go binary: generated code keeps each as one plain literal, its fragments behind it.

The linker lays literals side by side without a separator, so the end of a document is found by its braces.
"""

import re
from collections.abc import Iterator

_OPERATION = re.compile(rb"(?:query|mutation) [A-Za-z_]\w* ?(?:\(\$|\{)")
_FRAGMENT = re.compile(rb"\s*fragment \w+ on \w+ \{")
# Longer than any document by far; an opening brace without its fellow is no document.
_MAX_LENGTH = 40_000


def go_documents(data: bytes) -> Iterator[str]:
    """The operations of a binary, each with the fragments that stand directly behind it."""
    for match in _OPERATION.finditer(data):
        end = _after_braces(data, match.start())
        while end and _FRAGMENT.match(data, end):
            end = _after_braces(data, end)
        if end:
            yield data[match.start() : end].decode()


def _after_braces(data: bytes, start: int) -> int | None:
    """The position after the brace that closes the first one opened after `start`.

    Braces within variable definitions (a default that is an object) would be taken for the selection; none occur.
    """
    depth = 0
    for position in range(start, min(start + _MAX_LENGTH, len(data))):
        if data[position] == ord("{"):
            depth += 1
        elif data[position] == ord("}"):
            depth -= 1
            if depth == 0:
                return position + 1
    return None

"""What cells of a logged table are: the kind of one, and the form that cells of a column have in common.

Both are kept in indexes as numbers: these never change.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Kind(IntEnum):
    """What one cell is, in the order in which cells of several kinds are sorted; null is always last.

    Media are objects with a `_type`, JSON is any other object, or a list.
    """

    NULL, NUMBER, TEXT, BOOLEAN, JSON, MEDIA = range(6)


class Form(IntEnum):
    """What all cells are, nulls aside. `MIXED` can be anything."""

    EMPTY, BOOLEAN, INT, FLOAT, TEXT, MIXED = range(6)


def common_form(forms: Iterable[Form], *, large_ints: bool) -> Form:
    """Return the form that holds cells of all `forms` exactly. `large_ints`: some are beyond what a float holds."""
    held = set(forms) - {Form.EMPTY}
    if len(held) <= 1:
        return next(iter(held), Form.EMPTY)
    return Form.FLOAT if held == {Form.INT, Form.FLOAT} and not large_ints else Form.MIXED

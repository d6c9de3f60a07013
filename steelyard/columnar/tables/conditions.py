"""Which rows of a table are asked for: conditions on columns, and a text to be found (docs/protocol/tables.md).

A value is always given as text, and means what it can mean to a cell: to a number the number it reads as, to a boolean
`true` or `false`, to a text the text itself, to JSON its text, to media their caption or file. Cells of another kind
never match, so that `<` compares numbers with numbers and texts with texts.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from steelyard.columnar.groups import Mask
from steelyard.columnar.tables.forms import Form, Kind
from steelyard.columnar.tables.pieces import Piece, as_form, split_number
from steelyard.kernel.errors import Invalid

# Each operator, and what is asked of a cell before the answer is turned round.
_NEGATIONS = {"!=": "=", "!contains": "contains", "!matches": "matches", "present": "empty"}
_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
OPERATORS = frozenset([*_NEGATIONS, *_NEGATIONS.values(), *_COMPARISONS])
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?|NaN|-?Infinity")
_WITH_TEXT = (int(Kind.TEXT), int(Kind.JSON), int(Kind.MEDIA))


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition; with `other` the cell is compared with that of another column in the same row."""

    column: int
    operator: str
    value: str = ""
    other: int | None = None

    @property
    def columns(self) -> list[int]:
        return [self.column] if self.other is None else [self.column, self.other]


@dataclass(frozen=True, slots=True)
class Filter:
    """Rows that meet all conditions and have `search` in one of the columns `searched`."""

    conditions: tuple[Condition, ...] = ()
    search: str = ""
    searched: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.conditions or self.search)

    @property
    def columns(self) -> list[int]:
        named = [column for condition in self.conditions for column in condition.columns]
        return list(dict.fromkeys([*named, *(self.searched if self.search else ())]))


def check_pattern(pattern: str) -> None:
    """Raise `Invalid` for what is no pattern (RE2)."""
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid as error:
        raise Invalid(f"{pattern!r} is no valid pattern: {error}") from None


def meets(asked: Filter, pieces: Mapping[int, Piece], count: int) -> Mask:
    """Return which of `count` rows are asked for; `pieces` holds their cells of `asked.columns`."""
    mask = np.ones(count, np.bool_)
    for condition in asked.conditions:
        if not mask.any():
            return mask
        other = None if condition.other is None else pieces[condition.other]
        mask &= _meets_one(condition, pieces[condition.column], other)
    if asked.search and mask.any():
        mask &= _finds(asked.search, [pieces[column] for column in asked.searched], count)
    return mask


def _meets_one(condition: Condition, piece: Piece, other: Piece | None) -> Mask:
    plain = _NEGATIONS.get(condition.operator, condition.operator)
    if plain == "empty":
        mask = _nulls(piece)
    elif other is not None:
        mask = _compare_cells(plain, piece, other)
    elif plain in _COMPARISONS:
        mask = _compare(plain, piece, condition.value)
    else:
        mask = _look_into(plain, piece, condition.value)
    return mask if plain == condition.operator else ~mask


def _finds(text: str, pieces: Sequence[Piece], count: int) -> Mask:
    mask = np.zeros(count, np.bool_)
    number = read_number(text)
    for piece in pieces:
        if mask.all():
            break
        mask |= _look_into("contains", piece, text)
        if number is not None:
            mask |= _compare_numbers("=", piece, number)
    return mask


def read_number(text: str) -> float | None:
    """Return the number that a text stands for, None where it is none. Whole ones are exact."""
    if not _NUMBER.fullmatch(text):
        return None
    return int(text) if text.lstrip("-").isdigit() else float(text)


def _none(piece: Piece) -> Mask:
    return np.zeros(len(piece), np.bool_)


def _as_mask(answers: Any) -> Mask:
    mask: Mask = np.asarray(answers.fill_null(False))
    return mask


def _nulls(piece: Piece) -> Mask:
    mask: Mask = piece.cells.kinds == Kind.NULL if piece.form is Form.MIXED else np.asarray(piece.cells.is_null())
    return mask


# ---- with a value -------------------------------------------------------------------------------------------------

_ARROW_COMPARISONS = {
    "=": pc.equal,
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}


def _compare(sign: str, piece: Piece, value: str) -> Mask:
    number = read_number(value)
    mask = _none(piece) if number is None else _compare_numbers(sign, piece, number)
    if piece.form is Form.TEXT:
        return _as_mask(_ARROW_COMPARISONS[sign](piece.cells, value))
    if sign == "=" and value in {"true", "false"}:
        mask |= _equals_boolean(piece, is_true=value == "true")
    if piece.form is Form.MIXED:
        kinds = _WITH_TEXT if sign == "=" else (int(Kind.TEXT),)
        mask |= np.isin(piece.cells.kinds, kinds) & _as_mask(_ARROW_COMPARISONS[sign](piece.cells.texts, value))
    return mask


def _equals_boolean(piece: Piece, *, is_true: bool) -> Mask:
    if piece.form is Form.BOOLEAN:
        return _as_mask(pc.equal(piece.cells, is_true))
    if piece.form is not Form.MIXED:
        return _none(piece)
    mask: Mask = (piece.cells.kinds == Kind.BOOLEAN) & (piece.cells.numbers == is_true)
    return mask


def _compare_numbers(sign: str, piece: Piece, number: float) -> Mask:
    if piece.form is Form.INT:
        return _compare_ints(sign, piece, number)
    if piece.form is Form.FLOAT:
        present = ~np.asarray(piece.cells.is_null())
        numbers = np.asarray(piece.cells.fill_null(0.0))
        return present & _compare_pairs(sign, (numbers, np.float64(0)), number)
    if piece.form is Form.MIXED:
        cells = piece.cells
        is_number: Mask = cells.kinds == Kind.NUMBER
        return is_number & _compare_pairs(sign, (cells.numbers, cells.rest), number)
    return _none(piece)


def _compare_pairs(sign: str, pairs: tuple[Any, Any], number: float) -> Mask:
    """Compare numbers as `split_number` gives them."""
    numbers, rest = pairs
    if math.isnan(number):
        return np.isnan(numbers) if sign == "=" else np.zeros(len(numbers), np.bool_)
    whole, part = split_number(number)
    compare = _COMPARISONS[sign]
    mask: Mask = (numbers == whole) & compare(rest, part)
    return mask if sign == "=" else mask | ((numbers != whole) & compare(numbers, whole))


def _compare_ints(sign: str, piece: Piece, number: float) -> Mask:
    present = ~np.asarray(piece.cells.is_null())
    if isinstance(number, float) and not number.is_integer():
        if math.isnan(number) or sign == "=":
            return _none(piece)
        if math.isinf(number):
            return present if (number > 0) == (sign in {"<", "<="}) else _none(piece)
        # no whole number is between it and the next one above
        sign, number = ("<" if sign in {"<", "<="} else ">="), math.ceil(number)
    number = int(number)
    if not -(1 << 63) <= number < 1 << 63:
        is_all = sign != "=" and (number > 0) == (sign in {"<", "<="})
        return present if is_all else _none(piece)
    return _as_mask(_ARROW_COMPARISONS[sign](piece.cells, pa.scalar(number, pa.int64())))


def _look_into(what: str, piece: Piece, text: str) -> Mask:
    """Find `text` in texts, JSON and names of media: anywhere, whatever its case, or by the pattern that it is."""
    if piece.form not in {Form.TEXT, Form.MIXED}:
        return _none(piece)
    texts = piece.cells if piece.form is Form.TEXT else piece.cells.texts
    if what == "contains":
        return _as_mask(pc.match_substring(texts, text, ignore_case=True))
    return _as_mask(pc.match_substring_regex(texts, text))


# ---- with another column ------------------------------------------------------------------------------------------


def _compare_cells(sign: str, piece: Piece, other: Piece) -> Mask:
    """Compare cells of one kind; two nulls are equal, and NaN is equal to nothing."""
    if piece.form is other.form and piece.form not in {Form.MIXED, Form.EMPTY, Form.BOOLEAN}:
        mask = _as_mask(_ARROW_COMPARISONS[sign](piece.cells, other.cells))
        return mask | (_nulls(piece) & _nulls(other)) if sign == "=" else mask
    one, two = as_form(piece, Form.MIXED).cells, as_form(other, Form.MIXED).cells
    compare, same = _COMPARISONS[sign], one.kinds == two.kinds
    texts = _as_mask(_ARROW_COMPARISONS[sign](one.texts, two.texts))
    tied = (one.numbers == two.numbers) & compare(one.rest, two.rest)
    numbers = tied if sign == "=" else tied | ((one.numbers != two.numbers) & compare(one.numbers, two.numbers))
    if sign != "=":
        fits = ((one.kinds == Kind.NUMBER) & numbers) | ((one.kinds == Kind.TEXT) & texts)
    else:
        plain = np.isin(one.kinds, (int(Kind.NUMBER), int(Kind.BOOLEAN)))
        fits = (one.kinds == Kind.NULL) | (plain & numbers) | (np.isin(one.kinds, _WITH_TEXT) & texts)
    found: Mask = same & fits
    return found

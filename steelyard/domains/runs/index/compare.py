"""Filters as operations on whole columns. They decide as `filters.matches` does run by run.

Pure, but for a clock: what is built to take long is refused after a second of work.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from steelyard.domains.runs.index.column import Bools, Column, Kind, Vocabulary, microseconds
from steelyard.kernel.errors import Invalid
from steelyard.sql import filters
from steelyard.sql.filters import Every, Filter, Negation, Op, Some, Test

ColumnOf = Callable[[Test], Column]
# From so many wanted numbers on, sorting them first is cheaper than comparing each.
_FEW = 8


# What the usual question takes of 100,000 runs is some milliseconds.
WORK_MAX_S = 1.0
# Texts between two looks at the clock: a pattern that is built for it takes 10 ms for one text.
_TEXTS_AT_ONCE = 16


class Patience:
    """The processor time of its thread that one question may take, however busy the machine is."""

    def __init__(self, seconds: float = WORK_MAX_S) -> None:
        self._end_s = time.thread_time() + seconds

    def check(self) -> None:
        """Raise `Invalid` when the time is over."""
        if time.thread_time() > self._end_s:
            raise Invalid("this takes too long in a project of this size: ask with fewer parts or a simpler pattern")

    def each(self, wanted: Callable[[Any], bool], items: Sequence[Any]) -> list[bool]:
        found: list[bool] = []
        for start in range(0, len(items), _TEXTS_AT_ONCE):
            found += map(wanted, items[start : start + _TEXTS_AT_ONCE])
            self.check()
        return found


def matching(given: Filter, column_of: ColumnOf, size: int, patience: Patience | None = None) -> Bools:
    """Return for each of the first `size` slots whether its run matches. Raises `Invalid`."""
    patience = patience or Patience()
    if isinstance(given, Test):
        patience.check()
        return _held(given, column_of(given), patience)[:size]
    if isinstance(given, Negation):
        return ~matching(given.part, column_of, size, patience)
    found = np.full(size, isinstance(given, Every))
    for part in given.parts:
        if isinstance(given, Every):
            found &= matching(part, column_of, size, patience)
        else:
            assert isinstance(given, Some), "there is no other kind of filter"
            found |= matching(part, column_of, size, patience)
    return found


def _held(test: Test, column: Column, patience: Patience) -> Bools:
    op, operand = test.op, test.operand
    if op is Op.EXISTS:
        return _here(column) if operand else ~_here(column)
    if op in {Op.EQ, Op.NE}:
        found = _equal(column, [operand])
        return found if op is Op.EQ else ~found
    if op in {Op.IN, Op.NIN}:
        found = _equal(column, operand)
        return found if op is Op.IN else ~found
    if op is Op.ALL:
        found = _here(column)
        for item in operand:
            patience.check()
            found &= _equal(column, [item])
        return found
    if op in filters.COMPARED:
        return _ordered(test, column)
    return _objects(column, lambda value: filters.holds(test, value), patience)


def _here(column: Column) -> Bools:
    here: Bools = column.kinds != Kind.MISSING
    return here


def _objects(column: Column, wanted: Callable[[Any], bool], patience: Patience) -> Bools:
    """Decide texts and lists, each distinct one once."""
    return _texts(column, partial(patience.each, wanted)) | _compounds(column, wanted)


def _texts(column: Column, wanted: Callable[[list[str]], list[bool]]) -> Bools:
    return _by_code(column, column.kinds == Kind.TEXT, column.texts, wanted)


def _compounds(column: Column, wanted: Callable[[Any], bool]) -> Bools:
    return _by_code(column, column.kinds == Kind.COMPOUND, column.compounds, lambda items: list(map(wanted, items)))


def _by_code(column: Column, here: Bools, words: Vocabulary, wanted: Callable[[list[Any]], list[bool]]) -> Bools:
    if not words.items:
        return np.zeros(len(here), bool)
    decided = np.array(wanted(words.items), bool)
    found = here.copy()
    found[here] = decided[column.codes[here]]
    return found


# ---- equality -------------------------------------------------------------------------------------------------


def _is_number(item: Any) -> bool:
    return filters.kind_of(item) == "number" and item == item  # noqa: PLR0124 - NaN equals nothing


class _Wanted:
    """Operands of one test by kind, so that thousands of them are looked up rather than compared one by one."""

    def __init__(self, operands: Sequence[Any]) -> None:
        self.null = any(item is None for item in operands)
        self.booleans = {item for item in operands if isinstance(item, bool)}
        self.numbers = {filters.as_number(item) for item in operands if _is_number(item)}
        self.texts = {item for item in operands if isinstance(item, str)}
        self.compound = [item for item in operands if isinstance(item, list | dict)]

    def has(self, value: Any) -> bool:
        """Return whether a list, or an item of one, equals an operand."""
        if isinstance(value, str):
            return value in self.texts
        if isinstance(value, bool):
            return value in self.booleans
        if isinstance(value, int | float):
            return filters.as_number(value) in self.numbers
        if any(filters.equals(value, item) for item in self.compound):
            return True
        return isinstance(value, list | tuple) and any(map(self.has, value))


def _equal(column: Column, operands: Sequence[Any]) -> Bools:
    wanted = _Wanted(operands)
    kinds = column.kinds
    found = (kinds <= Kind.NULL) if wanted.null else np.zeros(len(kinds), bool)
    if wanted.numbers and column.has_numbers:
        found |= (kinds == Kind.NUMBER) & _is_one_of(column, wanted.numbers)
    if wanted.booleans and column.has_numbers:
        found |= (kinds == Kind.BOOLEAN) & _is_one_of(column, {float(item) for item in wanted.booleans})
    if wanted.texts and column.texts.items:
        codes = [code for text in wanted.texts if (code := column.texts.find(text)) is not None]
        found |= (kinds == Kind.TEXT) & np.isin(column.codes, codes)
    if column.compounds.items:
        found |= _compounds(column, wanted.has)
    moments = kinds == Kind.MOMENT
    if moments.any():
        asked = {microseconds(filters.read_moment(item)) for item in operands if item is not None}
        found |= moments & _is_one_of(column, {float(item) for item in asked})
    return found


def _is_one_of(column: Column, wanted: set[float]) -> Bools:
    if len(wanted) > _FEW:
        return np.isin(column.numbers, sorted(wanted))
    found = np.zeros(len(column.kinds), bool)
    for number in wanted:
        found |= column.numbers == number
    return found


# ---- order ----------------------------------------------------------------------------------------------------


def _ordered(test: Test, column: Column) -> Bools:
    operand, compare = test.operand, filters.COMPARED[test.op]
    moments: Bools = column.kinds == Kind.MOMENT
    if moments.any():
        moments &= compare(column.numbers, float(microseconds(filters.read_moment(operand))))
        return moments
    found = _compounds(column, lambda value: filters.holds(test, value))
    kind = filters.kind_of(operand)
    if kind == "number" and column.has_numbers:
        found |= (column.kinds == Kind.NUMBER) & compare(column.numbers, filters.as_number(operand))
    elif kind == "str":
        found |= _texts(column, lambda texts: [compare(text, operand) for text in texts])
    return found


# ---- search ---------------------------------------------------------------------------------------------------


def found_in(columns: Sequence[Column], search: str, *, regex: bool) -> Bools:
    """Return where one of the columns has the text, in any case of letters, or the pattern. Raises `Invalid`."""
    patience = Patience()
    if regex:
        pattern = filters.compile_pattern(search, ignore_case=True)
        wanted: Callable[[str], bool] = partial(filters.finds, pattern)
    else:
        folded = search.casefold()
        wanted = lambda text: folded in text.casefold()  # noqa: E731 - one of two
    found = [_texts(column, partial(patience.each, wanted)) for column in columns]
    either: Bools = np.logical_or.reduce(found)
    return either


_ANY_OPERAND = {Op.EXISTS, Op.REGEX, Op.CONTAINS, Op.SIZE}


def check_moments(test: Test) -> None:
    """Raise `Invalid` when a time is compared with something that is none."""
    if test.op in _ANY_OPERAND:
        return
    for operand in test.operand if test.op in {Op.IN, Op.NIN, Op.ALL} else [test.operand]:
        if operand is not None or test.op in filters.COMPARED:
            filters.read_moment(operand)

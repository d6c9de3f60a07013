"""Rows → groups of equal keys: where a row stops being a Python object, once in its life.

A group of rows whose values are all numbers costs one pass over the values in C and a transposition, whatever the
number of its keys. Nested objects become paths (paths.py); objects with a `_type` (media), empty objects and lists stay
whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from struct import Struct
from struct import error as StructError  # noqa: N812
from typing import Any

import numpy as np

from steelyard.columnar.groups import EXACT_INT_END, Floats, Group, Indexes, Mask
from steelyard.columnar.paths import escape
from steelyard.columnar.rows import Row

# Objects nested deeper than this stay whole; it bounds recursion.
DEPTH_MAX = 32
# Programs log the same few sets of keys again and again; larger sets are not worth the memory.
_REMEMBERED_KEYS = 200
_NUMBERS = {int, float}
_FLOATS = {float}


def group_rows(rows: Sequence[Row]) -> list[Group]:
    """Return the groups of `rows`, in order of first appearance. Rows without keys are in none."""
    groups: list[Group] = []
    for cells in _of_equal_keys(rows, np.arange(len(rows), dtype=np.int64)):
        _add_group(groups, cells)
    return groups


@dataclass(frozen=True, slots=True)
class _Cells:
    """Rows of equal keys: `values` holds one row after the other, each in the order of `keys`."""

    indexes: Indexes
    keys: tuple[str, ...]
    values: list[Any]

    def column(self, place: int) -> list[Any]:
        return self.values[place :: len(self.keys)]


def _of_equal_keys(rows: Sequence[Row], indexes: Indexes) -> list[_Cells]:
    """Split rows by their sets of keys; the ordinary case is one set for all, found without looking at each."""
    if not rows:
        return []
    if rows[0] and len(set(map(len, rows))) == 1:
        try:
            return [_cells(rows, indexes, frozenset(rows[0]))]
        except KeyError:
            pass
    by_keys: dict[frozenset[str], list[int]] = {}
    for position, row in enumerate(rows):
        by_keys.setdefault(frozenset(row), []).append(position)
    by_keys.pop(frozenset(), None)
    return [
        _cells([rows[i] for i in positions], indexes[np.array(positions, dtype=np.int64)], keys)
        for keys, positions in by_keys.items()
    ]


def _cells(rows: Sequence[Row], indexes: Indexes, keys: frozenset[str]) -> _Cells:
    """Raises `KeyError` when a row lacks a key."""
    ordered, take = _order(keys) if len(keys) > _REMEMBERED_KEYS else _remembered_order(keys)
    if len(ordered) == 1:
        return _Cells(indexes, ordered, list(map(take, rows)))
    return _Cells(indexes, ordered, list(chain.from_iterable(map(take, rows))))


def _order(keys: frozenset[str]) -> tuple[tuple[str, ...], itemgetter[Any]]:
    ordered = tuple(sorted(keys))
    return ordered, itemgetter(*ordered)


_remembered_order = lru_cache(maxsize=256)(_order)


def _add_group(groups: list[Group], cells: _Cells, *, escaped: bool = False) -> None:
    places, numbers, ints = _numbers(cells)
    kept = set(places)
    others = {place: cells.column(place) for place in range(len(cells.keys)) if place not in kept}
    if not escaped and any(_is_nested(value) for column in others.values() for value in column):
        _add_nested(groups, cells)
        return
    names = cells.keys if escaped else tuple(map(escape, cells.keys))
    texts = {names[place]: column for place, column in others.items()}
    groups.append(Group(cells.indexes, tuple(names[place] for place in places), numbers, ints, texts))


def _numbers(cells: _Cells) -> tuple[list[int], Floats, Mask | None]:
    """Return the places of keys whose values are all numbers, these as a matrix, and which of them are integers.

    Whether a number is an integer is asked only of columns that hold a whole one: no other float can have been one.
    """
    places, packed = _packed(cells)
    by_row = np.frombuffer(packed, np.float64).reshape(len(cells.indexes), len(places))
    numbers = by_row.T
    doubtful = np.logical_or.reduce(by_row == np.rint(by_row)).nonzero()[0].tolist()
    if not doubtful:
        return places, numbers, None
    ints = np.zeros(numbers.shape, dtype=bool)
    refused: list[int] = []
    for row in doubtful:
        column = cells.column(places[row])
        kinds = set(map(type, column))
        if kinds == _FLOATS:
            continue
        if not kinds <= _NUMBERS or not _are_exact(column):
            refused.append(row)
        else:
            ints[row] = True if float not in kinds else [type(value) is int for value in column]
    if refused:
        places = [place for row, place in enumerate(places) if row not in refused]
        numbers, ints = np.delete(numbers, refused, axis=0), np.delete(ints, refused, axis=0)
    return places, numbers, ints if ints.any() else None


def _packed(cells: _Cells) -> tuple[list[int], bytes]:
    """Return the places of keys whose values can all be taken for float64, and these values, row after row."""
    places = [place for place in range(len(cells.keys)) if type(cells.values[place]) in _NUMBERS]
    packed = _pack(_chosen(cells, places))
    if packed is None:
        places = [place for place in places if _pack(cells.column(place)) is not None]
        packed = _pack(_chosen(cells, places))
    assert packed is not None, "each of the columns is of numbers"
    return places, packed


def _chosen(cells: _Cells, places: list[int]) -> list[Any]:
    if len(places) == len(cells.keys):
        return cells.values
    return list(chain.from_iterable(zip(*map(cells.column, places), strict=True)))


def _pack(values: list[Any]) -> bytes | None:
    """Return `values` as float64, None when one is no number. Takes booleans; a third of the cost of numpy's way."""
    try:
        return _packer(len(values)).pack(*values)
    except (StructError, OverflowError):
        return None


@lru_cache(maxsize=256)
def _packer(count: int) -> Struct:
    return Struct(f"{count}d")


def _are_exact(column: Sequence[Any]) -> bool:
    if min(column) > -EXACT_INT_END and max(column) < EXACT_INT_END:
        return True
    return all(-EXACT_INT_END < value < EXACT_INT_END for value in column if type(value) is int)


def _is_nested(value: Any) -> bool:
    return type(value) is dict and bool(value) and "_type" not in value


def _add_nested(groups: list[Group], cells: _Cells) -> None:
    """Add rows in which some values are nested: flattened row by row, then grouped anew."""
    flat: list[Row] = []
    width = len(cells.keys)
    for start in range(0, len(cells.values), width):
        row: Row = {}
        for key, value in zip(cells.keys, cells.values[start : start + width], strict=True):
            _flatten(row, escape(key), value, 1)
        flat.append(row)
    for part in _of_equal_keys(flat, cells.indexes):
        _add_group(groups, part, escaped=True)


def _flatten(row: Row, path: str, value: Any, depth: int) -> None:
    if not _is_nested(value) or depth == DEPTH_MAX:
        row[path] = value
        return
    for key, item in value.items():
        _flatten(row, f"{path}.{escape(key)}", item, depth + 1)

"""Rows → typed columns, one per flattened key.

Nested objects become keys joined by dots; objects with a `_type` (media) and lists stay whole. Explicit nulls count as
absent. Floats, NaN and infinities included, are exact; integers stay integers, and where a column mixes both, a mask
tells which were integers. Nothing here is per row in Python where a whole column can be handled at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from steelyard.columnar.rows import Row

Floats = npt.NDArray[np.float64]
Indexes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

# Every whole number up to here is a float64 without loss.
EXACT_INT_MAX = 1 << 53
# Objects nested deeper than this stay whole; it bounds recursion.
DEPTH_MAX = 32
# What one value of an object column is taken to cost a cache, in bytes.
OBJECT_COST_BYTES = 300

_MISSING = object()


@dataclass(frozen=True, slots=True)
class Column:
    """The values of one key: `values[i]` stands in row `rows[i]`, ascending.

    Numbers are a float array; `ints` tells which were integers (None: none). Anything else is an object column, whose
    values are kept as decoded.
    """

    rows: Indexes
    numbers: Floats | None = None
    ints: Mask | None = None
    objects: tuple[Any, ...] = ()
    nulls: int = 0

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def size_bytes(self) -> int:
        numbers = 0 if self.numbers is None else self.numbers.nbytes
        return (
            self.rows.nbytes
            + numbers
            + (0 if self.ints is None else self.ints.nbytes)
            + (len(self.objects) * OBJECT_COST_BYTES)
        )

    def value(self, index: int) -> Any:
        if self.numbers is None:
            return self.objects[index]
        number = float(self.numbers[index])
        return int(number) if self.ints is not None and self.ints[index] else number

    def values(self) -> list[Any]:
        """Return all values as Python objects, integers as integers."""
        if self.numbers is None:
            return list(self.objects)
        if self.ints is None:
            return list(self.numbers.tolist())
        if self.ints.all():
            return list(self.numbers.astype(np.int64).tolist())
        return [int(x) if is_int else x for x, is_int in zip(self.numbers.tolist(), self.ints, strict=True)]

    def take(self, keep: npt.NDArray[Any]) -> Column:
        """Return the column with only the values that `keep` (a mask, or indexes into it) selects, in that order."""
        if self.numbers is not None:
            ints = None if self.ints is None else self.ints[keep]
            return Column(self.rows[keep], self.numbers[keep], ints, (), self.nulls)
        chosen = np.flatnonzero(keep) if keep.dtype == bool else keep
        return Column(self.rows[keep], None, None, tuple(self.objects[i] for i in chosen), self.nulls)

    def at(self, rows: Indexes) -> Column:
        """Return the same values as of other rows."""
        return self if rows is self.rows else replace(self, rows=rows)

    def numeric(self) -> Column:
        """Return only the numbers of the column; itself when it has nothing else."""
        if self.numbers is not None:
            return self
        keep = [i for i, value in enumerate(self.objects) if type(value) in {int, float}]
        values = [self.objects[i] for i in keep]
        return numbers_column(self.rows[np.array(keep, dtype=np.int64)], values)


def numbers_column(rows: Indexes, values: Sequence[Any], nulls: int = 0) -> Column:
    """Return a column of ints and floats; integers beyond float64 are rounded like any chart would."""
    kinds = set(map(type, values))
    try:
        numbers = np.array(values, dtype=np.float64)
    except OverflowError:
        numbers = np.array([_as_float(value) for value in values], dtype=np.float64)
    if kinds == {float}:
        return Column(rows, numbers, None, (), nulls)
    if kinds == {int}:
        return Column(rows, numbers, np.ones(len(values), dtype=bool), (), nulls)
    return Column(
        rows, numbers, np.fromiter((type(v) is int for v in values), dtype=bool, count=len(values)), (), nulls
    )


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def build_columns(rows: Sequence[Row]) -> dict[str, Column]:
    """Return the columns of `rows` by flattened key.

    Costs one pass in C per key for rows that have the same keys, which is the ordinary case; keys that only some rows
    have cost a little more.
    """
    columns: dict[str, Column] = {}
    if not rows:
        return columns
    every = np.arange(len(rows), dtype=np.int64)
    nested: list[tuple[str, Indexes, list[Any]]] = []
    for key, always in _keys(rows):
        if always:
            values, where = list(map(itemgetter(key), rows)), every
        else:
            values, where = _sparse(rows, key)
        _add(columns, key, where, values, nested.append)
    while nested:
        key, where, values = nested.pop()
        _add_objects(columns, key, where, values)
    return columns


def _keys(rows: Sequence[Row]) -> Iterable[tuple[str, bool]]:
    """Yield every top-level key, and whether every row has it."""
    first = rows[0].keys()
    if all(row.keys() == first for row in rows):
        return [(key, True) for key in first]
    seen: dict[str, int] = {}
    for row in rows:
        for key in row:
            seen[key] = seen.get(key, 0) + 1
    return [(key, count == len(rows)) for key, count in seen.items()]


def _sparse(rows: Sequence[Row], key: str) -> tuple[list[Any], Indexes]:
    got = [row.get(key, _MISSING) for row in rows]
    where = [i for i, value in enumerate(got) if value is not _MISSING]
    return [got[i] for i in where], np.array(where, dtype=np.int64)


Later = Callable[[tuple[str, Indexes, list[Any]]], None]


def _add(columns: dict[str, Column], key: str, where: Indexes, values: list[Any], later: Later) -> None:
    kinds = set(map(type, values))
    if kinds <= {int, float} and not (int in kinds and _too_big(values)):
        _put(columns, key, numbers_column(where, values))
    elif dict in kinds:
        later((key, where, values))
    elif type(None) in kinds:
        keep = [i for i, value in enumerate(values) if value is not None]
        left = [values[i] for i in keep]
        nulls = len(values) - len(left)
        if left:
            _add(columns, key, where[np.array(keep, dtype=np.int64)], left, later)
        _put(columns, key, Column(np.empty(0, np.int64), np.empty(0), None, (), nulls))
    else:
        _put(columns, key, Column(where, None, None, tuple(values)))


def _too_big(values: Iterable[Any]) -> bool:
    return any(type(value) is int and not -EXACT_INT_MAX <= value <= EXACT_INT_MAX for value in values)


def _add_objects(columns: dict[str, Column], key: str, where: Indexes, values: list[Any]) -> None:
    """Add a column in which some values are objects: media stay whole, others are flattened."""
    parts: dict[str, tuple[list[int], list[Any]]] = {}
    for row, value in zip(where.tolist(), values, strict=True):
        for path, leaf in _leaves(key, value, 0):
            rows, leaves = parts.setdefault(path, ([], []))
            rows.append(row)
            leaves.append(leaf)
    for path, (rows, leaves) in parts.items():
        index = np.array(rows, dtype=np.int64)
        if any(type(leaf) is dict for leaf in leaves):
            _put(columns, path, Column(index, None, None, tuple(leaves)))
        else:
            _add(columns, path, index, leaves, _never)


def _never(_: tuple[str, Indexes, list[Any]]) -> None:
    raise AssertionError("leaves hold no objects to flatten")


def _leaves(path: str, value: Any, depth: int) -> Iterable[tuple[str, Any]]:
    if type(value) is not dict or "_type" in value or depth == DEPTH_MAX:
        yield path, value
        return
    for key, item in value.items():
        yield from _leaves(f"{path}.{key}", item, depth + 1)


def _put(columns: dict[str, Column], key: str, column: Column) -> None:
    """Set the column, or join it to one of the same flattened name: `{"a": {"b": 1}}` and `{"a.b": 2}` are one key."""
    there = columns.get(key)
    columns[key] = column if there is None else join([there, column])


def join(parts: Sequence[Column]) -> Column:
    """Return one column out of several, in the order of their rows; where two name a row, the later part wins."""
    nulls = sum(part.nulls for part in parts)
    joined = parts[0] if len(parts) == 1 else _concatenate([part for part in parts if len(part)], nulls)
    if len(joined) < 2 or np.all(np.diff(joined.rows) > 0):
        return joined
    order = np.argsort(joined.rows, kind="stable")
    ordered = joined.rows[order]
    is_last = np.append(ordered[1:] != ordered[:-1], True)
    return joined.take(order[is_last])


def _concatenate(parts: Sequence[Column], nulls: int) -> Column:
    if not parts:
        return Column(np.empty(0, np.int64), np.empty(0), None, (), nulls)
    rows = np.concatenate([part.rows for part in parts])
    if any(part.numbers is None for part in parts):
        return Column(rows, None, None, tuple(value for part in parts for value in part.values()), nulls)
    numbers = np.concatenate([part.numbers for part in parts if part.numbers is not None])
    if all(part.ints is None for part in parts):
        return Column(rows, numbers, None, (), nulls)
    ints = np.concatenate([np.zeros(len(p), bool) if p.ints is None else p.ints for p in parts])
    return Column(rows, numbers, ints, (), nulls)

"""The values of one key over rows: a `Column`. Numbers are float64 arrays; anything else is kept as decoded.

Floats, NaN and infinities included, are exact; integers stay integers, and where a column mixes both, a mask tells
which were integers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from steelyard.columnar.groups import EXACT_INT_END, Floats, Group, Indexes, Mask

# What one value of an object column is taken to cost a cache, in bytes.
OBJECT_COST_BYTES = 300


def no_rows() -> Indexes:
    return np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Column:
    """The values of one key: `values[i]` stands in row `rows[i]`, ascending.

    Numbers are a float array; `ints` tells which were integers (None: none). Anything else is an object column, whose
    values are kept as decoded. `nulls` are the rows in which the key was explicitly null, ascending; they are not
    among `rows`.
    """

    rows: Indexes
    numbers: Floats | None = None
    ints: Mask | None = None
    objects: tuple[Any, ...] = ()
    nulls: Indexes = field(default_factory=no_rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def size_bytes(self) -> int:
        numbers = 0 if self.numbers is None else self.numbers.nbytes
        masks = 0 if self.ints is None else self.ints.nbytes
        return self.rows.nbytes + self.nulls.nbytes + numbers + masks + len(self.objects) * OBJECT_COST_BYTES

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

    def take(self, keep: Indexes | Mask) -> Column:
        """Return only the values that `keep` (a mask, or indexes into them) selects, in that order; all nulls stay."""
        if self.numbers is not None:
            ints = None if self.ints is None else self.ints[keep]
            return Column(self.rows[keep], self.numbers[keep], ints, (), self.nulls)
        chosen = np.flatnonzero(keep) if keep.dtype == bool else keep
        return Column(self.rows[keep], None, None, tuple(self.objects[i] for i in chosen.tolist()), self.nulls)

    def at(self, rows: Indexes, nulls: Indexes) -> Column:
        """Return the same values and nulls as of other rows."""
        return Column(rows, self.numbers, self.ints, self.objects, nulls)

    def before(self, end: int) -> Column:
        """Return what stands in the rows below `end`."""
        count = int(np.searchsorted(self.rows, end))
        nulls = self.nulls[: int(np.searchsorted(self.nulls, end))]
        numbers = None if self.numbers is None else self.numbers[:count]
        ints = None if self.ints is None else self.ints[:count]
        return Column(self.rows[:count], numbers, ints, self.objects[:count], nulls)

    def shifted(self, base: int) -> Column:
        """Return the same values `base` rows further down."""
        return self.at(self.rows + base, self.nulls + base) if base else self

    def numeric(self) -> Column:
        """Return only the numbers of the column; itself when it has nothing else."""
        if self.numbers is not None:
            return self
        keep = [i for i, value in enumerate(self.objects) if type(value) in {int, float}]
        values = [self.objects[i] for i in keep]
        return numbers_column(self.rows[np.array(keep, dtype=np.int64)], values)


def numbers_column(rows: Indexes, values: Sequence[Any], nulls: Indexes | None = None) -> Column:
    """Return a column of ints and floats; integers beyond float64 are rounded like any chart would."""
    nulls = no_rows() if nulls is None else nulls
    kinds = set(map(type, values))
    try:
        numbers = np.array(values, dtype=np.float64)
    except OverflowError:
        numbers = np.array([_as_float(value) for value in values], dtype=np.float64)
    if int not in kinds:
        return Column(rows, numbers, None, (), nulls)
    ints = np.fromiter((type(value) is int for value in values), dtype=bool, count=len(values))
    return Column(rows, numbers, ints, (), nulls)


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def values_column(rows: Indexes, values: Sequence[Any]) -> Column:
    """Return a column of any values, None for null."""
    nulls = no_rows()
    if any(value is None for value in values):
        null = np.fromiter((value is None for value in values), dtype=bool, count=len(values))
        rows, nulls, values = rows[~null], rows[null], [value for value in values if value is not None]
    if all(type(v) is float or (type(v) is int and -EXACT_INT_END < v < EXACT_INT_END) for v in values):
        return numbers_column(rows, values, nulls)
    return Column(rows, None, None, tuple(values), nulls)


def first_rows(columns: Mapping[str, Column], count: int) -> dict[str, Column]:
    """Return what the first `count` rows have of `columns`; those of which they have nothing are left out."""
    found = {path: column.before(count) for path, column in columns.items()}
    return {path: column for path, column in found.items() if len(column) or len(column.nulls)}


class GroupColumns(Mapping[str, Column]):
    """The columns of groups, by path; each is made when it is asked for."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self.groups = tuple(groups)
        self._where: dict[str, list[tuple[Group, int]]] = {}
        for group in self.groups:
            for place, key in enumerate((*group.keys, *group.others)):
                self._where.setdefault(key, []).append((group, place))
        self.size_bytes = sum(_size(group) for group in self.groups)

    def __getitem__(self, key: str) -> Column:
        return join([_column(group, place, key) for group, place in self._where[key]])

    def __contains__(self, key: object) -> bool:
        return key in self._where

    def __iter__(self) -> Iterator[str]:
        return iter(self._where)

    def __len__(self) -> int:
        return len(self._where)


def _column(group: Group, place: int, key: str) -> Column:
    if place >= len(group.keys):
        return values_column(group.rows, group.others[key])
    ints = None if group.ints is None else group.ints[place]
    return Column(group.rows, group.numbers[place], ints if ints is not None and ints.any() else None)


def _size(group: Group) -> int:
    values = sum(len(values) for values in group.others.values())
    masks = 0 if group.ints is None else group.ints.nbytes
    names = 100 * (len(group.keys) + len(group.others))
    return group.rows.nbytes + group.numbers.nbytes + masks + values * OBJECT_COST_BYTES + names


def join(parts: Sequence[Column]) -> Column:
    """Return one column out of several that share no row, in the order of their rows."""
    if len(parts) == 1:
        return parts[0]
    nulls = np.sort(np.concatenate([part.nulls for part in parts]))
    joined = _concatenate([part for part in parts if len(part)], nulls)
    if len(joined) < 2 or np.all(joined.rows[1:] > joined.rows[:-1]):
        return joined
    return joined.take(np.argsort(joined.rows, kind="stable"))


def _concatenate(parts: Sequence[Column], nulls: Indexes) -> Column:
    if not parts:
        return Column(no_rows(), np.empty(0), None, (), nulls)
    rows = np.concatenate([part.rows for part in parts])
    if any(part.numbers is None for part in parts):
        return Column(rows, None, None, tuple(value for part in parts for value in part.values()), nulls)
    numbers = np.concatenate([part.numbers for part in parts if part.numbers is not None])
    if all(part.ints is None for part in parts):
        return Column(rows, numbers, None, (), nulls)
    ints = np.concatenate([np.zeros(len(p), bool) if p.ints is None else p.ints for p in parts])
    return Column(rows, numbers, ints, (), nulls)

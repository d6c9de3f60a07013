"""All rows of a stream as one table: newest copy of each line, sorted by step, rows of an equal step merged.

A table is made of blocks and never changes; new chunks make a new table, which shares their arrays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from functools import cached_property

import numpy as np

from steelyard.columnar.columns import Column, join
from steelyard.columnar.groups import Indexes
from steelyard.columnar.paths import flat_name
from steelyard.columnar.slots import STEP, Piece, Slots, lay_out

__all__ = ["STEP", "Table"]


class Table:
    """`steps` holds the step of each row, ascending. Rows of two writers stay apart even where steps are equal."""

    def __init__(self, pieces: Sequence[Piece], last_steps: Mapping[str, int] | None = None) -> None:
        self._sources: list[Mapping[str, Column]] = [piece.columns for piece in pieces]
        self._bases = np.cumsum([0, *map(len, pieces)]).tolist()
        slots = lay_out(pieces, last_steps or {})
        order = slots.order()
        self.steps, self._place = _rows(slots, order)
        self._columns: dict[str, Column] = {}

    def with_columns(self, sources: Sequence[Mapping[str, Column]]) -> Table:
        """Return the same rows with the columns of `sources`, one for each piece, in place of those of the pieces."""
        table = copy(self)
        for derived in ("paths", "_paths_by_name"):
            vars(table).pop(derived, None)
        vars(table).update(_sources=list(sources), _columns={})
        return table

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def size_bytes(self) -> int:
        own = 0 if self._place is None else sum(array.nbytes for array in self._place)
        return self.steps.nbytes + own + sum(column.size_bytes for column in self._columns.values())

    @cached_property
    def paths(self) -> list[str]:
        """The path of every key that any line has or had, in order of first appearance."""
        return list(dict.fromkeys(path for source in self._sources for path in source))

    @cached_property
    def _paths_by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self.paths:
            found.setdefault(flat_name(path), []).append(path)
        return found

    @property
    def keys(self) -> list[str]:
        """The flattened name of every key that any line has or had, in order of first appearance."""
        return list(self._paths_by_name)

    def find_column(self, key: str) -> Column | None:
        """Return the values of a key by row, None when it was never logged. A dot may come escaped (`a\\.b`)."""
        paths = self._paths_by_name.get(key) or self._paths_by_name.get(flat_name(key))
        if paths is None:
            return None
        columns = [self.column_at(path) for path in paths]
        return columns[0] if len(columns) == 1 else _laid_over(columns)

    def column_at(self, path: str) -> Column:
        """Return the values of the key with this very path. Raises `KeyError` for one that was never logged."""
        if path not in self._columns:
            column = slot_column(self._sources, self._bases, path)
            self._columns[path] = column if self._place is None else _placed(column, *self._place)
        return self._columns[path]

    def row_range(self, step_min: int | None, step_end: int | None) -> tuple[int, int]:
        """Return the rows whose step is at least `step_min` and below `step_end`, as a half-open range."""
        start = 0 if step_min is None else int(np.searchsorted(self.steps, step_min, side="left"))
        end = len(self) if step_end is None else int(np.searchsorted(self.steps, step_end, side="left"))
        return start, max(start, end)


def _rows(slots: Slots, order: Indexes) -> tuple[Indexes, tuple[Indexes, Indexes] | None]:
    """Return the steps of rows, and how slots become rows: slot → place in `order` (-1: dead) and place → row.

    None for the second where each slot is a row, in order, which is the ordinary case.
    """
    step, writer = slots.steps[order], slots.of_writer[order]
    begins = np.ones(len(order), dtype=bool)
    begins[1:] = (step[1:] != step[:-1]) | (writer[1:] != writer[:-1])
    if len(order) == len(slots.steps) and begins.all() and bool(np.all(order[1:] > order[:-1])):
        return slots.steps, None
    position = np.full(len(slots.steps), -1, dtype=np.int64)
    position[order] = np.arange(len(order))
    return step[begins], (position, np.cumsum(begins) - 1)


def slot_column(sources: Sequence[Mapping[str, Column]], bases: Sequence[int], path: str) -> Column:
    """Return the values of a key by slot. Raises `KeyError` for one that no source has."""
    parts = [source[path].shifted(base) for source, base in zip(sources, bases, strict=False) if path in source]
    if not parts:
        raise KeyError(path)
    return join(parts)


def _placed(column: Column, position: Indexes, ranks: Indexes) -> Column:
    """Return a column by slots as one by rows: the dead left out, the last of those that share a row kept."""
    slots = np.concatenate([column.rows, column.nulls])
    positions = position[slots]
    order = np.argsort(positions, kind="stable")
    order = order[np.searchsorted(positions[order], 0) :]
    rows = ranks[positions[order]]
    last = np.append(rows[1:] != rows[:-1], True) if len(rows) else np.empty(0, bool)
    order, rows = order[last], rows[last]
    is_null = order >= len(column)
    return column.take(order[~is_null]).at(rows[~is_null], rows[is_null])


def _laid_over(columns: Sequence[Column]) -> Column:
    """Return one column of several whose keys flatten to the same name; where two name a row, the later wins."""
    taken = np.empty(0, np.int64)
    kept: list[Column] = []
    for column in reversed(columns):
        kept.append(column.take(~np.isin(column.rows, taken)))
        taken = np.concatenate([taken, column.rows])
    return join(kept)

"""Pieces of a stream → the lines of one segment: the dead left out, the living sorted, none merged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from steelyard.columnar.columns import Column
from steelyard.columnar.coverage import Coverage, cover
from steelyard.columnar.groups import Indexes
from steelyard.columnar.lines import Lines
from steelyard.columnar.slots import Piece, lay_out
from steelyard.columnar.table import slot_column


def gather(pieces: Sequence[Piece], last_steps: Mapping[str, int]) -> tuple[Lines, Coverage]:
    """Return the living lines of `pieces` (slots.py says what they are) and what they cover.

    Columns are made one by one as they are asked for, and not kept: each costs its own size while it is in use.
    """
    slots = lay_out(pieces, last_steps)
    order = slots.order()
    position = None
    if len(order) != len(slots.steps) or not bool(np.all(order[1:] > order[:-1])):
        position = np.full(len(slots.steps), -1, dtype=np.int64)
        position[order] = np.arange(len(order))
    columns = _Sorted(pieces, position, has_dead=not slots.alive.all())
    used, of_writer = np.unique(slots.of_writer[order], return_inverse=True)
    writers = tuple(slots.writers[index] for index in used.tolist())
    lines = Lines(slots.steps[order], writers, of_writer.astype(np.int64), slots.lines[order], columns)
    return lines, cover(lines, slots.last_steps)


class _Sorted(Mapping[str, Column]):
    """Columns by path over the places of lines; keys that only dead lines had are left out."""

    def __init__(self, pieces: Sequence[Piece], position: Indexes | None, *, has_dead: bool) -> None:
        self._sources = [piece.columns for piece in pieces]
        self._bases = np.cumsum([0, *map(len, pieces)]).tolist()
        self._position = position
        self._paths = dict.fromkeys(path for piece in pieces for path in piece.columns)
        if has_dead:
            self._paths = dict.fromkeys(path for path in self._paths if _has_any(self[path]))

    def __getitem__(self, path: str) -> Column:
        column = slot_column(self._sources, self._bases, path)
        if self._position is None:
            return column
        rows, nulls = self._position[column.rows], self._position[column.nulls]
        order = np.argsort(rows, kind="stable")
        order = order[np.searchsorted(rows[order], 0) :]
        return column.take(order).at(rows[order], np.sort(nulls[nulls >= 0]))

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


def _has_any(column: Column) -> bool:
    return bool(len(column) or len(column.nulls))

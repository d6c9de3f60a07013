"""A table beside another: rows whose keys are equal, then those that have no partner, the left ones in their place.

Column names have `0.` and `1.` before them, as the client has it for its joined tables.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from steelyard.columnar.groups import Indexes
from steelyard.columnar.tables.forms import Form, Kind
from steelyard.columnar.tables.frame import Frame, Read
from steelyard.columnar.tables.index_file import ColumnFacts
from steelyard.columnar.tables.pieces import Piece, as_form
from steelyard.columnar.tables.scan import NotATable

# Keys that repeat on both sides multiply.
ROWS_MAX = 5_000_000
_SPAN_ROWS = 65_536


class JoinedFrame:
    """Meets `Frame`. Rows of one side are -1 where it has no partner."""

    def __init__(self, left: Frame, right: Frame, rows: tuple[Indexes, Indexes]) -> None:
        self._sides = left, right
        self._rows = rows
        self._width = len(left.names)
        self.names = [f"0.{name}" for name in left.names] + [f"1.{name}" for name in right.names]
        self.columns: list[ColumnFacts] = [*left.columns, *right.columns]
        self.spans = [range(at, min(at + _SPAN_ROWS, self.row_count)) for at in range(0, self.row_count, _SPAN_ROWS)]

    @property
    def row_count(self) -> int:
        return len(self._rows[0])

    def reading_from(self, reads: Mapping[str, Read]) -> JoinedFrame:
        left, right = (side.reading_from(reads) for side in self._sides)
        return JoinedFrame(left, right, self._rows)

    async def pieces(self, span: int, columns: Sequence[int]) -> dict[int, Piece]:
        rows = self.spans[span]
        return {column: await self._take(column, slice(rows.start, rows.stop)) for column in columns}

    async def column(self, column: int) -> Piece:
        return await self._take(column, slice(None))

    async def _take(self, column: int, rows: slice) -> Piece:
        side = int(column >= self._width)
        piece = await self._sides[side].column(column - side * self._width)
        return await asyncio.to_thread(piece.take, self._rows[side][rows])

    async def cells(self, rows: Indexes, columns: Sequence[int]) -> list[list[Any]]:
        width = self._width
        left = await _cells_of(self._sides[0], self._rows[0][rows], [at for at in columns if at < width])
        right = await _cells_of(self._sides[1], self._rows[1][rows], [at - width for at in columns if at >= width])
        order = np.argsort([at >= width for at in columns], kind="stable").tolist()
        joined = [[*one, *two] for one, two in zip(left, right, strict=True)]
        back = np.argsort(order).tolist()
        return [[row[at] for at in back] for row in joined]


async def _cells_of(frame: Frame, rows: Indexes, columns: Sequence[int]) -> list[list[Any]]:
    present = np.flatnonzero(rows >= 0)
    found: list[list[Any]] = [[None] * len(columns) for _ in range(len(rows))]
    for at, cells in zip(present.tolist(), await frame.cells(rows[present], columns), strict=True):
        found[at] = cells
    return found


async def join(left: Frame, right: Frame, keys: tuple[str, str]) -> JoinedFrame:
    """Return the full outer join. Raises `NotATable` without such columns, or when it becomes too large."""
    columns = []
    for frame, key in zip((left, right), keys, strict=True):
        if key not in frame.names:
            raise NotATable(f"one of the joined tables has no column {key!r}")
        columns.append(await frame.column(list(frame.names).index(key)))
    return JoinedFrame(left, right, await asyncio.to_thread(match_rows, *columns))


def match_rows(left: Piece, right: Piece) -> tuple[Indexes, Indexes]:
    """Return the rows of both sides, pair by pair: by the rows of the left one, then what only the right one has.

    Null and NaN have no partner.
    """
    partners: dict[Any, list[int]] = {}
    for row, key in enumerate(_keys(right)):
        if key is not None:
            partners.setdefault(key, []).append(row)
    lefts: list[int] = []
    rights: list[int] = []
    for row, key in enumerate(_keys(left)):
        found = partners.get(key, [-1]) if key is not None else [-1]
        lefts += [row] * len(found)
        rights += found
        if len(lefts) > ROWS_MAX:
            raise NotATable(f"the join has more than {ROWS_MAX:,} rows")
    alone = np.setdiff1d(np.arange(len(right)), np.array(rights, np.int64))
    return (
        np.concatenate([np.array(lefts, np.int64), np.full(len(alone), -1)]),
        np.concatenate([np.array(rights, np.int64), alone]),
    )


def _keys(piece: Piece) -> list[Any]:
    """Return what cells are compared by, None for those that equal nothing."""
    cells = as_form(piece, Form.MIXED).cells
    keys = zip(cells.kinds.tolist(), cells.numbers.tolist(), cells.rest.tolist(), cells.texts.to_pylist(), strict=True)
    return [None if key[0] == Kind.NULL or math.isnan(key[1]) else key for key in keys]

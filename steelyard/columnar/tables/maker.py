"""Makes the index of a table from the bytes of its JSON, in one pass and with the memory of one group of rows.

Rows themselves are not repeated in the index, only where they are in the file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any

import numpy as np
import orjson

from steelyard.columnar.packing import pack
from steelyard.columnar.tables.forms import Form, Kind
from steelyard.columnar.tables.index_file import ColumnFacts, Directory, Groups, encode_directory
from steelyard.columnar.tables.pieces import Piece, encode_piece, piece_of
from steelyard.columnar.tables.scan import NotATable, Rows, RowScanner

# A group ends with the first of these: what is decoded takes about six times its text while the group is made.
_GROUP_BYTES = 8 << 20
_GROUP_ROWS = 65_536
COLUMNS_MAX = 10_000
# From here on orjson reads whole numbers as floats without saying so.
_ORJSON_INT_END = float(1 << 63)


class IndexMaker:
    """Takes the file chunk by chunk and returns the bytes of the index as they are ready.

    Raises `NotATable` for what is none. Costs 15 ms per MB, and the same again for each group of 8 MB at once.
    """

    def __init__(self) -> None:
        self._scanner = RowScanner()
        self._waiting: list[Rows] = []
        self._waiting_bytes = self._waiting_rows = 0
        self._columns: list[ColumnFacts] = []
        self._groups = Groups()
        self.row_count = 0

    def feed(self, chunk: bytes) -> bytes:
        rows = self._scanner.feed(chunk)
        if rows is None:
            return b""
        self._waiting.append(rows)
        self._waiting_bytes += len(rows.text)
        self._waiting_rows += len(rows.starts)
        is_full = self._waiting_bytes >= _GROUP_BYTES or self._waiting_rows >= _GROUP_ROWS
        return self._end_group() if is_full else b""

    def finish(self) -> tuple[bytes, int]:
        """Return the last bytes of the index, and how many of them are the directory."""
        head = self._scanner.finish()
        names = head.pop("columns", None)
        del head["data"]
        if not isinstance(names, list):
            raise NotATable("the file is no table: it has no list `columns`")
        last = self._end_group() if self._waiting else b""
        if len(names) > COLUMNS_MAX:
            raise NotATable(f"the table has {len(names):,} columns; up to {COLUMNS_MAX:,} can be shown")
        if len(self._columns) > len(names):
            counts = f"it names {len(names)} columns, and a row has {len(self._columns)} cells"
            raise NotATable(f"the file is no table: {counts}")
        self._widen(len(names))
        named = [name if isinstance(name, str) else json.dumps(name) for name in names]
        directory = encode_directory(Directory.of(named, head, self._columns, self._groups))
        return last + directory, len(directory)

    def _end_group(self) -> bytes:
        columns, extended = self._cells(_loads)
        pieces = [piece_of(cells, extended=extended) for cells in columns]
        if not extended and any(map(_may_be_rounded, pieces)):
            columns, _ = self._cells(_loads_exactly)
            pieces = [piece_of(cells, extended=True) for cells in columns]
        self._widen(len(pieces))
        for facts, piece, cells in zip(self._columns, pieces, columns, strict=False):
            facts.add(piece.count_kinds(), _media_types(piece, cells), large_ints=piece.has_large_ints)
        places = [np.concatenate([getattr(rows, name) for rows in self._waiting]) for name in ("starts", "lengths")]
        lacking = len(self._columns) - len(pieces)
        blobs = [pack(*places), *map(encode_piece, pieces)]
        self._groups.add(self._waiting_rows, [piece.form for piece in pieces], [len(blob) for blob in blobs], lacking)
        self.row_count += self._waiting_rows
        self._waiting, self._waiting_bytes, self._waiting_rows = [], 0, 0
        return b"".join(blobs)

    def _cells(self, loads: Callable[[bytes], tuple[list[Any], bool]]) -> tuple[list[Sequence[Any]], bool]:
        """Return the waiting cells by column, and whether NaN or large integers may be inside of them."""
        found = [loads(rows.text) for rows in self._waiting]
        values = [row for rows, _ in found for row in rows]
        if len(values) != self._waiting_rows or not all(type(row) is list for row in values):
            raise NotATable("the file is no table: a row is not a list")
        widths = set(map(len, values))
        if max(widths) > COLUMNS_MAX:
            raise NotATable(f"the table has {max(widths):,} columns; up to {COLUMNS_MAX:,} can be shown")
        # rows that are too short end with nulls
        columns: list[Sequence[Any]] = list(zip(*values, strict=True) if len(widths) == 1 else zip_longest(*values))
        return columns, any(extended for _, extended in found)

    def _widen(self, width: int) -> None:
        """Add columns that the rows so far have no cells of."""
        for _ in range(width - len(self._columns)):
            self._columns.append(ColumnFacts({Kind.NULL: self.row_count} if self.row_count else {}))
        self._groups.widen(len(self._columns))


def _loads(text: bytes) -> tuple[list[Any], bool]:
    """Return rows, and whether there are values that orjson does not know: NaN, infinities."""
    try:
        return orjson.loads(b"[" + text + b"]"), False
    except orjson.JSONDecodeError:
        return _loads_exactly(text)


def _loads_exactly(text: bytes) -> tuple[list[Any], bool]:
    try:
        return json.loads(b"[" + text + b"]"), True
    except ValueError as error:
        raise NotATable(f"the file is no table: {error}") from None


def _may_be_rounded(piece: Piece) -> bool:
    """Tell whether there are floats that may have been written as large integers."""
    if piece.form is Form.MIXED:
        numbers = piece.cells.numbers
    elif piece.form is Form.FLOAT:
        numbers = piece.cells.drop_null().to_numpy()
    else:
        return False
    finite = numbers[np.isfinite(numbers)]
    return bool(len(finite)) and float(np.abs(finite).max()) >= _ORJSON_INT_END


def _media_types(piece: Piece, cells: Sequence[Any]) -> list[str]:
    if piece.form is not Form.MIXED or not (piece.cells.kinds == Kind.MEDIA).any():
        return []
    return list(dict.fromkeys(cells[row]["_type"] for row in np.flatnonzero(piece.cells.kinds == Kind.MEDIA).tolist()))

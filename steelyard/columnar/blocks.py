"""Decoded chunks: columns of consecutive lines of one writer, joined as they come, so that a run is a few blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from steelyard.columnar.columns import Column, Indexes, build_columns, join
from steelyard.columnar.rows import decode_rows

# What one column costs beyond its arrays, in bytes.
COLUMN_COST_BYTES = 400


@dataclass(frozen=True, slots=True)
class Block:
    """`row_count` lines from `first_line` on; none for a cut, which ends all older lines from there on.

    The texts of the rows from `chunk_rows[i]` on are kept in the chunk `chunks[i]`.
    """

    writer: str
    first_line: int
    row_count: int
    chunks: Indexes
    chunk_rows: Indexes
    columns: dict[str, Column]
    size_bytes: int

    @property
    def end_line(self) -> int:
        return self.first_line + self.row_count

    def locate(self, rows: Indexes) -> tuple[Indexes, Indexes]:
        """Return for each row the chunk that holds its text, and its line there."""
        index = np.searchsorted(self.chunk_rows, rows, side="right") - 1
        return self.chunks[index], rows - self.chunk_rows[index]


def decode_block(chunk: int, writer: str, first_line: int, line_count: int, body: bytes) -> Block:
    """Return a stored chunk as columns. Unreadable rows are rows without keys."""
    rows: list[dict[str, Any]] = decode_rows(body) if line_count else []
    columns = build_columns(rows)
    ids, starts = np.array([chunk], dtype=np.int64), np.zeros(1, dtype=np.int64)
    return Block(writer, first_line, line_count, ids, starts, columns, _size(columns))


def _size(columns: dict[str, Column]) -> int:
    return sum(column.size_bytes + COLUMN_COST_BYTES for column in columns.values())


def append_block(blocks: list[Block], block: Block) -> None:
    """Add the newest block, joining it with those before it while they continue each other and are not much larger.

    Each row is copied a logarithmic number of times over the life of a run.
    """
    blocks.append(block)
    while len(blocks) > 1 and _continues(blocks[-2], blocks[-1]) and blocks[-2].row_count <= 2 * blocks[-1].row_count:
        last = blocks.pop()
        blocks[-1] = _joined([blocks[-1], last])


def _continues(before: Block, after: Block) -> bool:
    both = before.row_count and after.row_count
    return bool(both) and before.writer == after.writer and before.end_line == after.first_line


def _joined(parts: Sequence[Block]) -> Block:
    bases = [0, *np.cumsum([part.row_count for part in parts]).tolist()]
    keys = dict.fromkeys(key for part in parts for key in part.columns)
    columns = {key: _stacked(parts, bases, key) for key in keys}
    ids = np.concatenate([part.chunks for part in parts])
    starts = np.concatenate([part.chunk_rows + base for part, base in zip(parts, bases, strict=False)])
    return Block(parts[0].writer, parts[0].first_line, bases[-1], ids, starts, columns, _size(columns))


def _stacked(parts: Sequence[Block], bases: Sequence[int], key: str) -> Column:
    return join(
        [
            column.at(column.rows + base if base else column.rows)
            for part, base in zip(parts, bases, strict=False)
            if (column := part.columns.get(key)) is not None
        ]
    )

"""Decoded chunks: columns of consecutive lines of one writer, joined as they come, so that a run is a few blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from steelyard.columnar.columns import Column, GroupColumns
from steelyard.columnar.groups import decode_groups, join_groups
from steelyard.columnar.row_groups import group_rows
from steelyard.columnar.rows import decode_rows


@dataclass(frozen=True, slots=True)
class Block:
    """`row_count` lines from `first_line` on; none for a cut, which ends all older lines from there on."""

    writer: str
    first_line: int
    row_count: int
    columns: Mapping[str, Column]
    size_bytes: int = 0

    def __len__(self) -> int:
        return self.row_count

    @property
    def end_line(self) -> int:
        return self.first_line + self.row_count


def decode_block(writer: str, first_line: int, line_count: int, body: bytes) -> Block:
    """Return a stored chunk of columns (groups.py)."""
    columns = GroupColumns(decode_groups(body, line_count) if line_count else [])
    return Block(writer, first_line, line_count, columns, columns.size_bytes)


def decode_text_block(writer: str, first_line: int, line_count: int, body: bytes) -> Block:
    """Return a chunk that an earlier release stored as lines of JSON. Unreadable rows are rows without keys."""
    columns = GroupColumns(group_rows(decode_rows(body)) if line_count else [])
    return Block(writer, first_line, line_count, columns, columns.size_bytes)


def append_block(blocks: list[Block], block: Block) -> None:
    """Add the newest block, joining it with those before it while they continue each other and are not much larger.

    Each row is copied a logarithmic number of times over the life of a run.
    """
    blocks.append(block)
    while len(blocks) > 1 and _continues(blocks[-2], blocks[-1]) and blocks[-2].row_count <= 2 * blocks[-1].row_count:
        last = blocks.pop()
        blocks[-1] = _joined([blocks[-1], last])


def join_blocks(blocks: Sequence[Block]) -> list[Block]:
    """Return the same lines in as few blocks as possible; each row is copied once."""
    found: list[list[Block]] = []
    for block in blocks:
        if found and _continues(found[-1][-1], block):
            found[-1].append(block)
        else:
            found.append([block])
    return [_joined(parts) if len(parts) > 1 else parts[0] for parts in found]


def _continues(before: Block, after: Block) -> bool:
    both = before.row_count and after.row_count
    alike = isinstance(before.columns, GroupColumns) and isinstance(after.columns, GroupColumns)
    return bool(both) and alike and before.writer == after.writer and before.end_line == after.first_line


def _joined(parts: Sequence[Block]) -> Block:
    bases = [0, *np.cumsum([part.row_count for part in parts]).tolist()]
    groups = [
        (base, part.columns.groups)
        for base, part in zip(bases, parts, strict=False)
        if isinstance(part.columns, GroupColumns)
    ]
    columns = GroupColumns(join_groups(groups))
    return Block(parts[0].writer, parts[0].first_line, bases[-1], columns, columns.size_bytes)

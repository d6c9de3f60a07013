"""What tests of segments share: lines out of rows, segments read from memory, columns compared to the last bit."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from steelyard.columnar.blocks import Block, decode_block
from steelyard.columnar.columns import Column
from steelyard.columnar.directory import Directory
from steelyard.columnar.gather import gather
from steelyard.columnar.groups import encode_groups
from steelyard.columnar.lines import Lines
from steelyard.columnar.row_groups import group_rows
from steelyard.columnar.segment_reader import SegmentReader
from steelyard.columnar.segment_writer import Segment, write_segment

Row = dict[str, Any]


def block(first: int, rows: Sequence[Row], writer: str = "") -> Block:
    return decode_block(writer, first, len(rows), encode_groups(group_rows(rows), len(rows)))


def lines_of(*rows: Row, writer: str = "", first: int = 0) -> Lines:
    return gather([block(first, rows, writer)], {})[0]


class Memory:
    """An object in memory that notes what is read of it."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.reads: list[list[tuple[int, int]]] = []

    async def read(self, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        self.reads.append([(start, end) for start, end in ranges])
        return [self.body[start:end] for start, end in ranges]


def opened(segment: Segment) -> tuple[SegmentReader, Memory]:
    """Return a reader that knows no more than what is stored."""
    memory = Memory(segment.body)
    return SegmentReader(Directory.from_bytes(segment.directory.to_bytes()), memory.read), memory


async def read_back(lines: Lines) -> Lines:
    reader, _ = opened(write_segment(lines))
    return await reader.lines(lines.columns)


def exact(columns: Mapping[str, Column]) -> dict[str, Any]:
    """Return columns in a form that is equal only if every bit and every type is."""
    return {path: _exact(column) for path, column in columns.items()}


def _exact(column: Column) -> dict[str, Any]:
    return {
        "rows": column.rows.tolist(),
        "numbers": None if column.numbers is None else _bits(column.numbers),
        "ints": None if column.ints is None else column.ints.tolist(),
        "objects": [json.dumps(value) for value in column.objects],
        "nulls": column.nulls.tolist(),
    }


def _bits(numbers: np.ndarray[Any, Any]) -> list[Any]:
    """NaN is one value, whatever its bits."""
    return [repr(number) for number in numbers.tolist()]


def assert_same(found: Lines, wanted: Lines) -> None:
    assert found.steps.tolist() == wanted.steps.tolist()
    names = [[lines.writers[number] for number in lines.of_writer] for lines in (found, wanted)]
    assert names[0] == names[1]
    assert found.numbers.tolist() == wanted.numbers.tolist()
    assert exact(found.columns) == exact(wanted.columns)

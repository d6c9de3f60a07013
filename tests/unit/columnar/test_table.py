"""A stream as one table: order by step, merging of equal steps, cuts, writers."""

import json
from typing import Any

import numpy as np

from steelyard.columnar.blocks import Block, append_block, decode_block
from steelyard.columnar.table import Table


class Stream:
    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.texts: dict[int, list[str]] = {}

    def add(self, first: int, *rows: dict[str, Any], writer: str = "") -> None:
        chunk = len(self.texts) + 1
        self.texts[chunk] = [json.dumps(row) for row in rows]
        append_block(self.blocks, decode_block(chunk, writer, first, len(rows), "\n".join(self.texts[chunk]).encode()))

    def cut(self, first: int) -> None:
        self.blocks.append(decode_block(0, "", first, 0, b""))

    def rows(self) -> list[list[dict[str, Any]]]:
        """The texts that the table names for each row."""
        table = Table(self.blocks)
        found: list[list[dict[str, Any]]] = [[] for _ in range(len(table))]
        for chunk, line, owner in zip(*(a.tolist() for a in table.locate(np.arange(len(table)))), strict=True):
            found[owner].append(json.loads(self.texts[chunk][line]))
        return found

    def column(self, key: str) -> list[tuple[int, Any]]:
        table = Table(self.blocks)
        column = table.find_column(key)
        return [] if column is None else list(zip(table.steps[column.rows].tolist(), column.values(), strict=True))


def test_chunks_that_continue_each_other_become_one_block() -> None:
    stream = Stream()
    for step in range(100):
        stream.add(step, {"_step": step, "a": step / 2})
    assert len(stream.blocks) < 8
    assert stream.column("a") == [(step, step / 2) for step in range(100)]
    assert stream.rows() == [[{"_step": step, "a": step / 2}] for step in range(100)]


def test_rows_of_one_step_are_merged_and_the_later_wins() -> None:
    stream = Stream()
    stream.add(0, {"_step": 0, "a": 1}, {"_step": 1, "a": 2, "b": 5})
    stream.add(2, {"_step": 1, "a": 3, "c": 6}, {"_step": 2, "a": 4})
    assert stream.column("a") == [(0, 1), (1, 3), (2, 4)]
    assert stream.column("b") == [(1, 5)]
    assert stream.column("c") == [(1, 6)]
    assert stream.rows()[1] == [{"_step": 1, "a": 2, "b": 5}, {"_step": 1, "a": 3, "c": 6}]


def test_writers_number_their_lines_apart_and_are_not_merged() -> None:
    stream = Stream()
    stream.add(0, {"_step": 0, "a": 1}, {"_step": 1, "a": 2}, writer="x")
    stream.add(0, {"_step": 0, "a": 10}, {"_step": 1, "b": 20}, writer="y")
    assert stream.column("a") == [(0, 1), (0, 10), (1, 2)]
    assert stream.column("b") == [(1, 20)]


def test_rows_are_ordered_by_step_not_by_arrival() -> None:
    stream = Stream()
    stream.add(0, {"_step": 5, "a": 5})
    stream.add(1, {"_step": 2, "a": 2})
    assert stream.column("a") == [(2, 2), (5, 5)]


def test_a_row_without_a_step_belongs_to_the_one_before() -> None:
    stream = Stream()
    stream.add(0, {"_step": 3, "a": 1}, {"b": 2})
    stream.add(2, {"c": 3}, {"_step": 4, "a": 2})
    assert stream.rows()[0] == [{"_step": 3, "a": 1}, {"b": 2}, {"c": 3}]


def test_a_stream_without_steps_is_numbered_by_its_lines() -> None:
    stream = Stream()
    stream.add(0, {"system.cpu": 1}, {"system.cpu": 2})
    assert stream.column("system.cpu") == [(0, 1), (1, 2)]


def test_a_cut_ends_the_lines_after_it_and_new_ones_follow() -> None:
    stream = Stream()
    stream.add(0, *({"_step": step, "a": step} for step in range(5)))
    stream.cut(2)
    stream.add(2, {"_step": 2, "a": 20})
    assert stream.column("a") == [(0, 0), (1, 1), (2, 20)]


def test_an_overwritten_line_takes_its_keys_with_it() -> None:
    stream = Stream()
    stream.add(0, {"_step": 0, "old": 1}, {"_step": 1, "old": 2})
    stream.add(0, {"_step": 0, "new": 1})
    assert stream.column("old") == [(1, 2)]
    assert stream.column("new") == [(0, 1)]


def test_ranges_of_steps_are_half_open() -> None:
    stream = Stream()
    stream.add(0, *({"_step": step * 10} for step in range(5)))
    table = Table(stream.blocks)
    assert table.row_range(10, 30) == (1, 3)
    assert table.row_range(None, None) == (0, 5)
    assert table.row_range(99, 5) == (5, 5)


def test_an_empty_stream() -> None:
    table = Table([])
    assert (len(table), table.keys, table.find_column("a"), table.row_range(0, 9)) == (0, [], None, (0, 0))

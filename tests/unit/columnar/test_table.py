"""A stream as one table: order by step, merging of equal steps, cuts, writers."""

import json
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.columnar.blocks import Block, append_block, decode_block
from steelyard.columnar.groups import encode_groups
from steelyard.columnar.row_groups import group_rows
from steelyard.columnar.row_texts import render_rows
from steelyard.columnar.table import Table


class Stream:
    def __init__(self) -> None:
        self.blocks: list[Block] = []

    def add(self, first: int, *rows: dict[str, Any], writer: str = "") -> None:
        body = encode_groups(group_rows(rows), len(rows))
        append_block(self.blocks, decode_block(writer, first, len(rows), body))

    def cut(self, first: int) -> None:
        self.blocks.append(decode_block("", first, 0, b""))

    def rows(self) -> list[dict[str, Any]]:
        """The rows as their texts read."""
        table = Table(self.blocks)
        return [json.loads(text) for text in render_rows(table, np.arange(len(table)))]

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
    assert stream.rows() == [{"_step": step, "a": step / 2} for step in range(100)]


def test_rows_of_one_step_are_merged_and_the_later_wins() -> None:
    stream = Stream()
    stream.add(0, {"_step": 0, "a": 1}, {"_step": 1, "a": 2, "b": 5})
    stream.add(2, {"_step": 1, "a": 3, "c": 6}, {"_step": 2, "a": 4})
    assert stream.column("a") == [(0, 1), (1, 3), (2, 4)]
    assert stream.column("b") == [(1, 5)]
    assert stream.column("c") == [(1, 6)]
    assert stream.rows()[1] == {"_step": 1, "a": 3, "b": 5, "c": 6}


def test_a_nested_value_stays_beside_a_whole_one_of_the_same_step_and_changes_none() -> None:
    stream = Stream()
    for first, whole in ((0, {}), (2, 5), (4, None), (6, {"_type": "histogram"})):
        stream.add(first, {"_step": first, "d": whole}, {"_step": first, "d": {"x": {"y": 1}}})
    assert stream.rows() == [{"_step": step, "d": {"x": {"y": 1}}} for step in range(0, 8, 2)]
    table = Table(stream.blocks)
    for _ in range(2):
        render_rows(table, np.arange(len(table)))
    assert stream.column("d") == [(0, {}), (2, 5), (6, {"_type": "histogram"})]
    column = table.find_column("d")
    assert column is not None
    assert column.values() == [{}, 5, {"_type": "histogram"}]


def test_of_lines_of_one_step_the_higher_number_wins_whichever_came_first() -> None:
    stream = Stream()
    stream.add(1, {"_step": 0, "a": 2, "b": 1})
    stream.add(0, {"_step": 0, "a": 1, "c": None})
    assert stream.rows() == [{"_step": 0, "a": 2, "b": 1, "c": None}]
    stream.add(1, {"_step": 0, "a": None})
    assert stream.rows() == [{"_step": 0, "a": None, "c": None}]


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
    assert stream.rows()[0] == {"_step": 3, "a": 1, "b": 2, "c": 3}


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


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**62), 2**62), st.floats(), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.sampled_from(["a", "b.c", "d\\", "_type"]), inner, max_size=2)
    ),
    max_leaves=4,
)
some_rows = st.lists(st.dictionaries(st.sampled_from(["a", "a.b", "x\\.y", "b"]), values, max_size=3), max_size=8)


@settings(max_examples=100, deadline=None)
@given(some_rows)
def test_rows_read_as_they_were_written(given: list[dict[str, Any]]) -> None:
    stream = Stream()
    rows = [row | {"_step": step} for step, row in enumerate(given)]
    stream.add(0, *rows)
    assert [ordered(row) for row in stream.rows()] == [ordered(row) for row in rows]


def ordered(value: Any) -> str:
    return json.dumps(value, sort_keys=True)

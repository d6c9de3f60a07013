"""Lines of a segment read as the pieces that they were gathered from."""

import json
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.columnar.blocks import Block, append_block, decode_block
from steelyard.columnar.coverage import decode_coverage
from steelyard.columnar.gather import gather
from steelyard.columnar.groups import encode_groups
from steelyard.columnar.row_groups import group_rows
from steelyard.columnar.row_texts import render_rows
from steelyard.columnar.slots import Piece
from steelyard.columnar.table import Table


def block(first: int, rows: list[dict[str, Any]], writer: str = "") -> Block:
    return decode_block(writer, first, len(rows), encode_groups(group_rows(rows), len(rows)) if rows else b"")


def rows_of(table: Table) -> list[Any]:
    texts = [json.loads(text) for text in render_rows(table, np.arange(len(table)))]
    return [(step, json.dumps(row, sort_keys=True)) for step, row in zip(table.steps.tolist(), texts, strict=True)]


def test_a_line_without_a_step_finds_that_of_the_line_before_it_in_a_segment() -> None:
    lines, coverage = gather([block(0, [{"_step": 7, "a": 1}, {"a": 2}])], {})
    assert lines.steps.tolist() == [7, 7]
    assert lines.same_steps
    table = Table([lines, block(2, [{"b": 3}])], coverage.last_steps)
    assert rows_of(table) == [(7, '{"_step": 7, "a": 2, "b": 3}')]


def test_keys_of_dead_lines_alone_are_gone() -> None:
    lines, coverage = gather([block(0, [{"old": 1}, {"a": 1}]), block(0, [{"new": 2}])], {})
    assert list(lines.columns) == ["a", "new"]
    assert coverage.overlaps("", 1, 2)
    assert not coverage.overlaps("", 2, None)
    assert not coverage.overlaps("x", 0, None)
    assert decode_coverage(coverage.encode()) == coverage


row = st.fixed_dictionaries(
    {}, optional={"_step": st.integers(0, 5), "a": st.floats(allow_nan=False), "b": st.none() | st.booleans()}
)
chunk = st.tuples(st.integers(0, 8), st.lists(row, max_size=4), st.sampled_from(["", "", "w"]))


@settings(max_examples=200, deadline=None)
@given(st.lists(chunk, max_size=10), st.integers(0, 10), st.booleans())
def test_a_prefix_that_became_a_segment_changes_no_row(
    chunks: list[tuple[int, list[dict[str, Any]], str]], cut: int, joined: bool
) -> None:
    """A chunk without rows is a cut."""
    blocks = [block(first, rows, writer) for first, rows, writer in chunks]
    lines, coverage = gather(_joined(blocks[:cut]) if joined else blocks[:cut], {})
    pieces: list[Piece] = [lines, *blocks[cut:]]
    assert rows_of(Table(pieces, coverage.last_steps)) == rows_of(Table(blocks))
    again, last = gather(pieces, coverage.last_steps)
    assert rows_of(Table([again], last.last_steps)) == rows_of(Table(blocks))


def _joined(blocks: list[Block]) -> list[Block]:
    found: list[Block] = []
    for item in blocks:
        append_block(found, item)
    return found

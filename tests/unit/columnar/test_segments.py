"""A segment gives back what was written, whatever that was."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.columnar.gather import gather
from steelyard.columnar.lines import Lines
from steelyard.columnar.segment_writer import write_segment
from tests.unit.columnar.segments import Row, assert_same, block, exact, lines_of, opened, read_back

CASES: dict[str, list[Row]] = {
    "floats": [{"a": 0.5}, {"a": -0.0}, {"a": math.nan}, {"a": math.inf}, {"a": -math.inf}, {"a": 5e-324}],
    "integers": [{"a": 1}, {"a": -(2**53) + 1}, {"a": 0}],
    "integers and floats in one": [{"a": 1}, {"a": 2.5}, {"a": 3}, {"b": 1.0}, {"b": 1}],
    "integers beyond 53 bits": [{"a": 2**53}, {"a": -(2**63)}, {"a": 2**63 - 1}],
    "integers beyond 64 bits": [{"a": 2**64}, {"a": 10**400}, {"a": 1}, {"a": 1.5}],
    "truths": [{"a": True}, {}, {"a": False}],
    "texts": [{"a": "x"}, {"a": ""}, {"b": "ÿ\u0000\U0001f600"}, {"a": "x" * 5000}],
    "mixtures": [{"a": "x"}, {"a": 1}, {"a": [1, "x"]}, {"a": None}, {"a": True}, {"a": math.nan}],
    "nulls": [{"a": None}, {"b": None, "a": 1}, {}, {"b": None}],
    "lists": [{"a": [1, 2]}, {"a": []}, {"b": [0.5, math.nan]}, {"b": [1, 0.5]}, {"c": [[1], [2, 3]]}, {"d": [None]}],
    "objects": [{"d": {"x": 1, "y": {"z": "t"}}}, {"d": {"x": 2.5}}, {}, {"d": {"y": {"z": None}}}, {"d": None}],
    "objects or not": [{"d": {"x": 1}}, {"d": 2}, {"d": {}}, {"d": {"x": {"y": 1}}}, {"d": None}, {"d": {"x": None}}],
    "media": [{"m": {"_type": "image-file", "path": "p", "size": 1}}, {"m": {"_type": "t", "v": [1, 2]}}, {"m": 1}],
    "media alike": [{"m": {"_type": "histogram", "values": [1, 2], "bins": [0.5, 1.5]}}] * 3,
    "media inside": [{"d": {"m": {"_type": "x", "a": None}, "n": 1}}, {"d": {"n": 2}}],
    "dots": [{"a.b": 1, "a": {"b": "x"}}, {"a": {"b.c": 2.5, "b": "y"}}, {"a\\b": 1}, {"": 1, ".": {"": 2}}],
    "steps": [{"_step": 3, "a": 1}, {"a": 2}, {"_step": 9, "a": 3}],
    "steps that are none": [{"_step": "x"}, {"_step": 2.5}, {"_step": {"x": 1}}, {"_step": None}, {"_step": 7}],
    "no keys": [{}, {}],
}


@pytest.mark.parametrize("rows", CASES.values(), ids=CASES.keys())
async def test_what_is_written_comes_back(rows: list[Row]) -> None:
    lines = lines_of(*rows)
    assert_same(await read_back(lines), lines)


LEAVES: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=3),
)
NAMES = st.sampled_from(["a", "b", "_type", "a.b", "\\", "", "_step", "_runtime"])
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=6
)
ROWS = st.lists(st.dictionaries(NAMES, VALUES, max_size=5), min_size=1, max_size=12)


@settings(max_examples=100, deadline=None)
@given(rows=ROWS)
async def test_any_rows_come_back(rows: list[Row]) -> None:
    lines = lines_of(*rows)
    assert_same(await read_back(lines), lines)


@given(rows=ROWS, writers=st.lists(st.sampled_from(["x", "y"]), min_size=12, max_size=12))
@settings(max_examples=25, deadline=None)
async def test_lines_of_several_writers_come_back(rows: list[Row], writers: list[str]) -> None:
    counts = {"x": 5, "y": 0}
    pieces = []
    for row, writer in zip(rows, writers, strict=False):
        pieces.append(block(counts[writer], [row], writer))
        counts[writer] += 1
    lines, _ = gather(pieces, {})
    assert_same(await read_back(lines), lines)


def long_lines(count: int, step: int = 1) -> Lines:
    generator = np.random.default_rng(1)
    values = generator.standard_normal(count)
    values[count // 3 :: 97] = np.nan
    rows = [
        {"_step": i * step, "_runtime": i / 4, "_timestamp": 1.7e9 + i / 4, "a": value, "n": {"i": i}}
        | ({"rare": i if i % 2 else i / 8} if i % 7 == 0 else {})
        | ({"text": "x" * (i % 3)} if i % 5 == 0 else {})
        | ({"odd": None if i % 2 else [1, "x"]} if i % 11 == 0 else {})
        for i, value in enumerate(values.tolist())
    ]
    return lines_of(*rows)


@pytest.fixture
def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Row groups of few rows, so that there are several."""
    monkeypatch.setattr("steelyard.columnar.parquet_file.ROW_GROUP_MAX", 300)


@pytest.mark.usefixtures("small_groups")
async def test_columns_of_several_row_groups_come_back() -> None:
    lines = long_lines(1000)
    assert_same(await read_back(lines), lines)


@pytest.mark.usefixtures("small_groups")
async def test_an_excerpt_is_read_of_the_row_groups_that_it_touches() -> None:
    lines = long_lines(1000, step=2)
    reader, memory = opened(write_segment(lines))
    excerpt = await reader.excerpt(list(lines.columns), 700, 1190)
    assert (excerpt.first_row, excerpt.steps.tolist()) == (300, list(range(600, 1200, 2)))
    part = slice(300, 600)
    wanted = {}
    for path, column in lines.columns.items():
        inside = (column.rows >= part.start) & (column.rows < part.stop)
        nulls = column.nulls[(column.nulls >= part.start) & (column.nulls < part.stop)]
        wanted[path] = column.take(inside).at(column.rows[inside] - part.start, nulls - part.start)
    assert exact(excerpt.columns) == exact(wanted)
    assert len(memory.reads) == 1
    assert len((await reader.excerpt(["a"], 5000, 6000)).steps) == 0


async def test_one_column_is_one_round_of_reading() -> None:
    reader, memory = opened(write_segment(long_lines(1000)))
    assert list(await reader.columns(["a", "unheard of"])) == ["a"]
    assert len(memory.reads) == 1
    size = reader.size_bytes
    await reader.columns(["rare"])
    assert len(memory.reads[1]) == len(memory.reads[0]), "the mask of integers instead of the footer"
    assert reader.size_bytes == size


async def test_nothing_is_read_for_nothing() -> None:
    reader, memory = opened(write_segment(long_lines(10)))
    assert await reader.columns(["unheard of"]) == {}
    assert await reader.non_finite(["n.i"]) == {}
    assert memory.reads == []

"""Logged tables: rows found in a stream of JSON, and filters, orders and summaries equal to a plain reading."""

import json
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.columnar.tables.conditions import Filter, check_pattern
from steelyard.columnar.tables.joining import join
from steelyard.columnar.tables.questions import select_rows, sort_rows, summarize_column
from steelyard.columnar.tables.scan import DEPTH_MAX, NotATable
from steelyard.kernel.errors import Invalid
from tests.unit.columnar import plain_tables as plain
from tests.unit.columnar.plain_tables import frame_of, index_of, table_text, tables


def same(one: object, two: object) -> bool:
    """Compare with NaN equal to itself."""
    return json.dumps(one) == json.dumps(two)


@given(table=tables(), chunk=st.integers(1, 40), first=st.booleans(), data=st.data())
async def test_rows_come_back_as_they_are_in_the_file(table, chunk, first, data):
    columns, rows = table
    head = {"columns": columns, "note": {"data": [[1]], 'x"data': ["["]}}
    items = {"data": rows, **head} if first else {**head, "data": rows}
    body = json.dumps(
        items, ensure_ascii=data.draw(st.booleans()), indent=data.draw(st.sampled_from([None, 1]))
    ).encode()
    frame = frame_of(body, chunk_bytes=chunk)
    assert (list(frame.names), frame.row_count) == (columns, len(rows))
    wanted = np.array(data.draw(st.lists(st.integers(0, len(rows) - 1))) if rows else [], np.int64)
    chosen = data.draw(st.lists(st.integers(0, len(columns) - 1)))
    got = await frame.cells(wanted, chosen)
    assert same(got, [[rows[row][column] for column in chosen] for row in wanted])


@given(table=tables(), data=st.data())
async def test_a_filter_finds_what_a_plain_reading_finds(table, data):
    columns, rows = table
    asked = data.draw(plain.filters(len(columns)))
    cut = data.draw(st.integers(0, len(rows)))
    frame = frame_of(table_text(columns, rows[:cut]), table_text(columns, rows[cut:]))
    found = await select_rows(frame, asked)
    assert found.tolist() == [number for number, row in enumerate(rows) if plain.matches(row, asked)]


@given(table=tables(), data=st.data())
async def test_an_order_is_that_of_a_plain_sort(table, data):
    columns, rows = table
    places = st.tuples(st.integers(0, len(columns) - 1), st.booleans())
    keys = data.draw(st.lists(places, max_size=3, unique_by=lambda key: key[0]))
    cut = data.draw(st.integers(0, len(rows)))
    frame = frame_of(table_text(columns, rows[:cut]), table_text(columns, rows[cut:]))
    chosen = np.array(sorted(data.draw(st.sets(st.integers(0, len(rows) - 1)))) if rows else [], np.int64)
    found = await sort_rows(frame, keys, chosen)
    expected = plain.order([rows[number] for number in chosen.tolist()], keys)
    assert found.tolist() == chosen[expected].tolist() if len(expected) else not len(found)


async def test_a_search_finds_nothing_where_a_row_has_no_partner():
    joined = await join(frame_of(table_text(["k", "v"], [[1, []]])), frame_of(table_text(["k"], [[2]])), ("k", "k"))
    assert (await select_rows(joined, Filter((), "[", (0, 1, 2)))).tolist() == [0]


@given(table=tables(rows_max=40), top=st.integers(1, 5))
async def test_a_summary_counts_every_cell(table, top):
    columns, rows = table
    frame = frame_of(table_text(columns, rows))
    for column in range(len(columns)):
        cells = [row[column] for row in rows]
        got = await summarize_column(frame, column, np.arange(len(rows)), top)
        kinds = Counter(plain.kind(cell) or "null" for cell in cells)
        assert {kind.name.lower(): count for kind, count in got.kinds.items()} == kinds
        numbers = [cell for cell in cells if plain.kind(cell) == "number"]
        finite = [float(cell) for cell in numbers if math.isfinite(cell)]
        assert got.nan == len(numbers) - len([cell for cell in numbers if cell == cell])
        assert (sum(got.bins.counts) if got.bins else 0) == len(finite)
        if all(type(cell) is int and -(1 << 63) <= cell < 1 << 63 for cell in cells if cell is not None):
            finite = numbers  # none of them is rounded
        plain_values = [*finite, *(cell for cell in cells if isinstance(cell, (str, bool)))]
        counts = Counter((type(value) is bool, value) for value in plain_values)
        assert got.distinct == len(counts)
        assert [count for _, count in got.values] == sorted(counts.values(), reverse=True)[:top]


@given(one=tables(), two=tables(), data=st.data())
async def test_a_join_is_the_full_outer_one(one, two, data):
    (names, left), (others, right) = one, two
    keys = data.draw(st.sampled_from(names)), data.draw(st.sampled_from(others))
    expected = plain.join(left, right, (names.index(keys[0]), others.index(keys[1])), (len(names), len(others)))
    joined = await join(frame_of(table_text(names, left)), frame_of(table_text(others, right)), keys)
    assert joined.names == [*(f"0.{name}" for name in names), *(f"1.{name}" for name in others)]
    columns = data.draw(st.permutations(range(len(joined.names))))
    got = await joined.cells(np.arange(joined.row_count), columns)
    assert same(got, [[row[column] for column in columns] for row in expected])
    asked = data.draw(plain.filters(len(joined.names)))
    rows = await select_rows(joined, asked)
    assert rows.tolist() == [number for number, row in enumerate(expected) if plain.matches(row, asked)]


REFUSED = {
    "": "cut short|not JSON",
    "[]": "no list `data`",
    "[[1, 2]]": "no list `data`",
    "{}": "no list `data`",
    '{"columns": ["a"]}': "no list `data`",
    '{"data": [[1]]}': "no list `columns`",
    '{"columns": "a", "data": []}': "no list `columns`",
    '{"columns": ["a"], "data": {"0": [1]}}': "no list `data`",
    '{"columns": ["a"], "data": [1, 2]}': "a row is not a list",
    '{"columns": ["a"], "data": [[1], 2]}': "a row is not a list",
    '{"columns": ["a"], "data": [2, [1]]}': "a row is not a list",
    '{"columns": ["a"], "data": [{"a": 1}]}': "a row is not a list",
    '{"columns": ["a"], "data": [[1, 2]]}': "names 1 columns, and a row has 2",
    '{"columns": ["a"], "data": [[1]': "cut short",
    '{"columns": ["a"], "data": [[1]]': "cut short",
    '{"columns": ["a"], "data": [[1], [oops]]}': "is no table",
    '{"columns": ["a"], "data": [[1]]}]': "not JSON",
    '{"columns": ["a"], "data": [[1]], "data": [[2]]}': "`data` twice",
    '{"columns": ["a"], "data": [[' + "[" * DEPTH_MAX + "]" * DEPTH_MAX + "]]}": "deeper than",
}


@pytest.mark.parametrize("body", REFUSED)
@pytest.mark.parametrize("chunk", [1, 7, 1 << 20])
def test_what_is_no_table_is_refused_with_the_reason(body, chunk):
    with pytest.raises(NotATable, match=REFUSED[body]):
        index_of(body.encode(), chunk)


async def test_short_rows_end_with_nulls_and_empty_tables_are_tables():
    frame = frame_of(table_text(["a", "b"], [[1], [], [1, "x"]]))
    assert [facts.counts for facts in frame.columns] == [{0: 1, 1: 2}, {0: 2, 2: 1}]
    assert frame_of(table_text([], [])).row_count == 0
    assert frame_of(table_text(["a"], [])).names == ["a"]


async def test_wide_tables_are_read_and_wider_ones_refused():
    width = 10_000
    names = [f"c{number}" for number in range(width)]
    frame = frame_of(table_text(names, [list(range(width)), list(range(width, 2 * width))]))
    asked = Filter((plain.Condition(9_999, ">", "10000"),))
    assert (await select_rows(frame, asked)).tolist() == [1]
    with pytest.raises(NotATable, match=r"10,001 columns; up to 10,000"):
        index_of(table_text([*names, "more"], []))


async def test_rows_of_many_groups_are_one_table():
    rows = [[number, f"text {number % 7}", number / 3] for number in range(150_000)]
    frame = frame_of(table_text(["n", "t", "f"], rows), chunk_bytes=1 << 16)
    assert len(frame.spans) == 3
    found = await sort_rows(frame, [(1, True), (0, True)], await select_rows(frame, Filter((), "TEXT 3", (0, 1))))
    assert found[:3].tolist() == [149_999 - (149_999 - 3) % 7 - 7 * number for number in range(3)]
    assert await frame.cells(found[[0, -1, 5]], [0]) == found[[0, -1, 5]].reshape(-1, 1).tolist()


def test_patterns_that_are_none_are_refused():
    check_pattern("a.*[b-d]$")
    with pytest.raises(Invalid, match="no valid pattern"):
        check_pattern("a(")

"""A segment as any reader of Parquet sees it (docs/protocol/queries.md, Parquet)."""

import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from steelyard.columnar.segment_writer import write_segment
from tests.unit.columnar.segments import Row, lines_of
from tests.unit.columnar.test_segments import long_lines


def table_of(*rows: Row) -> Any:
    return pq.read_table(pa.BufferReader(write_segment(lines_of(*rows)).body))


def test_steps_come_first_and_structs_last() -> None:
    row = {"d": {"x": 1}, "m": {"_type": "image-file", "path": "p"}, "f": 0.5, "i": 1, "s": "t", "b": True, "l": [0.5]}
    table = table_of({"_step": 5, **row}, {"_step": 6, **row})
    kinds = {field.name: str(field.type) for field in table.schema}
    assert next(iter(kinds)) == "_step"
    assert set(list(kinds)[-2:]) == {"d", "m"}
    assert kinds == {
        "_step": "int64",
        "b": "bool",
        "d": "struct<x: int64>",
        "f": "double",
        "i": "int64",
        "l": "list<element: double>",
        "m": "struct<_type: string, path: string>",
        "s": "string",
    }
    assert table.to_pylist() == [{"_step": 5, **row}, {"_step": 6, **row}]


def test_every_line_has_a_step() -> None:
    assert table_of({"_step": 4, "a": 1}, {"a": 2}, {"_step": 6}).column("_step").to_pylist() == [4, 4, 6]


def test_absent_and_null_are_null_and_nan_is_nan() -> None:
    cells = table_of({"a": float("nan")}, {"a": None}, {"b": 1}, {"a": float("inf")}).column("a")
    assert cells.null_count == 2
    assert str(cells.to_pylist()) == "[nan, None, None, inf]"


def test_what_has_no_type_is_text_but_numbers_stay_numbers() -> None:
    table = table_of({"a": 1, "n": 2**70, "d": {"x": 1}}, {"a": "x", "n": 1.5, "d": 2}, {"d": {"y": None}})
    assert [cell and json.loads(cell) for cell in table.column("a").to_pylist()] == [1, "x", None]
    assert table.column("n").to_pylist() == [2.0**70, 1.5, None]
    assert list(map(json.loads, table.column("d").to_pylist())) == [{"x": 1}, 2, {"y": None}]


def test_the_directory_tells_whether_there_are_texts() -> None:
    plain: Row = {"a": 1, "n": 2**70, "d": {"x": 1}, "l": [1, 0.5], "s": "t"}
    for extra, has_texts in (
        ({}, False),
        ({"a": 1.5}, False),
        ({"s": 1}, True),
        ({"d": 1}, True),
        ({"l": [[1]]}, True),
    ):
        assert write_segment(lines_of(plain, plain | extra)).directory.has_texts is has_texts


def test_objects_with_other_keys_have_nulls_in_their_place() -> None:
    table = table_of({"d": {"x": 1}}, {"d": {"y": "t"}}, {}, {"d": None})
    assert table.column("d").to_pylist() == [{"x": 1, "y": None}, {"x": None, "y": "t"}, None, None]


def test_columns_are_the_keys_and_nothing_else() -> None:
    lines = long_lines(1000)
    table = pq.read_table(pa.BufferReader(write_segment(lines).body))
    assert set(table.column_names) == {"_step", "_runtime", "_timestamp", "a", "n", "rare", "text", "odd"}
    assert table.num_rows == 1000

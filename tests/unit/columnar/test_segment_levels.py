"""Pyramids in segments, and what the directory tells of keys."""

from dataclasses import fields
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from steelyard.columnar import pyramid
from steelyard.columnar.directory import Directory
from steelyard.columnar.segment_pyramids import times_of
from steelyard.columnar.segment_writer import write_segment
from tests.unit.columnar.segments import lines_of, opened
from tests.unit.columnar.test_segments import long_lines


def assert_equal(found: Any, wanted: Any) -> None:
    for field in fields(wanted):
        np.testing.assert_array_equal(getattr(found, field.name), getattr(wanted, field.name), field.name)


async def test_levels_come_back() -> None:
    lines = long_lines(20_000)
    reader, memory = opened(write_segment(lines))
    times = times_of(lines, lines.columns)
    for path in ("a", "rare"):
        column = lines.columns[path]
        assert column.numbers is not None
        row_set = reader.directory.row_sets[reader.directory.keys[path].row_set or 0]
        rows = pyramid.build_row_set_levels(column.rows, times)
        keys = pyramid.build_key_levels(rows, column.numbers)
        assert [tuple(shape) for shape in row_set.levels] == [(level.width_log2, len(level)) for level in rows]
        memory.reads.clear()
        for at, found in enumerate(await reader.levels([(path, at) for at in range(len(rows))])):
            assert_equal(found[0], rows[at])
            assert_equal(found[1], keys[at])
        assert len(memory.reads) == 1
        points = (await reader.non_finite([path])).get(path)
        if points is not None:
            assert_equal(points, pyramid.pick_non_finite(column.rows, times, column.numbers))


async def test_the_coarsest_level_of_keys_logged_together_is_one_piece_of_the_file() -> None:
    rows = [{"_step": i, "a": i / 2, "b": i / 3, "c": i / 5} for i in range(5000)]
    reader, memory = opened(write_segment(lines_of(*rows)))
    last = len(reader.directory.row_sets[0].levels) - 1
    await reader.levels([(path, last) for path in ("_step", "a", "b", "c")])
    ranges = sorted(memory.reads[0])
    assert len(ranges) == 5
    assert all(before[1] == after[0] for before, after in pairwise(ranges))


def test_the_directory_tells_of_keys() -> None:
    rows = [
        {"a": 1.5, "s": "x", "m": {"_type": "image-file", "path": "p"}},
        {"a": None, "s": 2, "l": [1], "d": {"x": 3}},
        {"a": float("nan"), "long": "x" * 2000, "d": {"x": 4}},
    ]
    directory = Directory.from_bytes(write_segment(lines_of(*rows)).directory.to_bytes())
    told = {path: (key.count, key.nulls, key.type_counts, key.last) for path, key in directory.keys.items()}
    assert told == {
        "a": (2, 1, {"number": 2, "nil": 1}, "NaN"),
        "s": (2, 0, {"string": 1, "number": 1}, "2"),
        "m": (1, 0, {"image-file": 1}, '{"_type":"image-file","path":"p"}'),
        "l": (1, 0, {"list": 1}, "[1]"),
        "d.x": (2, 0, {"number": 2}, "4"),
        "long": (1, 0, {"string": 1}, None),
    }
    assert (directory.keys["a"].low, directory.keys["a"].high, directory.keys["a"].non_finite) == (1.5, 1.5, 1)
    assert directory.keys["d.x"].monotonic
    assert directory.keys["s"].row_set is not None, "its number can be drawn"
    assert directory.keys["m"].row_set is None


def test_lines_that_become_one_row_have_no_levels() -> None:
    rows = [{"_step": i // 2, "a": i} for i in range(5000)]
    directory = write_segment(lines_of(*rows)).directory
    assert directory.same_steps
    assert all(not row_set.levels for row_set in directory.row_sets)


def test_an_unknown_format_is_refused() -> None:
    body = write_segment(lines_of({"a": 1})).directory.to_bytes()
    with pytest.raises(ValueError, match="format"):
        Directory.from_bytes(body[:3] + b"\x63" + body[4:])

"""Segments that any version has written stay readable."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from steelyard.columnar import pyramid
from steelyard.columnar.directory import FORMAT, Directory
from steelyard.columnar.segment_pyramids import times_of
from steelyard.columnar.segment_reader import SegmentReader
from tests.formats.segments import FOLDER, lines
from tests.unit.columnar.segments import Memory, assert_same

FILES = sorted(FOLDER.glob("segment_*.parquet"))


def opened(file: Path) -> SegmentReader:
    return SegmentReader(
        Directory.from_bytes(file.with_suffix(".directory").read_bytes()), Memory(file.read_bytes()).read
    )


def test_every_format_has_a_file() -> None:
    assert [file.stem for file in FILES] == [f"segment_{number}" for number in range(1, FORMAT + 1)]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_lines_of_every_format_are_read(file: Path) -> None:
    wanted = lines()
    reader = opened(file)
    assert set(reader.directory.keys) == set(wanted.columns)
    assert_same(await reader.lines(wanted.columns), wanted)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_levels_of_every_format_are_read(file: Path) -> None:
    wanted = lines()
    column = wanted.columns["loss"]
    assert column.numbers is not None
    rows = pyramid.build_row_set_levels(column.rows, times_of(wanted, wanted.columns))
    keys = pyramid.build_key_levels(rows, column.numbers)
    for at, (found_rows, found_key) in enumerate(await opened(file).levels([("loss", at) for at in range(len(rows))])):
        assert_equal(found_rows, rows[at])
        assert_equal(found_key, keys[at])


def assert_equal(found: Any, wanted: Any) -> None:
    for field in fields(wanted):
        np.testing.assert_array_equal(getattr(found, field.name), getattr(wanted, field.name), field.name)

"""Lines → a segment: one Parquet file that any reader takes, with what only we read between its rows and its footer.

That is: blobs with what Parquet cannot say of a column (which numbers were integers, explicit nulls, objects whose keys
vary), so that `segment_reader` gives back just the columns that were written; and the pyramids, coarsest level first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from steelyard.columnar.columns import Column
from steelyard.columnar.directory import Directory, RowGroup
from steelyard.columnar.key_facts import are_integers
from steelyard.columnar.lines import Lines
from steelyard.columnar.packing import pack
from steelyard.columnar.segment_keys import write_key
from steelyard.columnar.segment_pyramids import share_rows, times_of, write_levels
from steelyard.columnar.slots import STEP

if TYPE_CHECKING:
    from steelyard.columnar.parquet_columns import Leaf
    from steelyard.columnar.parquet_file import ParquetFileWriter


class Segment(NamedTuple):
    body: bytes
    directory: Directory


def write_segment(lines: Lines) -> Segment:
    """Return the file and its directory. `lines` are at least one, in order.

    Costs about 0.1 s of processor time per million values, and memory for the file twice: call it in a thread.
    """
    # Loads pyarrow, 35 MB that a server does without until its first segment.
    from steelyard.columnar.parquet_columns import lay_out
    from steelyard.columnar.parquet_file import ROWS_START, ParquetFileWriter

    assert len(lines), "a segment has lines"
    columns = dict(lines.columns)
    times = times_of(lines, columns)
    nodes = lay_out(lines, columns)
    file = ParquetFileWriter(nodes)
    bounds = list(file.write_rows(len(lines)))
    blobs = _Blobs(file)
    line_numbers = None if _is_one_range(lines) else blobs.add(pack(lines.of_writer, lines.numbers))
    every = [leaf for node in nodes.values() for leaf in node.leaves]
    leaves = _leaves(lines, columns, every)
    keys = {path: write_key(path, column, leaves.get(path), times, blobs.add) for path, column in columns.items()}
    row_sets = share_rows(lines, columns, times)
    write_levels(row_sets, blobs.add)
    for number, shared in enumerate(row_sets):
        for path in shared.keys:
            levels = tuple(shared.key_blobs.get(path, ()))
            keys[path] = replace(keys[path], row_set=number, levels=levels)
    body, footer = file.close()
    directory = Directory(
        row_count=len(lines),
        step_min=int(lines.steps[0]),
        step_max=int(lines.steps[-1]),
        same_steps=lines.same_steps,
        has_texts=any(leaf.has_texts for leaf in every),
        rewritten=False,
        writers=lines.writers,
        first_line=int(lines.numbers[0]) if line_numbers is None else None,
        lines=line_numbers,
        row_groups=tuple(
            RowGroup(end - begin, int(lines.steps[begin]), int(lines.steps[end - 1]), sizes)
            for (begin, end), sizes in zip(bounds, file.chunk_sizes(), strict=True)
        ),
        rows_start=ROWS_START,
        blobs_start=blobs.start,
        blob_ends=blobs.ends,
        footer=footer,
        row_sets=tuple(shared.describe(times) for shared in row_sets),
        keys=keys,
    )
    return Segment(body, directory)


class _Blobs:
    """What stands between the row groups and the footer."""

    def __init__(self, file: ParquetFileWriter) -> None:
        self._file = file
        self.start = file.tell()
        self.ends: list[int] = []

    def add(self, blob: bytes) -> int:
        self._file.write(blob)
        self.ends.append(self._file.tell())
        return len(self.ends) - 1


def _is_one_range(lines: Lines) -> bool:
    return len(lines.writers) == 1 and bool(np.all(np.diff(lines.numbers) == 1))


def _leaves(lines: Lines, columns: Mapping[str, Column], every: Sequence[Leaf]) -> dict[str, tuple[int, int]]:
    """Return where in the schema the keys are whose values all stand there."""
    first = accumulate((leaf.width for leaf in every), initial=0)
    placed = [(leaf, at) for leaf, at in zip(every, first, strict=False) if leaf.is_exact]
    found = {leaf.path: (at, leaf.width) for leaf, at in placed if leaf.path is not None}
    step = columns.get(STEP)
    if step is not None and _is_step_of_all(step, lines):
        found[STEP] = (0, 1)
    return found


def _is_step_of_all(column: Column, lines: Lines) -> bool:
    """Tell whether the steps that were sent are the steps of all lines: then the column is there already."""
    if column.numbers is None or len(column) < len(lines):
        return False
    return are_integers(column) and bool(np.array_equal(column.numbers, lines.steps))

"""One key of a segment: what the directory tells of it, and what of it Parquet cannot hold."""

from __future__ import annotations

import numpy as np

from steelyard.columnar.columns import Column
from steelyard.columnar.directory import Form, Key, Part
from steelyard.columnar.key_facts import are_integers, is_monotonic, type_counts
from steelyard.columnar.level_blobs import pack_points
from steelyard.columnar.packing import pack, pack_values
from steelyard.columnar.pyramid import RowTimes, pick_non_finite
from steelyard.columnar.segment_pyramids import AddBlob
from steelyard.kernel import jsontext

# Longer last values are left to the column itself: the directory is read for every chart.
LAST_MAX_CHARS = 1_000


def write_key(path: str, column: Column, leaves: tuple[int, int] | None, times: RowTimes, add: AddBlob) -> Key:
    """Add the blobs of the key and return its entry, as yet without levels.

    `leaves` is where its values stand in the Parquet schema, None where they do not, or not exactly.
    """
    form = _form(column)
    blobs = {}
    if leaves is None and len(column):
        blobs[Part.VALUES] = add(pack_values(column.objects) if column.numbers is None else pack(column.numbers))
        if len(column) < len(times.steps):
            blobs[Part.ROWS] = add(pack(column.rows))
    if form is Form.MIXED and column.ints is not None:
        by_row = np.zeros(len(times.steps), dtype=np.bool_)
        by_row[column.rows] = column.ints
        blobs[Part.INTS] = add(pack(by_row))
    if len(column.nulls):
        blobs[Part.NULLS] = add(pack(column.nulls))
    numeric = column.numeric()
    assert numeric.numbers is not None, "a numeric column has numbers"
    finite = numeric.numbers[np.isfinite(numeric.numbers)]
    if len(finite) < len(numeric):
        blobs[Part.NON_FINITE] = add(pack_points(pick_non_finite(numeric.rows, times, numeric.numbers)))
    return Key(
        path=path,
        form=form,
        count=len(column),
        nulls=len(column.nulls),
        type_counts=type_counts(column),
        monotonic=is_monotonic(column),
        last=_last(column),
        low=float(finite.min()) if len(finite) else None,
        high=float(finite.max()) if len(finite) else None,
        non_finite=len(numeric) - len(finite),
        row_set=None,
        leaves=leaves,
        blobs=blobs,
        levels=(),
    )


def _form(column: Column) -> Form:
    if column.numbers is None:
        return Form.OBJECTS
    if column.ints is None:
        return Form.FLOATS
    return Form.INTS if are_integers(column) else Form.MIXED


def _last(column: Column) -> str | None:
    text = jsontext.dumps(column.value(len(column) - 1)) if len(column) else None
    return text if text is not None and len(text) <= LAST_MAX_CHARS else None

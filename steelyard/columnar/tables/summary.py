"""What the cells of a column are, in a few numbers: kinds, the most frequent values, and bins of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from steelyard.columnar.groups import Floats
from steelyard.columnar.tables.forms import Form, Kind
from steelyard.columnar.tables.pieces import Piece

BINS = 32
# Columns so long, of which nearly all of a sample differ, are not counted: it would take 100 MB to say "many".
_COUNTED_MIN, _SAMPLE, _NEARLY_ALL = 200_000, 2_000, 0.95


@dataclass(frozen=True, slots=True)
class Bins:
    """Finite numbers by size; `edges` are one more than `counts`, and the last bin has both of its."""

    edges: list[float]
    counts: list[int]


@dataclass(frozen=True, slots=True)
class Summary:
    """`values` are the most frequent ones with their counts, the most frequent first, equals by value.

    `distinct` is None, and there are no values, where nearly all cells of a long column differ.
    """

    kinds: dict[Kind, int]
    distinct: int | None
    values: list[tuple[Any, int]]
    bins: Bins | None
    mean: float | None
    nan: int


def summarize(piece: Piece, value_count: int) -> Summary:
    """Return the summary of all cells. Of values it names `value_count`; JSON and media are only counted."""
    numbers = _numbers(piece)
    finite = numbers[np.isfinite(numbers)]
    counted = [_counted(array, value_count) for array in _plain_cells(piece, finite)]
    values = sorted((one for _, top in counted for one in top), key=_by_count)[:value_count]
    return Summary(
        kinds=piece.count_kinds(),
        distinct=None if any(distinct is None for distinct, _ in counted) else sum(n or 0 for n, _ in counted),
        values=values,
        bins=bins_of(finite),
        mean=float(finite.mean()) if len(finite) else None,
        nan=int(np.isnan(numbers).sum()),
    )


def _by_count(one: tuple[Any, int]) -> tuple[int, bool, Any]:
    value, count = one
    return -count, isinstance(value, str), value


def _numbers(piece: Piece) -> Floats:
    """Return all numbers as floats, both zeros as one."""
    if piece.form is Form.MIXED:
        chosen: Floats = piece.cells.numbers[piece.cells.kinds == Kind.NUMBER]
        return chosen + 0.0
    if piece.form not in {Form.INT, Form.FLOAT}:
        return np.empty(0)
    numbers: Floats = piece.cells.drop_null().to_numpy().astype(np.float64) + 0.0
    return numbers


def _plain_cells(piece: Piece, finite: Floats) -> list[Any]:
    """Return texts, booleans and finite numbers, an array for each kind."""
    if piece.form is Form.EMPTY:
        return []
    if piece.form is Form.FLOAT:
        return [pa.array(finite)]
    if piece.form is not Form.MIXED:
        return [piece.cells.drop_null()]
    cells = piece.cells
    texts = cells.texts.filter(pa.array(cells.kinds == Kind.TEXT))
    truths = pa.array(cells.numbers[cells.kinds == Kind.BOOLEAN] == 1)
    return [pa.array(finite), texts, truths]


def _counted(array: Any, value_count: int) -> tuple[int | None, list[tuple[Any, int]]]:
    """Return how many different values there are, and the most frequent with their counts; None for far too many."""
    if len(array) > _COUNTED_MIN:
        sample = array.take(pa.array(np.linspace(0, len(array) - 1, _SAMPLE).astype(np.int64)))
        if len(sample.unique()) > _SAMPLE * _NEARLY_ALL:
            return None, []
    counts = pc.value_counts(array)
    table = pa.table([counts.field("values"), counts.field("counts")], names=["values", "counts"])
    if len(table) > value_count:
        keys = [("counts", "descending"), ("values", "ascending")]
        table = table.take(pc.select_k_unstable(table, value_count, keys))
    return len(counts), list(zip(table["values"].to_pylist(), table["counts"].to_pylist(), strict=True))


def bins_of(finite: Floats) -> Bins | None:
    """Return the numbers in at most `BINS` bins of equal width; few whole numbers have one each."""
    if not len(finite):
        return None
    low, high = float(finite.min()), float(finite.max())
    if high - low < BINS and bool((finite == np.rint(finite)).all()):
        bounds: Floats = np.arange(low, high + 2) - 0.5
    elif np.isfinite(high - low) and high > low:
        bounds = np.linspace(low, high, BINS + 1)
    else:
        bounds = np.array([low, high])
    counts, found = np.histogram(finite, bounds) if len(np.unique(bounds)) > 1 else (np.array([len(finite)]), bounds)
    return Bins(np.asarray(found).tolist(), counts.tolist())

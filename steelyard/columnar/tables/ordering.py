"""The order in which rows are asked for.

Cells of several kinds stand kind by kind (forms.py), numbers by size, texts by their code points, JSON and media by
their texts. NaN comes after all numbers and null after everything, in either direction; rows that compare equal keep
the order of the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from steelyard.columnar.groups import Indexes
from steelyard.columnar.tables.forms import Form, Kind
from steelyard.columnar.tables.pieces import Piece


def order_rows(keys: Sequence[tuple[Piece, bool]], rows: Indexes) -> Indexes:
    """Return `rows` in the order of the keys, each the cells of those rows and whether it descends."""
    columns: list[Any] = []
    orders: list[tuple[str, str]] = []
    for piece, descends in keys:
        for array in _sortable(piece):
            orders.append((str(len(columns)), "descending" if descends else "ascending"))
            columns.append(array)
    if not columns:
        return rows
    table = pa.table(columns, names=[name for name, _ in orders])
    places = pc.sort_indices(table, sort_keys=orders)
    ordered: Indexes = rows[places.to_numpy().astype(np.int64)]
    return ordered


def _sortable(piece: Piece) -> list[Any]:
    """Return arrays that sort, one after the other, as the cells do."""
    if piece.form is Form.EMPTY:
        return []
    if piece.form is not Form.MIXED:
        return [_ranked(piece.cells) if piece.form is Form.TEXT else piece.cells]
    cells = piece.cells
    kinds = pa.array(cells.kinds, mask=cells.kinds == Kind.NULL)
    return [kinds, pa.array(cells.numbers), pa.array(cells.rest), cells.texts]


def _ranked(texts: Any) -> Any:
    """Return the places of texts among all different ones where these are few: numbers sort ten times as fast."""
    sample = texts.slice(0, 10_000)
    if len(sample.unique()) * 2 > len(sample):
        return texts
    encoded = texts.dictionary_encode()
    order = pc.sort_indices(encoded.dictionary)
    ranks = np.empty(len(order), np.int64)
    ranks[order.to_numpy()] = np.arange(len(order))
    return pa.array(ranks).take(encoded.indices)

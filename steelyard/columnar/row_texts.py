"""Rows of a table as JSON texts again, nested as they came (docs/protocol/queries.md, history reads)."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson

from steelyard.columnar.columns import Column
from steelyard.columnar.groups import Indexes
from steelyard.columnar.paths import components
from steelyard.columnar.table import Table
from steelyard.kernel import jsontext

_MISSING = object()


def render_rows(table: Table, rows: Indexes) -> list[str]:
    """Return the JSON text of each of `rows` (ascending), NaN and infinities as bare tokens. Keys are in no order."""
    paths: list[list[str]] = []
    columns: list[list[Any]] = []
    is_full = True
    for path in table.paths:
        values, has_all = _values(table.column_at(path), rows)
        if values is not None:
            paths.append(components(path))
            columns.append(values)
            is_full = is_full and has_all
    if not columns:
        return ["{}"] * len(rows)
    if all(len(path) == 1 for path in paths):
        keys = [path[0] for path in paths]
        found = [dict(zip(keys, values, strict=True)) for values in zip(*columns, strict=True)]
        return [_dumps(row if is_full else _without_missing(row)) for row in found]
    order = sorted(range(len(paths)), key=lambda index: len(paths[index]))
    paths, columns = [paths[index] for index in order], [columns[index] for index in order]
    return [_dumps(_nested(paths, values)) for values in zip(*columns, strict=True)]


def _values(column: Column, rows: Indexes) -> tuple[list[Any] | None, bool]:
    """Return the value in each row, and whether none is missing; no list at all when all are."""
    index = np.searchsorted(column.rows, rows)
    index_in = np.minimum(index, max(len(column) - 1, 0))
    present = column.rows[index_in] == rows if len(column) else np.zeros(len(rows), dtype=bool)
    is_null = np.isin(rows, column.nulls) if len(column.nulls) else None
    if present.all():
        return column.take(index).values(), True
    if not present.any() and (is_null is None or not is_null.any()):
        return None, False
    values: list[Any] = [_MISSING] * len(rows)
    for place, value in zip(np.flatnonzero(present).tolist(), column.take(index[present]).values(), strict=True):
        values[place] = value
    if is_null is not None:
        for place in np.flatnonzero(is_null & ~present).tolist():
            values[place] = None
    return values, False


def _without_missing(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value is not _MISSING}


class _Nest(dict[str, Any]):
    """An object made here of nested keys, other than one that is a value, which is not ours to change."""


def _nested(paths: list[list[str]], values: tuple[Any, ...]) -> dict[str, Any]:
    """Return a row of `paths`, shorter ones first. Lines of one step may hold `d` and `d.x`: the nested one stays."""
    row = _Nest()
    for path, value in zip(paths, values, strict=True):
        if value is not _MISSING:
            place = row
            for component in path[:-1]:
                inner = place.get(component)
                if not isinstance(inner, _Nest):
                    inner = place[component] = _Nest()
                place = inner
            place[path[-1]] = value
    return row


def _dumps(row: dict[str, Any]) -> str:
    """Return extended JSON. orjson writes NaN as null, so a row with a null is written the slow and exact way."""
    try:
        text = orjson.dumps(row)
    except TypeError:
        return jsontext.dumps(row)
    return jsontext.dumps(row) if b"null" in text else text.decode()

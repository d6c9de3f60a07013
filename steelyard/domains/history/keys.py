"""`historyKeys`: what was ever logged, key by key (docs/protocol/queries.md, historyKeys). Pure."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from steelyard.columnar.columns import Column
from steelyard.columnar.table import Table

_TYPES: dict[type, str] = {str: "string", bool: "boolean", int: "number", float: "number", list: "list", dict: "map"}


def describe_keys(table: Table) -> dict[str, Any]:
    """Return the answer, `lastStep` -1 before the first row."""
    columns = {key: table.find_column(key) for key in table.keys}
    return {
        "sets": [],
        "keys": {key: _describe(column) for key, column in columns.items() if column is not None and _ever(column)},
        "lastStep": int(table.steps[-1]) if len(table) else -1,
    }


def _ever(column: Column) -> bool:
    return bool(len(column) or len(column.nulls))


def _describe(column: Column) -> dict[str, Any]:
    counts = type_counts(column)
    return {
        "typeCounts": [{"type": name, "count": count} for name, count in counts.items()],
        "monotonic": is_monotonic(column),
        "previousValue": column.value(len(column) - 1) if len(column) else None,
    }


def type_counts(column: Column) -> dict[str, int]:
    """Return how many values there are of each wire type, `_type` for media, most frequent first."""
    counts: Counter[str] = Counter()
    if column.numbers is not None:
        counts["number"] = len(column)
    else:
        counts.update(_type_name(value) for value in column.objects)
    counts["nil"] = len(column.nulls)
    return {name: count for name, count in counts.most_common() if count}


def _type_name(value: Any) -> str:
    if isinstance(value, dict) and isinstance(value.get("_type"), str):
        return str(value["_type"])
    return _TYPES.get(type(value), "nil")


def is_monotonic(column: Column) -> bool:
    """Tell whether the values are numbers that never went down."""
    numbers = column.numbers
    return numbers is not None and bool(len(numbers)) and bool(np.all(numbers[1:] >= numbers[:-1]))

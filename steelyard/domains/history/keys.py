"""`historyKeys`: what was ever logged, key by key (docs/protocol/queries.md, historyKeys). Pure."""

from __future__ import annotations

from typing import Any

from steelyard.columnar.columns import Column
from steelyard.columnar.key_facts import is_monotonic, type_counts
from steelyard.columnar.table import Table


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

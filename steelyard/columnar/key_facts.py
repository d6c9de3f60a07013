"""What `historyKeys` tells of a column: types and their counts, direction (docs/protocol/queries.md, historyKeys)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from steelyard.columnar.columns import Column
from steelyard.columnar.groups import EXACT_INT_END

_TYPES: dict[type, str] = {str: "string", bool: "boolean", int: "number", float: "number", list: "list", dict: "map"}


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


def are_integers(column: Column) -> bool:
    """Tell whether the column holds only integers that 64 bits hold without loss."""
    if column.numbers is None or column.ints is None or not len(column) or not column.ints.all():
        return False
    return bool(np.all(np.abs(column.numbers) < EXACT_INT_END))

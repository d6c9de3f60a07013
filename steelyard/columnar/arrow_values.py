"""Values that are not plain numbers → Arrow arrays, with a type of their own where they have one, else as JSON text.

Imports pyarrow: loaded with the first segment that is written or read raw.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from steelyard.kernel import jsontext

_INT64_END = 1 << 63
_LEAVES = (str, bool, int, float)


def arrow_values(values: Sequence[Any]) -> tuple[pa.Array, bool]:
    """Return the values as an array, None for null, and whether `to_pylist` of it gives just the same values.

    Objects become structs, lists become lists where all items are of one plain type. A mixture of integers and floats
    becomes floats, any other JSON texts.
    """
    kinds = set(map(type, values)) - {type(None)}
    if len(kinds) <= 1:
        kind = next(iter(kinds), float)
        if kind is str:
            return pa.array(values, pa.string()), True
        if kind is bool:
            return pa.array(values, pa.bool_()), True
        if kind is list:
            return _lists(values)
        if kind is dict and all(values_of for values_of in values if values_of is not None):
            return _structs(values)
    if kinds <= {int, float}:
        return _numbers(values, kinds)
    return _texts(values), False


def _numbers(values: Sequence[Any], kinds: set[type]) -> tuple[pa.Array, bool]:
    if kinds == {int} and all(value is None or -_INT64_END <= value < _INT64_END for value in values):
        return pa.array(values, pa.int64()), True
    return pa.array(list(map(_as_float, values)), pa.float64(), from_pandas=False), int not in kinds


def _as_float(value: float | None) -> float | None:
    try:
        return None if value is None else float(value)
    except OverflowError:
        return -math.inf if value is not None and value < 0 else math.inf


def _lists(values: Sequence[list[Any] | None]) -> tuple[pa.Array, bool]:
    items = [item for value in values if value is not None for item in value]
    if not set(map(type, items)) <= {*_LEAVES, type(None)}:
        return _texts(values), False
    inner, is_exact = arrow_values(items)
    if pa.types.is_string(inner.type) and not is_exact:
        return _texts(values), False
    offsets = [0]
    for value in values:
        offsets.append(offsets[-1] + len(value or ()))
    mask = pa.array([value is None for value in values], pa.bool_())
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), inner, mask=mask), is_exact


def _structs(values: Sequence[dict[str, Any] | None]) -> tuple[pa.Array, bool]:
    present = [value for value in values if value is not None]
    names = list(dict.fromkeys(name for value in present for name in value))
    is_exact = all(len(value) == len(names) for value in present)
    children = []
    for name in names:
        child, child_is_exact = arrow_values([None if value is None else value.get(name) for value in values])
        children.append(child)
        is_exact = is_exact and child_is_exact
    mask = pa.array([value is None for value in values], pa.bool_())
    return pa.StructArray.from_arrays(children, names=names, mask=mask), is_exact


def _texts(values: Sequence[Any]) -> pa.Array:
    return pa.array([None if value is None else jsontext.dumps(value) for value in values], pa.string())

"""Values that are not plain numbers → Arrow arrays, with a type of their own where they have one, else as JSON text.

Imports pyarrow: loaded with the first segment that is written or read raw.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import IntEnum
from typing import Any

import pyarrow as pa

from steelyard.kernel import jsontext

_INT64_END = 1 << 63
_LEAVES = (str, bool, int, float)


class Fidelity(IntEnum):
    """How much of the values an array gives back; of several arrays, the highest counts."""

    EXACT = 0
    CLOSE = 1  # 1 may have become 1.0, and keys that an object lacks nulls
    TEXT = 2  # some values are JSON texts


def arrow_values(values: Sequence[Any]) -> tuple[pa.Array, Fidelity]:
    """Return the values as an array, None for null, and how near `to_pylist` of it comes to them.

    Objects become structs, lists become lists where all items are of one plain type. A mixture of integers and floats
    becomes floats, any other JSON texts.
    """
    kinds = set(map(type, values)) - {type(None)}
    if len(kinds) <= 1:
        kind = next(iter(kinds), float)
        if kind is str:
            return pa.array(values, pa.string()), Fidelity.EXACT
        if kind is bool:
            return pa.array(values, pa.bool_()), Fidelity.EXACT
        if kind is list:
            return _lists(values)
        if kind is dict and all(values_of for values_of in values if values_of is not None):
            return _structs(values)
    if kinds <= {int, float}:
        return _numbers(values, kinds)
    return _texts(values), Fidelity.TEXT


def _numbers(values: Sequence[Any], kinds: set[type]) -> tuple[pa.Array, Fidelity]:
    if kinds == {int} and all(value is None or -_INT64_END <= value < _INT64_END for value in values):
        return pa.array(values, pa.int64()), Fidelity.EXACT
    fidelity = Fidelity.CLOSE if int in kinds else Fidelity.EXACT
    return pa.array(list(map(_as_float, values)), pa.float64(), from_pandas=False), fidelity


def _as_float(value: float | None) -> float | None:
    try:
        return None if value is None else float(value)
    except OverflowError:
        return -math.inf if value is not None and value < 0 else math.inf


def _lists(values: Sequence[list[Any] | None]) -> tuple[pa.Array, Fidelity]:
    items = [item for value in values if value is not None for item in value]
    if not set(map(type, items)) <= {*_LEAVES, type(None)}:
        return _texts(values), Fidelity.TEXT
    inner, fidelity = arrow_values(items)
    if fidelity is Fidelity.TEXT:
        return _texts(values), Fidelity.TEXT
    offsets = [0]
    for value in values:
        offsets.append(offsets[-1] + len(value or ()))
    mask = pa.array([value is None for value in values], pa.bool_())
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), inner, mask=mask), fidelity


def _structs(values: Sequence[dict[str, Any] | None]) -> tuple[pa.Array, Fidelity]:
    present = [value for value in values if value is not None]
    names = list(dict.fromkeys(name for value in present for name in value))
    fidelity = Fidelity.EXACT if all(len(value) == len(names) for value in present) else Fidelity.CLOSE
    children = []
    for name in names:
        child, of_child = arrow_values([None if value is None else value.get(name) for value in values])
        children.append(child)
        fidelity = max(fidelity, of_child)
    mask = pa.array([value is None for value in values], pa.bool_())
    return pa.StructArray.from_arrays(children, names=names, mask=mask), fidelity


def _texts(values: Sequence[Any]) -> pa.Array:
    return pa.array([None if value is None else jsontext.dumps(value) for value in values], pa.string())

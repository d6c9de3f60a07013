"""Rows → groups of equal keys, each a matrix of numbers, and their form in the journal.

This is where a row stops being a Python object, once in its life. A group of rows whose values are all numbers costs a
transposition and one conversion in C, whatever the number of its keys. Nested objects become paths (paths.py); objects
with a `_type` (media), empty objects and lists stay whole.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from steelyard.columnar.paths import escape
from steelyard.columnar.rows import Row
from steelyard.kernel import jsontext

Floats = npt.NDArray[np.float64]
Indexes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

# Every whole number below is a float64 that no other whole number shares.
EXACT_INT_END = 1 << 53
# Objects nested deeper than this stay whole; it bounds recursion.
DEPTH_MAX = 32

_HEADER = struct.Struct("<4sI")
_MAGIC = b"SYG1"
_NO_INTS, _ALL_INTS, _SOME_INTS = "f", "i", "m"
_NUMBERS = {int, float}


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that have the same keys.

    `rows`: their line indexes, ascending. `numbers[k, i]` is the value of `keys[k]` in `rows[i]`, and `ints` (None: no
    integers at all) tells which were integers. `others` holds what is not all numbers, key by key, None for null.
    """

    rows: Indexes
    keys: tuple[str, ...]
    numbers: Floats
    ints: Mask | None
    others: dict[str, list[Any]]

    @property
    def signature(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return self.keys, tuple(self.others)


def group_rows(rows: Sequence[Row]) -> list[Group]:
    """Return the groups of `rows`, in order of first appearance. Rows without keys are in none."""
    groups: list[Group] = []
    for indexes, keys, columns in _of_equal_keys(rows, np.arange(len(rows), dtype=np.int64)):
        _add_group(groups, indexes, keys, columns)
    return groups


Columns = Iterable[Sequence[Any]]


def _of_equal_keys(rows: Sequence[Row], indexes: Indexes) -> list[tuple[Indexes, tuple[str, ...], Columns]]:
    """Split rows by their sets of keys; the ordinary case is one set for all, found without looking at each."""
    if not rows:
        return []
    keys = tuple(sorted(rows[0]))
    if keys and len(set(map(len, rows))) == 1:
        try:
            return [(indexes, keys, _columns(rows, keys))]
        except KeyError:
            pass
    by_keys: dict[frozenset[str], list[int]] = {}
    for position, row in enumerate(rows):
        by_keys.setdefault(frozenset(row), []).append(position)
    by_keys.pop(frozenset(), None)
    split = [(tuple(sorted(keys)), positions) for keys, positions in by_keys.items()]
    return [
        (indexes[np.array(positions, dtype=np.int64)], keys, _columns([rows[i] for i in positions], keys))
        for keys, positions in split
    ]


def _columns(rows: Sequence[Row], keys: tuple[str, ...]) -> Columns:
    if len(keys) == 1:
        return [list(map(itemgetter(keys[0]), rows))]
    return list(zip(*map(itemgetter(*keys), rows), strict=True))


def _add_group(
    groups: list[Group], indexes: Indexes, keys: tuple[str, ...], columns: Columns, *, escaped: bool = False
) -> None:
    numeric: list[str] = []
    values: list[Sequence[Any]] = []
    int_kinds: list[set[type]] = []
    others: dict[str, list[Any]] = {}
    columns = list(columns)
    for key, column in zip(keys, columns, strict=True):
        kinds = set(map(type, column))
        if kinds <= _NUMBERS and (int not in kinds or _are_exact(column)):
            numeric.append(key)
            values.append(column)
            int_kinds.append(kinds)
        elif dict in kinds and not escaped and any(map(_is_nested, column)):
            _add_nested(groups, indexes, keys, columns)
            return
        else:
            others[key] = list(column)
    if not escaped:
        numeric = [escape(key) for key in numeric]
        others = {escape(key): column for key, column in others.items()}
    numbers = np.array(values, dtype=np.float64).reshape(len(numeric), len(indexes))
    groups.append(Group(indexes, tuple(numeric), numbers, _ints(values, int_kinds), others))


def _are_exact(column: Sequence[Any]) -> bool:
    return all(-EXACT_INT_END < value < EXACT_INT_END for value in column if type(value) is int)


def _ints(values: Sequence[Sequence[Any]], kinds: Sequence[set[type]]) -> Mask | None:
    if not any(int in of_key for of_key in kinds):
        return None
    ints = np.zeros((len(values), len(values[0])), dtype=bool)
    for index, of_key in enumerate(kinds):
        if float not in of_key:
            ints[index] = True
        elif int in of_key:
            ints[index] = [type(value) is int for value in values[index]]
    return ints


def _is_nested(value: Any) -> bool:
    return type(value) is dict and bool(value) and "_type" not in value


def _add_nested(groups: list[Group], indexes: Indexes, keys: tuple[str, ...], columns: list[Sequence[Any]]) -> None:
    """Add rows in which some values are nested: flattened row by row, then grouped anew."""
    flat: list[Row] = []
    for values in zip(*columns, strict=True):
        row: Row = {}
        for key, value in zip(keys, values, strict=True):
            _flatten(row, escape(key), value, 1)
        flat.append(row)
    for part, paths, part_columns in _of_equal_keys(flat, indexes):
        _add_group(groups, part, paths, part_columns, escaped=True)


def _flatten(row: Row, path: str, value: Any, depth: int) -> None:
    if not _is_nested(value) or depth == DEPTH_MAX:
        row[path] = value
        return
    for key, item in value.items():
        _flatten(row, f"{path}.{escape(key)}", item, depth + 1)


def encode_groups(groups: Sequence[Group], row_count: int) -> bytes:
    """Return the form that the journal keeps: a JSON header, then the numbers as they are, little endian."""
    parts: list[bytes] = []
    heads: list[dict[str, Any]] = []
    for group in groups:
        head: dict[str, Any] = {"n": len(group.rows), "k": group.keys}
        if len(group.rows) != row_count:
            head["r"] = group.rows.tolist()
        if group.ints is not None:
            head["i"], masks = _encode_ints(group.ints)
            parts.append(masks)
        if group.others:
            head["o"] = {key: _dumps(values) for key, values in group.others.items()}
        heads.append(head)
        parts.append(np.ascontiguousarray(group.numbers, dtype="<f8").tobytes())
    header = orjson.dumps(heads)
    return b"".join((_HEADER.pack(_MAGIC, len(header)), header, *parts))


def _encode_ints(ints: Mask) -> tuple[str, bytes]:
    """Return a letter per key, and the masks of the keys that mix integers and floats."""
    counts = ints.sum(axis=1)
    letters = [_NO_INTS if not n else _ALL_INTS if n == ints.shape[1] else _SOME_INTS for n in counts.tolist()]
    mixed = [np.packbits(ints[index]).tobytes() for index, letter in enumerate(letters) if letter == _SOME_INTS]
    return "".join(letters), b"".join(mixed)


def _dumps(values: list[Any]) -> str:
    """Return extended JSON. orjson writes NaN as null, so what holds a null is written the slow and exact way."""
    try:
        text = orjson.dumps(values)
    except TypeError:
        return jsontext.dumps(values)
    return jsontext.dumps(values) if b"null" in text else text.decode()


def decode_groups(body: bytes, row_count: int) -> list[Group]:
    """Return the groups of a journal body. Raises `ValueError` for one that `encode_groups` has not made."""
    magic, size = _HEADER.unpack_from(body)
    if magic != _MAGIC:
        raise ValueError("not a block of columns")
    position = _HEADER.size + size
    groups: list[Group] = []
    for head in orjson.loads(body[_HEADER.size : position]):
        count, keys = head["n"], tuple(head["k"])
        rows = np.array(head["r"], dtype=np.int64) if "r" in head else np.arange(row_count, dtype=np.int64)
        ints = None
        if letters := head.get("i"):
            ints, position = _decode_ints(letters, count, body, position)
        numbers = np.frombuffer(body, "<f8", len(keys) * count, position).reshape(len(keys), count)
        position += numbers.nbytes
        others = {key: jsontext.loads(text) for key, text in head.get("o", {}).items()}
        groups.append(Group(rows, keys, numbers, ints, others))
    return groups


def _decode_ints(letters: str, count: int, body: bytes, position: int) -> tuple[Mask, int]:
    ints = np.zeros((len(letters), count), dtype=bool)
    size = (count + 7) // 8
    for index, letter in enumerate(letters):
        if letter == _ALL_INTS:
            ints[index] = True
        elif letter == _SOME_INTS:
            packed = np.frombuffer(body, np.uint8, size, position)
            ints[index] = np.unpackbits(packed, count=count).view(bool)
            position += size
    return ints, position


def join_groups(parts: Sequence[tuple[int, Sequence[Group]]]) -> list[Group]:
    """Return the groups of consecutive blocks, given with the number of rows before each; equal keys become one."""
    by_keys: dict[Any, list[tuple[int, Group]]] = {}
    for base, groups in parts:
        for group in groups:
            by_keys.setdefault(group.signature, []).append((base, group))
    return [_joined(members) for members in by_keys.values()]


def _joined(members: Sequence[tuple[int, Group]]) -> Group:
    base, first = members[0]
    if len(members) == 1:
        return Group(first.rows + base, first.keys, first.numbers, first.ints, first.others) if base else first
    groups = [group for _, group in members]
    ints = None
    if any(group.ints is not None for group in groups):
        ints = np.concatenate(
            [np.zeros(g.numbers.shape, dtype=bool) if g.ints is None else g.ints for g in groups], axis=1
        )
    return Group(
        np.concatenate([group.rows + base for base, group in members]),
        first.keys,
        np.concatenate([group.numbers for group in groups], axis=1),
        ints,
        {key: [value for group in groups for value in group.others[key]] for key in first.others},
    )

"""Rows of equal keys as a matrix of numbers (made by row_groups.py), and their form in the journal."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import orjson

from steelyard.kernel import jsontext

if TYPE_CHECKING:
    import numpy.typing as npt

Floats: TypeAlias = "npt.NDArray[np.float64]"
Indexes: TypeAlias = "npt.NDArray[np.int64]"
Mask: TypeAlias = "npt.NDArray[np.bool_]"

# Every whole number below is a float64 that no other whole number shares.
EXACT_INT_END = 1 << 53

_HEADER = struct.Struct("<4sI")
_MAGIC = b"SYG1"
_NO_INTS, _ALL_INTS, _SOME_INTS = "f", "i", "m"


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

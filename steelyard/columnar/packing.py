"""Arrays as small blobs: integers as differences in as few bytes as they need, floats byte by byte, then zstd.

A blob says of itself how long it is unpacked and what arrays it holds; what they mean is known to whoever packed them.
Numbers are little endian. Bytes of equal weight stand together (all first bytes, then all second ones, …): signs,
exponents and small differences then compress although mantissas do not.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import orjson

from steelyard.columnar.groups import Floats, Indexes, Mask

# Higher levels take three times as long for 1 % less.
_ZSTD_LEVEL = 1
# Below this many bytes zstd saves less than its header costs.
_COMPRESSED_MIN_BYTES = 64

_RAW_SIZE = struct.Struct("<I")
# Kind of array, bytes per number, count.
_HEAD = struct.Struct("<BBI")
_EQUAL_FLOATS, _FLOATS, _EQUAL_INTS, _INTS, _MASK = range(5)

# How JSON was written: orjson reads the first kind without loss, the standard library both.
_PLAIN, _EXTENDED = b"p", b"e"

Array: TypeAlias = "Floats | Indexes | Mask"


@cache
def _codec() -> Any:
    import pyarrow as pa  # 35 MB and 50 ms that a server without segments does without

    return pa.Codec("zstd", _ZSTD_LEVEL)


def compress(raw: bytes) -> bytes:
    """Return `raw` after its length, compressed where that makes it shorter."""
    packed = _codec().compress(raw, asbytes=True) if len(raw) >= _COMPRESSED_MIN_BYTES else raw
    return _RAW_SIZE.pack(len(raw)) + (packed if len(packed) < len(raw) else raw)


def decompress(blob: bytes) -> bytes:
    """Return what `compress` was given."""
    (size,) = _RAW_SIZE.unpack_from(blob)
    packed = memoryview(blob)[_RAW_SIZE.size :]
    return bytes(packed) if len(packed) == size else bytes(_codec().decompress(packed, size, asbytes=True))


def pack(*arrays: Array) -> bytes:
    """Return one blob that holds the arrays: float64, int64 or masks, of one dimension."""
    return compress(b"".join(part for array in arrays for part in _encode(array)))


def unpack(blob: bytes) -> list[Any]:
    """Return the arrays that `pack` was given."""
    raw = decompress(blob)
    arrays: list[Any] = []
    position = 0
    while position < len(raw):
        kind, width, count = _HEAD.unpack_from(raw, position)
        position += _HEAD.size
        size = _body_size(kind, width, count)
        arrays.append(_decode(kind, width, count, np.frombuffer(raw, np.uint8, size, position)))
        position += size
    return arrays


def _encode(array: Array) -> Sequence[bytes]:
    if array.dtype == np.bool_:
        return _HEAD.pack(_MASK, 0, len(array)), np.packbits(array.view(np.uint8)).tobytes()
    bits = np.ascontiguousarray(array).view("<u8")
    is_float = array.dtype == np.float64
    if len(array) and bool((bits == bits[0]).all()):
        return _HEAD.pack(_EQUAL_FLOATS if is_float else _EQUAL_INTS, 8, len(array)), bits[:1].tobytes()
    if is_float:
        return _HEAD.pack(_FLOATS, 8, len(array)), _planes(bits, 8)
    differences = np.diff(bits.view("<i8"), prepend=np.int64(0))  # wraps around, and back when summed
    zigzag = ((differences << 1) ^ (differences >> 63)).view("<u8")
    width = (int(zigzag.max(initial=0)).bit_length() + 7) // 8
    return _HEAD.pack(_INTS, width, len(array)), _planes(zigzag, width)


def _planes(bits: np.ndarray[Any, Any], width: int) -> bytes:
    return bits.view(np.uint8).reshape(-1, 8)[:, :width].T.tobytes()


def _body_size(kind: int, width: int, count: int) -> int:
    if kind == _MASK:
        return (count + 7) // 8
    return width if kind in {_EQUAL_FLOATS, _EQUAL_INTS} else width * count


def _decode(kind: int, width: int, count: int, body: np.ndarray[Any, Any]) -> Array:
    if kind == _MASK:
        return np.unpackbits(body, count=count).view(np.bool_)
    if kind in {_EQUAL_FLOATS, _EQUAL_INTS}:
        return np.full(count, body.view("<f8" if kind == _EQUAL_FLOATS else "<i8")[0])
    bits = np.zeros((count, 8), np.uint8)
    bits[:, :width] = body.reshape(width, count).T
    if kind == _FLOATS:
        return bits.view("<f8").reshape(count)
    zigzag = bits.view("<u8").reshape(count)
    differences = (zigzag >> np.uint64(1)).view("<i8") ^ -(zigzag & np.uint64(1)).view("<i8")
    return np.cumsum(differences)


def pack_values(values: Sequence[Any]) -> bytes:
    """Return JSON values in one blob, exactly: NaN, infinities and integers of any size come back."""
    plain = _dump_plainly(values)
    if plain is not None:
        return compress(_PLAIN + plain)
    return compress(_EXTENDED + json.dumps(list(values), separators=(",", ":")).encode())


def _dump_plainly(values: Sequence[Any]) -> bytes | None:
    """Return what orjson gives, None where it would not be exact: it writes NaN as null."""
    try:
        text = orjson.dumps(list(values))
    except TypeError:
        return None
    return None if b"null" in text else text


def unpack_values(blob: bytes) -> list[Any]:
    """Return the values that `pack_values` was given."""
    raw = decompress(blob)
    values: list[Any] = orjson.loads(memoryview(raw)[1:]) if raw[:1] == _PLAIN else json.loads(raw[1:])
    return values

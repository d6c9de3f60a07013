"""The blobs of a pyramid: one for each level of a row set, one for each level of a key, one for named points."""

from __future__ import annotations

import numpy as np

from steelyard.columnar.packing import pack, unpack
from steelyard.columnar.pyramid import KeyLevel, NonFinitePoints, RowSetLevel


def pack_row_set_level(level: RowSetLevel) -> bytes:
    """Return the level with its steps told from where their node begins, which are small numbers, mostly equal."""
    return pack(
        level.index,
        level.count,
        level.first_step - (level.index << level.width_log2),
        level.last_step - level.first_step,
        np.concatenate([level.first_runtime, level.last_runtime]),
        np.concatenate([level.first_timestamp, level.last_timestamp]),
    )


def unpack_row_set_level(blob: bytes, width_log2: int) -> RowSetLevel:
    index, count, first, width, runtime, timestamp = unpack(blob)
    first_step = first + (index << width_log2)
    return RowSetLevel(width_log2, index, count, first_step, first_step + width, *_halves(runtime), *_halves(timestamp))


def pack_key_level(level: KeyLevel) -> bytes:
    return pack(level.non_finite, np.concatenate([level.low, level.high, level.total, level.last]))


def unpack_key_level(blob: bytes) -> KeyLevel:
    non_finite, values = unpack(blob)
    return KeyLevel(non_finite, *values.reshape(4, -1))


def pack_points(points: NonFinitePoints) -> bytes:
    return pack(points.step, points.runtime, points.timestamp, points.value)


def unpack_points(blob: bytes) -> NonFinitePoints:
    return NonFinitePoints(*unpack(blob))


def _halves(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return values[: len(values) // 2], values[len(values) // 2 :]

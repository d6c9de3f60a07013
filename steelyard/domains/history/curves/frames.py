"""The binary answer of a batch of panels (docs/protocol/panels.md): frames of a JSON header and columns.

A browser makes typed arrays of a frame's bytes as they are: little endian, every column at a multiple of eight bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from steelyard.columnar.groups import Floats
from steelyard.columnar.pyramid import Xs

if TYPE_CHECKING:
    import numpy.typing as npt

MEDIA_TYPE = "application/vnd.steelyard.panels"
_LENGTHS = struct.Struct("<II")
_TYPES = {"float64": "<f8", "int32": "<i4"}


@dataclass(frozen=True, slots=True)
class Line:
    """The line of one run, `points` by column name (`x`, `last`, …): its raw points, or buckets that stand for them.

    Raw points have only `x` and `last`. `total` counts the points in the range, finite or not; the marks are those that
    are not finite, or some of them.
    """

    run: int
    total: int
    is_raw: bool
    points: Mapping[str, Xs]
    mark_x: Xs
    mark_y: Floats


@dataclass(frozen=True, slots=True)
class GroupLine:
    """The line of one group of runs: per bucket its `x`, the number of runs in it, and the statistics asked for."""

    group: int
    total: int
    run_count: int
    points: Mapping[str, Xs]


@dataclass(frozen=True, slots=True)
class LineError:
    """Why a run has no line."""

    run: int
    code: str
    message: str


def lines_frame(
    panel: Mapping[str, Any], columns: Sequence[str], lines: Sequence[Line], errors: Sequence[LineError]
) -> bytes:
    """Return the frame of some lines of a panel. `x` and `last` hold all points, other columns those of buckets."""
    buckets = [line for line in lines if not line.is_raw]
    names = [name for name in columns if name != "last"]
    arrays: list[tuple[str, str, Sequence[npt.NDArray[Any]]]] = [
        ("x", "float64", [line.points["x"] for line in lines]),
        ("last", "float64", [line.points["last"] for line in lines]),
        *((name, _type(name), [line.points[name] for line in buckets]) for name in names),
        ("markX", "float64", [line.mark_x for line in lines]),
        ("markY", "float64", [line.mark_y for line in lines]),
    ]
    header = {
        **panel,
        "runs": [line.run for line in lines],
        "points": [len(line.points["x"]) for line in lines],
        "totals": [line.total for line in lines],
        "raw": [line.is_raw for line in lines],
        "marks": [len(line.mark_x) for line in lines],
        "errors": _errors(errors),
    }
    return _frame(header, arrays)


def groups_frame(
    panel: Mapping[str, Any], columns: Sequence[str], lines: Sequence[GroupLine], errors: Sequence[LineError]
) -> bytes:
    """Return the frame of some groups of a panel; every column holds all their points."""
    header = {
        **panel,
        "groups": [line.group for line in lines],
        "points": [len(line.points.get("x", ())) for line in lines],
        "totals": [line.total for line in lines],
        "runCounts": [line.run_count for line in lines],
        "errors": _errors(errors),
    }
    names = ["x", *(name for name in columns if name != "x")]
    none = np.empty(0)
    return _frame(header, [(name, _type(name), [line.points.get(name, none) for line in lines]) for name in names])


def message_frame(header: Mapping[str, Any]) -> bytes:
    """Return a frame without columns."""
    return _frame(header, [])


def _type(name: str) -> str:
    return "int32" if name in {"count", "n"} else "float64"


def _errors(errors: Sequence[LineError]) -> list[dict[str, Any]]:
    return [{"run": error.run, "code": error.code, "message": error.message} for error in errors]


def _frame(header: Mapping[str, Any], arrays: Sequence[tuple[str, str, Sequence[npt.NDArray[Any]]]]) -> bytes:
    columns, parts, size = [], [], 0
    for name, kind, pieces in arrays:
        length, width = sum(len(piece) for piece in pieces), np.dtype(_TYPES[kind]).itemsize
        columns.append({"name": name, "type": kind, "length": length})
        parts += [piece.astype(_TYPES[kind], copy=False).tobytes() for piece in pieces]
        padding = -length * width % 8
        parts.append(bytes(padding))
        size += length * width + padding
    text = orjson.dumps({**header, "columns": columns})
    text += b" " * (-len(text) % 8)
    return b"".join([_LENGTHS.pack(len(text), size), text, *parts])

"""Reads the binary answer of the panel query as a program would that knows only docs/protocol/panels.md."""

import array
import json
import struct
from dataclasses import dataclass, field
from typing import Any

_TYPECODES = {"float64": "d", "int32": "i"}


@dataclass
class Frame:
    header: dict[str, Any]
    columns: dict[str, list[float]] = field(default_factory=dict)


def read_frames(body: bytes) -> list[Frame]:
    """Return all frames, without the end frame. Asserts that the answer is whole and every column aligned."""
    frames: list[Frame] = []
    at = 0
    while at < len(body):
        header_bytes, column_bytes = struct.unpack_from("<II", body, at)
        assert header_bytes % 8 == column_bytes % 8 == 0
        header = json.loads(body[at + 8 : at + 8 + header_bytes])
        frame, start = Frame(header), at + 8 + header_bytes
        for column in header.pop("columns"):
            values: array.array[Any] = array.array(_TYPECODES[column["type"]])
            values.frombytes(body[start : start + column["length"] * values.itemsize])
            assert len(values) == column["length"]
            frame.columns[column["name"]] = values.tolist()
            start += -(-column["length"] * values.itemsize // 8) * 8
        at += 8 + header_bytes + column_bytes
        assert start == at
        frames.append(frame)
    assert frames, "there is an end frame at least"
    last = frames.pop().header
    assert last == {"end": True}, last
    return frames


@dataclass
class Line:
    """One line of a panel: `points` by column."""

    header: dict[str, Any]
    points: dict[str, list[float]]
    marks: list[tuple[float, float]]


def read_lines(frames: list[Frame]) -> dict[tuple[str, int], Line]:
    """Return the lines of runs by panel id and position of the run."""
    lines: dict[tuple[str, int], Line] = {}
    for frame in frames:
        header, taken = frame.header, dict.fromkeys(frame.columns, 0)

        def take(name: str, count: int, frame: Frame = frame, taken: dict[str, int] = taken) -> list[float]:
            taken[name] += count
            return frame.columns[name][taken[name] - count : taken[name]]

        for index, run in enumerate(header["runs"]):
            one = {name: header[name][index] for name in ("points", "totals", "raw", "marks")}
            names = ["x", "last"] if one["raw"] else [name for name in frame.columns if not name.startswith("mark")]
            points = {name: take(name, one["points"]) for name in names}
            marks = list(zip(take("markX", one["marks"]), take("markY", one["marks"]), strict=True))
            lines[header["id"], run] = Line(one, points, marks)
        assert all(taken[name] == len(values) for name, values in frame.columns.items())
    return lines

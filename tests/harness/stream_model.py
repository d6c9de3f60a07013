"""What a stream of rows must read like, in the plainest way: a reference for the engine, not a fast one.

The rules are those of docs/protocol/ingest.md (lines are kept by writer and number, the newest copy wins; rows are
ordered by step; lines of one writer and step are one row, in which the later line wins key by key, explicit nulls
too) and docs/protocol/queries.md (history reads, historyKeys).
"""

import json
import math
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Row = dict[str, Any]
# The components of a key: nested objects are keys of their own.
Path = tuple[str, ...]
_KINDS = {str: "string", bool: "boolean", int: "number", float: "number", list: "list", dict: "map", type(None): "nil"}


@dataclass
class Line:
    """A line as it came. `stepped`: its step was logged, by itself or by a line before it."""

    step: int
    stepped: bool
    values: dict[Path, Any]


@dataclass
class Read:
    """One row as readers see it."""

    step: int
    writer: str
    values: dict[Path, Any]

    @property
    def text(self) -> str:
        row: Row = {}
        for path, value in self.values.items():
            place = row
            for component in path[:-1]:
                place = place.setdefault(component, {})
            place[path[-1]] = value
        return canonical(row)

    def named(self) -> Row:
        return {".".join(path): value for path, value in self.values.items()}


class StreamModel:
    def __init__(self) -> None:
        self._lines: dict[str, dict[int, Line]] = {}

    def take(self, writer: str, first: int, rows: list[Row]) -> None:
        """Accept lines `first`, `first` + 1, … of a writer."""
        lines = self._lines.setdefault(writer, {})
        for number, row in enumerate(rows, first):
            before = lines.get(max((other for other in lines if other < number), default=-1))
            step, stepped = row.get("_step"), True
            if step is None:
                stepped = before is not None and before.stepped
                step = before.step if before is not None and before.stepped else number
            lines[number] = Line(step, stepped, flatten(row))

    def next_line(self, writer: str) -> int:
        return max(self._lines.get(writer, {}), default=-1) + 1

    @property
    def line_count(self) -> int:
        return sum(map(self.next_line, self._lines))

    def rows(self, step_min: float = -math.inf, step_end: float = math.inf) -> list[Read]:
        found: dict[tuple[int, str], dict[Path, Any]] = {}
        for writer, lines in self._lines.items():
            for _, line in sorted(lines.items()):
                found[line.step, writer] = found.get((line.step, writer), {}) | line.values
        ordered = sorted(found.items(), key=lambda item: item[0])
        return [Read(step, writer, values) for (step, writer), values in ordered if step_min <= step < step_end]

    def sampled(self, keys: list[str], step_min: int, step_max: int) -> list[Row]:
        """`sampledHistory` with room for all: rows that have all of the keys, with just these."""
        rows = [row.named() for row in self.rows(step_min, step_max + 1)]
        return [
            {key: strict(row[key]) for key in keys} for row in rows if all(row.get(key) is not None for key in keys)
        ]

    def history_keys(self) -> Row:
        """`historyKeys`, `typeCounts` as a mapping."""
        rows = self.rows()
        values: dict[str, list[Any]] = {}
        for row in rows:
            for name, value in row.named().items():
                values.setdefault(name, []).append(value)
        keys = {name: _facts(of_key) for name, of_key in values.items()}
        return {"keys": keys, "lastStep": max((row.step for row in rows), default=-1)}


def _facts(values: list[Any]) -> Row:
    real = [value for value in values if value is not None]
    is_number = {_kind(value) for value in real} == {"number"}
    return {
        "typeCounts": dict(Counter(map(_kind, values))),
        "monotonic": is_number and all(early <= late for early, late in pairwise(real)),
        "previousValue": strict(real[-1]) if real else None,
    }


def flatten(value: Row, before: Path = ()) -> dict[Path, Any]:
    """Return the values of a row by path; media and empty objects stay whole."""
    found: dict[Path, Any] = {}
    for key, item in value.items():
        if isinstance(item, dict) and item and "_type" not in item:
            found |= flatten(item, (*before, key))
        else:
            found[*before, key] = item
    return found


def _kind(value: Any) -> str:
    return str(value["_type"]) if isinstance(value, dict) and "_type" in value else _KINDS[type(value)]


def strict(value: Any) -> Any:
    """Return the value as strict JSON tells it."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {key: strict(item) for key, item in value.items()}
    return [strict(item) for item in value] if isinstance(value, list) else value


def canonical(value: Any) -> str:
    """Return a text that is equal for equal values: 1 is not 1.0, and NaN is NaN."""
    return json.dumps(value, sort_keys=True)

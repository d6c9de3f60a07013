"""What a stream of rows must read like, in the plainest way: a reference for the engine, not a fast one.

The rules are those of docs/protocol/ingest.md (lines are kept by writer and number, the newest copy wins; rows are
ordered by step; lines of one writer and step are one row, in which the later line wins key by key, explicit nulls
too; fork, rewind) and docs/protocol/queries.md (history reads, historyKeys).
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
        return canonical(nest(self.values))

    def named(self) -> Row:
        return {".".join(path): value for path, value in self.values.items()}


class StreamModel:
    def __init__(self) -> None:
        self._lines: dict[str, dict[int, Line]] = {}
        self._ends: dict[str, int] = {}
        # Set by a rewind: where the history goes on, what the writer had sent last, and who is shut out.
        self._rewound_to: int | None = None
        self._newest: dict[str, tuple[int, str]] = {}
        self._closed: set[str] = set()

    def fork(self, step: int) -> "StreamModel":
        """Return a run that begins with the rows up to `step`."""
        child = StreamModel()
        child._lines = self._kept(step)
        child._ends = {"": _line_count(child._lines)}
        return child

    def rewind(self, step: int) -> None:
        self._closed |= self._ends.keys() - {""}
        self._lines = self._kept(step)
        self._rewound_to = _line_count(self._lines)
        self._ends = {"": self._rewound_to}

    def _kept(self, step: int) -> dict[str, dict[int, Line]]:
        kept = {
            writer: {number: line for number, line in lines.items() if line.step <= step}
            for writer, lines in self._lines.items()
        }
        return {writer: lines for writer, lines in kept.items() if lines}

    def accepts(self, writer: str, first: int, rows: list[Row]) -> bool:
        """Tell whether these lines may be of the attempt that began with the last rewind."""
        if writer != "" or self._rewound_to is None:
            return writer not in self._closed
        end = self.next_line("")
        if end == self._rewound_to and self._newest.get("") == (first, json.dumps(rows)):
            return False
        return self._rewound_to <= first <= end

    def take(self, writer: str, first: int, rows: list[Row]) -> None:
        """Accept lines `first`, `first` + 1, … of a writer."""
        self._ends[writer] = max(self.next_line(writer), first + len(rows))
        self._newest[writer] = (first, json.dumps(rows))
        lines = self._lines.setdefault(writer, {})
        for number, sent in enumerate(rows, first):
            row = {"_step": number, **sent} if writer else sent
            before = lines.get(max((other for other in lines if other < number), default=-1))
            step, stepped = row.get("_step"), True
            if step is None:
                stepped = before is not None and before.stepped
                step = before.step if before is not None and before.stepped else number
            lines[number] = Line(step, stepped, flatten(row))

    def next_line(self, writer: str) -> int:
        return self._ends.get(writer, 0)

    @property
    def line_count(self) -> int:
        return sum(self._ends.values())

    @property
    def last_step(self) -> int:
        return max((row.step for row in self.rows()), default=-1)

    def summary(self) -> Row:
        """The last value of each key."""
        last: dict[Path, Any] = {}
        for row in self.rows():
            last |= {path: value for path, value in row.values.items() if value is not None}
        return nest(last)

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
        return {"keys": keys, "lastStep": self.last_step}


def _line_count(lines: dict[str, dict[int, Line]]) -> int:
    """Return one past the highest line, of all writers together."""
    return sum(max(of_writer) + 1 for of_writer in lines.values())


def nest(values: dict[Path, Any]) -> Row:
    row: Row = {}
    for path, value in values.items():
        place = row
        for component in path[:-1]:
            place = place.setdefault(component, {})
        place[path[-1]] = value
    return row


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

"""The directory of a segment: what it holds and where, small enough to be kept in the catalog row.

With it a chart is read without opening the file's own footer. Stored as JSON, column by column, zstd-compressed, after
a format number; every format ever written stays readable (tests/formats).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, pairwise
from math import nan
from typing import Any, NamedTuple

import orjson

from steelyard.columnar.packing import compress, decompress
from steelyard.columnar.plans import LevelShape

FORMAT = 1
_MAGIC = b"SYD"
# What a parsed directory is taken to cost a cache, per byte of its JSON text.
_COST_PER_BYTE = 4


class Form(StrEnum):
    """What the values of a column are, and so where its parts must be looked for."""

    FLOATS = "f"
    INTS = "i"
    MIXED = "m"  # numbers, and a mask of which were integers
    OBJECTS = "o"


class Part(StrEnum):
    """What a blob of a key holds: `INTS` a bit per line, `ROWS` and `VALUES` what has no exact column in Parquet."""

    ROWS = "r"
    INTS = "i"
    NULLS = "0"
    VALUES = "v"
    NON_FINITE = "x"


class Span(NamedTuple):
    """Bytes of the file from `start` to before `end`."""

    start: int
    end: int


class Extent(NamedTuple):
    """First and last x of a row set, NaN where that row has none; ascending and without gaps when `monotonic`."""

    first: float
    last: float
    monotonic: bool


@dataclass(frozen=True, slots=True)
class RowSet:
    """Rows in which several keys stand. Levels are finest first, and none where raw rows are as cheap."""

    count: int
    step: Extent
    runtime: Extent
    timestamp: Extent
    levels: tuple[LevelShape, ...]
    blobs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """One column. `count` values, `nulls` explicit nulls; of the numbers, `low` and `high` are over finite ones.

    `last` is the last value as extended JSON text, None without values or when it is too long (segment_keys.py).
    `row_set` is that of its numbers, None when it has none. `leaves` are the first and the number of its leaf columns
    in the Parquet schema, none when blobs hold everything. `levels` are blobs, finest first, one per level of the row
    set.
    """

    path: str
    form: Form
    count: int
    nulls: int
    type_counts: dict[str, int]
    monotonic: bool
    last: str | None
    low: float | None
    high: float | None
    non_finite: int
    row_set: int | None
    leaves: tuple[int, int] | None
    blobs: dict[Part, int]
    levels: tuple[int, ...]


class RowGroup(NamedTuple):
    """Lines that are stored together, and the size in bytes of each leaf column, in the order of the file."""

    rows: int
    step_min: int
    step_max: int
    chunk_sizes: tuple[int, ...]


@dataclass(frozen=True)
class Directory:
    """`has_texts`: to other readers some values are JSON texts, for they have no type of their own in Parquet.
    `rewritten`: lines of a segment that had been sealed, and so may be known to clients as a file, were replaced.

    `first_line` is that of the only writer when lines are consecutive; else the blob `lines` has their numbers.

    `blob_ends` are those of all blobs, the first of which begins at `blobs_start`; row groups begin at `rows_start`.
    """

    row_count: int
    step_min: int
    step_max: int
    same_steps: bool
    has_texts: bool
    rewritten: bool
    writers: tuple[str, ...]
    first_line: int | None
    lines: int | None
    row_groups: tuple[RowGroup, ...]
    rows_start: int
    blobs_start: int
    blob_ends: Sequence[int]
    footer: Span
    row_sets: tuple[RowSet, ...]
    keys: Mapping[str, Key]
    memory_bytes: int = 0

    def blob(self, number: int) -> Span:
        return Span(self.blob_ends[number - 1] if number else self.blobs_start, self.blob_ends[number])

    def to_bytes(self) -> bytes:
        return (
            _MAGIC
            + bytes([FORMAT])
            + compress(orjson.dumps(_document(self), default=tuple, option=orjson.OPT_NON_STR_KEYS))
        )

    @classmethod
    def from_bytes(cls, body: bytes) -> Directory:
        """Return a stored directory. Raises `ValueError` for a format that this version does not know."""
        if body[: len(_MAGIC)] != _MAGIC or body[len(_MAGIC)] != FORMAT:
            raise ValueError("a directory of a segment in a format that this version does not know")
        raw = decompress(body[len(_MAGIC) + 1 :])
        return _directory(orjson.loads(raw), len(raw) * _COST_PER_BYTE)


def _document(directory: Directory) -> dict[str, Any]:
    keys = list(directory.keys.values())
    ends = [directory.blobs_start, *directory.blob_ends]
    return {
        "rows": directory.row_count,
        "steps": [directory.step_min, directory.step_max],
        "same_steps": directory.same_steps,
        "has_texts": directory.has_texts,
        "rewritten": directory.rewritten,
        "writers": directory.writers,
        "first_line": directory.first_line,
        "lines": directory.lines,
        "row_groups": directory.row_groups,
        "rows_start": directory.rows_start,
        "blobs_start": directory.blobs_start,
        "blob_sizes": [end - start for start, end in pairwise(ends)],
        "footer": directory.footer,
        "row_sets": [[s.count, s.step, s.runtime, s.timestamp, s.levels, s.blobs] for s in directory.row_sets],
        "keys": {name: [getattr(key, name) for key in keys] for name in _KEY_FIELDS},
    }


def _directory(document: dict[str, Any], memory_bytes: int) -> Directory:
    start = document["blobs_start"]
    return Directory(
        row_count=document["rows"],
        step_min=document["steps"][0],
        step_max=document["steps"][1],
        same_steps=document["same_steps"],
        has_texts=document["has_texts"],
        rewritten=document.get("rewritten", False),
        writers=tuple(document["writers"]),
        first_line=document["first_line"],
        lines=document["lines"],
        row_groups=tuple(RowGroup(rows, low, high, tuple(sizes)) for rows, low, high, sizes in document["row_groups"]),
        rows_start=document["rows_start"],
        blobs_start=start,
        blob_ends=list(accumulate(document["blob_sizes"], initial=start))[1:],
        footer=Span(*document["footer"]),
        row_sets=tuple(map(_row_set, document["row_sets"])),
        keys=_Keys(document["keys"]),
        memory_bytes=memory_bytes,
    )


def _row_set(fields: Sequence[Any]) -> RowSet:
    count, step, runtime, timestamp, levels, blobs = fields
    shapes = tuple(LevelShape(*level) for level in levels)
    return RowSet(count, _extent(step), _extent(runtime), _extent(timestamp), shapes, tuple(blobs))


def _extent(fields: Sequence[Any]) -> Extent:
    first, last, monotonic = fields
    return Extent(nan if first is None else first, nan if last is None else last, monotonic)


_KEY_FIELDS = tuple(Key.__dataclass_fields__)


class _Keys(Mapping[str, Key]):
    """Keys made when asked for: of ten thousand a chart wants one."""

    def __init__(self, columns: Mapping[str, Sequence[Any]]) -> None:
        self._columns = [columns[name] for name in _KEY_FIELDS]
        self._places = {path: place for place, path in enumerate(columns["path"])}

    def __getitem__(self, path: str) -> Key:
        place = self._places[path]
        fields = dict(zip(_KEY_FIELDS, (column[place] for column in self._columns), strict=True))
        fields["form"] = Form(fields["form"])
        fields["leaves"] = None if fields["leaves"] is None else tuple(fields["leaves"])
        fields["blobs"] = {Part(part): number for part, number in fields["blobs"].items()}
        fields["levels"] = tuple(fields["levels"])
        return Key(**fields)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

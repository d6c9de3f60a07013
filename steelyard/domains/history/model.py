"""The streams a run sends, and the words for their parts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from steelyard.columnar.coverage import Coverage

# Small enough for a page of the console to read little, large enough that a row of the database per chunk is cheap.
CHUNK_MAX_LINES = 10_000


class Stream(IntEnum):
    """Stored by number: never renumber."""

    HISTORY = 1
    EVENTS = 2
    CONSOLE = 3


class Encoding(IntEnum):
    """How the body of a chunk is kept. Stored by number: never renumber."""

    LINES = 0  # the lines as UTF-8, joined by newlines
    COLUMNS = 1  # a block of columns (columnar/groups.py)


@dataclass(frozen=True, slots=True)
class Position:
    """How far a stream has come, and its newest chunk, by which a resent one is known.

    `rewound_to`: the stream was cut back, and goes on from this line without gaps.
    """

    next_line: int = 0
    last_first_line: int = 0
    last_line_count: int = 0
    last_checksum: int = 0
    rewound_to: int | None = None


@dataclass(frozen=True, slots=True)
class ChunkKey:
    """A stored chunk without its body."""

    id: int
    writer: str
    first_line: int
    line_count: int
    encoding: Encoding


class SegmentState(IntEnum):
    """Stored by number: never renumber."""

    PENDING = 0  # somebody is writing the object, or died doing so
    LIVE = 1  # part of its stream
    DROPPED = 2  # replaced; the object stays for those who still read it
    ARCHIVED = 3  # no part of its stream any more, but kept to be looked at


@dataclass(frozen=True, slots=True)
class Segment:
    """A live segment. Nothing here ever changes.

    With a `cut_step` only the first `row_count` lines of its object count: all others have higher steps.
    """

    id: int
    run: int
    stream: Stream
    object_key: str
    journal_id: int
    row_count: int
    value_count: int
    size_bytes: int
    step_min: int
    step_max: int
    same_steps: bool
    coverage: Coverage
    cut_step: int | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """A stream with something to do. `ended`: its run is over, nothing is waited for."""

    run: int
    stream: Stream
    ended: bool

    @property
    def key(self) -> tuple[int, Stream]:
        return self.run, self.stream


@dataclass(frozen=True, slots=True)
class Sized:
    """A live segment as far as merging is decided by it. A `shared` one is never rewritten for its neighbours' sake."""

    id: int
    sealed: bool
    value_count: int
    step_min: int
    step_max: int
    journal_id: int
    shared: bool = False


@dataclass(frozen=True, slots=True)
class TailMark:
    """Which chunks of a stream the journal holds: within a run their ids ascend in the order of commits."""

    first_id: int
    last_id: int
    count: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class ConsoleLine:
    """One line of console output; `number` counts from 0 without gaps, None for one shown without its neighbours.

    `ts` is ISO-8601 without a zone.
    """

    number: int | None
    text: str
    ts: str | None = None
    level: str | None = None
    label: str | None = None

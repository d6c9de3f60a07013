"""Console lines as columns: their texts in one piece, so that a pattern is searched in all of them at once. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from steelyard.columnar.groups import Indexes, Mask
from steelyard.columnar.packing import compress, decompress, pack, unpack

# Below every time there is, so that it never wins a comparison.
NO_TIME = -(1 << 63)

# Level and label.
Kind = tuple[str | None, str | None]
PLAIN: Kind = (None, None)


@dataclass(frozen=True, slots=True)
class LogLines:
    """Lines in order. `text` has each line with a newline behind it; line i ends at `ends[i]`, where that newline is.

    No line has one inside. `times` are microseconds since 1970 in UTC, or `NO_TIME`; `kinds` are places in `names`.
    """

    text: bytes
    names: tuple[Kind, ...]
    ends: Indexes
    times: Indexes
    kinds: Indexes

    def __len__(self) -> int:
        return len(self.ends)

    @property
    def size_bytes(self) -> int:
        return len(self.text) + 24 * len(self.ends) + 500

    @property
    def starts(self) -> Indexes:
        return np.concatenate((np.zeros(1, np.int64), self.ends[:-1] + 1))[: len(self.ends)]

    def slice(self, start: int, end: int) -> LogLines:
        """Return the lines from `start` to below `end`."""
        if start == 0 and end >= len(self):
            return self
        first = int(self.ends[start - 1]) + 1 if start else 0
        ends = self.ends[start:end]
        last = int(ends[-1]) + 1 if len(ends) else first
        return LogLines(self.text[first:last], self.names, ends - first, self.times[start:end], self.kinds[start:end])

    def take(self, chosen: Indexes) -> LogLines:
        """Return the lines at the places `chosen`, in that order."""
        spans = zip(self.starts[chosen].tolist(), (self.ends[chosen] + 1).tolist(), strict=True)
        text = b"".join([self.text[start:end] for start, end in spans])
        ends = np.cumsum(self.ends[chosen] - self.starts[chosen] + 1) - 1
        return LogLines(text, self.names, ends, self.times[chosen], self.kinds[chosen])

    def of_kinds(self, wanted: Sequence[bool]) -> Mask:
        """Tell of each line whether its kind is wanted; `wanted` is told kind by kind, in the order of `names`."""
        return np.asarray(wanted, dtype=np.bool_)[self.kinds]

    def each(self) -> Iterator[tuple[str, str | None, Kind]]:
        """Yield text, time in ISO-8601 without a zone, and kind of each line."""
        stamps: list[Any] = np.datetime_as_string(self.times.astype("datetime64[us]"), unit="us").tolist()
        texts = self.text.decode("utf-8", "replace").split("\n")
        for text, stamp, kind in zip(texts, stamps, self.kinds.tolist(), strict=False):
            # the least number of all is numpy's word for no time
            yield text, None if stamp == "NaT" else stamp, self.names[kind]


def make_lines(texts: Sequence[bytes], times: Sequence[int], kinds: Sequence[int], names: Sequence[Kind]) -> LogLines:
    ends = np.cumsum(np.fromiter((len(text) + 1 for text in texts), np.int64, len(texts))) - 1
    body = b"\n".join(texts) + b"\n" if texts else b""
    return LogLines(body, tuple(names), ends, np.array(times, np.int64), np.array(kinds, np.int64))


def blank_lines(count: int) -> LogLines:
    """Return lines that never came."""
    every = np.arange(count, dtype=np.int64)
    return LogLines(b"\n" * count, (PLAIN,), every, np.full(count, NO_TIME), np.zeros(count, np.int64))


def join_lines(parts: Sequence[LogLines]) -> LogLines:
    """Return the lines of all parts, one part after the other."""
    if len(parts) == 1:
        return parts[0]
    names: dict[Kind, int] = {}
    kinds, ends, shift = [], [], 0
    for part in parts:
        places = np.array([names.setdefault(kind, len(names)) for kind in part.names], np.int64)
        kinds.append(places[part.kinds])
        ends.append(part.ends + shift)
        shift += len(part.text)
    text, none = b"".join(part.text for part in parts), np.zeros(0, np.int64)
    times = [part.times for part in parts]
    every = (np.concatenate([none, *arrays]) for arrays in (ends, times, kinds))
    return LogLines(text, tuple(names), *every)


def pack_lines(lines: LogLines) -> bytes:
    """Return one block: the texts, and behind them everything else."""
    texts = compress(lines.text)
    return len(texts).to_bytes(4, "little") + texts + pack(lines.ends, lines.times, lines.kinds)


def unpack_lines(block: bytes, names: tuple[Kind, ...]) -> LogLines:
    size = int.from_bytes(block[:4], "little") + 4
    return LogLines(decompress(block[4:size]), names, *unpack(block[size:]))

"""Writes console lines into one object of compressed blocks, piece by piece, so that little is held at a time."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from steelyard.columnar.log_directory import MAGIC, LogDirectory
from steelyard.columnar.log_lines import NO_TIME, Kind, LogLines, join_lines, pack_lines

# A page of the web app touches two blocks of this size at most, and unpacking one takes a fraction of a millisecond.
BLOCK_LINES = 2048
BLOCK_BYTES = 128 << 10
# A label stands for one process of a run; of more of them than this in one object some are left out.
KINDS_MAX = 4096


@dataclass
class LogWriter:
    """`add` all lines, each writer's ascending and together; then `finish`."""

    _body: list[bytes] = field(default_factory=lambda: [MAGIC])
    _size: int = len(MAGIC)
    _writers: dict[str, int] = field(default_factory=dict)
    _kinds: dict[Kind, int] = field(default_factory=dict)
    # Of each block: writer, first line, count, low, high, offset, size.
    _blocks: list[tuple[int, ...]] = field(default_factory=list)
    # Of each kind in each block: block, place, count.
    _counts: list[tuple[int, int, int]] = field(default_factory=list)
    _text_bytes: int = 0
    _open: list[LogLines] = field(default_factory=list)
    _open_at: tuple[int, int] = (0, 0)  # the writer and the first line of what is open
    _open_lines: int = 0
    _open_bytes: int = 0

    def add(self, writer: str, first: int, lines: LogLines) -> None:
        place = self._writers.setdefault(writer, len(self._writers))
        if self._open and (self._open_at[0] != place or self._open_at[1] + self._open_lines != first):
            self._close_all()
        if not self._open:
            self._open_at = (place, first)
        self._open.append(lines)
        self._open_lines += len(lines)
        self._open_bytes += len(lines.text)
        if self._open_lines >= BLOCK_LINES or self._open_bytes >= BLOCK_BYTES:
            self._close_full()

    def finish(self) -> tuple[bytes, LogDirectory]:
        """Return the object and its directory."""
        self._close_all()
        blocks = np.array(self._blocks, np.int64).reshape(-1, 7).T
        counts = np.array(self._counts, np.int64).reshape(-1, 3).T
        directory = LogDirectory(tuple(self._writers), tuple(self._kinds), self._text_bytes, *blocks, *counts)
        return b"".join(self._body), directory

    def _close_full(self) -> None:
        """Write full blocks, and keep what remains open."""
        lines = join_lines(self._open)
        place, first = self._open_at
        start = 0
        while start < len(lines):
            base = int(lines.ends[start - 1]) + 1 if start else 0
            by_size = int(np.searchsorted(lines.ends, base + BLOCK_BYTES)) + 1
            end = min(start + BLOCK_LINES, max(by_size, start + 1))
            if end >= len(lines) and len(lines) - start < BLOCK_LINES and len(lines.text) - base < BLOCK_BYTES:
                break
            self._write(place, first + start, lines.slice(start, min(end, len(lines))))
            start = min(end, len(lines))
        rest = lines.slice(start, len(lines))
        self._open = [rest] if len(rest) else []
        self._open_at = (place, first + start)
        self._open_lines, self._open_bytes = len(rest), len(rest.text)

    def _close_all(self) -> None:
        if self._open:
            self._write(*self._open_at, join_lines(self._open))
        self._open, self._open_lines, self._open_bytes = [], 0, 0

    def _write(self, writer: int, first: int, lines: LogLines) -> None:
        kinds = np.array([self._place(kind) for kind in lines.names], np.int64)[lines.kinds]
        packed = pack_lines(LogLines(lines.text, (), lines.ends, lines.times, kinds))
        known = lines.times[lines.times != NO_TIME]
        low, high = (int(known.min()), int(known.max())) if len(known) else (NO_TIME, NO_TIME)
        for place, count in zip(*np.unique(kinds, return_counts=True), strict=True):
            self._counts.append((len(self._blocks), int(place), int(count)))
        self._blocks.append((writer, first, len(lines), low, high, self._size, len(packed)))
        self._body.append(packed)
        self._size += len(packed)
        self._text_bytes += len(lines.text)

    def _place(self, kind: Kind) -> int:
        known = kind if kind in self._kinds or len(self._kinds) < KINDS_MAX else (kind[0], None)
        return self._kinds.setdefault(known, len(self._kinds))

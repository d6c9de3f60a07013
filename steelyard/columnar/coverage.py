"""Which lines of a stream a segment holds, and where each writer had come to. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from steelyard.columnar.lines import Lines

Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """`lines`: writer → half-open ranges of line numbers, ascending, apart.

    `last_steps`: the step at which each writer was when its newest line came, which is that of a following line sent
    without one; absent for a writer that never sent a step.
    """

    lines: Mapping[str, Ranges]
    last_steps: Mapping[str, int]

    @property
    def size_bytes(self) -> int:
        return sum(200 + 150 * len(ranges) for ranges in self.lines.values())

    def overlaps(self, writer: str, start: int, end: int | None) -> bool:
        """Tell whether any line from `start` to below `end` (None: to the end of all lines) is held."""
        ranges = self.lines.get(writer, ())
        return any(high > start and (end is None or low < end) for low, high in ranges)

    def encode(self) -> str:
        writers = {
            writer: {"lines": ranges, **({"step": self.last_steps[writer]} if writer in self.last_steps else {})}
            for writer, ranges in self.lines.items()
        }
        return json.dumps(writers, separators=(",", ":"))


def decode_coverage(text: str) -> Coverage:
    writers = json.loads(text)
    lines = {writer: tuple((low, high) for low, high in held["lines"]) for writer, held in writers.items()}
    return Coverage(lines, {writer: held["step"] for writer, held in writers.items() if "step" in held})


def cover(lines: Lines, last_steps: Mapping[str, int]) -> Coverage:
    """Return what `lines` hold."""
    found: dict[str, Ranges] = {}
    for index, writer in enumerate(lines.writers):
        numbers = np.sort(lines.numbers[lines.of_writer == index])
        if len(numbers):
            breaks = np.flatnonzero(np.diff(numbers) > 1) + 1
            starts = numbers[np.append(0, breaks)].tolist()
            ends = (numbers[np.append(breaks - 1, len(numbers) - 1)] + 1).tolist()
            found[writer] = tuple(zip(starts, ends, strict=True))
    return Coverage(found, dict(last_steps))

"""What lies where in an object of console lines: its blocks, and what a reader wants to know without opening them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import orjson

from steelyard.columnar.coverage import Coverage, Ranges
from steelyard.columnar.groups import Indexes
from steelyard.columnar.log_lines import Kind
from steelyard.columnar.packing import compress, decompress, pack, unpack

# What stands at the beginning of each object. A new form of blocks takes a new number.
MAGIC = b"SYLOG\x00\x00\x01"
_HEADER_SIZE_BYTES = 4


@dataclass(frozen=True, slots=True)
class LogDirectory:
    """Blocks ascend by writer and line. One array entry per block, except for kinds.

    `lows` and `highs` bound the times of a block; `kind_blocks`, `kind_places` and `kind_counts` say how many lines of
    which of `kinds` a block has.
    """

    writers: tuple[str, ...]
    kinds: tuple[Kind, ...]
    text_bytes: int
    of_writer: Indexes
    firsts: Indexes
    counts: Indexes
    lows: Indexes
    highs: Indexes
    offsets: Indexes
    sizes: Indexes
    kind_blocks: Indexes
    kind_places: Indexes
    kind_counts: Indexes

    # The words of the catalog, which counts lines as steps.
    same_steps = False

    @property
    def row_count(self) -> int:
        return int(self.counts.sum())

    @property
    def step_min(self) -> int:
        return int(self.firsts.min())

    @property
    def step_max(self) -> int:
        return int((self.firsts + self.counts).max()) - 1

    @property
    def size_bytes(self) -> int:
        return 56 * len(self.firsts) + 24 * len(self.kind_blocks) + 100 * len(self.kinds) + 1000

    def range_of(self, block: int) -> tuple[int, int]:
        """Return where a block lies in the object."""
        return int(self.offsets[block]), int(self.offsets[block] + self.sizes[block])

    def coverage(self) -> Coverage:
        found: dict[str, Ranges] = {}
        for at, writer in enumerate(self.writers):
            firsts = self.firsts[self.of_writer == at]
            ends = firsts + self.counts[self.of_writer == at]
            breaks = np.flatnonzero(firsts[1:] > ends[:-1]) + 1
            starts = firsts[np.append(0, breaks)].tolist()
            found[writer] = tuple(zip(starts, ends[np.append(breaks - 1, len(ends) - 1)].tolist(), strict=True))
        return Coverage(found, {})

    def to_bytes(self) -> bytes:
        head = compress(orjson.dumps({"writers": self.writers, "kinds": self.kinds, "text": self.text_bytes}))
        return len(head).to_bytes(_HEADER_SIZE_BYTES, "little") + head + pack(*self._arrays())

    def _arrays(self) -> Sequence[Indexes]:
        return (
            self.of_writer,
            self.firsts,
            self.counts,
            self.lows,
            self.highs,
            self.offsets,
            self.sizes,
            self.kind_blocks,
            self.kind_places,
            self.kind_counts,
        )

    @staticmethod
    def from_bytes(data: bytes) -> LogDirectory:
        size = _HEADER_SIZE_BYTES + int.from_bytes(data[:_HEADER_SIZE_BYTES], "little")
        head = orjson.loads(decompress(data[_HEADER_SIZE_BYTES:size]))
        kinds = tuple((level, label) for level, label in head["kinds"])
        return LogDirectory(tuple(head["writers"]), kinds, head["text"], *unpack(data[size:]))

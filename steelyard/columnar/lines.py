"""Lines of a stream as a segment holds them: columns over lines, sorted, each line as it was sent, none merged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from steelyard.columnar.columns import Column, first_rows

if TYPE_CHECKING:
    import numpy.typing as npt


@dataclass(frozen=True)
class Lines:
    """Sorted by step, then writer, then line. The rows of every column are places in this order.

    `steps[i]`, `writers[of_writer[i]]` and `numbers[i]` are the step of line i, who sent it, and as which line. The
    step is also there for lines that were sent without one; the column `_step` holds only what was sent.
    """

    steps: npt.NDArray[np.int64]
    writers: tuple[str, ...]
    of_writer: npt.NDArray[np.int64]
    numbers: npt.NDArray[np.int64]
    columns: Mapping[str, Column]

    def __len__(self) -> int:
        return len(self.steps)

    def first(self, count: int) -> Lines:
        """Return the first `count` lines, with the columns that any of them has."""
        columns = first_rows(self.columns, count)
        return Lines(self.steps[:count], self.writers, self.of_writer[:count], self.numbers[:count], columns)

    @cached_property
    def same_steps(self) -> bool:
        """Whether lines of one writer share a step: they are merged into one row when read."""
        return bool(np.any((self.steps[1:] == self.steps[:-1]) & (self.of_writer[1:] == self.of_writer[:-1])))

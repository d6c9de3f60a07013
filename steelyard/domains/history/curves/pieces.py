"""A batch in pieces of bounded work, each of which is one frame of the answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from steelyard.domains.history.curves.spec import Batch, Panel, Window

# Lines of one piece: some milliseconds, after which another request may have its turn.
LINES_AT_ONCE = 32
# Buckets of all runs of a group together, for they are held at a time: 72 bytes each.
GROUP_CELLS_MAX = 500_000
GROUP_BUCKETS_MIN = 50


@dataclass(frozen=True, slots=True)
class Piece:
    """Some runs of a panel, or one of its groups; `is_last` of its panel."""

    index: int
    panel: Panel
    runs: tuple[int, ...]
    group: int | None
    is_last: bool

    @property
    def header(self) -> dict[str, Any]:
        return {"panel": self.index, "id": self.panel.id, "done": self.is_last}

    @property
    def window(self) -> Window:
        """The panel's window, with fewer buckets for very large groups."""
        window = self.panel.window
        if self.group is None:
            return window
        most = max(GROUP_BUCKETS_MIN, GROUP_CELLS_MAX // max(1, len(self.runs)))
        return replace(window, buckets=min(window.buckets, most))


def cut_into_pieces(batch: Batch) -> Iterator[Piece]:
    """Yield the pieces in the order of the panels; every panel has one at least."""
    for index, panel in enumerate(batch.panels):
        for number, group in enumerate(panel.groups):
            yield Piece(index, panel, group.runs, number, number == len(panel.groups) - 1)
        if panel.groups:
            continue
        last = max(0, len(panel.runs) - 1) // LINES_AT_ONCE
        for number in range(last + 1):
            runs = panel.runs[number * LINES_AT_ONCE : (number + 1) * LINES_AT_ONCE]
            yield Piece(index, panel, runs, None, number == last)

"""The pyramids of a segment: which keys share rows, their levels, and in which order these lie in the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from steelyard.columnar.columns import Column
from steelyard.columnar.directory import Extent, RowSet
from steelyard.columnar.groups import Floats, Indexes
from steelyard.columnar.level_blobs import pack_key_level, pack_row_set_level
from steelyard.columnar.lines import Lines
from steelyard.columnar.plans import LevelShape
from steelyard.columnar.pyramid import (
    KeyLevel,
    RowSetLevel,
    RowTimes,
    build_key_levels,
    build_row_set_levels,
    is_monotonic,
)

RUNTIME, TIMESTAMP = "_runtime", "_timestamp"

AddBlob = Callable[[bytes], int]


@dataclass
class SharedRows:
    """Numeric keys that stand in the same rows. `blobs` of the row set and of each key are finest first."""

    rows: Indexes
    levels: tuple[RowSetLevel, ...]
    keys: dict[str, tuple[KeyLevel, ...]] = field(default_factory=dict)
    blobs: list[int] = field(default_factory=list)
    key_blobs: dict[str, list[int]] = field(default_factory=dict)

    def describe(self, times: RowTimes) -> RowSet:
        first, last = int(times.steps[self.rows[0]]), int(times.steps[self.rows[-1]])
        return RowSet(
            count=len(self.rows),
            step=Extent(first, last, True),
            runtime=_extent(times.runtime[self.rows]),
            timestamp=_extent(times.timestamp[self.rows]),
            levels=tuple(LevelShape(level.width_log2, len(level)) for level in self.levels),
            blobs=tuple(self.blobs),
        )


def times_of(lines: Lines, columns: Mapping[str, Column]) -> RowTimes:
    return RowTimes(lines.steps, _spread(columns.get(RUNTIME), len(lines)), _spread(columns.get(TIMESTAMP), len(lines)))


def share_rows(lines: Lines, columns: Mapping[str, Column], times: RowTimes) -> list[SharedRows]:
    """Return all keys with numbers, by the rows these stand in, with their levels.

    Lines that are yet to be merged into rows get no levels: no chart could use them.
    """
    by_rows: dict[bytes | None, SharedRows] = {}
    for path, column in columns.items():
        numeric = column.numeric()
        if numeric.numbers is None or not len(numeric):
            continue
        identity = None if len(numeric) == len(lines) else numeric.rows.tobytes()
        shared = by_rows.get(identity)
        if shared is None:
            levels = () if lines.same_steps else build_row_set_levels(numeric.rows, times)
            shared = by_rows[identity] = SharedRows(numeric.rows, levels)
        shared.keys[path] = build_key_levels(shared.levels, numeric.numbers)
    return list(by_rows.values())


def write_levels(row_sets: list[SharedRows], add: AddBlob) -> None:
    """Add the blobs of all levels, coarsest first; keys of a row set stand beside it, so that one read gets both."""
    for depth in range(max((len(shared.levels) for shared in row_sets), default=0)):
        for shared in row_sets:
            at = len(shared.levels) - 1 - depth
            if at < 0:
                continue
            shared.blobs.insert(0, add(pack_row_set_level(shared.levels[at])))
            for path, levels in shared.keys.items():
                shared.key_blobs.setdefault(path, []).insert(0, add(pack_key_level(levels[at])))


def _spread(column: Column | None, count: int) -> Floats:
    values = np.full(count, np.nan)
    numeric = None if column is None else column.numeric()
    if numeric is not None and numeric.numbers is not None:
        values[numeric.rows] = numeric.numbers
    return values


def _extent(x: Floats) -> Extent:
    return Extent(float(x[0]), float(x[-1]), is_monotonic(x))

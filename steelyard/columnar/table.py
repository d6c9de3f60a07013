"""All rows of a stream as one table: newest copy of each line, sorted by step, rows of an equal step merged.

A table is made of blocks and never changes; new chunks make a new table, which shares their arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from steelyard.columnar.blocks import Block
from steelyard.columnar.columns import Column, join
from steelyard.columnar.groups import Indexes, Mask
from steelyard.columnar.paths import flat_name

STEP = "_step"


class Table:
    """`steps` holds the step of each row, ascending. Rows of two writers stay apart even where steps are equal."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = tuple(block for block in blocks if block.row_count)
        self._bases = np.cumsum([0, *(block.row_count for block in self._blocks)])
        alive = _alive(blocks, self._blocks, self._bases)
        slot_steps = self._slot_steps()
        # order: living slots sorted as rows are; ranks: the row of each of them; position: slot → place in order, or -1
        self._order, starts = _ordered(slot_steps, alive, *self._writers_and_lines())
        self._ranks = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(self._order))))
        self._position = np.full(len(slot_steps), -1, dtype=np.int64)
        self._position[self._order] = np.arange(len(self._order))
        self._is_plain = len(starts) == len(slot_steps) and bool(np.all(self._order == starts))
        self.steps: Indexes = slot_steps[self._order[starts]] if len(starts) else np.empty(0, np.int64)
        self._columns: dict[str, Column] = {}

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def size_bytes(self) -> int:
        own = self._order.nbytes + self._position.nbytes + self._ranks.nbytes + self.steps.nbytes
        return own + sum(column.size_bytes for column in self._columns.values())

    @cached_property
    def paths(self) -> list[str]:
        """The path of every key that any line has or had, in order of first appearance."""
        return list(dict.fromkeys(path for block in self._blocks for path in block.columns))

    @cached_property
    def _paths_by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self.paths:
            found.setdefault(flat_name(path), []).append(path)
        return found

    @property
    def keys(self) -> list[str]:
        """The flattened name of every key that any line has or had, in order of first appearance."""
        return list(self._paths_by_name)

    def find_column(self, key: str) -> Column | None:
        """Return the values of a key by row, None when it was never logged. A dot may come escaped (`a\\.b`)."""
        paths = self._paths_by_name.get(key) or self._paths_by_name.get(flat_name(key))
        if paths is None:
            return None
        columns = [self.column_at(path) for path in paths]
        return columns[0] if len(columns) == 1 else _laid_over(columns)

    def column_at(self, path: str) -> Column:
        """Return the values of the key with this very path. Raises `KeyError` for one that was never logged."""
        if path not in self._columns:
            parts = [
                block.columns[path].shifted(base)
                for block, base in zip(self._blocks, self._bases.tolist(), strict=False)
                if path in block.columns
            ]
            if not parts:
                raise KeyError(path)
            column = join(parts)
            self._columns[path] = column if self._is_plain else self._placed(column)
        return self._columns[path]

    def _placed(self, column: Column) -> Column:
        """Return a column by slots as one by rows: the dead left out, the last of those that share a row kept."""
        slots = np.concatenate([column.rows, column.nulls])
        positions = self._position[slots]
        order = np.argsort(positions, kind="stable")
        order = order[np.searchsorted(positions[order], 0) :]
        rows = self._ranks[positions[order]]
        last = np.append(rows[1:] != rows[:-1], True) if len(rows) else np.empty(0, bool)
        order, rows = order[last], rows[last]
        is_null = order >= len(column)
        return column.take(order[~is_null]).at(rows[~is_null], rows[is_null])

    def row_range(self, step_min: int | None, step_end: int | None) -> tuple[int, int]:
        """Return the rows whose step is at least `step_min` and below `step_end`, as a half-open range."""
        start = 0 if step_min is None else int(np.searchsorted(self.steps, step_min, side="left"))
        end = len(self) if step_end is None else int(np.searchsorted(self.steps, step_end, side="left"))
        return start, max(start, end)

    def _slot_steps(self) -> Indexes:
        """Return the step of every slot: of every line of the blocks, one after the other.

        A line without one has that of the line before it; a stream without steps, as that of system metrics, is
        numbered by its lines.
        """
        if not any(STEP in block.columns for block in self._blocks):
            return self._writers_and_lines()[1]
        steps = np.zeros(int(self._bases[-1]), dtype=np.int64)
        carried: dict[str, int] = {}
        for block, base in zip(self._blocks, self._bases.tolist(), strict=False):
            own = _steps(block, carried.get(block.writer, 0))
            steps[base : base + block.row_count] = own
            carried[block.writer] = int(own[-1])
        return steps

    def _writers_and_lines(self) -> tuple[Indexes, Indexes]:
        numbers = {writer: i for i, writer in enumerate(dict.fromkeys(block.writer for block in self._blocks))}
        counts = [block.row_count for block in self._blocks]
        writers = np.repeat([numbers[block.writer] for block in self._blocks], counts).astype(np.int64)
        lines = [np.arange(block.first_line, block.end_line) for block in self._blocks]
        return writers, np.concatenate(lines) if lines else np.empty(0, np.int64)


def _steps(block: Block, carried: int) -> Indexes:
    column = block.columns.get(STEP)
    column = column.numeric() if column is not None else None
    if column is None or not len(column) or column.numbers is None:
        return np.full(block.row_count, carried, dtype=np.int64)
    finite = np.nan_to_num(column.numbers, nan=carried, posinf=2.0**62, neginf=-(2.0**62))
    values = np.clip(finite, -(2.0**62), 2.0**62).astype(np.int64)
    if len(column) == block.row_count:
        return values
    position = np.searchsorted(column.rows, np.arange(block.row_count), side="right") - 1
    return np.where(position >= 0, values[np.maximum(position, 0)], carried)


def _alive(arrivals: Sequence[Block], blocks: Sequence[Block], bases: Indexes) -> Mask:
    """Tell which lines no newer block has written over or cut off."""
    alive = np.ones(int(bases[-1]), dtype=bool)
    base_of = {id(block): int(base) for block, base in zip(blocks, bases, strict=False)}
    ends: dict[str, int] = {}
    for index, newer in enumerate(arrivals):
        if newer.first_line < ends.get(newer.writer, 0):
            for older in arrivals[:index]:
                if older.writer == newer.writer and older.row_count:
                    start = max(newer.first_line, older.first_line) - older.first_line
                    end = older.row_count if not newer.row_count else newer.end_line - older.first_line
                    base = base_of[id(older)]
                    alive[base + start : base + max(start, min(end, older.row_count))] = False
        ends[newer.writer] = newer.first_line if not newer.row_count else max(ends.get(newer.writer, 0), newer.end_line)
    return alive


def _ordered(steps: Indexes, alive: Mask, writers: Indexes, lines: Indexes) -> tuple[Indexes, Indexes]:
    """Return the living slots in the order of rows, and where each row begins in it."""
    order = np.flatnonzero(alive)
    step, writer, line = steps[order], writers[order], lines[order]
    is_sorted = not writer.any() and bool(np.all(np.diff(step) >= 0)) and bool(np.all(np.diff(line) > 0))
    if not is_sorted:
        by = np.lexsort((line, writer, step))
        order, step, writer = order[by], step[by], writer[by]
    if not len(order):
        return order, order
    begins = np.append(True, (np.diff(step) != 0) | (np.diff(writer) != 0))
    return order, np.flatnonzero(begins)


def _laid_over(columns: Sequence[Column]) -> Column:
    """Return one column of several whose keys flatten to the same name; where two name a row, the later wins."""
    taken = np.empty(0, np.int64)
    kept: list[Column] = []
    for column in reversed(columns):
        kept.append(column.take(~np.isin(column.rows, taken)))
        taken = np.concatenate([taken, column.rows])
    return join(kept)

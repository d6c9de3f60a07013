"""Where the lines of a stream stand: which are alive, at which step each is, and in what order rows come of them.

A stream comes as pieces: the lines of segments first, then blocks of the journal in the order they came. Every line of
every piece has a slot, numbered one piece after the other; what is known of all lines are arrays over slots.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from steelyard.columnar.blocks import Block
from steelyard.columnar.groups import Indexes, Mask
from steelyard.columnar.lines import Lines

STEP = "_step"
# Steps beyond are taken for this one; it leaves room to count on in 64 bits.
_STEP_MAX = 2.0**62

Piece = Lines | Block


@dataclass(frozen=True, slots=True)
class Slots:
    """`last_steps`: the step at which each writer was when its newest line came, see `coverage.Coverage`."""

    writers: tuple[str, ...]
    of_writer: Indexes
    lines: Indexes
    steps: Indexes
    alive: Mask
    last_steps: Mapping[str, int]

    def order(self) -> Indexes:
        """Return the living slots sorted by step, writer and line."""
        living = np.flatnonzero(self.alive)
        step, writer, line = self.steps[living], self.of_writer[living], self.lines[living]
        if not writer.any() and bool(np.all(np.diff(step) >= 0)) and bool(np.all(np.diff(line) > 0)):
            return living
        return living[np.lexsort((line, writer, step))]


def lay_out(pieces: Sequence[Piece], last_steps: Mapping[str, int]) -> Slots:
    """Return the slots of `pieces`. `last_steps` are those of all lines of segments, whether or not among the pieces.

    Segments share no line with each other; a block overwrites lines of all pieces before it, and one without lines, a
    cut, ends them.
    """
    # By name, so that rows of equal steps keep their order whatever of a stream is in segments.
    writers = tuple(sorted({writer for piece in pieces for writer in _writers(piece)}))
    index = {writer: i for i, writer in enumerate(writers)}
    of_writer = _concatenated([_of_writer(piece, index) for piece in pieces])
    lines = _concatenated([_lines(piece) for piece in pieces])
    steps, carried = _steps(pieces, last_steps)
    return Slots(writers, of_writer, lines, steps, _alive(pieces, index, of_writer, lines), carried)


def _concatenated(parts: Sequence[Indexes]) -> Indexes:
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else np.empty(0, np.int64)


def _writers(piece: Piece) -> Sequence[str]:
    return (piece.writer,) if isinstance(piece, Block) else piece.writers


def _of_writer(piece: Piece, index: Mapping[str, int]) -> Indexes:
    if isinstance(piece, Block):
        return np.full(piece.row_count, index[piece.writer], dtype=np.int64)
    numbers = np.array([index[writer] for writer in piece.writers], dtype=np.int64)
    return numbers[piece.of_writer] if len(numbers) > 1 or numbers.any() else piece.of_writer


def _lines(piece: Piece) -> Indexes:
    if isinstance(piece, Block):
        return np.arange(piece.first_line, piece.end_line, dtype=np.int64)
    return piece.numbers


def _steps(pieces: Sequence[Piece], last_steps: Mapping[str, int]) -> tuple[Indexes, Mapping[str, int]]:
    """Return the step of every slot, and where each writer is after its newest line.

    A line without a step has that of the writer's line before it. Before a writer's first step, and thus in streams
    without steps as that of system metrics, lines are at the step of their number.
    """
    carried = dict(last_steps)
    parts: list[Indexes] = []
    for piece in pieces:
        if not isinstance(piece, Block):
            parts.append(piece.steps)
        elif piece.row_count:
            parts.append(_block_steps(piece, carried))
    return _concatenated(parts), carried


def _block_steps(block: Block, carried: dict[str, int]) -> Indexes:
    before = carried.get(block.writer)
    column = block.columns.get(STEP)
    column = column.numeric() if column is not None else None
    if column is None or column.numbers is None or not len(column):
        return _lines(block) if before is None else np.full(block.row_count, before, dtype=np.int64)
    fallback = before or 0
    finite = np.nan_to_num(column.numbers, nan=fallback, posinf=_STEP_MAX, neginf=-_STEP_MAX)
    values = np.clip(finite, -_STEP_MAX, _STEP_MAX).astype(np.int64)
    carried[block.writer] = int(values[-1])
    if len(column) == block.row_count:
        return values
    position = np.searchsorted(column.rows, np.arange(block.row_count), side="right") - 1
    first = _lines(block) if before is None else before
    return np.where(position >= 0, values[np.maximum(position, 0)], first)


def _alive(pieces: Sequence[Piece], index: Mapping[str, int], of_writer: Indexes, lines: Indexes) -> Mask:
    """Tell which lines no later block has written over or cut off."""
    alive = np.ones(len(lines), dtype=bool)
    ends = dict.fromkeys(index.values(), 0)
    base = 0
    for piece in pieces:
        if not isinstance(piece, Block):
            for number in map(index.__getitem__, piece.writers):
                mine = piece.numbers[of_writer[base : base + len(piece)] == number]
                ends[number] = max(ends[number], int(mine.max(initial=-1)) + 1)
            base += len(piece)
            continue
        number = index[piece.writer]
        if piece.first_line < ends[number]:
            dead = (of_writer[:base] == number) & (lines[:base] >= piece.first_line)
            if piece.row_count:
                dead &= lines[:base] < piece.end_line
            alive[:base][dead] = False
        ends[number] = max(ends[number], piece.end_line) if piece.row_count else min(ends[number], piece.first_line)
        base += piece.row_count
    return alive

"""A history up to a step, out of the segments it is made of: which stay whole, which are cut, which lie beyond.

Nothing is written over, so a cut is an account of segments that never change (docs/adr/0007-branches.md). A segment's
lines are sorted by step: what is kept of a cut one is its first lines.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.columnar.coverage import Coverage, cover
from steelyard.columnar.lines import Lines
from steelyard.columnar.slots import STEP
from steelyard.context import Context
from steelyard.domains.history import segment_queries
from steelyard.domains.history.branches.last_values import last_values
from steelyard.domains.history.flush import flush_stream
from steelyard.domains.history.model import Due, Segment, Stream, TailMark
from steelyard.domains.history.reading import load_live
from steelyard.domains.history.segments import SegmentGone, open_segments
from steelyard.domains.history.tails import TailMoved
from steelyard.kernel import jsontext
from steelyard.kernel.errors import Conflict, Unavailable

# Somebody else's flush or merge at the same moment, or a row that comes, makes us look again.
ATTEMPTS = 20
AGAIN_AFTER_S = 0.01


class Moved(Exception):
    """The stream is no longer what the cut was made of; nothing has changed. Cut it anew."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The lines with `_step` <= `step` of a run, as its stream was at one moment.

    `cut` are pairs: the segment as it is in the stream, and what is kept of it. `summary` is a JSON text: the last
    value of each key that is kept.
    """

    run: int
    step: int
    whole: tuple[Segment, ...]
    cut: tuple[tuple[Segment, Segment], ...]
    beyond: tuple[Segment, ...]
    summary: str

    @property
    def kept(self) -> list[Segment]:
        return [*self.whole, *(after for _, after in self.cut)]

    @property
    def segments(self) -> list[Segment]:
        """All segments of the stream."""
        return [*self.whole, *(before for before, _ in self.cut), *self.beyond]

    @property
    def step_max(self) -> int | None:
        """The highest step of the whole stream, None before its first row."""
        return max((segment.step_max for segment in self.segments), default=None)

    @property
    def line_count(self) -> int:
        """The number of lines of all writers, as positions count them: one past the highest of each."""
        ends: dict[str, int] = {}
        for segment in self.kept:
            for writer, ranges in segment.coverage.lines.items():
                ends[writer] = max(ends.get(writer, 0), ranges[-1][1])
        return sum(ends.values())


async def cut_history(ctx: Context, run: int, step: int) -> Cut:
    """Return the cut of the run's history as it is now; the journal becomes segments first.

    Reads line numbers of the segments that are cut, and all columns where rows overlap. Raises `Unavailable` when the
    run is written to faster than that.
    """
    for attempt in range(ATTEMPTS):
        await _empty_journal(ctx, run)
        live = await ctx.database.read_at_once(
            partial(segment_queries.list_live_ids, runs=[run], stream=Stream.HISTORY)
        )
        try:
            segments = await load_live(ctx, run, live.get(run, []))
            return await _cut(ctx, run, step, segments)
        except (SegmentGone, TailMoved):
            await asyncio.sleep(AGAIN_AFTER_S * attempt)
    raise Unavailable("the run is written faster than it can be read; try again")


async def _cut(ctx: Context, run: int, step: int, segments: Sequence[Segment]) -> Cut:
    whole = tuple(segment for segment in segments if segment.step_max <= step)
    beyond = tuple(segment for segment in segments if segment.step_min > step)
    between = [segment for segment in segments if segment.step_min <= step < segment.step_max]
    cut = tuple([(segment, await _kept_of(ctx, segment, step)) for segment in between])
    kept = [*whole, *(after for _, after in cut)]
    summary = await last_values(ctx, run, kept)
    return Cut(run, step, whole, cut, beyond, jsontext.dumps(summary))


async def _kept_of(ctx: Context, segment: Segment, step: int) -> Segment:
    (opened,) = await open_segments(ctx, [segment])
    lines = await opened.lines_of([STEP])
    kept = lines.first(int(np.searchsorted(lines.steps, step, side="right")))
    return replace(
        segment,
        row_count=len(kept),
        value_count=max(1, segment.value_count * len(kept) // len(lines)),
        step_max=int(kept.steps[-1]),
        coverage=_coverage(kept),
        cut_step=step,
    )


def _coverage(lines: Lines) -> Coverage:
    """Return what the lines hold. A writer is at the step of its newest line, if it ever sent a step."""
    column = lines.columns.get(STEP)
    stepped = set() if column is None else set(np.unique(lines.of_writer[column.rows]).tolist())
    last_steps: dict[str, int] = {}
    for index, writer in enumerate(lines.writers):
        mine = np.flatnonzero(lines.of_writer == index)
        if len(mine) and index in stepped:
            last_steps[writer] = int(lines.steps[mine[np.argmax(lines.numbers[mine])]])
    return cover(lines, last_steps)


async def _empty_journal(ctx: Context, run: int) -> None:
    """Turn what the journal holds of the history by now into segments; what comes meanwhile may stay there."""
    until: int | None = None
    conflicts = 0
    while True:
        mark = (await ctx.database.read_at_once(partial(_mark, run=run))).get(run)
        if mark is None or (until is not None and mark.first_id > until):
            return
        until = mark.last_id if until is None else until
        try:
            await flush_stream(ctx, Due(run, Stream.HISTORY, ended=False))
        except (Conflict, SegmentGone) as error:
            conflicts += 1
            if conflicts == ATTEMPTS:
                raise Unavailable("the run is written faster than it can be read; try again") from error
            await asyncio.sleep(AGAIN_AFTER_S * conflicts)


async def _mark(conn: AsyncConnection, run: int) -> Mapping[int, TailMark]:
    return await segment_queries.mark_tails(conn, [run], Stream.HISTORY)

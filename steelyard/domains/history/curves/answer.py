"""Answers a batch of panels frame by frame, in the order asked: what is ready is sent, what nobody awaits is not made.

Reading waits in the event loop, computing runs in a few threads that all requests of the process share. A request has
only a few pieces of work under way, so that its memory is bounded and others get their turn between any two of them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from steelyard.columnar.buckets import Buckets
from steelyard.columnar.plans import Plan
from steelyard.context import Context
from steelyard.domains.history.curves.frames import Line, LineError, groups_frame, lines_frame, message_frame
from steelyard.domains.history.curves.kept import KeptLines
from steelyard.domains.history.curves.lines import Material, buckets_of, draw_group, draw_line
from steelyard.domains.history.curves.pieces import LINES_AT_ONCE, Piece, cut_into_pieces
from steelyard.domains.history.curves.sources import (
    NOTHING,
    Abscissa,
    Source,
    are_apart,
    find_pyramid,
    find_rows,
    plan_line,
)
from steelyard.domains.history.curves.spec import Batch, Panel
from steelyard.domains.history.model import Stream
from steelyard.domains.history.reading import Part, load_rows, parts
from steelyard.domains.history.segments import OpenSegment, SegmentGone, open_segments
from steelyard.domains.runs.model import RunRef
from steelyard.kernel.errors import Unavailable

# Pieces of work of one request that are read or computed while an earlier one is being sent.
AHEAD = 2
# Segments are deleted long after they were replaced: to come upon two such in a row is next to impossible.
ATTEMPTS = 3
# More threads than processors only take turns.
_threads = ThreadPoolExecutor(2, thread_name_prefix="curves")

T = TypeVar("T")


class Answer:
    """The answer to one batch whose runs have been resolved (curves/resolve.py)."""

    def __init__(self, ctx: Context, batch: Batch, runs: Sequence[RunRef | LineError]) -> None:
        self._ctx = ctx
        self._batch = batch
        self._runs = runs
        self._parts: dict[tuple[int, Stream], list[Part]] = {}
        self._reading = asyncio.Lock()

    async def frames(self) -> AsyncGenerator[bytes]:
        """Yield the frames; the last one says that the answer is whole. Closing it early ends all work for it."""
        under_way: deque[asyncio.Task[bytes]] = deque()
        try:
            for piece in cut_into_pieces(self._batch):
                under_way.append(asyncio.create_task(self._answer(piece)))
                if len(under_way) > AHEAD:
                    yield await under_way.popleft()
            while under_way:
                yield await under_way.popleft()
            yield message_frame({"end": True})
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def _answer(self, piece: Piece) -> bytes:
        errors: list[LineError] = []
        runs: list[tuple[int, int]] = []
        for index in piece.runs:
            found = self._runs[index]
            if isinstance(found, LineError):
                errors.append(LineError(index, found.code, found.message))
            else:
                runs.append((index, found.id))
        for _ in range(ATTEMPTS):
            try:
                return await (self._lines if piece.group is None else self._group)(piece, runs, errors)
            except SegmentGone:
                self._parts.clear()
        raise Unavailable("the run is being reorganised; try again")

    async def _lines(self, piece: Piece, runs: Sequence[tuple[int, int]], errors: Sequence[LineError]) -> bytes:
        parts_of = await self._find_parts(piece.panel.stream, [run for _, run in runs])
        kept = KeptLines(self._ctx, piece.panel)
        known = {index: line for index, run in runs if (line := kept.find(index, parts_of[run])) is not None}
        new = [(index, run) for index, run in runs if index not in known]
        if new:
            drawn = await self._draw(piece, new)
            for (index, run), line in zip(new, drawn, strict=True):
                known[index] = line
                if parts_of[run]:
                    kept.keep(parts_of[run], line)
        lines = [known[index] for index, _ in runs]
        return await _in_thread(lambda: lines_frame(piece.header, piece.panel.columns, lines, errors))

    async def _draw(self, piece: Piece, runs: Sequence[tuple[int, int]]) -> list[Line]:
        abscissa = Abscissa.of(piece.panel)
        sources = await self._sources(piece.panel, abscissa, [run for _, run in runs])
        plans = [plan_line(piece.window, abscissa.axis, of_run) for of_run in sources]
        materials = await asyncio.gather(*map(_material, plans, sources))

        def draw() -> list[Line]:
            drawn = zip(runs, plans, materials, strict=True)
            return [draw_line(index, plan, material) for (index, _), plan, material in drawn]

        return await _in_thread(draw)

    async def _group(self, piece: Piece, runs: Sequence[tuple[int, int]], errors: Sequence[LineError]) -> bytes:
        abscissa, ids = Abscissa.of(piece.panel), [run for _, run in runs]
        sources = await self._sources(piece.panel, abscissa, ids)
        plan = plan_line(piece.window, abscissa.axis, [source for of_run in sources for source in of_run])
        members: list[Buckets] = []
        for start in range(0, 0 if plan is None else len(ids), LINES_AT_ONCE):
            members += await self._members(plan, sources[start : start + LINES_AT_ONCE])
        line = await _in_thread(lambda: draw_group(piece.group or 0, plan, members))
        return groups_frame(piece.header, piece.panel.statistics, [line], errors)

    async def _members(self, plan: Plan | None, sources: Sequence[Sequence[Source]]) -> list[Buckets]:
        materials = await asyncio.gather(*(_material(plan, of_run) for of_run in sources))
        found = await _in_thread(lambda: [plan and buckets_of(plan, material) for material in materials])
        return [buckets for buckets in found if buckets]

    async def _sources(self, panel: Panel, abscissa: Abscissa, runs: Sequence[int]) -> list[list[Source]]:
        """Return the sources of each run's line, in order of steps."""
        found = await self._find_parts(panel.stream, runs)
        plain = {part.plain.id: part.plain for run in runs for part in found[run] if part.plain is not None}
        opened = {one.segment.id: one for one in await open_segments(self._ctx, plain.values())}
        sources: list[list[Source]] = []
        for run in runs:
            of_run = [await self._source(part, opened, panel, abscissa) for part in found[run]]
            if not are_apart(of_run, panel.window):
                of_run = [await self._rows(part, panel, abscissa) for part in found[run]]
            sources.append(of_run)
        return sources

    async def _source(self, part: Part, opened: Mapping[int, OpenSegment], panel: Panel, abscissa: Abscissa) -> Source:
        if part.plain is not None:
            segment = opened[part.plain.id]
            if not segment.find_paths(panel.key):
                return NOTHING
            if pyramid := find_pyramid(segment, panel.key, abscissa):
                return pyramid
        return await self._rows(part, panel, abscissa)

    async def _rows(self, part: Part, panel: Panel, abscissa: Abscissa) -> Source:
        table = await load_rows(self._ctx, part, [panel.key, *([] if abscissa.key is None else [abscissa.key])])
        return find_rows(table, panel.key, abscissa)

    async def _find_parts(self, stream: Stream, runs: Sequence[int]) -> dict[int, list[Part]]:
        """Return the parts of runs; each run is looked up once for the whole batch."""
        async with self._reading:
            missing = [run for run in dict.fromkeys(runs) if (run, stream) not in self._parts]
            if missing:
                for run, found in (await parts(self._ctx, missing, stream)).items():
                    self._parts[run, stream] = found
            return {run: self._parts[run, stream] for run in runs}


async def _material(plan: Plan | None, sources: Sequence[Source]) -> Material:
    """Read and return what the plan needs of all sources of a line."""
    if plan is None:
        return Material([])
    found = [await source.material(plan) for source in sources]
    if len(found) == 1:
        return found[0]
    return Material([one for part in found for one in part.inputs], [mark for part in found for mark in part.marks])


async def _in_thread(work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_threads, work)

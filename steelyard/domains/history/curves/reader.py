"""Reads what the lines of one batch are made of: each run's stream is looked up once, however many panels show it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from steelyard.columnar.buckets import Buckets
from steelyard.columnar.plans import Plan
from steelyard.context import Context
from steelyard.domains.history.curves.frames import GroupLine, Line
from steelyard.domains.history.curves.kept import KeptLines
from steelyard.domains.history.curves.lines import Material, buckets_of, draw_group, draw_line
from steelyard.domains.history.curves.pieces import LINES_AT_ONCE, Piece
from steelyard.domains.history.curves.sources import (
    Abscissa,
    Outline,
    Source,
    are_apart,
    find_pyramid,
    find_rows,
    nothing,
    outline_of,
    plan_line,
)
from steelyard.domains.history.curves.spec import Panel
from steelyard.domains.history.model import Stream
from steelyard.domains.history.reading import Part, load_rows, parts
from steelyard.domains.history.segments import OpenSegment, open_segments

# More threads than processors only take turns.
_threads = ThreadPoolExecutor(2, thread_name_prefix="curves")

T = TypeVar("T")


async def in_thread(work: Callable[[], T]) -> T:
    """Return what `work` returns. All requests of the process share these few threads, first come first served."""
    return await asyncio.get_running_loop().run_in_executor(_threads, work)


class LineReader:
    """Lines of runs, by their numbers in the database. Everything raises `SegmentGone`: then `forget` and ask again."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._parts: dict[tuple[int, Stream], list[Part]] = {}
        self._looking = asyncio.Lock()

    def forget(self, stream: Stream, runs: Sequence[int]) -> None:
        for run in runs:
            self._parts.pop((run, stream), None)

    async def draw_lines(self, piece: Piece, runs: Sequence[tuple[int, int]]) -> list[Line]:
        """Return the line of each run, given as its position in the batch and its number."""
        parts_of = await self._find_parts(piece.panel.stream, [run for _, run in runs])
        kept = KeptLines(self._ctx, piece.panel)
        known = {index: line for index, run in runs if (line := kept.find(index, parts_of[run])) is not None}
        new = [(index, run) for index, run in runs if index not in known]
        if new:
            for (index, run), line in zip(new, await self._draw(piece, new), strict=True):
                known[index] = line
                if parts_of[run]:
                    kept.keep(parts_of[run], line)
        return [known[index] for index, _ in runs]

    async def _draw(self, piece: Piece, runs: Sequence[tuple[int, int]]) -> list[Line]:
        abscissa = Abscissa.of(piece.panel)
        sources = await self._sources(piece.panel, abscissa, [run for _, run in runs])
        plans = [plan_line(piece.window, abscissa.axis, of_run) for of_run in sources]
        materials = await asyncio.gather(*map(_material, plans, sources))

        def draw() -> list[Line]:
            drawn = zip(runs, plans, materials, strict=True)
            return [draw_line(index, plan, material) for (index, _), plan, material in drawn]

        return await in_thread(draw)

    async def draw_group(self, piece: Piece, group: int, runs: Sequence[int]) -> GroupLine:
        """Return the line of a group. Its runs are read twice, some at a time: for the buckets, then for the line."""
        abscissa = Abscissa.of(piece.panel)
        slices = [runs[start : start + LINES_AT_ONCE] for start in range(0, len(runs), LINES_AT_ONCE)]
        outlines: list[Outline] = []
        for some in slices:
            for of_run in await self._sources(piece.panel, abscissa, some):
                outlines += [outline_of(source, piece.window) for source in of_run]
        plan = plan_line(piece.window, abscissa.axis, outlines)
        members: list[Buckets] = []
        if plan is not None:
            for some in slices:
                members += await _members(plan, await self._sources(piece.panel, abscissa, some))
        return await in_thread(lambda: draw_group(group, plan, members))

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
                return nothing()
            if pyramid := find_pyramid(segment, panel.key, abscissa):
                return pyramid
        return await self._rows(part, panel, abscissa)

    async def _rows(self, part: Part, panel: Panel, abscissa: Abscissa) -> Source:
        table = await load_rows(self._ctx, part, [panel.key, *([] if abscissa.key is None else [abscissa.key])])
        return find_rows(table, panel.key, abscissa)

    async def _find_parts(self, stream: Stream, runs: Sequence[int]) -> dict[int, list[Part]]:
        async with self._looking:
            missing = [run for run in dict.fromkeys(runs) if (run, stream) not in self._parts]
            if missing:
                for run, found in (await parts(self._ctx, missing, stream)).items():
                    self._parts[run, stream] = found
            return {run: self._parts[run, stream] for run in runs}


async def _members(plan: Plan, sources: Sequence[Sequence[Source]]) -> list[Buckets]:
    materials = await asyncio.gather(*(_material(plan, of_run) for of_run in sources))
    found = await in_thread(lambda: [buckets_of(plan, material) for material in materials])
    return [buckets for buckets in found if buckets is not None]


async def _material(plan: Plan | None, sources: Sequence[Source]) -> Material:
    """Read and return what the plan needs of all sources of a line."""
    if plan is None:
        return Material([])
    found = [await source.material(plan) for source in sources]
    if len(found) == 1:
        return found[0]
    return Material([one for part in found for one in part.inputs], [mark for part in found for mark in part.marks])

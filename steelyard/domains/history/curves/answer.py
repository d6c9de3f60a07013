"""Answers a batch of panels frame by frame, in the order asked: what is ready is sent, what nobody awaits is not made.

Reading waits in the event loop, computing runs in a few threads that all requests of the process share. A request has
only a few pieces of work under way, so that its memory is bounded and others get their turn between any two of them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from steelyard.columnar.table import Table
from steelyard.context import Context
from steelyard.domains.history.curves.frames import LineError, groups_frame, lines_frame, message_frame
from steelyard.domains.history.curves.lines import draw_group, draw_line, find_points
from steelyard.domains.history.curves.spec import Batch, Panel
from steelyard.domains.history.reading import load_table
from steelyard.domains.runs.model import RunRef

# Pieces of work of one request that are read or computed while an earlier one is being sent.
AHEAD = 2
# Lines of one piece of work, and so of one frame: some milliseconds, after which another request may come.
LINES_AT_ONCE = 32
# More threads than processors only take turns.
_threads = ThreadPoolExecutor(2, thread_name_prefix="curves")


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some runs of a panel, or one of its groups; `is_last` of its panel."""

    index: int
    panel: Panel
    runs: tuple[int, ...]
    group: int | None
    is_last: bool

    @property
    def header(self) -> dict[str, Any]:
        return {"panel": self.index, "id": self.panel.id, "done": self.is_last}


class Answer:
    """The answer to one batch whose runs have been resolved (curves/resolve.py)."""

    def __init__(self, ctx: Context, batch: Batch, runs: Sequence[RunRef | LineError]) -> None:
        self._ctx = ctx
        self._batch = batch
        self._runs = runs

    async def frames(self) -> AsyncGenerator[bytes]:
        """Yield the frames; the last one says that the answer is whole. Closing it early ends all work for it."""
        under_way: deque[asyncio.Task[bytes]] = deque()
        try:
            for piece in self._pieces():
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

    def _pieces(self) -> Iterator[_Piece]:
        for index, panel in enumerate(self._batch.panels):
            for number, group in enumerate(panel.groups):
                yield _Piece(index, panel, group.runs, number, number == len(panel.groups) - 1)
            if panel.groups:
                continue
            last = max(0, len(panel.runs) - 1) // LINES_AT_ONCE
            for number in range(last + 1):
                runs = panel.runs[number * LINES_AT_ONCE : (number + 1) * LINES_AT_ONCE]
                yield _Piece(index, panel, runs, None, number == last)

    async def _answer(self, piece: _Piece) -> bytes:
        errors: list[LineError] = []
        tables: list[tuple[int, Table]] = []
        for run in piece.runs:
            found = self._runs[run]
            if isinstance(found, LineError):
                errors.append(LineError(run, found.code, found.message))
            else:
                tables.append((run, await load_table(self._ctx, found.id, piece.panel.stream)))
        return await asyncio.get_running_loop().run_in_executor(_threads, _encode, piece, tables, errors)


def _encode(piece: _Piece, tables: Sequence[tuple[int, Table]], errors: Sequence[LineError]) -> bytes:
    panel = piece.panel
    points = [(run, find_points(table, panel.key, panel.window.key)) for run, table in tables]
    if piece.group is not None:
        line = draw_group([members for _, members in points], panel.window, piece.group)
        return groups_frame(piece.header, panel.statistics, [line], errors)
    lines = [draw_line(of_run, panel.window, run) for run, of_run in points]
    return lines_frame(piece.header, panel.columns, lines, errors)

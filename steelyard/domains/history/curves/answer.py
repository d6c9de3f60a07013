"""Answers a batch of panels frame by frame, in the order asked: what is ready is sent, what nobody awaits is not made.

Reading waits in the event loop, computing runs in a few threads that all requests of the process share. A request has
only a few pieces of work under way, and so has the process: memory is bounded and everybody gets their turn between any
two pieces.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar
from weakref import WeakKeyDictionary

import structlog

from steelyard.context import Context
from steelyard.domains.history.curves.frames import Line, LineError, groups_frame, lines_frame, message_frame
from steelyard.domains.history.curves.pieces import Piece, cut_into_pieces
from steelyard.domains.history.curves.reader import LineReader, in_thread
from steelyard.domains.history.curves.spec import Batch
from steelyard.domains.history.segments import SegmentGone
from steelyard.domains.runs.model import RunRef
from steelyard.kernel.errors import SteelyardError, Unavailable
from steelyard.sql.engine import Database

log = structlog.get_logger()

# Pieces of work of one request that are read or computed while an earlier one is being sent.
AHEAD = 2
# Pieces of all requests of the process at a time; each holds some megabytes at most.
PIECES_AT_ONCE = 8
# Segments are deleted long after they were replaced: to come upon two such in a row is next to impossible.
ATTEMPTS = 3

_turns: WeakKeyDictionary[Database, asyncio.Semaphore] = WeakKeyDictionary()

T = TypeVar("T")
# A run by its position in the batch, and its number in the database.
Member = tuple[int, int]


class Answer:
    """The answer to one batch whose runs have been resolved (curves/resolve.py)."""

    def __init__(self, ctx: Context, batch: Batch, runs: Sequence[RunRef | LineError]) -> None:
        self._batch = batch
        self._runs = runs
        self._reader = LineReader(ctx)
        self._turn = _turns.setdefault(ctx.database, asyncio.Semaphore(PIECES_AT_ONCE))

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
        members: list[Member] = []
        for index in piece.runs:
            found = self._runs[index]
            if isinstance(found, LineError):
                errors.append(LineError(index, found.code, found.message))
            else:
                members.append((index, found.id))
        async with self._turn:
            return await (self._lines if piece.group is None else self._group)(piece, members, errors)

    async def _lines(self, piece: Piece, members: Sequence[Member], errors: list[LineError]) -> bytes:
        try:
            lines = await self._draw_lines(piece, members)
        except Exception:  # noqa: BLE001 - which run it is shows when each is read by itself
            alone = await asyncio.gather(*(self._draw_lines(piece, [one]) for one in members), return_exceptions=True)
            lines = []
            for member, found in zip(members, alone, strict=True):
                if isinstance(found, BaseException):
                    errors.append(_told(member, found))
                else:
                    lines += found
        return await in_thread(lambda: lines_frame(piece.header, piece.panel.columns, lines, errors))

    async def _group(self, piece: Piece, members: Sequence[Member], errors: list[LineError]) -> bytes:
        runs = [run for _, run in members]
        draw = partial(self._reader.draw_group, piece, piece.group or 0, runs)
        try:
            lines = [await self._again(piece, runs, draw)]
        except Exception as error:  # noqa: BLE001 - a group without one of its runs would be another group
            lines = []
            errors += [_told(member, error) for member in members]
        return groups_frame(piece.header, piece.panel.statistics, lines, errors)

    async def _draw_lines(self, piece: Piece, members: Sequence[Member]) -> list[Line]:
        draw = partial(self._reader.draw_lines, piece, members)
        return await self._again(piece, [run for _, run in members], draw)

    async def _again(self, piece: Piece, runs: Sequence[int], draw: Callable[[], Awaitable[T]]) -> T:
        """Return what `draw` returns, called again as long as a segment was deleted under its hands."""
        for _ in range(ATTEMPTS):
            try:
                return await draw()
            except SegmentGone:
                self._reader.forget(piece.panel.stream, runs)
        raise Unavailable("a part of the run's history cannot be found; if this lasts, look at the object store")


def _told(member: Member, error: BaseException) -> LineError:
    index, run = member
    if isinstance(error, SteelyardError):
        return LineError(index, error.code, error.message)
    log.error("drawing a run failed", run=run, exc_info=error)
    return LineError(index, "internal", "internal error")

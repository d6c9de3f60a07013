"""What happens to streamed data by itself: the journal becomes segments, segments become larger ones."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context, HistoryPolicy
from steelyard.domains.history import publish_queries as queries
from steelyard.domains.history.console.moving import flush_console, merge_console
from steelyard.domains.history.flush import flush_stream
from steelyard.domains.history.merge import merge_stream
from steelyard.domains.history.model import Due, Stream
from steelyard.kernel.errors import Conflict
from steelyard.sql.engine import Database
from steelyard.telemetry.meters import METERS

log = structlog.get_logger()

# One turn of one kind of work; then the other kind has its turn.
TURN_S = 5.0
# Streams asked for at once.
DUE_AT_ONCE = 100
# A stream that somebody announced work on is left alone for this long: two would do the same and one in vain.
CLAIM_S = 30.0
# A failing stream is left alone for this long at first, and twice as long each time.
BACKOFF_MIN_S, BACKOFF_MAX_S = 4.0, 600.0
# Failing streams remembered; beyond, some are tried more often than they should be.
BACKOFF_MAX_COUNT = 10_000

_List = Callable[[AsyncConnection, HistoryPolicy, int], Awaitable[list[Due]]]
_Work = Callable[[Context, Due], Awaitable[bool]]


class _Backoff:
    """Which streams failed lately, and until when they are left alone."""

    def __init__(self) -> None:
        self._until: dict[Any, tuple[float, float]] = {}

    def __len__(self) -> int:
        return len(self._until)

    def holds(self, due: Due) -> bool:
        return self._until.get(due.key, (0.0, 0.0))[0] > time.monotonic()

    def failed(self, due: Due) -> None:
        wait = min(self._until.get(due.key, (0.0, BACKOFF_MIN_S / 2))[1] * 2, BACKOFF_MAX_S)
        if len(self._until) < BACKOFF_MAX_COUNT or due.key in self._until:
            self._until[due.key] = (time.monotonic() + wait, wait)

    def succeeded(self, due: Due) -> None:
        self._until.pop(due.key, None)


_backoffs: WeakKeyDictionary[Database, _Backoff] = WeakKeyDictionary()


async def tend_segments(ctx: Context) -> None:
    """Flush what is due, then merge what is due, for some seconds each.

    Safe to be run by several processes at once, and again after a crash at any point. One stream at a time: memory is
    that of one segment. A failing stream is logged and does not hold up the others.
    """
    await _turn(ctx, queries.list_flush_due, _flush)
    await _turn(ctx, queries.list_merge_due, _merge)


async def _flush(ctx: Context, due: Due) -> bool:
    return await (flush_console if due.stream is Stream.CONSOLE else flush_stream)(ctx, due)


async def _merge(ctx: Context, due: Due) -> bool:
    return await (merge_console if due.stream is Stream.CONSOLE else merge_stream)(ctx, due)


async def _turn(ctx: Context, list_due: _List, work: _Work) -> None:
    end = time.monotonic() + TURN_S
    while True:
        due = await _list_free(ctx, list_due)
        progress = False
        for item in due:
            progress |= await _try(ctx, item, work)
            if time.monotonic() > end:
                return
        if not progress:
            return


async def _list_free(ctx: Context, list_due: _List) -> Sequence[Due]:
    """Return the due streams that nobody works on and that have not failed lately."""
    backoff = _backoff(ctx)
    since = ctx.ports.clock() - timedelta(seconds=CLAIM_S)

    async def look(conn: AsyncConnection) -> tuple[list[Due], set[tuple[int, Stream]]]:
        due = await list_due(conn, ctx.ports.policy.history, DUE_AT_ONCE + len(backoff))
        return due, await queries.list_claims(conn, since) if due else set()

    due, claimed = await ctx.database.read_at_once(look)
    return [item for item in due if item.key not in claimed and not backoff.holds(item)]


async def _try(ctx: Context, due: Due, work: _Work) -> bool:
    """Return whether anything was done."""
    try:
        with METERS.working(work.__name__.lstrip("_")):
            done = await work(ctx, due)
    except Conflict as error:
        log.info("somebody else was faster", run=due.run, stream=due.stream.name, work=work.__name__, why=error.message)
        return False
    except Exception:
        _backoff(ctx).failed(due)
        log.exception("work on segments failed", run=due.run, stream=due.stream.name, work=work.__name__)
        return False
    _backoff(ctx).succeeded(due)
    return done


def _backoff(ctx: Context) -> _Backoff:
    return _backoffs.setdefault(ctx.database, _Backoff())

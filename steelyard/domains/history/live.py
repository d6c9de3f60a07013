"""News for open browsers: one poll of the database per process, shared by everybody who listens.

Services record what they changed (domains/runs/changes.py); each process reads what is new twice a second while
somebody listens, whichever process wrote it. What a slow browser has not taken yet is folded together by run, so that
it costs no more than the project has runs.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from weakref import WeakKeyDictionary

import structlog

from steelyard.context import Context
from steelyard.domains.history import live_queries
from steelyard.domains.history.live_queries import NewsItem
from steelyard.domains.projects.model import Project
from steelyard.domains.runs.changes import Change, Kind
from steelyard.sql.engine import Database

log = structlog.get_logger()

# How long news waits at most before a process hears of it.
POLL_S = 0.4
# A transaction may commit after one with a higher number; so far back the poll looks again for numbers it missed.
LATE_S = 5.0
# News older than this is forgotten; a browser that was away longer hears that every run changed.
KEPT_S = 600.0
_EVERYTHING = Change(~Kind(0))


@dataclass(frozen=True, slots=True)
class News:
    """What changed up to `cursor`, by run id."""

    cursor: int
    runs: dict[str, Change]


@dataclass(eq=False, slots=True)
class _Listener:
    project_id: int
    cursor: int
    runs: dict[str, Change] = field(default_factory=dict)
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, item: NewsItem) -> None:
        self.cursor = max(self.cursor, item.id)
        _add(self.runs, item)
        self.ready.set()

    async def take(self) -> News:
        await self.ready.wait()
        self.ready.clear()
        runs, self.runs = self.runs, {}
        return News(self.cursor, runs)


class _Feed:
    """The poll of one process; runs while it has listeners."""

    def __init__(self) -> None:
        self._listeners: set[_Listener] = set()
        self._poll: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def listening(self, database: Database, listener: _Listener) -> AsyncIterator[None]:
        self._listeners.add(listener)
        if self._poll is None or self._poll.done():
            self._poll = asyncio.create_task(self._run(database, listener.cursor), name="live-feed")
        try:
            yield
        finally:
            self._listeners.discard(listener)
            if not self._listeners and self._poll is not None:
                self._poll.cancel()
                self._poll = None

    async def _run(self, database: Database, cursor: int) -> None:
        seen: dict[int, float] = {}
        settled = cursor  # every number up to here is known to be committed or to stay missing
        loop = asyncio.get_running_loop()
        while True:
            try:
                async with database.read() as conn:
                    items = await live_queries.list_news(conn, settled)
                now = loop.time()
                for item in items:
                    if item.id not in seen:
                        seen[item.id] = now
                        self._tell(item)
                for number in [number for number, since in seen.items() if now - since > LATE_S]:
                    settled = max(settled, number)
                    del seen[number]
            except Exception:
                log.exception("reading the news failed")
            await asyncio.sleep(POLL_S)

    def _tell(self, item: NewsItem) -> None:
        for listener in self._listeners:
            if listener.project_id == item.project_id:
                listener.hear(item)


_feeds: WeakKeyDictionary[Database, _Feed] = WeakKeyDictionary()


def _add(runs: dict[str, Change], item: NewsItem) -> None:
    known = runs.get(item.run_id)
    runs[item.run_id] = item.change if known is None else known | item.change


async def read_news(ctx: Context, project: Project, since: int | None) -> News:
    """Return what changed after the cursor `since`; nothing but the present cursor for None."""
    async with ctx.database.read() as conn:
        oldest, newest = await live_queries.news_range(conn)
        if since is None:
            return News(newest, {})
        if since + 1 < oldest:
            return News(newest, dict.fromkeys(await live_queries.list_run_ids(conn, project.id), _EVERYTHING))
        late = ctx.ports.clock() - timedelta(seconds=LATE_S)
        items = await live_queries.list_project_news(conn, project.id, since, late)
    runs: dict[str, Change] = {}
    for item in items:
        _add(runs, item)
    return News(max(newest, since), runs)


async def follow(ctx: Context, project: Project, since: int | None) -> AsyncGenerator[News]:
    """Yield news of the project from the cursor `since` on, as they come; the first at once.

    The caller has checked that `ctx` may read the project.
    """
    feed = _feeds.setdefault(ctx.database, _Feed())
    async with ctx.database.read() as conn:
        _, newest = await live_queries.news_range(conn)
    listener = _Listener(project.id, newest)
    async with feed.listening(ctx.database, listener):
        yield await read_news(ctx, project, newest if since is None else since)
        while True:
            yield await listener.take()


async def forget_old_news(ctx: Context) -> None:
    """Delete news that nobody can ask for any more. The newest one stays, for cursors count from it."""
    before = ctx.ports.clock() - timedelta(seconds=KEPT_S)
    async with ctx.database.write() as conn:
        await live_queries.delete_news(conn, before)

"""Makes the indexes of files, each once for all processes: who makes one holds a lease in the database.

An index is kept in the store below `PREFIX`. Losing it costs the time to make it again, nothing else.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import structlog

from steelyard.columnar.tables.scan import NotATable
from steelyard.context import Context
from steelyard.domains.tables import queries
from steelyard.domains.tables.model import Content, Index, IndexState, Making, index_folder
from steelyard.kernel.errors import Conflict, TooMany, Unavailable
from steelyard.kernel.ids import random_name
from steelyard.sql.engine import Database

if TYPE_CHECKING:
    from steelyard.columnar.tables.maker import IndexMaker

log = structlog.get_logger()

# Small tables are ready within this, and their readers see no progress at all.
WAIT_S = 1.0
# Looked again after so long when another process makes the index.
_LOOK_EVERY_S = 0.1
# A process that makes an index and has said nothing for so long is gone.
LEASE = timedelta(seconds=60)
_TELL_EVERY_S = 1.0
# Tables whose indexes wait to be made by this process, the one included that is being made.
_WAITING_MAX = 32
# Moments of use nearer than this are not told apart.
_TOUCH_AFTER = timedelta(hours=1)


@dataclass
class _Makers:
    """The work of this process, by table. One index is made at a time, for each takes 150 MB."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    tasks: dict[tuple[str, ...], asyncio.Task[None]] = field(default_factory=dict)


_makers: WeakKeyDictionary[Database, _Makers] = WeakKeyDictionary()


async def ensure_indexes(ctx: Context, contents: Sequence[Content]) -> list[Index] | Making:
    """Return the index of each file, or how far they are when making them takes longer than a moment.

    The work goes on when nobody waits, and is taken over from a process that is gone. Raises `NotATable`.
    """
    deadline = time.monotonic() + WAIT_S
    while True:
        known = await _look(ctx, contents)
        lacking = [item for item in contents if not _is_ready(known.get(item.object_key), item)]
        if not lacking:
            return [known[item.object_key] for item in contents]
        left = deadline - time.monotonic()
        if left <= 0:
            return _progress(contents, known)
        task = _work(ctx, lacking)
        # an index that another process makes is only looked for
        await asyncio.wait({task}, timeout=left)
        if task.done():
            task.result()
            await asyncio.sleep(min(_LOOK_EVERY_S, max(deadline - time.monotonic(), 0)))


async def _look(ctx: Context, contents: Sequence[Content]) -> dict[str, Index]:
    now = ctx.ports.clock()
    async with ctx.database.read() as conn:
        found = await queries.list_indexes(conn, [item.object_key for item in contents])
    known = {item.source_key: item for item in found}
    for item in contents:
        index = known.get(item.object_key)
        if index and index.state is IndexState.REFUSED and index.source_mark == item.mark:
            raise NotATable(index.message)
    stale = [item.id for item in found if item.state is IndexState.READY and now - item.used_at > _TOUCH_AFTER]
    if stale:
        async with ctx.database.write() as conn:
            await queries.touch(conn, stale, now)
    return known


def _is_ready(index: Index | None, content: Content) -> bool:
    return index is not None and index.state is IndexState.READY and index.source_mark == content.mark


def _progress(contents: Sequence[Content], known: dict[str, Index]) -> Making:
    done = 0
    for item in contents:
        index = known.get(item.object_key)
        if index and index.source_mark == item.mark:
            done += item.size_bytes if index.state is IndexState.READY else min(index.done_bytes, item.size_bytes)
    return Making(done, sum(item.size_bytes for item in contents))


# ---- making -------------------------------------------------------------------------------------------------------


def _work(ctx: Context, contents: Sequence[Content]) -> asyncio.Task[None]:
    """Return the task of this process that makes these indexes. Raises `TooMany`."""
    makers = _makers.setdefault(ctx.database, _Makers())
    key = tuple(item.object_key for item in contents)
    task = makers.tasks.get(key)
    if task is None:
        if len(makers.tasks) >= _WAITING_MAX:
            raise TooMany("many tables are being prepared; try again in a moment")
        task = makers.tasks[key] = asyncio.create_task(_make_all(ctx.as_system(), makers, contents), name="tables")
        task.add_done_callback(lambda done: _forget(makers, key, done))
    return task


def _forget(makers: _Makers, key: tuple[str, ...], done: asyncio.Task[None]) -> None:
    del makers.tasks[key]
    if not done.cancelled() and (error := done.exception()) is not None:
        log.warning("the index of a table was not made", key=key[0], error=str(error))


async def _make_all(ctx: Context, makers: _Makers, contents: Sequence[Content]) -> None:
    async with makers.turn:
        for content in contents:
            await _make(ctx, content)


async def _make(ctx: Context, content: Content) -> None:
    """Make the index of a file, or find out that it is no table; nothing when somebody else is at it or has done so."""
    name, now = random_name(16), ctx.ports.clock()
    async with ctx.database.write() as conn:
        if not await queries.claim(conn, content, name, now, now + LEASE):
            return
    body = _Body(ctx, content, name)
    try:
        size_bytes = (await ctx.ports.objects.put(body.object_key, body.parts())).size_bytes
    except BaseException as error:  # noqa: BLE001 - who is cancelled gives up the lease as well
        # a store may have made another error of ours
        failure = body.failure or error
        if isinstance(failure, NotATable):
            await _settle(ctx, content, name, state=IndexState.REFUSED, message=failure.message, object_key="")
            return
        await _settle(ctx, content, name, lease_until=ctx.ports.clock())
        raise failure from None
    ready = {"size_bytes": size_bytes, "directory_bytes": body.directory_bytes, "done_bytes": content.size_bytes}
    if not await _settle(ctx, content, name, state=IndexState.READY, object_key=body.object_key, **ready):
        await ctx.ports.objects.delete(body.object_key)


async def _settle(ctx: Context, content: Content, name: str, **values: object) -> bool:
    """Change the row of the index that we make, and delete the object it had; False when it is not ours any more."""
    async with ctx.database.write() as conn:
        known = await queries.list_indexes(conn, [content.object_key])
        done = await queries.update_claimed(conn, content.object_key, name, **values)
    for index in known if done else ():
        if "object_key" in values and index.object_key:
            await ctx.ports.objects.delete(index.object_key)
    return done


class _Body:
    """The bytes of an index while its file is read."""

    def __init__(self, ctx: Context, content: Content, name: str) -> None:
        self._ctx, self._content, self._name = ctx, content, name
        self._told_at = time.monotonic()
        self.object_key = f"{index_folder(content.object_key)}{name}"
        self.directory_bytes = 0
        self.failure: Exception | None = None

    async def parts(self) -> AsyncIterator[bytes]:
        # Loads pyarrow, 35 MB that a server does without until its first table is opened.
        from steelyard.columnar.tables.maker import IndexMaker

        try:
            async for part in self._read(IndexMaker()):
                yield part
        except Exception as error:
            self.failure = error
            raise

    async def _read(self, maker: IndexMaker) -> AsyncIterator[bytes]:
        done = 0
        async for chunk in self._ctx.ports.objects.get(self._content.object_key):
            part = await asyncio.to_thread(maker.feed, chunk)
            done += len(chunk)
            await self._tell(done)
            if part:
                yield part
        last, self.directory_bytes = await asyncio.to_thread(maker.finish)
        yield last

    async def _tell(self, done_bytes: int) -> None:
        """Renew the lease now and then.

        Raises `Conflict` when another process has taken over, `Unavailable` when this one is to end.
        """
        if time.monotonic() - self._told_at < _TELL_EVERY_S:
            return
        if self._ctx.ports.closing.is_set():
            raise Unavailable("the server is stopping; try again in a moment")
        self._told_at = time.monotonic()
        values = {"done_bytes": done_bytes, "lease_until": self._ctx.ports.clock() + LEASE}
        async with self._ctx.database.write() as conn:
            if not await queries.update_claimed(conn, self._content.object_key, self._name, **values):
                raise Conflict("another process prepares this table")

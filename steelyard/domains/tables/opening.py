"""Opens tables: finds their files, has their indexes made, and puts both behind one `Frame`, kept for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from steelyard.columnar.tables.index_file import decode_directory
from steelyard.columnar.tables.scan import NotATable
from steelyard.context import Context
from steelyard.domains.history.memory import memory_of
from steelyard.domains.tables import queries
from steelyard.domains.tables.indexing import ensure_indexes
from steelyard.domains.tables.locating import locate
from steelyard.domains.tables.model import Content, Index, Located, Making, Source
from steelyard.domains.tables.types import column_types
from steelyard.kernel.errors import NotFound, Unavailable
from steelyard.sql.engine import Database

if TYPE_CHECKING:
    from steelyard.columnar.tables.frame import Frame, Part, Ranges

# Questions that compute at a time, in one process: each holds whole columns in memory.
_COMPUTING = 2
# Indexes that were gone when they were to be read are made anew, but not for ever.
_TRIES = 3

T = TypeVar("T")

_turns: WeakKeyDictionary[Database, asyncio.Semaphore] = WeakKeyDictionary()


@dataclass(frozen=True)
class Opened:
    """A table that is ready. `indexes` are the keys of those of its files, and stand for their rows for ever.

    `types` are those of the columns, `head` what else the first file says of itself.
    """

    located: Located
    indexes: tuple[str, ...]
    frame: Frame
    types: tuple[dict[str, Any] | None, ...]
    head: dict[str, Any]

    @property
    def key(self) -> Hashable:
        join = self.located.join
        return self.indexes, join and (join.left_key, join.right_key)


def computing(ctx: Context) -> asyncio.Semaphore:
    """Return the turns of what computes over whole columns."""
    return _turns.setdefault(ctx.database, asyncio.Semaphore(_COMPUTING))


async def with_table(ctx: Context, source: Source, work: Callable[[Opened], Awaitable[T]]) -> T | Making:
    """Return what `work` returns of the table, or how far its index is. Raises `NotFound` or `NotATable`.

    An index whose object is gone is made anew, and the work begins again.
    """
    located = await locate(ctx, source)
    for _ in range(_TRIES):
        indexes = await ensure_indexes(ctx, located.all_contents)
        if isinstance(indexes, Making):
            return indexes
        try:
            return await work(await _open(ctx, located, indexes))
        except _IndexGone as gone:
            memory_of(ctx).drop(_key(located, indexes))
            async with ctx.database.write() as conn:
                await queries.delete_index(conn, gone.index.id, gone.index.object_key)
    raise Unavailable("the index of the table is gone again and again")


class _IndexGone(Exception):
    """Somebody has deleted the object of an index."""

    def __init__(self, index: Index) -> None:
        super().__init__(index.object_key)
        self.index = index


def _key(located: Located, indexes: Sequence[Index]) -> Hashable:
    join = located.join
    return "table", tuple(index.object_key for index in indexes), join and (join.left_key, join.right_key)


async def _open(ctx: Context, located: Located, indexes: Sequence[Index]) -> Opened:
    memory, key = memory_of(ctx), _key(located, indexes)
    opened: Opened | None = memory.get(key)
    if opened is None:
        opened, size_bytes = await _assemble(ctx, located, indexes)
        memory.put(key, opened, size_bytes)
    # which run or version somebody may see its media in is another matter than what is in the table
    return replace(opened, located=located)


async def _assemble(ctx: Context, located: Located, indexes: Sequence[Index]) -> tuple[Opened, int]:
    # Loads pyarrow, 35 MB that a server does without until its first table is opened.
    from steelyard.columnar.tables.frame import StoredFrame
    from steelyard.columnar.tables.joining import join

    parts = [await _part(ctx, content, index) for content, index in zip(located.all_contents, indexes, strict=True)]
    size_bytes = sum(part.directory.size_bytes for part in parts)
    left, right = parts[: len(located.contents)], parts[len(located.contents) :]
    for some in (left, right):
        if any(part.directory.names != some[0].directory.names for part in some):
            raise NotATable("the parts of the table have different columns")
    frame: Frame = StoredFrame(left, memory_of(ctx))
    if located.join is not None:
        by = located.join.left_key, located.join.right_key
        async with computing(ctx):
            frame = await join(frame, StoredFrame(right, memory_of(ctx)), by)
        size_bytes += frame.row_count * 16
    types = [kind for some in (left, right) if some for kind in column_types(some[0].directory)]
    keys = tuple(part.key for part in parts)
    return Opened(located, keys, frame, tuple(types), left[0].directory.head), size_bytes


async def _part(ctx: Context, content: Content, index: Index) -> Part:
    from steelyard.columnar.tables.frame import Part

    async def read_index(ranges: Ranges) -> list[bytes]:
        try:
            return await objects.read_ranges(index.object_key, ranges)
        except NotFound:
            raise _IndexGone(index) from None

    objects = ctx.ports.objects
    (directory,) = await read_index([(index.size_bytes - index.directory_bytes, index.size_bytes)])
    return Part(
        index.object_key,
        await asyncio.to_thread(decode_directory, directory),
        read_index=read_index,
        read_file=partial(objects.read_ranges, content.object_key),
    )

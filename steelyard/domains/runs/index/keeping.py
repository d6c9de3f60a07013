"""Indexes of projects, kept between requests within bounds, and brought up to date before every use.

The database is asked for the count of all runs of the project and the sum of their versions, and for those that changed
lately. When what is known adds up to the same, nothing is missing, whichever process wrote it and in whatever order
transactions have committed; otherwise all versions are compared.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.runs import index_queries
from steelyard.domains.runs.index.project_index import Need, ProjectIndex
from steelyard.domains.runs.index_queries import CHUNK, Told
from steelyard.domains.runs.keys import Key
from steelyard.sql.engine import Database

# Memory of all projects of a process together; an index of 100,000 runs with 100 numbers each takes 150 MB.
KEPT_BYTES = 256 << 20
KEPT_PROJECTS = 64
# Transactions commit after the moment that they write, and clocks of servers differ. Too short only costs time.
_LATE = timedelta(seconds=10)
# Work on fewer runs is done at once, on more in a thread, so that the event loop never waits for long.
INLINE_RUNS = 500

T = TypeVar("T")
Needed = Collection[tuple[Key, Need]]


class _Kept:
    """One index; whoever uses it has its turn."""

    def __init__(self) -> None:
        self.index: ProjectIndex | None = None
        self.turn = asyncio.Lock()


_kept: WeakKeyDictionary[Database, OrderedDict[int, _Kept]] = WeakKeyDictionary()


@asynccontextmanager
async def current_index(ctx: Context, project_id: int, needed: Needed = ()) -> AsyncIterator[ProjectIndex]:
    """Yield the index as of now, with the columns of the needed keys. Nobody else uses it meanwhile."""
    kept = _of(ctx.database, project_id)
    async with kept.turn:
        try:
            index = await _refreshed(ctx, project_id, kept)
            await _read_documents(ctx, index, needed)
        except Exception:
            # half of a change may be in it
            kept.index = None
            raise
        yield index
        index.trim()
    _trim(ctx.database)


def is_known(ctx: Context, project_id: int) -> bool:
    """Return whether this process has an index of the project already."""
    kept = _kept.setdefault(ctx.database, OrderedDict()).get(project_id)
    return kept is not None and kept.index is not None


def _of(database: Database, project_id: int) -> _Kept:
    by_project = _kept.setdefault(database, OrderedDict())
    kept = by_project.setdefault(project_id, _Kept())
    by_project.move_to_end(project_id)
    return kept


def _trim(database: Database) -> None:
    by_project = _kept[database]
    while len(by_project) > 1 and (len(by_project) > KEPT_PROJECTS or _total(by_project) > KEPT_BYTES):
        by_project.popitem(last=False)


def _total(by_project: OrderedDict[int, _Kept]) -> int:
    return sum(kept.index.nbytes for kept in by_project.values() if kept.index is not None)


# ---- bringing up to date --------------------------------------------------------------------------------------


async def _refreshed(ctx: Context, project_id: int, kept: _Kept) -> ProjectIndex:
    index = kept.index
    if index is None:
        index = kept.index = ProjectIndex(KEPT_BYTES)
        told = await ctx.database.read_at_once(lambda conn: index_queries.list_changes(conn, project_id, None))
        await _take_in(ctx, project_id, index, None)
    else:
        since = index.newest - _LATE if index.newest else None
        told = await ctx.database.read_at_once(lambda conn: index_queries.list_changes(conn, project_id, since))
        await _catch_up(ctx, project_id, index, told)
    index.newest = told.newest
    return index


async def _catch_up(ctx: Context, project_id: int, index: ProjectIndex, told: Told) -> None:
    changed, added, grown = [], 0, 0
    for run, version in told.versions.items():
        slot = index.slots.get(run)
        known = 0 if slot is None else int(index.versions[slot])
        if slot is None or known != version:
            changed.append(run)
            added += slot is None
            grown += version - known
    count, version_sum = index.checksum()
    if (count + added, version_sum + grown) != (told.count, told.version_sum):
        changed = await _compare_all(ctx, project_id, index)
    if changed:
        await _take_in(ctx, project_id, index, changed)


async def _compare_all(ctx: Context, project_id: int, index: ProjectIndex) -> list[int]:
    versions = await ctx.database.read_at_once(lambda conn: index_queries.list_versions(conn, project_id))
    index.remove([run for run in index.slots if run not in versions])
    slots = index.slots
    return [run for run, version in versions.items() if run not in slots or index.versions[slots[run]] != version]


async def _take_in(ctx: Context, project_id: int, index: ProjectIndex, ids: Sequence[int] | None) -> None:
    rows = await ctx.database.read_at_once(lambda conn: index_queries.list_rows(conn, project_id, ids))
    await off_loop(len(rows), index.put_runs, rows)


async def _read_documents(ctx: Context, index: ProjectIndex, needed: Needed) -> None:
    if not any(key.in_document for key, _ in needed):
        return
    await _read(ctx, index, index.unread(), None)
    for key, need in needed:
        lacking = index.lacking(key, need)
        if lacking is not None:
            index.open_whole(lacking)
            try:
                await _read(ctx, index, [int(run) for run in index.ids[index.base]], lacking)
            except BaseException:
                index.close_whole(lacking)
                raise


async def _read(ctx: Context, index: ProjectIndex, ids: Sequence[int], wanted: Key | None) -> None:
    for start in range(0, len(ids), CHUNK):
        rows = await ctx.database.read_at_once(partial(_list_documents, ids[start : start + CHUNK]))
        # a document is a hundred times the work of a row
        await off_loop(len(rows) * 100, index.put_documents, rows, wanted)


async def _list_documents(ids: Sequence[int], conn: AsyncConnection) -> list[tuple[int, int, str, str]]:
    return await index_queries.list_documents(conn, ids)


async def off_loop(work: int, call: Callable[..., T], *given: Any) -> T:
    """Return what `call` returns: at once when `work` is that of few runs, else from a thread.

    A caller that is cancelled leaves only when the thread has ended, for the index is nobody else's until then.
    """
    if work < INLINE_RUNS:
        return call(*given)
    running = asyncio.ensure_future(asyncio.to_thread(call, *given))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise

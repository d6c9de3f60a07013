"""The collection of what no version needs any more: mark and sweep over the database, never a count that is kept.

What is needed follows from rows alone: content that an entry leads to, and content that a client was told of and may
still commit. The steps go from names to bytes; each is a short transaction that asks again under lock before it takes
anything, so that any of them may be interrupted, done again, or done by several processes at once:

1. versions that nobody goes on writing are given up;
2. manifests that lead to nothing are condemned: from then on they can only go (a commit that comes too late fails);
3. the entries of condemned manifests are deleted in portions, then the manifests;
4. content without entries, and promised to nobody, loses its row, and its object is noted among the purges in the
   same transaction; its key has a random part, so that the same content uploaded again is another object;
5. the noted objects are deleted from the store;
6. uploads in parts that nobody can go on with are aborted.

Why no committed version can lack content is told in docs/adr/0011-content.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.artifacts import content_queries
from steelyard.domains.artifacts.deletion import end_versions
from steelyard.domains.artifacts.lifecycle import queries
from steelyard.domains.artifacts.lifecycle.queries import Condemned, Limits, Range
from steelyard.domains.artifacts.model import DeletedWhy, End
from steelyard.domains.files import purging
from steelyard.domains.files.model import Dead
from steelyard.domains.files.purging import Freed
from steelyard.sql.dialect import is_passing

T = TypeVar("T")
_NextPart = Callable[[AsyncConnection, int, int], Awaitable[Range | None]]
_ListIds = Callable[[AsyncConnection, Limits, Range], Awaitable[list[int]]]

# Rows of a table that one question looks at.
_RANGE = 5000


@dataclass
class Collected:
    """What a collection has done so far, or would do."""

    versions: int = 0
    manifests: int = 0
    contents: int = 0
    uploads: int = 0
    freed: Freed = field(default_factory=Freed)

    def as_json(self) -> dict[str, int]:
        """Return it as the command and the web app are told."""
        return {
            "versions": self.versions,
            "manifests": self.manifests,
            "contents": self.contents,
            "uploads": self.uploads,
            "objects": self.freed.objects,
            "sizeBytes": self.freed.size_bytes,
        }


Beat = Callable[[], Awaitable[None]]
"""Called after each portion: tells how far it is. What it raises ends the collection."""


def limits_of(ctx: Context) -> Limits:
    """Return the limits as of now. An upload is never given up while its addresses are good."""
    now, policy = ctx.ports.clock(), ctx.ports.policy
    window = policy.upload_window_s
    return Limits(
        deleted=now - timedelta(seconds=policy.gc.grace_s),
        unfinished=now - timedelta(seconds=max(policy.gc.unfinished_s, window)),
        promised=now - timedelta(seconds=window),
    )


async def collect(ctx: Context, done: Collected, beat: Beat) -> None:
    """Take all steps once, adding to `done`. Costs a look at every manifest and every content, in portions."""
    await _give_up_unfinished(ctx, done, beat)
    await _condemn(ctx, beat)
    await _empty(ctx, done, beat)
    await _sweep(ctx, done, beat)
    await _abort_parts(ctx, done, beat)


async def _give_up_unfinished(ctx: Context, done: Collected, beat: Beat) -> None:
    while True:
        limits = limits_of(ctx)
        async with ctx.database.read() as conn:
            ids = await queries.list_unfinished(conn, limits, ctx.ports.policy.gc.batch_rows)
        if not ids:
            return
        done.versions += await _portion(ctx, partial(_end_unfinished, ctx, ids, limits))
        await beat()


async def _end_unfinished(ctx: Context, ids: Sequence[int], limits: Limits, conn: AsyncConnection) -> int:
    end = End(ctx.ports.clock(), DeletedWhy.UNFINISHED)
    ended = await end_versions(conn, ids, end, only=queries.unfinished(limits))
    await queries.forget_client_ids(conn, ended)
    return len(ended)


async def _condemn(ctx: Context, beat: Beat) -> None:
    async for ids, limits in _batches(ctx, queries.next_manifests, queries.list_needless):
        await _portion(ctx, partial(queries.condemn_needless, ids=ids, limits=limits, now=ctx.ports.clock()))
        await beat()


async def _batches(ctx: Context, next_part: _NextPart, list_ids: _ListIds) -> AsyncIterator[tuple[list[int], Limits]]:
    """Yield what `list_ids` finds in one part of a table after the other, in batches of a transaction each."""
    after = 0
    while True:
        limits = limits_of(ctx)
        async with ctx.database.read() as conn:
            part = await next_part(conn, after, _RANGE)
            ids = await list_ids(conn, limits, part) if part else []
        if part is None:
            return
        size = ctx.ports.policy.gc.batch_rows
        for start in range(0, len(ids), size):
            yield ids[start : start + size], limits
        after = part[1]


async def _empty(ctx: Context, done: Collected, beat: Beat) -> None:
    after = 0
    while True:
        async with ctx.database.read() as conn:
            condemned = await queries.list_condemned(conn, after, ctx.ports.policy.gc.batch_rows)
        for manifest in condemned:
            await _delete_entries(ctx, manifest, beat)
        if not condemned:
            return
        dead: list[Dead] = []
        for manifest in condemned:
            removed = await _portion(ctx, partial(_delete_manifest, ctx, manifest))
            done.manifests += removed is not None
            dead += removed or []
        done.freed.add(await purging.delete_dead(ctx, dead))
        await beat()
        after = condemned[-1].id


async def _delete_entries(ctx: Context, manifest: Condemned, beat: Beat) -> None:
    left = True
    while left:
        left = await _portion(ctx, partial(content_queries.delete_some_entries, manifest_id=manifest.id))
        if left:
            await beat()


async def _delete_manifest(ctx: Context, manifest: Condemned, conn: AsyncConnection) -> list[Dead] | None:
    """Delete the row and note its object; return that when it may go at once, None when the row was gone already."""
    orphaned = await queries.delete_condemned(conn, manifest)
    if not orphaned:
        return None if orphaned is None else []
    now = ctx.ports.clock()
    dead: list[Dead] = [(manifest.object_key, None)]
    written_until = manifest.created_at + timedelta(seconds=ctx.ports.policy.upload_window_s)
    await purging.note_dead(ctx, conn, dead, max(now + purging.LEASE, written_until))
    return dead if written_until <= now else []


async def _sweep(ctx: Context, done: Collected, beat: Beat) -> None:
    async for ids, limits in _batches(ctx, queries.next_blobs, queries.list_unused):
        dead = await _portion(ctx, partial(_delete_content, ctx, ids, limits))
        done.contents += len(dead)
        done.freed.add(await purging.delete_dead(ctx, dead))
        await beat()


async def _delete_content(ctx: Context, ids: Sequence[int], limits: Limits, conn: AsyncConnection) -> list[Dead]:
    dead = await queries.delete_unused(conn, ids, limits)
    await purging.note_dead(ctx, conn, dead, ctx.ports.clock() + purging.LEASE)
    return dead


async def _abort_parts(ctx: Context, done: Collected, beat: Beat) -> None:
    """Abort uploads in parts whose addresses have ended; such an object has no row before it is complete."""
    async for item in ctx.ports.objects.list_unfinished("artifacts/", limits_of(ctx).unfinished):
        await ctx.ports.objects.abort_parts(item.key, item.upload_id)
        done.uploads += 1
        await beat()


async def _portion(ctx: Context, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    """Return what `work` returns in a transaction, done again where that and another were in each other's way."""
    for wait_s in (0.05, 0.2, 1.0):
        try:
            async with ctx.database.write() as conn:
                return await work(conn)
        except DBAPIError as error:
            if not is_passing(error):
                raise
        await asyncio.sleep(wait_s)
    async with ctx.database.write() as conn:
        return await work(conn)


async def preview(ctx: Context, beat: Beat) -> Collected:
    """Return what a collection would do now. Reads only; costs as much as one that finds nothing."""
    limits, would = limits_of(ctx), Collected()
    async with ctx.database.read() as conn:
        would.versions = await queries.count_unfinished(conn, limits)
    part: queries.Range | None = (0, 0)
    while part is not None:
        async with ctx.database.read() as conn:
            part = await queries.next_manifests(conn, part[1], _RANGE)
            would.manifests += await queries.count_needless(conn, limits, part) if part else 0
        await beat()
    part = (0, 0)
    while part is not None:
        async with ctx.database.read() as conn:
            part = await queries.next_blobs(conn, part[1], _RANGE)
            count, size = await queries.weigh_unused(conn, limits, part) if part else (0, 0)
        would.contents += count
        would.freed.add(Freed(count, size))
        await beat()
    async for _ in ctx.ports.objects.list_unfinished("artifacts/", limits.unfinished):
        would.uploads += 1
        await beat()
    return would

"""The finder of orphans: objects of the store that no row of the database leads to.

Nothing should leave any; a process that was killed at the wrong moment, an upload that arrived long after its address
had ended, or a database that was restored from an older copy does. The store is read once from end to end, in portions;
only keys of the forms that we make are looked at, and only objects so old that no upload of them can be under way.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.artifacts.lifecycle import known_objects as artifacts
from steelyard.domains.artifacts.lifecycle.collecting import Beat, Collected
from steelyard.domains.artifacts.lifecycle.log import Kind, StartedBy, recorded
from steelyard.domains.files import queries as files
from steelyard.domains.files.purging import Freed
from steelyard.domains.history import segment_queries as history
from steelyard.domains.tables import queries as tables
from steelyard.kernel.at_once import run_all
from steelyard.ports.objects import StoredObject
from steelyard.ports.team_buckets import split_key

Known = Callable[[AsyncConnection, Sequence[str]], Awaitable[set[str]]]

# Objects that are asked about together.
_PORTION = 500
# Keys that an answer shows.
EXAMPLES = 20


async def _none(_conn: AsyncConnection, _keys: Sequence[str]) -> set[str]:
    return set()


# Every form of key there is, and who knows what it is for. What `steelyard doctor` writes it deletes at once.
_FORMS: tuple[tuple[re.Pattern[str], Known], ...] = (
    (re.compile(r"runs/\d{1,18}/[0-9a-f]{64}"), files.list_stored_keys),
    (re.compile(r"segments/\d{1,18}/[0-9a-f]{32}\.(log|parquet)"), history.list_known_keys),
    (re.compile(r"artifacts/\d{1,18}/(content|manifests)/[^/]+"), artifacts.list_known_keys),
    (re.compile(r"derived/.+/[^/]+"), tables.list_known_keys),
    (re.compile(r"doctor/[^/]+"), _none),
)


@dataclass
class Orphans:
    """What was looked at, and what of it no row knows."""

    looked_at: int = 0
    # Not of our making, and left alone.
    foreign: int = 0
    found: Freed = field(default_factory=Freed)
    examples: list[str] = field(default_factory=list)


async def find_orphans(ctx: Context, seen: Orphans, beat: Beat) -> AsyncIterator[list[StoredObject]]:
    """Yield orphans portion by portion, adding to `seen`. Costs one listing of the whole store."""
    before = ctx.ports.clock() - _age(ctx)
    portion: list[StoredObject] = []
    async for item in ctx.ports.objects.list(""):
        seen.looked_at += 1
        if _form_of(item.key) is None:
            seen.foreign += 1
        elif item.modified_at < before:
            portion.append(item)
        if len(portion) == _PORTION:
            yield await _orphans_of(ctx, portion, seen)
            portion = []
        if seen.looked_at % _PORTION == 0:
            await beat()
    if portion:
        yield await _orphans_of(ctx, portion, seen)
    await beat()


def _age(ctx: Context) -> timedelta:
    """Return how old an object must be: no address to write it is good any more, and its upload was given up."""
    policy = ctx.ports.policy
    return timedelta(seconds=max(policy.upload_window_s, policy.gc.unfinished_s) + policy.gc.grace_s)


def _form_of(key: str) -> Known | None:
    within = split_key(key)[1]
    return next((known for form, known in _FORMS if form.fullmatch(within)), None)


async def _orphans_of(ctx: Context, items: Sequence[StoredObject], seen: Orphans) -> list[StoredObject]:
    unknown = await _unknown(ctx, [item.key for item in items])
    orphans = [item for item in items if item.key in unknown]
    seen.found.add(Freed(len(orphans), sum(item.size_bytes for item in orphans)))
    seen.examples += [item.key for item in orphans[: EXAMPLES - len(seen.examples)]]
    return orphans


async def _unknown(ctx: Context, keys: Sequence[str]) -> set[str]:
    by_owner: dict[Known, list[str]] = {}
    for key in keys:
        owner = _form_of(key)
        assert owner is not None, "others were sorted out"
        by_owner.setdefault(owner, []).append(key)
    unknown: set[str] = set()
    async with ctx.database.read() as conn:
        for owner, some in by_owner.items():
            unknown |= set(some) - await owner(conn, some)
        return unknown - await files.list_purged(conn, sorted(unknown))


async def delete_orphans(ctx: Context, started_by: StartedBy, seen: Orphans, watch: Beat) -> Collected:
    """Find orphans and delete them, adding to `seen`. Leaves a row in the log."""
    done = Collected()
    async with recorded(ctx, Kind.ORPHANS, started_by, done, watch) as beat:
        before = ctx.ports.clock() - _age(ctx)
        async for orphans in find_orphans(ctx, seen, beat):
            done.freed.add(await _delete(ctx, orphans, before))
            await beat()
    return done


async def _delete(ctx: Context, orphans: Sequence[StoredObject], before: datetime) -> Freed:
    freed = Freed()

    async def delete_one(item: StoredObject) -> None:
        # Keys of runs' files are made from their names: one may have come again since it was listed.
        now = await ctx.ports.objects.stat(item.key)
        if now is None or now.modified_at >= before or not await _unknown(ctx, [item.key]):
            return
        await ctx.ports.objects.delete(item.key)
        freed.add(Freed(1, now.size_bytes))

    await run_all(delete_one, orphans, ctx.ports.policy.gc.parallel_deletes)
    return freed

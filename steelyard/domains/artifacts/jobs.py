"""What happens to artifacts by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

import structlog

from steelyard.context import Context
from steelyard.domains.artifacts.lifecycle import expiring
from steelyard.domains.artifacts.lifecycle.collecting import Beat, Collected, collect
from steelyard.domains.artifacts.lifecycle.log import Kind, StartedBy, recorded
from steelyard.domains.files import purging
from steelyard.sql.engine import Database

log = structlog.get_logger()

_begun: WeakKeyDictionary[Database, datetime] = WeakKeyDictionary()


async def collect_content(ctx: Context) -> None:
    """Delete what no version needs any more when the time has come, unless the settings forbid it.

    Each process keeps its own time: several at once do no harm, and find nothing to do.
    """
    policy, now = ctx.ports.policy.gc, ctx.ports.clock()
    last = _begun.get(ctx.database)
    if not policy.enabled or (last is not None and now - last < timedelta(seconds=policy.every_s)):
        return
    _begun[ctx.database] = now
    done = Collected()
    await run_collection(ctx, StartedBy.SCHEDULE, done, unwatched)
    if done != Collected():
        log.info(
            "collected what no artifact version needs",
            versions=done.versions,
            manifests=done.manifests,
            contents=done.contents,
            uploads=done.uploads,
            objects=done.freed.objects,
            size_bytes=done.freed.size_bytes,
        )


async def expire_versions(ctx: Context) -> None:
    """Delete the versions whose time to live is over."""
    expired = await expiring.expire_versions(ctx)
    if expired:
        log.info("deleted artifact versions whose time to live is over", versions=expired)


async def run_collection(ctx: Context, started_by: StartedBy, done: Collected, watch: Beat) -> None:
    """Collect once, adding to `done`, and delete all objects that wait for it. Leaves a row in the log."""
    async with recorded(ctx, Kind.CONTENT, started_by, done, watch) as beat:
        await expiring.expire_versions(ctx)
        await collect(ctx, done, beat)
        async for freed in purging.delete_all_due(ctx):
            done.freed.add(freed)
            await beat()


async def unwatched() -> None:
    """Nobody looks how far it is."""

"""What happens to artifacts by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

import structlog

from steelyard.context import Context
from steelyard.domains.artifacts.lifecycle.collecting import Collected, collect
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
    await collect(ctx, done, _unwatched)
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


async def _unwatched() -> None:
    """Nobody looks how far it is."""

"""What happens to the audit log by itself: old lines go, and each day is copied to the object store where asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import orjson
import structlog

from steelyard.context import Context
from steelyard.domains.admin.audit import queries, service
from steelyard.domains.audit.model import Asked

log = structlog.get_logger()
# Of the store; what lies there is nobody's but the operator's: nothing of ours deletes it.
FOLDER = "audit"
# A transaction that began before midnight has long ended by then.
_SETTLED = timedelta(hours=1)
# Days that are made up for after a time without a worker, or without the store.
_DAYS_BACK = 7


async def forget_old_lines(ctx: Context) -> None:
    """Delete the lines that are older than the settings say. Several processes at once do no harm."""
    days = ctx.ports.policy.audit.days
    if days <= 0:
        return
    before, gone = ctx.ports.clock() - timedelta(days=days), 0
    while True:
        async with ctx.database.write() as conn:
            found = await queries.delete_before(conn, before)
        gone += found
        if not found:
            break
    if gone:
        log.info("deleted old lines of the audit log", lines=gone)


async def copy_days(ctx: Context) -> None:
    """Write each day that is over and has no copy yet to the store, anonymized. Again writes the same."""
    if not ctx.ports.policy.audit.copies:
        return
    today = (ctx.ports.clock() - _SETTLED).replace(hour=0, minute=0, second=0, microsecond=0)
    for back in range(_DAYS_BACK, 0, -1):
        day = today - timedelta(days=back)
        key = f"{FOLDER}/{day:%Y-%m-%d}.jsonl"
        if await ctx.ports.objects.stat(key) is None and await _has_lines(ctx, day):
            await ctx.ports.objects.put(key, _lines_of(ctx, day))
            log.info("copied a day of the audit log", key=key)


async def _has_lines(ctx: Context, day: datetime) -> bool:
    async with ctx.database.read() as conn:
        return bool(await queries.list_lines(conn, Asked(day, day + timedelta(days=1)), 1))


async def _lines_of(ctx: Context, day: datetime) -> AsyncIterator[bytes]:
    async for line in service.stream(ctx, Asked(day, day + timedelta(days=1))):
        yield orjson.dumps(line.as_json(anonymized=True)) + b"\n"

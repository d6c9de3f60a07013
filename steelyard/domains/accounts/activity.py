"""On which days people were active: noted with the use of their keys and browser sessions, shown to administrators.

One row for each account and day; service accounts are no people. Where the settings switch it off nothing is written
and nothing is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context, Ports
from steelyard.domains.accounts import access, queries
from steelyard.domains.accounts import activity_queries as days
from steelyard.domains.accounts.model import Activity

# A year, counted from any day of the last month.
KEPT_DAYS = 400


async def note(ports: Ports, conn: AsyncConnection, user_id: int, kind: str) -> None:
    """Write within the caller's transaction that somebody is active today."""
    if ports.policy.accounts.activity and kind == "human":
        await days.note_day(conn, user_id, ports.clock())


async def list_activity(ctx: Context, conn: AsyncConnection, user_ids: Sequence[int]) -> dict[int, Activity] | None:
    """Return when each account was active, None where that is not kept. The caller has checked that it may be told."""
    return await days.list_activity(conn, user_ids, ctx.ports.clock()) if ctx.ports.policy.accounts.activity else None


async def list_everybody(ctx: Context) -> dict[int, Activity] | None:
    """Return when each account of the server was active, for its administrators."""
    access.require_admin(ctx)
    async with ctx.database.read() as conn:
        return await list_activity(ctx, conn, [user.id for user in await queries.list_users(conn)])


async def forget_old_days(ctx: Context) -> None:
    """Delete what is older than is kept. For the worker; several at once do no harm."""
    async with ctx.database.write() as conn:
        await days.delete_days(conn, days.day_of(ctx.ports.clock() - timedelta(days=KEPT_DAYS)))

"""Questions about the days on which people were active, and when they were seen last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import case, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.accounts import tables as t
from steelyard.domains.accounts.model import Activity
from steelyard.sql.dialect import insert_ignore

# What `Activity.days` counts.
COUNTED_DAYS = 30
_days, _session, _key = t.active_days.c, t.browser_sessions.c, t.api_keys.c


def day_of(moment: datetime) -> str:
    """Return the day of a moment, in UTC, as days are kept: their texts are in the order of time."""
    return moment.astimezone(UTC).date().isoformat()


def last_days(now: datetime, count: int) -> list[str]:
    """Return the last `count` days, today included, in the order of time."""
    return [day_of(now - timedelta(days=back)) for back in reversed(range(count))]


async def note_day(conn: AsyncConnection, user_id: int, moment: datetime) -> None:
    """Write that an account was active on a day, once."""
    await insert_ignore(conn, t.active_days, {"user_id": user_id, "day": day_of(moment)})


async def list_activity(conn: AsyncConnection, user_ids: Sequence[int], now: datetime) -> dict[int, Activity]:
    """Return when each account was active; nothing of those that never were."""
    first = last_days(now, COUNTED_DAYS)[0]
    counted = func.sum(case((_days.day >= first, 1), else_=0))
    statement = select(_days.user_id, func.max(_days.day), counted).where(_days.user_id.in_(user_ids))
    rows = list(await conn.execute(statement.group_by(_days.user_id)))
    seen = await last_seen(conn, user_ids)
    found = {number: Activity(moment, 0) for number, moment in seen.items()}
    for number, last_day, count in rows:
        began = datetime.fromisoformat(last_day).replace(tzinfo=UTC)
        found[number] = Activity(max(began, seen.get(number, began)), int(count))
    return found


async def last_seen(conn: AsyncConnection, user_ids: Sequence[int]) -> dict[int, datetime]:
    """Return the last use of a key or a browser session that is still there, by account."""
    seen: dict[int, datetime] = {}
    for user, moment in ((_key.user_id, _key.last_used_at), (_session.user_id, _session.last_seen_at)):
        for number, last in await conn.execute(select(user, func.max(moment)).where(user.in_(user_ids)).group_by(user)):
            if last is not None and (number not in seen or seen[number] < last):
                seen[number] = last
    return seen


async def count_active(conn: AsyncConnection, user_ids: Sequence[int], first_day: str) -> dict[str, int]:
    """Return how many of the accounts were active, by day, of days from `first_day` on that had any."""
    statement = select(_days.day, func.count()).where(_days.user_id.in_(user_ids), _days.day >= first_day)
    return {row[0]: int(row[1]) for row in await conn.execute(statement.group_by(_days.day))}


async def delete_days(conn: AsyncConnection, before: str) -> int:
    return (await conn.execute(delete(t.active_days).where(_days.day < before))).rowcount


async def forget_days(conn: AsyncConnection, user_id: int) -> None:
    """Delete all days of an account."""
    await conn.execute(delete(t.active_days).where(_days.user_id == user_id))

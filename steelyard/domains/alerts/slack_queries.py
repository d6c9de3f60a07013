"""Questions about channels of Slack. They never commit."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.accounts.tables import users
from steelyard.domains.alerts.model import SlackConnection
from steelyard.domains.alerts.tables import slack_connections as t
from steelyard.domains.alerts.tables import slack_outbox
from steelyard.jobs.outbox import State
from steelyard.sql.dialect import upsert

_ERROR_MAX = 512


def _connections() -> Select[Any]:
    columns = [column for column in t.c if column.name != "created_by"]
    statement = select(*columns, users.c.username.label("created_by"))
    return statement.join(users, users.c.id == t.c.created_by, isouter=True)


async def find_connection(conn: AsyncConnection, entity_id: int) -> SlackConnection | None:
    row = (await conn.execute(_connections().where(t.c.entity_id == entity_id))).first()
    return SlackConnection(**row._mapping) if row else None


async def find_connection_by_id(conn: AsyncConnection, number: int) -> SlackConnection | None:
    row = (await conn.execute(_connections().where(t.c.id == number))).first()
    return SlackConnection(**row._mapping) if row else None


async def list_open(conn: AsyncConnection, entity_ids: Collection[int]) -> list[SlackConnection]:
    """Return the channels of these entities that Slack still has, as far as it is known."""
    statement = _connections().where(t.c.entity_id.in_(entity_ids), t.c.gone_at.is_(None)).order_by(t.c.id)
    return [SlackConnection(**row._mapping) for row in await conn.execute(statement)]


async def put_connection(conn: AsyncConnection, entity_id: int, values: dict[str, Any]) -> None:
    """Keep a channel in place of the one before; what waits for that one goes to the new one."""
    row = {"entity_id": entity_id, **values, "gone_at": None, "failed_at": None, "last_error": None}
    await upsert(conn, t, [row], key=("entity_id",), update=tuple(name for name in row if name != "entity_id"))


async def delete_connection(conn: AsyncConnection, entity_id: int) -> bool:
    """Forget the channel, and what waits to go there; False when there is none."""
    return (await conn.execute(delete(t).where(t.c.entity_id == entity_id))).rowcount == 1


async def note_posted(conn: AsyncConnection, number: int) -> None:
    failing = (t.c.id == number) & t.c.failed_at.is_not(None)
    await conn.execute(update(t).where(failing).values(failed_at=None, last_error=None))


async def note_failure(conn: AsyncConnection, number: int, reason: str, now: datetime, *, is_gone: bool) -> None:
    """Keep why the last message was not posted, and since when it is so; a channel that is gone gets no more."""
    await conn.execute(update(t).where(t.c.id == number, t.c.failed_at.is_(None)).values(failed_at=now))
    told = {"last_error": reason[:_ERROR_MAX]}
    if is_gone:
        mine = (slack_outbox.c.connection_id == number) & (slack_outbox.c.state == State.WAITING)
        await conn.execute(update(slack_outbox).where(mine).values(state=State.REFUSED, due_at=now, **told))
    await conn.execute(update(t).where(t.c.id == number).values(**told, **({"gone_at": now} if is_gone else {})))

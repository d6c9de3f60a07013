"""An outbox: a service writes a message in its own transaction, the worker sends it after the commit.

At least once: a process that dies between sending and noting it leads to a second copy. Each kind of message has a
table of its own, with the columns `id, state, attempts, due_at, created_at, last_error` beside what it says.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Row, Table, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.kernel.errors import Unavailable

log = structlog.get_logger()

# Messages of one turn; the rest has its turn seconds later.
BATCH = 20
# Longer than the other side may take: while it lasts nobody else sends the same message.
LEASE_S = 120.0
# Waits after a failure: half a minute, doubling up to an hour; about three days in all.
BACKOFF_MIN_S, BACKOFF_MAX_S, ATTEMPTS_MAX = 30.0, 3600.0, 80
# Sent and refused messages are kept for this long, for an operator who looks for one.
KEPT = timedelta(days=7)
_ERROR_MAX = 512


class State(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"


@dataclass(frozen=True)
class Waiting:
    id: int
    attempts: int
    due_at: datetime
    message: Row[Any]


class Outbox:
    """The messages of one table. `refusal` is what sending raises for one that will never be taken."""

    def __init__(self, table: Table, refusal: type[Exception]) -> None:
        self._t, self._refusal = table, refusal

    async def add(self, conn: AsyncConnection, now: datetime, **message: Any) -> None:
        """Send a message once the caller's transaction has committed."""
        begun = {"state": State.WAITING, "attempts": 0, "due_at": now, "created_at": now}
        await conn.execute(insert(self._t).values(**message, **begun))

    async def send_due(self, ctx: Context, send: Callable[[Row[Any]], Awaitable[None]]) -> None:
        """Send what is due. Safe to be run by several processes at once: each message is taken by one of them.

        `send` raises `Unavailable` when another try is worth it.
        """
        async with ctx.database.read() as conn:
            due = await self.list_due(conn, ctx.ports.clock())
        for item in due:
            if await self.take(ctx, item):
                await self._send(ctx, item, send)

    async def list_due(self, conn: AsyncConnection, now: datetime) -> Sequence[Waiting]:
        t = self._t
        statement = select(t).where(t.c.state == State.WAITING, t.c.due_at <= now).order_by(t.c.due_at).limit(BATCH)
        return [Waiting(row.id, row.attempts, row.due_at, row) for row in await conn.execute(statement)]

    async def take(self, ctx: Context, item: Waiting) -> bool:
        """Move the message out of everybody's sight for a while; False when somebody else did."""
        t, until = self._t, ctx.ports.clock() + timedelta(seconds=LEASE_S)
        statement = update(t).where(t.c.id == item.id, t.c.state == State.WAITING, t.c.due_at == item.due_at)
        async with ctx.database.write() as conn:
            done = await conn.execute(statement.values(due_at=until, attempts=item.attempts + 1))
        return done.rowcount == 1

    async def _send(self, ctx: Context, item: Waiting, send: Callable[[Row[Any]], Awaitable[None]]) -> None:
        place = {"outbox": self._t.name, "message": item.id}
        try:
            await send(item.message)
        except self._refusal as error:
            log.warning("a message was refused for good", **place, why=str(error))
            await self._note(ctx, item, State.REFUSED, str(error))
        except Unavailable as error:
            last = item.attempts + 1 >= ATTEMPTS_MAX
            log.warning("a message could not be sent", **place, attempts=item.attempts + 1, why=error.message)
            await self._note(ctx, item, State.REFUSED if last else State.WAITING, error.message)
        else:
            await self._note(ctx, item, State.SENT, None)

    async def _note(self, ctx: Context, item: Waiting, state: State, error: str | None) -> None:
        wait_s = min(BACKOFF_MIN_S * 2 ** min(item.attempts, 20), BACKOFF_MAX_S)
        values: dict[str, Any] = {"state": state, "due_at": ctx.ports.clock() + timedelta(seconds=wait_s)}
        if error is not None:
            values["last_error"] = error[:_ERROR_MAX]
        async with ctx.database.write() as conn:
            await conn.execute(update(self._t).where(self._t.c.id == item.id).values(**values))

    async def forget_old(self, ctx: Context) -> None:
        """Delete messages that are done with and old."""
        t = self._t
        old = delete(t).where(t.c.state != State.WAITING, t.c.due_at < ctx.ports.clock() - KEPT)
        async with ctx.database.write() as conn:
            await conn.execute(old)

    async def count(self, conn: AsyncConnection, *which: ColumnElement[bool]) -> int:
        return int((await conn.execute(select(func.count()).select_from(self._t).where(*which))).scalar_one())

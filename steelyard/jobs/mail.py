"""The outbox of mail: at least once, a second copy with the same message id (`outbox.py`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.jobs.outbox import Outbox, State
from steelyard.jobs.tables import mail_outbox as t
from steelyard.ports.mail import Mail, MailRefused

OUTBOX = Outbox(t, MailRefused)


@dataclass(frozen=True)
class Kept:
    """A message as an operator sees it; what it says stays between sender and recipient."""

    id: int
    recipient: str
    subject: str
    is_refused: bool
    attempts: int
    created_at: datetime
    last_error: str | None


async def enqueue(conn: AsyncConnection, recipient: str, subject: str, text: str, now: datetime) -> None:
    """Send a message once the caller's transaction has committed. Line breaks in a subject become spaces."""
    await OUTBOX.add(conn, now, recipient=recipient, subject=" ".join(subject.split())[:255], text=text)


async def count_lately(conn: AsyncConnection, recipient: str, since: datetime) -> int:
    """Return how many messages to `recipient` were written since then."""
    return await OUTBOX.count(conn, t.c.recipient == recipient, t.c.created_at > since)


async def send_due_mail(ctx: Context) -> None:
    """Send what is due. Safe to be run by several processes at once: each message is taken by one of them."""
    mailer = ctx.ports.mail
    if mailer is None:
        return

    async def send(row: Row[Any]) -> None:
        await mailer.send(Mail(f"mail-{row.id}", row.recipient, row.subject, row.text))

    await OUTBOX.send_due(ctx, send)


async def forget_old_mail(ctx: Context) -> None:
    """Delete messages that are done with and old."""
    await OUTBOX.forget_old(ctx)


# ---- for operators --------------------------------------------------------------------------------------------


async def count_waiting(conn: AsyncConnection) -> int:
    return await OUTBOX.count(conn, t.c.state == State.WAITING)


async def count_refused(conn: AsyncConnection) -> int:
    return await OUTBOX.count(conn, t.c.state == State.REFUSED)


async def list_unsent(conn: AsyncConnection, limit: int) -> list[Kept]:
    """Return what was refused for good or has failed so far, the newest first."""
    failed = (t.c.state == State.REFUSED) | ((t.c.state == State.WAITING) & (t.c.attempts > 0))
    statement = select(t.c.id, t.c.recipient, t.c.subject, t.c.state, t.c.attempts, t.c.created_at, t.c.last_error)
    return [
        Kept(row.id, row.recipient, row.subject, row.state == State.REFUSED, *row[4:])
        for row in await conn.execute(statement.where(failed).order_by(t.c.id.desc()).limit(limit))
    ]


async def try_again(conn: AsyncConnection, mail_id: int, now: datetime) -> bool:
    """Make a message that was not sent due at once, with all its attempts; False when there is none."""
    mine = (t.c.id == mail_id) & (t.c.state != State.SENT)
    done = await conn.execute(update(t).where(mine).values(state=State.WAITING, attempts=0, due_at=now))
    return done.rowcount == 1

"""The outbox of mail: a service writes a message in its own transaction, the worker sends it after the commit.

At least once: a process that dies between sending and noting it leads to a second copy with the same message id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.jobs.tables import mail_outbox as t
from steelyard.kernel.errors import Unavailable
from steelyard.ports.mail import Mail, Mailer, MailRefused

log = structlog.get_logger()

# Messages of one turn; the rest has its turn seconds later.
BATCH = 20
# Longer than a mail server may take: while it lasts nobody else sends the same message.
LEASE_S = 120.0
# Waits after a failure: half a minute, doubling up to an hour; about three days in all.
BACKOFF_MIN_S, BACKOFF_MAX_S, ATTEMPTS_MAX = 30.0, 3600.0, 80
# Sent and refused messages are kept for this long, for an operator who looks for one.
KEPT = timedelta(days=7)
_ERROR_MAX = 512


class MailState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"


@dataclass(frozen=True)
class Waiting:
    id: int
    mail: Mail
    attempts: int
    due_at: datetime


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
    values = {
        "recipient": recipient,
        "subject": " ".join(subject.split())[:255],
        "text": text,
        "state": MailState.WAITING,
        "attempts": 0,
        "due_at": now,
        "created_at": now,
    }
    await conn.execute(insert(t).values(**values))


async def count_lately(conn: AsyncConnection, recipient: str, since: datetime) -> int:
    """Return how many messages to `recipient` were written since then."""
    statement = select(func.count()).select_from(t).where(t.c.recipient == recipient, t.c.created_at > since)
    return int((await conn.execute(statement)).scalar_one())


async def send_due_mail(ctx: Context) -> None:
    """Send what is due. Safe to be run by several processes at once: each message is taken by one of them."""
    mailer = ctx.ports.mail
    if mailer is None:
        return
    async with ctx.database.read() as conn:
        due = await _list_due(conn, ctx.ports.clock())
    for item in due:
        if await _take(ctx, item):
            await _send(ctx, mailer, item)


async def _list_due(conn: AsyncConnection, now: datetime) -> Sequence[Waiting]:
    statement = select(t).where(t.c.state == MailState.WAITING, t.c.due_at <= now).order_by(t.c.due_at).limit(BATCH)
    return [
        Waiting(row.id, Mail(f"mail-{row.id}", row.recipient, row.subject, row.text), row.attempts, row.due_at)
        for row in await conn.execute(statement)
    ]


async def _take(ctx: Context, item: Waiting) -> bool:
    """Move the message out of everybody's sight for a while; False when somebody else did."""
    until = ctx.ports.clock() + timedelta(seconds=LEASE_S)
    statement = update(t).where(t.c.id == item.id, t.c.state == MailState.WAITING, t.c.due_at == item.due_at)
    async with ctx.database.write() as conn:
        done = await conn.execute(statement.values(due_at=until, attempts=item.attempts + 1))
    return done.rowcount == 1


async def _send(ctx: Context, mailer: Mailer, item: Waiting) -> None:
    try:
        await mailer.send(item.mail)
    except MailRefused as error:
        log.warning("the mail server refused a message for good", mail=item.id, why=str(error))
        await _note(ctx, item, MailState.REFUSED, str(error))
    except Unavailable as error:
        last = item.attempts + 1 >= ATTEMPTS_MAX
        log.warning("a message could not be sent", mail=item.id, attempts=item.attempts + 1, why=error.message)
        await _note(ctx, item, MailState.REFUSED if last else MailState.WAITING, error.message)
    else:
        await _note(ctx, item, MailState.SENT, None)


async def _note(ctx: Context, item: Waiting, state: MailState, error: str | None) -> None:
    wait_s = min(BACKOFF_MIN_S * 2 ** min(item.attempts, 20), BACKOFF_MAX_S)
    values = {"state": state, "due_at": ctx.ports.clock() + timedelta(seconds=wait_s)}
    if error is not None:
        values["last_error"] = error[:_ERROR_MAX]
    async with ctx.database.write() as conn:
        await conn.execute(update(t).where(t.c.id == item.id).values(**values))


async def forget_old_mail(ctx: Context) -> None:
    """Delete messages that are done with and old."""
    old = delete(t).where(t.c.state != MailState.WAITING, t.c.due_at < ctx.ports.clock() - KEPT)
    async with ctx.database.write() as conn:
        await conn.execute(old)


# ---- for operators --------------------------------------------------------------------------------------------


async def count_waiting(conn: AsyncConnection) -> int:
    return await _count(conn, MailState.WAITING)


async def count_refused(conn: AsyncConnection) -> int:
    return await _count(conn, MailState.REFUSED)


async def _count(conn: AsyncConnection, state: MailState) -> int:
    statement = select(func.count()).select_from(t).where(t.c.state == state)
    return int((await conn.execute(statement)).scalar_one())


async def list_unsent(conn: AsyncConnection, limit: int) -> list[Kept]:
    """Return what was refused for good or has failed so far, the newest first."""
    failed = (t.c.state == MailState.REFUSED) | ((t.c.state == MailState.WAITING) & (t.c.attempts > 0))
    statement = select(t.c.id, t.c.recipient, t.c.subject, t.c.state, t.c.attempts, t.c.created_at, t.c.last_error)
    return [
        Kept(row.id, row.recipient, row.subject, row.state == MailState.REFUSED, *row[4:])
        for row in await conn.execute(statement.where(failed).order_by(t.c.id.desc()).limit(limit))
    ]


async def try_again(conn: AsyncConnection, mail_id: int, now: datetime) -> bool:
    """Make a message that was not sent due at once, with all its attempts; False when there is none."""
    mine = (t.c.id == mail_id) & (t.c.state != MailState.SENT)
    done = await conn.execute(update(t).where(mine).values(state=MailState.WAITING, attempts=0, due_at=now))
    return done.rowcount == 1

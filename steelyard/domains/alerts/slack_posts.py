"""Alerts that go to channels of Slack: written in the transaction of the alert, posted after the commit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.alerts import slack, slack_queries
from steelyard.domains.alerts.model import POSTS_MAX_PER_HOUR, NewAlert
from steelyard.domains.alerts.tables import slack_outbox as t
from steelyard.domains.runs.model import Run
from steelyard.jobs.outbox import Outbox
from steelyard.kernel.errors import Unavailable
from steelyard.ports.slack import ChannelGone, PostRefused, Slack

OUTBOX = Outbox(t, PostRefused)
_HOUR = timedelta(hours=1)
# Slack shows so much of a message before it folds it; the page of the run has all of it.
TEXT_MAX = 3000


async def write_posts(ctx: Context, conn: AsyncConnection, text: str, listeners: set[int]) -> None:
    """Write a message for the channels that these entities have connected, within the caller's transaction."""
    if ctx.ports.slack is None or not listeners:
        return
    now = ctx.ports.clock()
    for connection in await slack_queries.list_open(conn, listeners):
        mine = t.c.connection_id == connection.id
        if await OUTBOX.count(conn, mine, t.c.created_at > now - _HOUR) < POSTS_MAX_PER_HOUR:
            await OUTBOX.add(conn, now, connection_id=connection.id, text=text)


def post_of(run: Run, alert: NewAlert, site: str) -> str:
    """Return the message. What users wrote cannot name people or channels, or make links."""
    place = "/".join(quote(part, safe="") for part in (run.entity, run.project, "runs", run.run_id))
    text = alert.text if len(alert.text) <= TEXT_MAX else f"{alert.text[:TEXT_MAX]}…"
    title = " ".join(f"[{alert.severity}] {alert.title}".split())
    link = f"<{site}/{place}|{_escaped(run.title.replace('|', '¦'))}>"
    return "\n".join([f"*{_escaped(title)}*", _escaped(text), f"{link} ({_escaped(f'{run.entity}/{run.project}')})"])


def _escaped(text: str) -> str:
    """Escape what Slack reads as more than text (https://docs.slack.dev/messaging/formatting-message-text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


async def send_due_posts(ctx: Context) -> None:
    """Post what is due. Safe to be run by several processes at once: each message is taken by one of them."""
    app = ctx.ports.slack
    if app is None:
        return

    async def send(row: Row[Any]) -> None:
        await _send(ctx, app, row)

    await OUTBOX.send_due(ctx, send)


async def forget_old_posts(ctx: Context) -> None:
    await OUTBOX.forget_old(ctx)


async def _send(ctx: Context, app: Slack, row: Row[Any]) -> None:
    async with ctx.database.read() as conn:
        connection = await slack_queries.find_connection_by_id(conn, row.connection_id)
    if connection is None or connection.gone_at is not None:
        raise PostRefused("Slack is not connected any more")
    try:
        await app.post(await slack.find_url(ctx, connection), row.text)
    except (PostRefused, Unavailable) as error:
        await _note_failure(ctx, connection.id, error)
        raise
    if connection.failed_at is not None:
        async with ctx.database.write() as conn:
            await slack_queries.note_posted(conn, connection.id)


async def _note_failure(ctx: Context, connection: int, error: Exception) -> None:
    is_gone, now = isinstance(error, ChannelGone), ctx.ports.clock()
    async with ctx.database.write() as conn:
        await slack_queries.note_failure(conn, connection, str(error), now, is_gone=is_gone)

"""Use cases of alerts: a program sends one, its owner reads it in the app, by e-mail, in Slack
(docs/protocol/ingest.md)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts import queries as accounts
from steelyard.domains.accounts.access import Permission
from steelyard.domains.accounts.model import User
from steelyard.domains.alerts import queries, slack_posts
from steelyard.domains.alerts.model import (
    MAILS_MAX_PER_HOUR,
    RUN_MAX_PER_HOUR,
    TEXT_MAX,
    TITLE_MAX,
    Alert,
    NewAlert,
    Preferences,
    parse_severity,
)
from steelyard.domains.runs import changes
from steelyard.domains.runs import queries as runs
from steelyard.domains.runs.model import Run
from steelyard.domains.runs.service import load_run
from steelyard.jobs import mail
from steelyard.kernel.errors import NotFound

_HOUR = timedelta(hours=1)
# A wait of a day is long; more would only keep a title silent by mistake.
_WAIT_MAX_S = 7 * 86_400.0
SHOWN_MAX = 200
# A badge says "99+".
UNREAD_COUNTED = 100


async def send_alert(ctx: Context, entity: str, project: str, run_id: str, alert: NewAlert) -> bool:
    """Store an alert of a run and tell its author; return False for one held back.

    Held back are repeats of a title within the alert's own wait, and what exceeds the bound of alerts per run and
    hour. Raises `NotFound`, `Denied`.
    """
    run = await load_run(ctx, entity, project, run_id)
    access.require(ctx, Permission.APPEND, run.target)
    alert = replace(alert, title=alert.title[:TITLE_MAX], text=alert.text[:TEXT_MAX])
    now = ctx.ports.clock()
    async with ctx.database.write() as conn:
        # held, so that of two processes with the same alert one is first
        if await runs.lock_condition(conn, run.id) is None:
            raise NotFound("run not found")
        if await _is_held_back(conn, run.id, alert, now):
            return False
        await queries.insert_alert(conn, run.id, run.created_by, alert, now)
        await changes.record(conn, run.project_id, run.id, changes.Kind.RUN, now)
        await _tell(ctx, conn, run, alert)
    return True


async def _is_held_back(conn: AsyncConnection, run: int, alert: NewAlert, now: datetime) -> bool:
    wait = timedelta(seconds=min(max(alert.wait_s, 0.0), _WAIT_MAX_S))
    if wait and await queries.has_repeat(conn, run, alert.title, now - wait):
        return True
    return await queries.count_since(conn, run, now - _HOUR) >= RUN_MAX_PER_HOUR


async def _tell(ctx: Context, conn: AsyncConnection, run: Run, alert: NewAlert) -> None:
    """Tell the run's author as they have chosen, and the channel of its team of everything."""
    listeners = {run.entity_id}
    author = await accounts.find_user(conn, run.created_by) if run.created_by is not None else None
    if author is not None:
        chosen, listeners = await queries.find_preferences(conn, author.id), listeners - {author.entity_id}
        if author.is_active and chosen.wants(alert.severity):
            listeners.add(author.entity_id)
            if chosen.by_mail:
                await _write_mail(ctx, conn, run, alert, author)
    text = slack_posts.post_of(run, alert, ctx.ports.policy.public_url or ctx.origin)
    await slack_posts.write_posts(ctx, conn, text, listeners)


async def _write_mail(ctx: Context, conn: AsyncConnection, run: Run, alert: NewAlert, author: User) -> None:
    now = ctx.ports.clock()
    if ctx.ports.mail is None or "@" not in author.email:
        return
    if await mail.count_lately(conn, author.email, now - _HOUR) >= MAILS_MAX_PER_HOUR:
        return
    link = f"{ctx.ports.policy.public_url or ctx.origin}/{run.entity}/{run.project}/runs/{run.run_id}"
    lines = (alert.text, "", f"{alert.severity} from run {run.title} ({run.entity}/{run.project})", link, "")
    await mail.enqueue(conn, author.email, f"[{alert.severity}] {alert.title}", "\n".join(lines), now)


async def list_alerts_of_run(ctx: Context, run: Run) -> list[Alert]:
    """Return the newest alerts of a run, the newest first."""
    access.require(ctx, Permission.READ, run.target)
    async with ctx.database.read() as conn:
        return await queries.list_alerts_of_run(conn, run.id, SHOWN_MAX)


@dataclass(frozen=True)
class Inbox:
    alerts: list[Alert]
    unread: int
    read_up_to: int


async def read_inbox(ctx: Context, before: int | None = None, limit: int = 50) -> Inbox:
    """Return the alerts of the caller's own runs that they may still see, the newest first."""
    identity = access.require_account(ctx)
    async with ctx.database.read() as conn:
        chosen = await queries.find_preferences(conn, identity.user_id)
        found = await queries.list_alerts_for(conn, identity.user_id, before, min(limit, SHOWN_MAX))
        unread = await queries.count_unread(conn, identity.user_id, chosen.read_up_to, UNREAD_COUNTED)
    seen = [item for item in found if access.allows(identity, Permission.READ, _target(item))]
    return Inbox(seen, unread, chosen.read_up_to)


def _target(alert: Alert) -> access.Target:
    return access.Target(alert.entity_id, alert.visibility, alert.project_id, access.Thing.RUN)


async def load_preferences(ctx: Context) -> Preferences:
    identity = access.require_account(ctx)
    async with ctx.database.read() as conn:
        return await queries.find_preferences(conn, identity.user_id)


async def change_preferences(ctx: Context, *, by_mail: bool | None, least_severity: str | None) -> Preferences:
    """Change what the caller hears of alerts; None leaves a choice. Raises `Invalid`."""
    identity = access.require_whole(ctx)
    async with ctx.database.write() as conn:
        chosen = await queries.find_preferences(conn, identity.user_id)
        if by_mail is not None:
            chosen = replace(chosen, by_mail=by_mail)
        if least_severity is not None:
            chosen = replace(chosen, least_severity=parse_severity(least_severity))
        await queries.put_preferences(conn, identity.user_id, chosen)
    return chosen


async def mark_read(ctx: Context, up_to: int) -> None:
    """Note that the caller has seen their alerts up to this one; an older one changes nothing."""
    identity = access.require_whole(ctx)
    async with ctx.database.write() as conn:
        chosen = await queries.find_preferences(conn, identity.user_id)
        if up_to > chosen.read_up_to:
            await queries.put_preferences(conn, identity.user_id, replace(chosen, read_up_to=up_to))


async def purge_alerts(ctx: Context, run: int) -> None:
    """Forget the alerts of a run that is deleted for good. For the worker."""
    async with ctx.database.write() as conn:
        await queries.delete_alerts_of(conn, run)

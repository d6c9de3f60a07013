"""Use cases of the console. All are for administrators of the server, and none but `send_again` changes anything."""

from __future__ import annotations

from dataclasses import dataclass, replace

from steelyard import __version__
from steelyard.context import Context, ShownSetting
from steelyard.domains.accounts import access, activity
from steelyard.domains.accounts import service as accounts
from steelyard.domains.accounts.model import Activity
from steelyard.domains.admin.console import queries
from steelyard.domains.admin.console.model import Counts, Kind, ListedTeam, ListedUser, Page, Queue, Wanted
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action
from steelyard.domains.files.queries import count_purges
from steelyard.domains.history.queries import count_chunks
from steelyard.domains.projects.model import Project
from steelyard.domains.runs.model import RunState
from steelyard.jobs import mail, turns
from steelyard.jobs.mail import Kept
from steelyard.jobs.turns import Turn
from steelyard.kernel.errors import NotFound

# Messages of the jobs page: those that are refused or wait, the newest of them.
_SHOWN_MAIL = 50


async def list_users(ctx: Context, kind: Kind, wanted: Wanted) -> Page[ListedUser]:
    access.require_admin(ctx)
    async with ctx.database.read() as conn:
        page = await queries.list_users(conn, kind, wanted)
        active = await activity.list_activity(ctx, conn, [item.user.id for item in page.rows])
    if active is not None:
        page = Page(page.total, [_with_activity(item, active.get(item.user.id)) for item in page.rows])
    await accounts.note_looking(ctx, [item.user for item in page.rows])
    return page


def _with_activity(row: ListedUser, active: Activity | None) -> ListedUser:
    if row.user.kind != "human":
        return row
    return replace(row, days_active=active.days, last_seen_at=active.last_at) if active else replace(row, days_active=0)


async def list_teams(ctx: Context, wanted: Wanted) -> Page[ListedTeam]:
    access.require_admin(ctx)
    async with ctx.database.read() as conn:
        return await queries.list_teams(conn, wanted)


async def list_projects(ctx: Context, wanted: Wanted) -> Page[Project]:
    """Return a page of what the caller may see: where administrators enter no teams, those are not all projects."""
    identity = access.require_admin(ctx)
    async with ctx.database.read() as conn:
        return await queries.list_projects(conn, access.shown(identity), wanted)


@dataclass(frozen=True)
class Overview:
    """The server at a glance. `troubles` is work that fails or does not come round, and mail that was refused."""

    version: str
    database: str
    counts: Counts
    failing: list[str]
    late: list[str]
    refused_mail: int
    notes: tuple[str, ...]


async def show_overview(ctx: Context) -> Overview:
    access.require_admin(ctx)
    now = ctx.ports.clock()
    async with ctx.database.read() as conn:
        counts = await queries.count_all(conn, RunState.RUNNING)
        found = await turns.list_turns(conn)
        refused = await mail.count_refused(conn)
    return Overview(
        version=__version__,
        database="SQLite" if ctx.database.is_sqlite else "MySQL",
        counts=counts,
        failing=[turn.name for turn in found if turn.is_failing],
        late=[turn.name for turn in found if turn.is_late(now)],
        refused_mail=refused,
        notes=ctx.ports.notes,
    )


# ---- work -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Jobs:
    """`mail` is None where no mail server is named."""

    turns: list[Turn]
    queues: list[Queue]
    mail: list[Kept] | None


async def show_jobs(ctx: Context) -> Jobs:
    access.require_admin(ctx)
    async with ctx.database.read() as conn:
        found = await turns.list_turns(conn)
        deletions, _ = await count_purges(conn)
        queues = [
            Queue("journal", await count_chunks(conn)),
            Queue("runPurges", await queries.count_run_purges(conn)),
            Queue("deletions", deletions),
            Queue("mail", await mail.count_waiting(conn)),
        ]
        kept = await mail.list_unsent(conn, _SHOWN_MAIL) if ctx.ports.mail is not None else None
    return Jobs(found, queues, kept)


async def send_again(ctx: Context, mail_id: int) -> None:
    """Try a message anew that was refused or waits. Raises `NotFound` for one that was sent, or is gone."""
    access.require_admin(ctx)
    async with ctx.database.write() as conn:
        if not await mail.try_again(conn, mail_id, ctx.ports.clock()):
            raise NotFound("there is no such message to send")
        await audit.note(ctx, conn, Action.SERVER_SEND_MAIL_AGAIN, message=mail_id)


def list_settings(ctx: Context) -> tuple[ShownSetting, ...]:
    access.require_admin(ctx)
    return ctx.ports.settings

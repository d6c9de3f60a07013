"""The trash of a project: what lies in it, and how it is emptied for good.

A run that is deleted keeps everything and can be restored. Purging takes its bytes: slices that hold some do their
part (`domains/admin/purging.py`), then the run is buried, which leaves its id alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts.access import Permission
from steelyard.domains.projects.model import Project
from steelyard.domains.runs import trash_queries as queries
from steelyard.domains.runs.trash_queries import Trashed

# One purge takes far less; a process that died over one leaves it to others after this.
LEASE = timedelta(minutes=10)
_AT_ONCE = 50
_EXPIRED_AT_ONCE = 500
# More than this many are emptied in several rounds.
IDS_MAX = 200_000


@dataclass(frozen=True)
class TrashPage:
    total: int
    runs: list[Trashed]


async def list_trash(ctx: Context, project: Project, offset: int, limit: int) -> TrashPage:
    """Return deleted runs that can be restored, the last deleted first."""
    access.require(ctx, Permission.READ, project.target)
    access.require_account(ctx)
    async with ctx.database.read() as conn:
        total = await queries.count_trash(conn, project.id)
        return TrashPage(total, await queries.list_trash(conn, project.id, offset, limit))


async def list_trash_ids(ctx: Context, project: Project) -> list[str]:
    access.require(ctx, Permission.READ, project.target)
    access.require_account(ctx)
    async with ctx.database.read() as conn:
        return await queries.list_trash_ids(conn, project.id, IDS_MAX)


# ---- for the worker -------------------------------------------------------------------------------------------


async def take_purges(ctx: Context) -> list[int]:
    """Return runs to purge that nobody else works on for the next minutes."""
    now = ctx.ports.clock()
    async with ctx.database.read() as conn:
        due = await queries.list_purges_due(conn, now, _AT_ONCE)
    if not due:
        return []
    async with ctx.database.write() as conn:
        return [run for run, due_at in due if await queries.take_purge(conn, run, due_at, now + LEASE)]


async def bury_run(ctx: Context, run: int) -> None:
    """Leave nothing of a run but its id. Called when nobody holds anything of it any more; again is harmless."""
    async with ctx.database.write() as conn:
        await queries.bury(conn, run, ctx.ports.clock())


async def expire_trash(ctx: Context) -> None:
    """Ask for the purge of what has been in the trash for as long as the settings say, if they say so."""
    days = ctx.ports.policy.trash_days
    if days <= 0:
        return
    now = ctx.ports.clock()
    async with ctx.database.read() as conn:
        expired = await queries.list_expired(conn, now - timedelta(days=days), _EXPIRED_AT_ONCE)
    if expired:
        async with ctx.database.write() as conn:
            for run in expired:
                await queries.request_purge(conn, run, None, now)

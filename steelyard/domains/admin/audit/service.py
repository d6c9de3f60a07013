"""Use cases of the audit log: read in pages or as a stream, cleared of a person. For administrators of the server."""

from __future__ import annotations

from collections.abc import AsyncIterator

from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts.activity_queries import forget_days
from steelyard.domains.accounts.service import load_user_by_name
from steelyard.domains.admin.audit import queries
from steelyard.domains.admin.audit.model import Place, Shown
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action, Asked, Subject
from steelyard.kernel.errors import Conflict

# Lines of one page at most, as W&B Server has it.
PAGE_MAX = 20_000
# Lines that a stream reads at a time.
_STREAMED = 1000


async def list_page(
    ctx: Context, asked: Asked, size: int, after: Place | None = None, *, newest_first: bool = False
) -> tuple[list[Shown], Place | None]:
    """Return at most `size` lines after the place, and the place to go on from, None after the last one."""
    access.require_admin(ctx)
    size = min(size, PAGE_MAX)
    async with ctx.database.read() as conn:
        found = await queries.list_lines(conn, asked, size + 1, after, newest_first=newest_first)
    return found[:size], found[size - 1].place if len(found) > size else None


async def stream(ctx: Context, asked: Asked) -> AsyncIterator[Shown]:
    """Yield all lines, the oldest first; holds some of them at a time, and no transaction between."""
    access.require_admin(ctx)
    after: Place | None = None
    while True:
        lines, after = await list_page(ctx, asked, _STREAMED, after)
        for line in lines:
            yield line
        if after is None:
            return


async def forget_person(ctx: Context, username: str) -> None:
    """Take the personal data of an ended account out of the log and the account; its user name stays taken.

    That there was such an account, and what was done by it, stays under its number. Raises `NotFound`, and `Conflict`
    for an account that is in use.
    """
    access.require_admin(ctx)
    async with ctx.database.write() as conn:
        user = await load_user_by_name(conn, username)
        if user.is_active:
            raise Conflict(f"{username} is in use: deactivate or delete the account first")
        await queries.forget(conn, user)
        await forget_days(conn, user.id)
        await audit.note(ctx, conn, Action.SERVER_FORGET_PERSON, Subject(user_id=user.id))

"""Links that let somebody in without a password: to choose a new one, or to join a team.

A link is good for some days and once. Only its digest is kept; a lost one is made anew, which ends the one before.
No mail server is needed: whoever makes a link is shown it, and where there is one it is mailed as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import (
    access,
    notices,
    proof_queries,
    queries,
    role_queries,
    secrets,
    sessions,
    standings,
)
from steelyard.domains.accounts import tables as t
from steelyard.domains.accounts.directory import refuse_of_directory
from steelyard.domains.accounts.model import AccountLink, Standing, User
from steelyard.domains.accounts.notices import Notice
from steelyard.domains.accounts.people import check_address
from steelyard.domains.accounts.service import NewUser, insert_user, load_user_by_name
from steelyard.domains.accounts.teams import in_team, join_team, load_for_people, people_of
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action
from steelyard.jobs import mail
from steelyard.kernel.errors import Conflict, NotFound
from steelyard.sql.dialect import insert_row

PASSWORD_LINK_FOR = timedelta(days=1)
INVITATION_FOR = timedelta(days=14)


@dataclass(frozen=True)
class MadeLink:
    """A link at the only moment its token is known. `mailed` tells whether it goes to its address too."""

    link: AccountLink
    url: str
    mailed: bool = False


async def make_password_link(ctx: Context, username: str) -> MadeLink:
    """Return a link by which an account chooses a new password. For administrators of the server.

    Raises `NotFound`, and `Conflict` where the directory keeps the password.
    """
    access.require_admin(ctx)
    async with ctx.database.write() as conn:
        user = await load_user_by_name(conn, username)
        if not user.is_active or user.kind != "human":
            raise NotFound(f"there is no active person {username!r}")
        await refuse_of_directory(ctx, conn, user.id)
        await conn.execute(delete(t.account_links).where(t.account_links.c.user_id == user.id))
        made = await _insert(ctx, conn, PASSWORD_LINK_FOR, user_id=user.id, email=user.email)
        await audit.note(ctx, conn, Action.USER_CREATE_LINK, user.subject)
        return await _mail(ctx, conn, made, f"Choose a new password for {username} on Steelyard")


async def invite(ctx: Context, team_name: str, email: str, role: str) -> MadeLink:
    """Return a link by which whoever has it joins a team. An older one for the same address ends.

    Raises `NotFound`, `Denied`, `Invalid`, and `Conflict` for an address that has an account: add that to the team
    instead.
    """
    email = check_address(email)
    async with ctx.database.write() as conn:
        team = await load_for_people(ctx, conn, team_name)
        wanted = await standings.load_standing(conn, team, role)
        standings.require_as_much(ctx, people_of(team), wanted)
        if await queries.find_user_by_address(conn, email):
            raise Conflict(f"{email} has an account already; add it to the team")
        mine = t.account_links.c
        await conn.execute(delete(t.account_links).where(mine.entity_id == team.id, mine.email == email))
        made = await _insert(ctx, conn, INVITATION_FOR, entity_id=team.id, email=email, **wanted.columns)
        await audit.note(ctx, conn, Action.TEAM_INVITE_USER, replace(team.subject, email=email), role=wanted.name)
        return await _mail(ctx, conn, made, f"Join the team {team.name} on Steelyard")


async def _insert(ctx: Context, conn: AsyncConnection, lasts: timedelta, **values: object) -> MadeLink:
    now, token = ctx.ports.clock(), secrets.new_token()
    link_id = await insert_row(
        conn,
        t.account_links,
        token_hash=secrets.hash_token(token),
        made_by=access.require_account(ctx).user_id or None,
        created_at=now,
        expires_at=now + lasts,
        **values,
    )
    link = await proof_queries.find_link(conn, t.account_links.c.id == link_id)
    assert link is not None, "it was just written"
    return MadeLink(link, f"{ctx.origin}/invite?token={token}")


async def _mail(ctx: Context, conn: AsyncConnection, made: MadeLink, subject: str) -> MadeLink:
    """Have the link mailed once the transaction commits, where there is a mail server and an address."""
    if ctx.ports.mail is None or not made.link.email:
        return made
    days = (made.link.expires_at - made.link.created_at).days
    text = f"{subject}:\n\n{made.url}\n\nThe link is good once, for {days} day{'s' if days > 1 else ''}.\n"
    await mail.enqueue(conn, made.link.email, subject, text, ctx.ports.clock())
    return replace(made, mailed=True)


async def list_invitations(ctx: Context, team_name: str) -> list[AccountLink]:
    """Return the pending invitations of a team, for those who decide who is in it."""
    async with ctx.database.read() as conn:
        team = await load_for_people(ctx, conn, team_name)
        return await proof_queries.list_invitations(conn, team.id, ctx.ports.clock())


async def withdraw(ctx: Context, team_name: str, link_id: int) -> None:
    async with ctx.database.write() as conn:
        team = await load_for_people(ctx, conn, team_name)
        mine = t.account_links.c
        link = await proof_queries.find_link(conn, (mine.id == link_id) & (mine.entity_id == team.id))
        if link is None:
            raise NotFound("there is no such invitation")
        await conn.execute(delete(t.account_links).where(mine.id == link_id))
        await audit.note(ctx, conn, Action.TEAM_UNINVITE, replace(team.subject, email=link.email))


# ---- following one --------------------------------------------------------------------------------------------


async def restore_link(ctx: Context) -> MadeLink | None:
    """Return a new link for the first administrator, None where there is none. For the server's start."""
    async with ctx.database.read() as conn:
        admins = [user for user in await queries.list_users(conn) if user.is_admin and user.is_active]
    first = min(admins, key=lambda user: user.id, default=None)
    return None if first is None else await make_password_link(ctx, first.username)


async def open_link(ctx: Context, token: str) -> AccountLink:
    """Return what a link is for. Raises `NotFound` for one that is used, withdrawn or over."""
    async with ctx.database.read() as conn:
        return await _load(ctx, conn, token)


async def _load(ctx: Context, conn: AsyncConnection, token: str) -> AccountLink:
    link = await proof_queries.find_link(conn, t.account_links.c.token_hash == secrets.hash_token(token))
    if link is None or link.expires_at <= ctx.ports.clock():
        raise NotFound("this link has been used or is over; ask for a new one")
    return link


async def follow(ctx: Context, token: str, username: str, password: str, user_agent: str) -> str:
    """Set the password, or make the account that was invited, and return the token of a browser session.

    Raises `NotFound` for a link that is over, `Conflict` for a taken name, `Invalid` for an unfit password, and
    `Denied` where nobody signs in by a password.
    """
    access.require_passwords(ctx)
    password_hash = await secrets.hash_password(password)
    async with ctx.database.write() as conn:
        link = await _load(ctx, conn, token)
        standing = await role_queries.find_link_standing(conn, link.id)
        # Taking it away comes first: of two who bring it at once, one waits here and then finds it gone.
        done = await conn.execute(delete(t.account_links).where(t.account_links.c.id == link.id))
        if done.rowcount == 0:
            raise NotFound("this link has been used or is over; ask for a new one")
        if link.user_id is not None:
            user = await _with_new_password(conn, link.user_id, password_hash)
            await audit.note(ctx, conn, Action.USER_CHANGE_PASSWORD, user.subject, by="link")
            await notices.tell(ctx, conn, user.id, Notice.PASSWORD)
        else:
            user = await insert_user(ctx, conn, NewUser(username, link.email), password_hash)
            assert standing is not None, "an invitation names a role"
            await _join(ctx, conn, link, user, standing)
    return await sessions.open_session(ctx, user.id, user_agent)


async def _with_new_password(conn: AsyncConnection, user_id: int, password_hash: str) -> User:
    user = await queries.find_user(conn, user_id)
    if user is None or not user.is_active:
        raise NotFound("the account is gone")
    await queries.update_user(conn, user_id, password_hash=password_hash)
    await conn.execute(delete(t.browser_sessions).where(t.browser_sessions.c.user_id == user_id))
    return user


async def _join(ctx: Context, conn: AsyncConnection, link: AccountLink, user: User, standing: Standing) -> None:
    assert link.entity_id is not None, "an invitation names its team"
    team = await queries.find_entity_by_id(conn, link.entity_id)
    if team is None:
        raise NotFound("the team is gone")
    await join_team(ctx, conn, team, user, standing)
    await audit.note(ctx, conn, Action.TEAM_JOIN, in_team(team, user), role=standing.name)

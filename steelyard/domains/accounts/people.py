"""Use cases of accounts as a whole, for administrators of the server: made by address, ended, restored, promoted."""

from __future__ import annotations

import re
import secrets as random

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import access, queries
from steelyard.domains.accounts import tables as t
from steelyard.domains.accounts.access import Permission, Target, Thing
from steelyard.domains.accounts.model import EntityKind, User
from steelyard.domains.accounts.service import NewUser, insert_user, load_user_by_name
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action, Subject
from steelyard.kernel.errors import Conflict, Denied, Invalid, NotFound
from steelyard.kernel.names import RESERVED, fold

_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
_UNFIT = re.compile(r"[^a-z0-9_.-]+")


def check_address(email: str) -> str:
    """Return the e-mail address without blanks around it. Raises `Invalid`."""
    email = email.strip()
    if not _ADDRESS.fullmatch(email):
        raise Invalid(f"not an e-mail address: {email[:80]!r}")
    return email


async def create_user_of_address(ctx: Context, email: str, *, is_admin: bool) -> User:
    """Make an account without a password, named after the address; a link lets its owner in (`links.py`).

    Raises `Conflict` when the address has an account.
    """
    access.require_admin(ctx)
    email = check_address(email)
    async with ctx.database.write() as conn:
        if await queries.find_user_by_address(conn, email):
            raise Conflict(f"{email} has an account already")
        name = await free_username(conn, email.partition("@")[0])
        return await insert_user(ctx, conn, NewUser(name, email, is_admin=is_admin), None)


async def free_username(conn: AsyncConnection, wanted: str) -> str:
    """Return a name like `wanted` that no entity has, no account, and no route of ours."""
    base = _UNFIT.sub("-", wanted.lower()).strip("-._")[:48] or "user"
    name = base
    while (
        fold(name) in RESERVED or await queries.find_entity(conn, name) or await queries.find_user_by_name(conn, name)
    ):
        name = f"{base}-{random.token_hex(3)}"
    return name


async def load_user(ctx: Context, username: str) -> User:
    access.require_admin(ctx)
    async with ctx.database.read() as conn:
        return await load_user_by_name(conn, username)


async def deactivate_user(ctx: Context, username: str) -> User:
    """Keep an account out until it is restored: keys stop, browsers are signed out, memberships and work stay.

    Raises `Denied` for the last administrator of the server.
    """
    access.require_admin(ctx)
    async with ctx.database.write() as conn:
        user = await _load(conn, username)
        if user.is_active:
            await keep_out(ctx, conn, user)
        return await _load(conn, username)


async def keep_out(ctx: Context, conn: AsyncConnection, user: User) -> None:
    """Deactivate an account within the caller's transaction. Raises `Denied` for the last administrator."""
    await _refuse_last_admin(conn, user)
    await conn.execute(delete(t.browser_sessions).where(t.browser_sessions.c.user_id == user.id))
    await queries.update_user(conn, user.id, is_active=False, ended_at=ctx.ports.clock())
    await audit.note(ctx, conn, Action.USER_DEACTIVATE, user.subject)


async def restore_user(ctx: Context, username: str) -> User:
    """Let a deactivated or deleted account in again, with whatever keys, password and memberships it still has."""
    access.require_admin(ctx)
    async with ctx.database.write() as conn:
        user = await _load(conn, username)
        await let_in(ctx, conn, user)
        return await _load(conn, username)


async def let_in(ctx: Context, conn: AsyncConnection, user: User) -> None:
    """Restore an account within the caller's transaction."""
    await queries.update_user(conn, user.id, is_active=True, ended_at=None)
    await audit.note(ctx, conn, Action.USER_REACTIVATE, user.subject)


async def confirm_address(ctx: Context, username: str) -> User:
    """State that an address which the account's owner has written there is theirs: single sign-on then finds it."""
    access.require_admin(ctx)
    async with ctx.database.write() as conn:
        user = await _load(conn, username)
        await queries.update_user(conn, user.id, email_unproven=False)
        await audit.note(ctx, conn, Action.USER_UPDATE, user.subject, confirmed="email")
        return user


async def set_admin(ctx: Context, username: str, *, is_admin: bool) -> User:
    """Make an account an administrator of the server, or an ordinary one. Raises `Denied` for the last one."""
    access.require_admin(ctx)
    async with ctx.database.write() as conn:
        await make_admin(ctx, conn, await _load(conn, username), is_admin=is_admin)
        return await _load(conn, username)


async def make_admin(ctx: Context, conn: AsyncConnection, user: User, *, is_admin: bool) -> None:
    """Do what `set_admin` does within the caller's transaction."""
    if user.kind != "human":
        raise Invalid("a service account cannot administer the server")
    if not is_admin:
        await _refuse_last_admin(conn, user)
    await queries.update_user(conn, user.id, is_admin=is_admin)
    await audit.note(ctx, conn, Action.USER_UPDATE, user.subject, admin=is_admin)


async def _load(conn: AsyncConnection, username: str) -> User:
    return await load_user_by_name(conn, username)


async def _refuse_last_admin(conn: AsyncConnection, user: User) -> None:
    if user.is_admin and await queries.lock_admins(conn) <= {user.id}:
        raise Denied("this is the last administrator; make another one first")


async def set_default_entity(ctx: Context, name: str) -> None:
    """Have runs that name no entity go to the caller's own entity, or to a team that they write to.

    Raises `NotFound` for what they do not belong to, `Denied` where they only look.
    """
    identity = access.require_whole(ctx)
    async with ctx.database.write() as conn:
        entity = await queries.find_entity(conn, name)
        is_place = entity is not None and (entity.kind is EntityKind.TEAM or entity.id == identity.entity_id)
        if entity is None or not is_place or entity.id not in identity.roles:
            raise NotFound(f"you belong to no team {name!r}")
        access.require(ctx, Permission.APPEND, Target(entity.id, thing=Thing.RUN, what="team"))
        chosen = None if entity.id == identity.entity_id else entity.id
        await queries.update_user(conn, identity.user_id, default_entity_id=chosen)
        own = Subject(user_id=identity.user_id, user=identity.username)
        await audit.note(ctx, conn, Action.USER_UPDATE, own, changed=["default entity"])


async def change_profile(ctx: Context, name: str | None, email: str | None) -> User:
    """Change what the caller is called and written to; None leaves it. Raises `Conflict` for a taken address."""
    identity = access.require_whole(ctx)
    values: dict[str, str] = {}
    if name is not None:
        values["name"] = name.strip()[:128] or identity.username
    async with ctx.database.write() as conn:
        if email is not None:
            values["email"] = address = check_address(email)
            holder = await queries.find_user_by_address(conn, address)
            if holder is not None and holder.id != identity.user_id:
                raise Conflict(f"{email} belongs to another account")
            await queries.update_user(conn, identity.user_id, email_unproven=True)
        if values:
            await queries.update_user(conn, identity.user_id, **values)
            own = Subject(user_id=identity.user_id, user=identity.username)
            await audit.note(ctx, conn, Action.USER_UPDATE, own, changed=sorted(values))
        user = await queries.find_user(conn, identity.user_id)
    if user is None:
        raise NotFound("the account is gone")
    return user

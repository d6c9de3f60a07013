"""The first administrator: by a one-time link that stands in the log, or unattended from the settings.

The link's token lives in the database, so every process of a new server prints the same link, and it dies with the
first account.
"""

from __future__ import annotations

import hmac
from dataclasses import replace

from steelyard.context import Context
from steelyard.domains.accounts import access, queries, secrets, sessions
from steelyard.domains.accounts import tables as t
from steelyard.domains.accounts.model import User
from steelyard.domains.accounts.service import NewUser, insert_user
from steelyard.kernel.errors import Denied
from steelyard.sql.dialect import insert_ignore

_TOKEN = "setup_token"  # noqa: S105 - the name it is stored under


async def needs_setup(ctx: Context) -> bool:
    async with ctx.database.read() as conn:
        return await queries.count_users(conn) == 0


async def setup_token(ctx: Context) -> str | None:
    """Return the token of the one-time link, None once an account exists."""
    async with ctx.database.write() as conn:
        if await queries.count_users(conn):
            return None
        await insert_ignore(conn, t.server_secrets, {"name": _TOKEN, "value": secrets.new_token()})
        return await queries.find_secret(conn, _TOKEN)


async def create_first_admin(ctx: Context, token: str, spec: NewUser, user_agent: str) -> str:
    """Make the first administrator and return the token of their new browser session.

    Raises `Denied` for a wrong token or when an account exists.
    """
    assert spec.password is not None, "a person signs in with a password"
    password_hash = await secrets.hash_password(spec.password)
    async with ctx.database.write() as conn:
        expected = await queries.find_secret(conn, _TOKEN)
        fits = expected is not None and hmac.compare_digest(expected.encode(), token.encode())
        # Taking the token away comes first: of two who bring it at once, one waits here and then finds it gone.
        if not fits or not await queries.delete_secret(conn, _TOKEN) or await queries.count_users(conn):
            raise Denied("this link has been used or is wrong; the current one stands in the server's log")
        user = await insert_user(ctx, conn, spec, password_hash)
    return await sessions.open_session(ctx, user.id, user_agent)


async def create_configured_admin(ctx: Context, spec: NewUser) -> User | None:
    """Make the administrator that the settings name, unless an account exists."""
    least = secrets.OPERATOR_PASSWORD_MIN
    password_hash = await secrets.hash_password(spec.password, least) if spec.password else None
    async with ctx.database.write() as conn:
        if await queries.count_users(conn):
            return None
        return await insert_user(ctx, conn, spec, password_hash)


async def sign_up(ctx: Context, spec: NewUser, user_agent: str) -> str:
    """Make an ordinary account by itself and return its session token. Raises `Denied` when sign-up is closed."""
    assert spec.password is not None, "a person signs in with a password"
    if not ctx.ports.policy.signup_open or await needs_setup(ctx):
        raise Denied("sign-up is closed on this server; ask an administrator for an account")
    access.require_passwords(ctx)
    password_hash = await secrets.hash_password(spec.password)
    async with ctx.database.write() as conn:
        user = await insert_user(ctx, conn, replace(spec, email_unproven=True), password_hash)
    return await sessions.open_session(ctx, user.id, user_agent)

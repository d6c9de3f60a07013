"""Accounts whose password is kept by a directory (LDAP): who signs in by it, and what is then not ours to change."""

from __future__ import annotations

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import provider_queries
from steelyard.domains.accounts.provider_people import account_of
from steelyard.kernel.errors import Conflict, Denied
from steelyard.ports.sso import SignOnFailed

log = structlog.get_logger()


async def directory_account(ctx: Context, login: str, password: str) -> int | None:
    """Return the account of whom the directory knows by this password, made now where need be; None for nobody.

    Raises `DirectoryDown` when it cannot be asked, and `Denied` for whom this server does not let in.
    """
    if ctx.ports.directory is None:
        return None
    person = await ctx.ports.directory.check(login, password)
    if person is None:
        return None
    try:
        user = await account_of(ctx, person)
    except SignOnFailed as error:
        log.info("a person of the directory is not let in", reason=error.message)
        raise Denied(f"{error.message}. {error.advice.removesuffix('.')}") from error
    log.info("signed in by the directory", username=user.username)
    return user.id


async def is_of_directory(ctx: Context, conn: AsyncConnection, user_id: int) -> bool:
    """Tell whether the directory keeps the account's password: one of our own does not count then."""
    directory = ctx.ports.directory
    return directory is not None and await provider_queries.is_of_provider(conn, user_id, directory.issuer)


async def refuse_of_directory(ctx: Context, conn: AsyncConnection, user_id: int) -> None:
    """Raise `Conflict` where a new password of ours would not count."""
    if await is_of_directory(ctx, conn, user_id):
        raise Conflict("the password of this account is kept by the directory; change it there")

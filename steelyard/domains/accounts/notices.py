"""Mail to people whose account has changed, so that they notice what they have not done themselves."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import queries
from steelyard.jobs import mail


class Notice(StrEnum):
    PASSWORD = "The password of your account was changed"  # noqa: S105 - a sentence
    ADDRESS = "The e-mail address of your account was changed"
    KEY = "An API key of your account was made"


async def tell(ctx: Context, conn: AsyncConnection, user_id: int, notice: Notice, *, address: str = "") -> None:
    """Write to the owner of the account, or to an `address` that was theirs, once the transaction commits.

    Nobody is written to where there is no mail server, nor to a service account, which has no address.
    """
    if ctx.ports.mail is None:
        return
    user = await queries.find_user(conn, user_id)
    recipient = address or (user.email if user else "")
    if user is None or not recipient:
        return
    now = ctx.ports.clock()
    lines = [
        f"{notice}.",
        "",
        f"Account: {user.username}",
        f"When: {now:%Y-%m-%d %H:%M} UTC",
        f"By: {_by(ctx, user_id)}",
        *([f"From: {ctx.address}"] if ctx.address else []),
        "",
        f"If that is news to you: end sessions and keys that you do not know at {ctx.origin}/settings,",
        "choose a new password, and tell whoever administers this server.",
    ]
    await mail.enqueue(conn, recipient, f"{notice} on Steelyard", "\n".join(lines) + "\n", now)


def _by(ctx: Context, user_id: int) -> str:
    if ctx.account is None:
        return "somebody who had a link to do so"
    if ctx.account.user_id == user_id:
        return f"yourself, with the API key {ctx.account.key_label}" if ctx.account.key_label else "yourself"
    return ctx.account.username or "whoever operates the server"

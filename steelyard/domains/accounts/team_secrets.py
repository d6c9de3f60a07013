"""Secrets of a team: what its automations send to others, by names that its members see and values that nobody does.

A value is encrypted before it is stored, by a key of the whole server that another table holds. It goes back to nobody
who asks: only to what this server itself does for the team (`find_value`).
"""

from __future__ import annotations

import re

from sqlalchemy import delete

from steelyard.context import Context
from steelyard.domains.accounts import access, sealing, secret_queries
from steelyard.domains.accounts import tables as t
from steelyard.domains.accounts.access import Permission
from steelyard.domains.accounts.model import TeamSecret
from steelyard.domains.accounts.teams import find_team, load_for_people, people_of
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action
from steelyard.kernel.errors import Conflict, Invalid, NotFound
from steelyard.sql.dialect import upsert

VALUE_MAX = 32 << 10
# Of one team: all of them are listed at once.
SECRETS_MAX = 200
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_KEY = "team_secrets_key"


def check_name(name: str) -> str:
    """Return `name`. Raises `Invalid` unless it could be the name of a variable."""
    if not _NAME.fullmatch(name):
        raise Invalid("the name of a secret is 1 to 128 letters, digits and '_', and does not begin with a digit")
    return name


async def list_secrets(ctx: Context, team_name: str) -> list[TeamSecret]:
    """Return the names, never the values, for those who belong to the team. Raises `NotFound`."""
    access.require_account(ctx)
    async with ctx.database.read() as conn:
        team = await find_team(conn, team_name)
        access.require(ctx, Permission.READ, people_of(team))
        if not ctx.ports.policy.accounts.team_secrets:
            return []
        return await secret_queries.list_secrets(conn, team.id)


async def set_secret(ctx: Context, team_name: str, name: str, value: str) -> None:
    """Keep a value under a name, in place of the one before. Raises `NotFound`, `Denied`, `Invalid`, `Conflict`."""
    if not 0 < len(value.encode()) <= VALUE_MAX:
        raise Invalid(f"the value of a secret has 1 to {VALUE_MAX} bytes")
    box = await sealing.open_box(ctx, _KEY)
    async with ctx.database.write() as conn:
        team = await load_for_people(ctx, conn, team_name)
        _refuse_where_off(ctx)
        check_name(name)
        known = {item.name for item in await secret_queries.list_secrets(conn, team.id)}
        if name not in known and len(known) >= SECRETS_MAX:
            raise Conflict(f"a team has at most {SECRETS_MAX} secrets")
        now = ctx.ports.clock()
        row = {"entity_id": team.id, "name": name, "sealed": box.encrypt(value.encode()).decode(), "changed_at": now}
        row |= {"changed_by": access.require_account(ctx).user_id or None, "created_at": now}
        await upsert(
            conn, t.team_secrets, [row], key=("entity_id", "name"), update=("sealed", "changed_at", "changed_by")
        )
        await audit.note(ctx, conn, Action.TEAM_SET_SECRET, team.subject, secret=name)


async def delete_secret(ctx: Context, team_name: str, name: str) -> None:
    """Forget a secret. Raises `NotFound`, `Denied`."""
    async with ctx.database.write() as conn:
        team = await load_for_people(ctx, conn, team_name)
        _refuse_where_off(ctx)
        mine = t.team_secrets.c
        gone = await conn.execute(delete(t.team_secrets).where(mine.entity_id == team.id, mine.name == name))
        if gone.rowcount == 0:
            raise NotFound("there is no such secret")
        await audit.note(ctx, conn, Action.TEAM_DELETE_SECRET, team.subject, secret=name)


def _refuse_where_off(ctx: Context) -> None:
    if not ctx.ports.policy.accounts.team_secrets:
        raise Conflict("teams keep no secrets on this server (GORILLA_CUSTOMER_SECRET_STORE_SOURCE is noop://)")


async def find_value(ctx: Context, entity_id: int, name: str) -> str | None:
    """Return a value for what this server does by itself for a team, None for a name that is not there.

    Whoever calls this neither shows nor logs it. Raises `Conflict` for one whose key this server has lost.
    """
    if not ctx.ports.policy.accounts.team_secrets:
        return None
    async with ctx.database.read() as conn:
        sealed = await secret_queries.find_sealed(conn, entity_id, name)
    if sealed is None:
        return None
    from cryptography.fernet import InvalidToken

    try:
        return (await sealing.open_box(ctx, _KEY)).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Conflict(f"the secret {name} was encrypted by a key that is gone; set it anew") from None

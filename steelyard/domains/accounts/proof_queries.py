"""Questions about what proves who somebody is: keys, browser sessions, one-time links. They never commit."""

from __future__ import annotations

from datetime import datetime
from ipaddress import ip_network
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import KeyRights, KeyScope
from steelyard.domains.accounts import tables as t
from steelyard.domains.accounts.model import (
    AccountLink,
    ApiKey,
    BrowserSession,
    Role,
)

_KEY = [t.api_keys.c[name] for name in ("id", "user_id", "name", "hint", "created_at", "last_used_at")]
_SCOPE = [t.api_keys.c[name] for name in ("rights", "in_projects", "expires_at", "networks", "issuer_id")]


async def find_active_key(conn: AsyncConnection, secret_hash: str) -> ApiKey | None:
    """Return the key of this secret when its owner is active; an expired one too."""
    statement = select(*_KEY, *_SCOPE).join(t.users, t.users.c.id == t.api_keys.c.user_id)
    found = await _keys(conn, statement.where(t.api_keys.c.secret_hash == secret_hash, t.users.c.is_active))
    return found[0] if found else None


async def list_keys(conn: AsyncConnection, user_id: int) -> list[ApiKey]:
    """Return the keys that an account has made, without access tokens."""
    statement = select(*_KEY, *_SCOPE).where(t.api_keys.c.user_id == user_id, t.api_keys.c.issuer_id.is_(None))
    return await _keys(conn, statement.order_by(t.api_keys.c.id))


async def find_key(conn: AsyncConnection, key_id: int) -> ApiKey | None:
    found = await _keys(conn, select(*_KEY, *_SCOPE).where(t.api_keys.c.id == key_id))
    return found[0] if found else None


async def _keys(conn: AsyncConnection, statement: Select[Any]) -> list[ApiKey]:
    rows = (await conn.execute(statement)).all()
    bounded = [row.id for row in rows if row.in_projects]
    projects: dict[int, set[int]] = {key_id: set() for key_id in bounded}
    if bounded:
        table = t.api_key_projects
        for key_id, project_id in await conn.execute(select(table).where(table.c.key_id.in_(bounded))):
            projects[key_id].add(project_id)
    return [_key(row, projects.get(row.id)) for row in rows]


def _key(row: Any, projects: set[int] | None) -> ApiKey:
    return ApiKey(row.id, row.user_id, row.name, row.hint, row.created_at, row.last_used_at, _scope(row, projects))


def _scope(row: Any, projects: set[int] | None) -> KeyScope:
    return KeyScope(
        KeyRights(row.rights),
        None if projects is None else frozenset(projects),
        row.expires_at,
        tuple(ip_network(network) for network in row.networks.split()),
        is_token=row.issuer_id is not None,
    )


async def list_unseen_keys(conn: AsyncConnection, maker_id: int) -> list[tuple[int, str, datetime]]:
    """Return account, secret and birth of keys that `maker_id` has made and not seen."""
    unseen = t.unseen_keys.c
    statement = select(t.api_keys.c.user_id, unseen.secret, unseen.created_at)
    statement = statement.join(t.api_keys, t.api_keys.c.id == unseen.key_id).where(unseen.maker_id == maker_id)
    return [(row[0], row[1], row[2]) for row in await conn.execute(statement)]


async def touch_key(conn: AsyncConnection, key_id: int, moment: datetime) -> None:
    await conn.execute(update(t.api_keys).where(t.api_keys.c.id == key_id).values(last_used_at=moment))


async def touch_session(conn: AsyncConnection, session_id: int, moment: datetime) -> None:
    table = t.browser_sessions
    await conn.execute(update(table).where(table.c.id == session_id).values(last_seen_at=moment))


_SESSION = [c for c in t.browser_sessions.c if c.name not in {"token_hash", "id_token"}]


async def find_session(
    conn: AsyncConnection, token_hash: str, now: datetime, used_since: datetime
) -> BrowserSession | None:
    table = t.browser_sessions
    statement = select(*_SESSION).join(t.users, t.users.c.id == table.c.user_id)
    good = (table.c.expires_at > now) & (table.c.last_seen_at > used_since)
    statement = statement.where(table.c.token_hash == token_hash, good, t.users.c.is_active)
    row = (await conn.execute(statement)).first()
    return BrowserSession(**row._mapping) if row else None


async def is_good_proof(conn: AsyncConnection, kind: str, number: int) -> bool:
    """Tell whether a key (`k`) or a browser session (`s`) is still there and its account (or that of `u`) active."""
    statement = select(t.users.c.id).where(t.users.c.is_active)
    if kind == "u":
        statement = statement.where(t.users.c.id == number)
    else:
        table = t.api_keys if kind == "k" else t.browser_sessions
        statement = statement.join(table, table.c.user_id == t.users.c.id).where(table.c.id == number)
    return (await conn.execute(statement)).first() is not None


async def find_id_token(conn: AsyncConnection, session_id: int) -> str | None:
    table = t.browser_sessions
    return (await conn.execute(select(table.c.id_token).where(table.c.id == session_id))).scalar()


async def list_sessions(
    conn: AsyncConnection, user_id: int, now: datetime, used_since: datetime
) -> list[BrowserSession]:
    table = t.browser_sessions
    good = (table.c.expires_at > now) & (table.c.last_seen_at > used_since)
    statement = select(*_SESSION).where(table.c.user_id == user_id, good)
    return [BrowserSession(**row._mapping) for row in await conn.execute(statement.order_by(table.c.id.desc()))]


def _links() -> Select[Any]:
    names = ("id", "user_id", "entity_id", "role", "email", "created_at", "expires_at")
    columns = [t.account_links.c[name] for name in names]
    return (
        select(*columns, t.users.c.username, t.entities.c.name, t.custom_roles.c.name)
        .join(t.users, t.users.c.id == t.account_links.c.user_id, isouter=True)
        .join(t.entities, t.entities.c.id == t.account_links.c.entity_id, isouter=True)
        .join(t.custom_roles, t.custom_roles.c.id == t.account_links.c.custom_role_id, isouter=True)
    )


def _link(row: Any) -> AccountLink:
    return AccountLink(row[0], row[1], row[2], Role(row[3]) if row[3] else None, *row[4:])


async def find_link(conn: AsyncConnection, condition: ColumnElement[bool]) -> AccountLink | None:
    row = (await conn.execute(_links().where(condition))).first()
    return _link(row) if row else None


async def list_invitations(conn: AsyncConnection, entity_id: int, now: datetime) -> list[AccountLink]:
    """Return the invitations to a team that can still be followed."""
    mine = t.account_links.c
    statement = _links().where(mine.entity_id == entity_id, mine.expires_at > now).order_by(mine.id)
    return [_link(row) for row in await conn.execute(statement)]


async def list_pending_invitations(conn: AsyncConnection, email: str, now: datetime) -> list[AccountLink]:
    """Return the invitations of an address, to any team, that can still be followed."""
    mine = t.account_links.c
    named = (func.lower(mine.email) == email.lower()) & mine.entity_id.is_not(None) & (mine.expires_at > now)
    return [_link(row) for row in await conn.execute(_links().where(named).order_by(mine.id))]

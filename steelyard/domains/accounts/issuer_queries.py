"""Questions about issuers of tokens: which count, whom they name, what they have given. They never commit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.accounts import tables as t
from steelyard.domains.accounts.model import BoundSubject, TokenIssuer


async def find_issuer(conn: AsyncConnection, issuer: str) -> TokenIssuer | None:
    found = [item for item in await _issuers(conn, t.token_issuers.c.issuer == issuer) if item.issuer == issuer]
    return found[0] if found else None


async def list_issuers(conn: AsyncConnection) -> list[TokenIssuer]:
    return await _issuers(conn, t.token_issuers.c.id > 0)


async def _issuers(conn: AsyncConnection, where: ColumnElement[bool]) -> list[TokenIssuer]:
    columns = [t.token_issuers.c[name] for name in ("id", "issuer", "audience", "by_email")]
    statement = select(*columns).where(where).order_by(t.token_issuers.c.issuer)
    return [TokenIssuer(**row._mapping) for row in await conn.execute(statement)]


async def find_issuer_name(conn: AsyncConnection, issuer_id: int) -> str | None:
    issuers = t.token_issuers.c
    return (await conn.execute(select(issuers.issuer).where(issuers.id == issuer_id))).scalar()


async def find_subject(conn: AsyncConnection, bound_id: int) -> tuple[str, str] | None:
    """Return issuer and subject of a binding."""
    bound = t.provider_identities.c
    row = (await conn.execute(select(bound.issuer, bound.subject).where(bound.id == bound_id))).first()
    return (row.issuer, row.subject) if row else None


async def list_bound(conn: AsyncConnection, issuer: str, limit: int) -> list[BoundSubject]:
    """Return the accounts that an issuer's subjects name, the first `limit` by subject."""
    bound = t.provider_identities.c
    statement = select(bound.id, bound.subject, t.users.c.username)
    statement = statement.join(t.users, t.users.c.id == bound.user_id).where(bound.issuer == issuer)
    rows = await conn.execute(statement.order_by(bound.subject, bound.id).limit(limit))
    return [BoundSubject(*row) for row in rows]


async def list_organization_names(conn: AsyncConnection) -> list[str]:
    return list((await conn.execute(select(t.organizations.c.name))).scalars())


async def list_ended_tokens(conn: AsyncConnection, now: datetime, limit: int) -> list[int]:
    """Return the ids of some access tokens that are over."""
    keys = t.api_keys.c
    statement = select(keys.id).where(keys.issuer_id.is_not(None), keys.expires_at < now).limit(limit)
    return list((await conn.execute(statement)).scalars())

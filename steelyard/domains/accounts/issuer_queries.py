"""Questions about issuers of tokens as administrators see them. They never commit."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.accounts import tables as t
from steelyard.domains.accounts.model import BoundSubject


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

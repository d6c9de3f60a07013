"""Questions about the secrets of teams. They never commit."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.accounts import tables as t
from steelyard.domains.accounts.model import TeamSecret


async def list_secrets(conn: AsyncConnection, entity_id: int) -> list[TeamSecret]:
    """Return all of a team, by name, without their values."""
    mine = t.team_secrets.c
    statement = select(mine.name, mine.created_at, mine.changed_at, t.users.c.username)
    statement = statement.join(t.users, t.users.c.id == mine.changed_by, isouter=True)
    rows = await conn.execute(statement.where(mine.entity_id == entity_id).order_by(mine.name))
    return [TeamSecret(*row) for row in rows]


async def find_sealed(conn: AsyncConnection, entity_id: int, name: str) -> str | None:
    mine = t.team_secrets.c
    return (await conn.execute(select(mine.sealed).where(mine.entity_id == entity_id, mine.name == name))).scalar()

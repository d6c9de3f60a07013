"""Questions about identity providers and directories: whom they vouch for, what they told. They never commit."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.accounts import queries as accounts
from steelyard.domains.accounts import tables as t
from steelyard.domains.accounts.model import User


async def find_user_of_provider(conn: AsyncConnection, issuer: str, subject: str) -> User | None:
    """Return the account that a provider's person has been bound to, an ended one too."""
    table = t.provider_identities
    bound = select(table.c.user_id).where(table.c.issuer == issuer, table.c.subject == subject)
    return await accounts.load_user(conn, accounts.users_statement().where(t.users.c.id.in_(bound)))


async def is_of_provider(conn: AsyncConnection, user_id: int, issuer: str) -> bool:
    """Tell whether a provider or directory has vouched for the account."""
    table = t.provider_identities
    found = select(table.c.id).where(table.c.user_id == user_id, table.c.issuer == issuer).limit(1)
    return (await conn.execute(found)).first() is not None


async def list_people_of_address(conn: AsyncConnection, email: str) -> list[tuple[User, bool]]:
    """Return the persons with this address, ended ones too, and whether it was they who wrote it there."""
    statement = accounts.users_statement().add_columns(t.users.c.email_unproven)
    statement = statement.where(func.lower(t.users.c.email) == email.lower(), t.users.c.kind == "human")
    found = []
    for row in await conn.execute(statement.order_by(t.users.c.id)):
        values = dict(row._mapping)
        unproven = bool(values.pop("email_unproven"))
        found.append((User(**values), unproven))
    return found


async def teams_by_group(conn: AsyncConnection, user_id: int) -> set[int]:
    """Return the teams that an account belongs to because of a group."""
    members = t.team_members.c
    rows = await conn.execute(select(members.entity_id).where(members.user_id == user_id, members.by_group))
    return set(rows.scalars())


async def find_told(conn: AsyncConnection, issuer: str, subject: str) -> tuple[str | None, str | None]:
    """Return address and name that a provider told of a person last, None for what was not kept."""
    table = t.provider_identities
    found = select(table.c.email, table.c.name).where(table.c.issuer == issuer, table.c.subject == subject)
    row = (await conn.execute(found)).first()
    return (row.email, row.name) if row else (None, None)

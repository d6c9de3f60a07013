"""Questions about provisioned people and teams. They never commit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.accounts import queries as accounts
from steelyard.domains.accounts import tables as a
from steelyard.domains.accounts.model import Entity, EntityKind, User
from steelyard.domains.scim import tables as t


@dataclass(frozen=True)
class Person:
    """An account and what its provider calls it."""

    user: User
    user_name: str
    external_id: str | None


@dataclass(frozen=True)
class Place:
    """Somebody's place in a team."""

    entity_id: int
    team: str
    user_id: int
    username: str
    # a custom one's name
    role: str


# An account that the provider has deleted comes back to it when somebody here restores it.
_SHOWN = (a.users.c.kind == "human") & or_(
    a.users.c.is_active, t.scim_users.c.is_deleted.is_(None), t.scim_users.c.is_deleted.is_(False)
)


def _people() -> Select[Any]:
    marks = t.scim_users
    return (
        accounts.users_statement()
        .outerjoin(marks, marks.c.user_id == a.users.c.id)
        .add_columns(marks.c.user_name, marks.c.external_id)
        .where(_SHOWN)
    )


async def list_people(
    conn: AsyncConnection, where: ColumnElement[bool] | None = None, *, skip: int = 0, limit: int | None = None
) -> list[Person]:
    """Return people whom the provider knows or may know, in the order in which they came."""
    statement = _people().order_by(a.users.c.id).offset(skip).limit(limit)
    if where is not None:
        statement = statement.where(where)
    found = []
    for row in await conn.execute(statement):
        values = dict(row._mapping)
        name, external_id = values.pop("user_name"), values.pop("external_id")
        found.append(Person(User(**values), name or values["username"], external_id))
    return found


async def count_people(conn: AsyncConnection) -> int:
    joined = a.users.outerjoin(t.scim_users, t.scim_users.c.user_id == a.users.c.id)
    return int((await conn.execute(select(func.count()).select_from(joined).where(_SHOWN))).scalar_one())


def named(name: str) -> ColumnElement[bool]:
    """Say that somebody is called so: by the provider, by their account, or by their address."""
    low = name.lower()
    return or_(
        func.lower(t.scim_users.c.user_name) == low,
        func.lower(a.users.c.username) == low,
        func.lower(a.users.c.email) == low,
    )


def addressed(email: str) -> ColumnElement[bool]:
    return func.lower(a.users.c.email) == email.lower()


def known_as(external_id: str) -> ColumnElement[bool]:
    return t.scim_users.c.external_id == external_id


async def find_person(conn: AsyncConnection, user_id: int) -> Person | None:
    found = await list_people(conn, a.users.c.id == user_id)
    return found[0] if found else None


async def is_taken(conn: AsyncConnection, name: str, email: str, but: int | None = None) -> bool:
    """Tell whether another account, a deleted one too, has the name or the address."""
    joined = a.users.outerjoin(t.scim_users, t.scim_users.c.user_id == a.users.c.id)
    either = or_(named(name), addressed(email)) if email else named(name)
    statement = select(a.users.c.id).select_from(joined).where(either, a.users.c.id != (but or 0)).limit(1)
    return (await conn.execute(statement)).first() is not None


async def lock_account(conn: AsyncConnection, user_id: int) -> None:
    """Let nobody else change the account before this transaction ends."""
    await conn.execute(select(a.users.c.id).where(a.users.c.id == user_id).with_for_update())


async def lock_team(conn: AsyncConnection, entity_id: int) -> None:
    await conn.execute(select(a.entities.c.id).where(a.entities.c.id == entity_id).with_for_update())


async def list_places(
    conn: AsyncConnection, *, people: Sequence[int] | None = None, teams: Sequence[int] | None = None
) -> list[Place]:
    """Return who is in which team, of these people or these teams; service accounts are left out."""
    members = a.team_members
    which: list[ColumnElement[bool]] = [a.users.c.kind == "human", a.entities.c.kind == EntityKind.TEAM]
    which += [members.c.user_id.in_(people)] if people is not None else []
    which += [members.c.entity_id.in_(teams)] if teams is not None else []
    statement = (
        select(members.c.entity_id, a.entities.c.name.label("team"), members.c.user_id, a.users.c.username)
        .add_columns(func.coalesce(a.custom_roles.c.name, members.c.role).label("role"))
        .join(a.entities, a.entities.c.id == members.c.entity_id)
        .join(a.users, a.users.c.id == members.c.user_id)
        .outerjoin(a.custom_roles, a.custom_roles.c.id == members.c.custom_role_id)
        .where(and_(*which))
        .order_by(a.entities.c.name, a.users.c.username)
    )
    return [Place(**row._mapping) for row in await conn.execute(statement)]


async def list_teams(
    conn: AsyncConnection, where: ColumnElement[bool] | None = None, *, skip: int = 0, limit: int | None = None
) -> list[tuple[Entity, str | None]]:
    """Return teams in the order in which they came, each with what the provider calls it."""
    columns = [a.entities.c[name] for name in ("id", "name", "kind", "organization_id", "created_at", "bucket")]
    joined = a.entities.outerjoin(t.scim_groups, t.scim_groups.c.entity_id == a.entities.c.id)
    statement = select(*columns, t.scim_groups.c.external_id).select_from(joined)
    statement = statement.where(a.entities.c.kind == EntityKind.TEAM).order_by(a.entities.c.id)
    if where is not None:
        statement = statement.where(where)
    found = []
    for row in await conn.execute(statement.offset(skip).limit(limit)):
        values = dict(row._mapping)
        external_id = values.pop("external_id")
        found.append((Entity(**values | {"kind": EntityKind(values["kind"])}), external_id))
    return found


async def count_teams(conn: AsyncConnection) -> int:
    statement = select(func.count()).select_from(a.entities).where(a.entities.c.kind == EntityKind.TEAM)
    return int((await conn.execute(statement)).scalar_one())


def team_named(name: str) -> ColumnElement[bool]:
    return func.lower(a.entities.c.name) == name.lower()


def team_known_as(external_id: str) -> ColumnElement[bool]:
    return t.scim_groups.c.external_id == external_id


def team_of_id(entity_id: int) -> ColumnElement[bool]:
    return a.entities.c.id == entity_id


async def people_by_id_or_address(conn: AsyncConnection, ids: Iterable[int], emails: Iterable[str]) -> list[Person]:
    """Return the active people of these ids and addresses."""
    lowered = [email.lower() for email in emails]
    either = or_(a.users.c.id.in_(list(ids)), func.lower(a.users.c.email).in_(lowered))
    return await list_people(conn, either & a.users.c.is_active)

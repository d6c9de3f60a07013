"""Questions about people, teams and organizations, one function each. They never commit."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, Table, case, delete, func, literal, null, or_, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.accounts import tables as t
from steelyard.domains.accounts.model import (
    Entity,
    EntityKind,
    Membership,
    Organization,
    ProjectRole,
    Role,
    User,
)
from steelyard.kernel.names import fold

_NO_NAME = null()
_NOT_SHOWN = {"password_hash", "default_entity_id", "email_unproven"}


def users_statement() -> Select[Any]:
    """Return what gives rows of `User`."""
    columns = [c for c in t.users.c if c.name not in _NOT_SHOWN]
    entity = func.coalesce(t.users.c.default_entity_id, t.users.c.entity_id)
    return select(*columns, t.entities.c.name.label("entity")).join(t.entities, t.entities.c.id == entity)


async def load_user(conn: AsyncConnection, statement: Select[Any]) -> User | None:
    """Return the account of a statement that `users_statement` began."""
    row = (await conn.execute(statement)).first()
    return User(**row._mapping) if row else None


async def find_user(conn: AsyncConnection, user_id: int) -> User | None:
    return await load_user(conn, users_statement().where(t.users.c.id == user_id))


async def find_user_by_name(conn: AsyncConnection, username: str) -> User | None:
    return await load_user(conn, users_statement().where(t.users.c.username == username))


async def find_user_by_address(conn: AsyncConnection, email: str) -> User | None:
    """Return the account of an e-mail address, however it is written."""
    found = users_statement().where(func.lower(t.users.c.email) == email.lower()).order_by(t.users.c.id)
    return await load_user(conn, found)


async def find_login(conn: AsyncConnection, login: str) -> tuple[int, str | None] | None:
    """Return id and password hash of the active person of this username or e-mail address."""
    statement = select(t.users.c.id, t.users.c.password_hash).where(
        t.users.c.is_active, (t.users.c.username == login) | (t.users.c.email == login)
    )
    row = (await conn.execute(statement.order_by(t.users.c.username != login))).first()
    return (row.id, row.password_hash) if row else None


async def find_password_hash(conn: AsyncConnection, user_id: int) -> str | None:
    return (await conn.execute(select(t.users.c.password_hash).where(t.users.c.id == user_id))).scalar()


async def list_users(conn: AsyncConnection, search: str = "") -> list[User]:
    return await _search_users(conn, users_statement(), search)


async def list_colleagues(conn: AsyncConnection, user_id: int, search: str) -> list[User]:
    """Return the account itself and those that share an organization or a team with it."""
    shared = [
        select(other.c.user_id).join(mine, other.c[place] == mine.c[place]).where(mine.c.user_id == user_id)
        for table, place in ((t.organization_members, "organization_id"), (t.team_members, "entity_id"))
        for mine, other in [(table.alias(), table.alias())]
    ]
    known = or_(t.users.c.id == user_id, *(t.users.c.id.in_(ids) for ids in shared))
    return await _search_users(conn, users_statement().where(known, t.users.c.is_active), search)


async def _search_users(conn: AsyncConnection, statement: Select[Any], search: str) -> list[User]:
    statement = statement.order_by(t.users.c.username)
    if search:
        part = search.lower()
        named = [func.lower(column).contains(part, autoescape=True) for column in (t.users.c.username, t.users.c.email)]
        statement = statement.where(or_(*named))
    return [User(**row._mapping) for row in await conn.execute(statement)]


async def list_users_by_id(conn: AsyncConnection, ids: list[int]) -> list[User]:
    return [User(**row._mapping) for row in await conn.execute(users_statement().where(t.users.c.id.in_(ids)))]


async def find_user_of_entity(conn: AsyncConnection, entity_id: int) -> User | None:
    """Return the person whose own entity this is."""
    return await load_user(conn, users_statement().where(t.users.c.entity_id == entity_id, t.users.c.kind == "human"))


async def count_users(conn: AsyncConnection) -> int:
    return int((await conn.execute(select(func.count()).select_from(t.users))).scalar_one())


async def lock_admins(conn: AsyncConnection) -> set[int]:
    """Return the ids of the active administrators, of whom none can be ended by others until we have decided."""
    statement = select(t.users.c.id).where(t.users.c.is_admin, t.users.c.is_active).order_by(t.users.c.id)
    return set((await conn.execute(statement.with_for_update())).scalars())


async def find_first_admin(conn: AsyncConnection) -> int | None:
    """Return the id of the active administrator who was made first."""
    statement = select(t.users.c.id).where(t.users.c.is_admin, t.users.c.is_active).order_by(t.users.c.id).limit(1)
    return (await conn.execute(statement)).scalar()


async def update_user(conn: AsyncConnection, user_id: int, **values: Any) -> None:
    await conn.execute(update(t.users).where(t.users.c.id == user_id).values(**values))


# ---- entities -------------------------------------------------------------------------------------------------


async def find_entity(conn: AsyncConnection, name: str) -> Entity | None:
    row = (await conn.execute(select(*_ENTITY).where(t.entities.c.folded_name == fold(name)))).first()
    return _entity(row) if row else None


async def find_entity_by_id(conn: AsyncConnection, entity_id: int) -> Entity | None:
    row = (await conn.execute(select(*_ENTITY).where(t.entities.c.id == entity_id))).first()
    return _entity(row) if row else None


async def list_entities_of(conn: AsyncConnection, organization_ids: list[int]) -> list[Entity]:
    """Return what organizations own: their teams, and each its own entity."""
    statement = select(*_ENTITY).where(t.entities.c.organization_id.in_(organization_ids))
    return [_entity(row) for row in await conn.execute(statement.order_by(t.entities.c.name))]


async def list_shared_entities(conn: AsyncConnection) -> frozenset[int]:
    """Return the ids of all entities that are no person's own."""
    found = await conn.execute(select(t.entities.c.id).where(t.entities.c.kind != EntityKind.USER))
    return frozenset(found.scalars())


async def list_entities(conn: AsyncConnection, ids: list[int]) -> list[Entity]:
    rows = await conn.execute(select(*_ENTITY).where(t.entities.c.id.in_(ids)).order_by(t.entities.c.name))
    return [_entity(row) for row in rows]


_ENTITY = [c for c in t.entities.c if c.name != "folded_name"]


def _entity(row: Any) -> Entity:
    return Entity(row.id, row.name, EntityKind(row.kind), row.organization_id, row.created_at, row.bucket)


async def list_buckets_in_use(conn: AsyncConnection) -> dict[str, list[str]]:
    """Return bucket → the teams that have it."""
    mine = t.entities.c
    found: dict[str, list[str]] = {}
    for row in await conn.execute(select(mine.bucket, mine.name).where(mine.bucket != "").order_by(mine.name)):
        found.setdefault(row.bucket, []).append(row.name)
    return found


async def find_organization(conn: AsyncConnection, name: str) -> Organization | None:
    row = (await conn.execute(select(t.organizations).where(t.organizations.c.name == name))).first()
    return Organization(*row) if row else None


async def find_organization_by_id(conn: AsyncConnection, organization_id: int) -> Organization | None:
    row = (await conn.execute(select(t.organizations).where(t.organizations.c.id == organization_id))).first()
    return Organization(*row) if row else None


async def list_organizations(conn: AsyncConnection, ids: list[int]) -> list[Organization]:
    rows = await conn.execute(select(t.organizations).where(t.organizations.c.id.in_(ids)))
    return [Organization(*row) for row in rows]


async def list_every_organization(conn: AsyncConnection) -> list[Organization]:
    return [Organization(*row) for row in await conn.execute(select(t.organizations).order_by(t.organizations.c.id))]


async def find_organization_entity(conn: AsyncConnection, organization_id: int) -> Entity | None:
    statement = select(*_ENTITY).where(
        t.entities.c.organization_id == organization_id, t.entities.c.kind == EntityKind.ORGANIZATION
    )
    row = (await conn.execute(statement)).first()
    return _entity(row) if row else None


async def list_team_members(conn: AsyncConnection, entity_id: int) -> list[Membership]:
    members, roles = t.team_members, t.custom_roles
    named = select(roles.c.name).where(roles.c.id == members.c.custom_role_id).scalar_subquery()
    return await _memberships(conn, members, members.c.entity_id == entity_id, named)


async def count_members(conn: AsyncConnection, entity_ids: list[int]) -> dict[int, tuple[int, int]]:
    """Return team → how many people and how many service accounts belong to it; those without any are absent."""
    members, is_human = t.team_members.c, func.sum(case((t.users.c.kind == "human", 1), else_=0))
    statement = select(members.entity_id, is_human, func.count()).join(t.users, t.users.c.id == members.user_id)
    rows = await conn.execute(statement.where(members.entity_id.in_(entity_ids)).group_by(members.entity_id))
    return {entity_id: (int(people), count - int(people)) for entity_id, people, count in rows}


async def list_organization_members(conn: AsyncConnection, organization_id: int) -> list[Membership]:
    table = t.organization_members
    return await _memberships(conn, table, table.c.organization_id == organization_id)


async def _memberships(
    conn: AsyncConnection, table: Table, condition: ColumnElement[bool], custom: ColumnElement[Any] = _NO_NAME
) -> list[Membership]:
    statement = users_statement().add_columns(table.c.role.label("membership_role"), custom.label("custom_role"))
    statement = statement.join(table, table.c.user_id == t.users.c.id)
    rows = await conn.execute(statement.where(condition).order_by(table.c.id))
    return [_membership(dict(row._mapping)) for row in rows]


async def lock_team_admins(conn: AsyncConnection, entity_id: int) -> set[int]:
    """Return the active administrators of a team, of whom none can go by others until we have decided."""
    return await _lock_admins(conn, t.team_members, t.team_members.c.entity_id == entity_id)


async def lock_organization_admins(conn: AsyncConnection, organization_id: int) -> set[int]:
    table = t.organization_members
    return await _lock_admins(conn, table, table.c.organization_id == organization_id)


async def _lock_admins(conn: AsyncConnection, table: Table, condition: ColumnElement[bool]) -> set[int]:
    statement = select(table.c.user_id).join(t.users, t.users.c.id == table.c.user_id)
    statement = statement.where(condition, table.c.role == Role.ADMIN, t.users.c.is_active).order_by(table.c.id)
    return set((await conn.execute(statement.with_for_update(of=table))).scalars())


def _membership(values: dict[str, Any]) -> Membership:
    role, custom = Role(values.pop("membership_role")), values.pop("custom_role")
    return Membership(User(**values), role, custom)


async def team_roles(conn: AsyncConnection, user_id: int) -> dict[int, str]:
    members = t.team_members.c
    rows = await conn.execute(select(members.entity_id, members.role).where(members.user_id == user_id))
    return {row.entity_id: row.role for row in rows}


_PROJECT_ROLE = [t.project_members.c[name] for name in ("project_id", "entity_id", "user_id", "role")]


async def project_roles(conn: AsyncConnection, user_id: int) -> list[ProjectRole]:
    """Return the places of an account in the member lists of projects, by itself and by each of its teams.

    Who only views a team only views by it.
    """
    teams, joined = t.project_teams, t.team_members
    own = select(*_PROJECT_ROLE).where(t.project_members.c.user_id == user_id)
    role = case((joined.c.role == Role.VIEWER, literal(Role.VIEWER.value)), else_=teams.c.role).label("role")
    by_team = select(teams.c.project_id, teams.c.entity_id, joined.c.user_id, role)
    by_team = by_team.join(joined, joined.c.entity_id == teams.c.team_id).where(joined.c.user_id == user_id)
    return [ProjectRole(*row) for row in await conn.execute(union_all(own, by_team))]


async def list_project_teams(conn: AsyncConnection, project_id: int) -> list[tuple[int, str]]:
    """Return (team's id, role) of the teams that a registry's list names, in the order they were named."""
    teams = t.project_teams.c
    rows = await conn.execute(
        select(teams.team_id, teams.role).where(teams.project_id == project_id).order_by(teams.id)
    )
    return [(row.team_id, row.role) for row in rows]


async def list_project_members(conn: AsyncConnection, project_id: int) -> list[ProjectRole]:
    """Return whom the list of a project names, in the order in which they were."""
    members, roles = t.project_members, t.custom_roles
    statement = select(*_PROJECT_ROLE, roles.c.name).outerjoin(roles, roles.c.id == members.c.custom_role_id)
    statement = statement.where(members.c.project_id == project_id).order_by(members.c.id)
    rows = await conn.execute(statement)
    return [ProjectRole(row.project_id, row.entity_id, row.user_id, row.role, row.name) for row in rows]


async def organization_roles(conn: AsyncConnection, user_id: int) -> dict[int, str]:
    members = t.organization_members.c
    rows = await conn.execute(select(members.organization_id, members.role).where(members.user_id == user_id))
    return {row.organization_id: row.role for row in rows}


# ---- secrets of the server ------------------------------------------------------------------------------------


async def find_secret(conn: AsyncConnection, name: str) -> str | None:
    return (await conn.execute(select(t.server_secrets.c.value).where(t.server_secrets.c.name == name))).scalar()


async def delete_secret(conn: AsyncConnection, name: str) -> bool:
    """Return False when it was not there; who else deletes it at the same time waits."""
    return (await conn.execute(delete(t.server_secrets).where(t.server_secrets.c.name == name))).rowcount == 1

"""Questions about custom roles and who has one. They never commit."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, func, null, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.accounts import tables as t
from steelyard.domains.accounts.model import CustomRole, Role, Standing
from steelyard.kernel.names import fold

_HOLDERS = (t.team_members, t.project_members, t.account_links)


async def list_roles(conn: AsyncConnection, organization_id: int | None = None) -> list[CustomRole]:
    """Return the roles of an organization, or of all, by name."""
    statement = select(t.custom_roles).order_by(t.custom_roles.c.organization_id, t.custom_roles.c.folded_name)
    if organization_id is not None:
        statement = statement.where(t.custom_roles.c.organization_id == organization_id)
    return [_role(row) for row in await conn.execute(statement)]


async def find_role(conn: AsyncConnection, role_id: int) -> CustomRole | None:
    return await _find(conn, select(t.custom_roles).where(t.custom_roles.c.id == role_id))


async def find_role_by_name(
    conn: AsyncConnection, organization_id: int, name: str, *, lock: bool = False
) -> CustomRole | None:
    """Return the role; with `lock` nobody changes it before this transaction ends."""
    mine = t.custom_roles.c
    named = (mine.organization_id == organization_id) & (mine.folded_name == fold(name))
    statement = select(t.custom_roles).where(named)
    return await _find(conn, statement.with_for_update() if lock else statement)


async def lock_role(conn: AsyncConnection, role_id: int) -> CustomRole | None:
    """Return the role, which nobody else changes before this transaction ends."""
    return await _find(conn, select(t.custom_roles).where(t.custom_roles.c.id == role_id).with_for_update())


async def _find(conn: AsyncConnection, statement: Select[Any]) -> CustomRole | None:
    row = (await conn.execute(statement)).first()
    return _role(row) if row else None


def _role(row: Any) -> CustomRole:
    return CustomRole(
        row.id,
        row.organization_id,
        row.name,
        row.description,
        Role(row.parent),
        tuple(row.permissions.split()),
        row.created_at,
        row.external_id,
    )


async def set_parent(conn: AsyncConnection, role: CustomRole, parent: Role) -> None:
    """Have all who hold the role, or are invited to, hold another parent."""
    for table in _HOLDERS:
        await conn.execute(update(table).where(table.c.custom_role_id == role.id).values(role=parent))


async def count_holders(conn: AsyncConnection, organization_id: int) -> dict[int, int]:
    """Return role → how many places in teams and projects are held by it."""
    found: dict[int, int] = {}
    for table in (t.team_members, t.project_members):
        held = table.c.custom_role_id
        statement = select(held, func.count()).join(t.custom_roles, t.custom_roles.c.id == held)
        statement = statement.where(t.custom_roles.c.organization_id == organization_id).group_by(held)
        for role_id, count in await conn.execute(statement):
            found[role_id] = found.get(role_id, 0) + count
    return found


async def find_team_standing(conn: AsyncConnection, entity_id: int, user_id: int) -> Standing | None:
    members = t.team_members
    return await _standing(conn, members, (members.c.entity_id == entity_id) & (members.c.user_id == user_id))


async def find_project_standing(conn: AsyncConnection, project_id: int, user_id: int) -> Standing | None:
    members = t.project_members
    return await _standing(conn, members, (members.c.project_id == project_id) & (members.c.user_id == user_id))


async def find_link_standing(conn: AsyncConnection, link_id: int) -> Standing | None:
    return await _standing(conn, t.account_links, t.account_links.c.id == link_id)


async def _standing(conn: AsyncConnection, table: Any, where: ColumnElement[bool]) -> Standing | None:
    row = (await conn.execute(select(table.c.role, table.c.custom_role_id).where(where))).first()
    if row is None or row.role is None:
        return None
    custom = await find_role(conn, row.custom_role_id) if row.custom_role_id is not None else None
    return Standing(Role(row.role), custom)


async def list_added(conn: AsyncConnection, user_id: int) -> list[tuple[int, int | None, tuple[str, ...]]]:
    """Return (entity, project or None, permissions) of the places in which an account holds a custom role."""
    teams, projects, roles = t.team_members.c, t.project_members.c, t.custom_roles
    in_teams = select(teams.entity_id, null().label("project_id"), roles.c.permissions)
    in_teams = in_teams.join(roles, roles.c.id == teams.custom_role_id).where(teams.user_id == user_id)
    in_projects = select(projects.entity_id, projects.project_id, roles.c.permissions)
    in_projects = in_projects.join(roles, roles.c.id == projects.custom_role_id).where(projects.user_id == user_id)
    rows = await conn.execute(union_all(in_teams, in_projects))
    return [(row.entity_id, row.project_id, tuple(row.permissions.split())) for row in rows]

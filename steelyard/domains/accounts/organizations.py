"""Use cases of organizations and teams, for administrators and the command line."""

from __future__ import annotations

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import access, queries
from steelyard.domains.accounts import tables as t
from steelyard.domains.accounts.model import Entity, EntityKind, Organization, Role
from steelyard.domains.accounts.service import insert_entity, load_user_by_name
from steelyard.kernel.errors import Conflict, NotFound
from steelyard.kernel.names import check_entity_name
from steelyard.sql.dialect import insert_row


async def create_organization(ctx: Context, name: str, admin: str) -> Organization:
    access.require_admin(ctx)
    check_entity_name(name, "organization name")
    async with ctx.database.write() as conn:
        user = await load_user_by_name(conn, admin)
        if await queries.find_organization(conn, name):
            raise Conflict(f"an organization {name!r} exists already")
        now = ctx.ports.clock()
        organization_id = await insert_row(conn, t.organizations, name=name, created_at=now)
        await insert_entity(ctx, conn, name, EntityKind.ORGANIZATION, organization_id)
        await _join_organization(ctx, conn, organization_id, user.id, Role.ADMIN)
    return Organization(organization_id, name, now)


async def delete_organization(ctx: Context, name: str) -> None:
    """Dissolve an organization: its teams stay, belonging to none."""
    access.require_admin(ctx)
    async with ctx.database.write() as conn:
        organization = await _load_organization(conn, name)
        own = await queries.find_organization_entity(conn, organization.id)
        await conn.execute(
            update(t.entities).where(t.entities.c.organization_id == organization.id).values(organization_id=None)
        )
        if own:
            await delete_entity(conn, own)
        await conn.execute(delete(t.organizations).where(t.organizations.c.id == organization.id))


async def _load_organization(conn: AsyncConnection, name: str) -> Organization:
    organization = await queries.find_organization(conn, name)
    if organization is None:
        raise NotFound(f"there is no organization {name!r}")
    return organization


async def add_organization_member(ctx: Context, name: str, username: str, role: Role) -> None:
    access.require_admin(ctx)
    async with ctx.database.write() as conn:
        organization = await _load_organization(conn, name)
        user = await load_user_by_name(conn, username)
        await _join_organization(ctx, conn, organization.id, user.id, role)


async def _join_organization(
    ctx: Context, conn: AsyncConnection, organization_id: int, user_id: int, role: Role
) -> None:
    table = t.organization_members
    mine = (table.c.organization_id == organization_id) & (table.c.user_id == user_id)
    await conn.execute(delete(table).where(mine))
    await insert_row(
        conn, table, organization_id=organization_id, user_id=user_id, role=role, created_at=ctx.ports.clock()
    )


async def create_team(ctx: Context, name: str, organization: str | None, admin: str) -> Entity:
    access.require_admin(ctx)
    check_entity_name(name, "team name")
    async with ctx.database.write() as conn:
        user = await load_user_by_name(conn, admin)
        owner = await _load_organization(conn, organization) if organization else None
        entity_id = await insert_entity(ctx, conn, name, EntityKind.TEAM, owner.id if owner else None)
        await insert_row(
            conn,
            t.team_members,
            entity_id=entity_id,
            user_id=user.id,
            role=Role.ADMIN,
            created_at=ctx.ports.clock(),
        )
        entity = await queries.find_entity_by_id(conn, entity_id)
    assert entity is not None, "it was just written"
    return entity


async def delete_team(ctx: Context, name: str) -> None:
    """Remove a team that owns no project. Raises `Conflict` while it owns one."""
    access.require_admin(ctx)
    async with ctx.database.write() as conn:
        entity = await queries.find_entity(conn, name)
        if entity is None or entity.kind is not EntityKind.TEAM:
            raise NotFound(f"there is no team {name!r}")
        await delete_entity(conn, entity)


async def delete_entity(conn: AsyncConnection, entity: Entity) -> None:
    try:
        await conn.execute(delete(t.entities).where(t.entities.c.id == entity.id))
    except IntegrityError as error:
        raise Conflict(f"{entity.name!r} still owns projects; delete or move them first") from error

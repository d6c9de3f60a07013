"""Who is named by a project's own list, and as what: the only ones beside administrators who see a restricted project.

In other projects the list changes what a member of the owner may do there.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts import queries as account_queries
from steelyard.domains.accounts.access import Permission, Visibility
from steelyard.domains.accounts.model import Membership, Role, User
from steelyard.domains.accounts.tables import project_members
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action
from steelyard.domains.projects import queries
from steelyard.domains.projects.model import Project
from steelyard.kernel.errors import Invalid, NotFound
from steelyard.sql.dialect import insert_ignore, upsert


async def list_members(ctx: Context, project: Project) -> list[Membership]:
    access.require(ctx, Permission.READ, project.target)
    async with ctx.database.read() as conn:
        named = await account_queries.list_project_members(conn, project.id)
        users = {
            user.id: user for user in await account_queries.list_users_by_id(conn, [item.user_id for item in named])
        }
    return [Membership(users[item.user_id], Role(item.role)) for item in named if users[item.user_id].is_active]


async def set_members(ctx: Context, project_id: int, users: list[User], role: Role) -> None:
    """Name accounts in a project's list, or change what they are there.

    Raises `NotFound`, `Denied`, and `Invalid` for who does not belong to the owner of the project.
    """
    async with ctx.database.write() as conn:
        project = await _load_managed(ctx, conn, project_id)
        for user in users:
            if not await _belongs(conn, user, project):
                raise Invalid(f"{user.username} is no member of {project.entity}; only its members can be named here")
        rows = [_row(ctx, project, user.id, role) for user in users]
        if rows:
            await upsert(conn, project_members, rows, key=("project_id", "user_id"), update=("role",))
        for user in users:
            named = replace(project.subject, user_id=user.id, user=user.username)
            await audit.note(ctx, conn, Action.PROJECT_SET_MEMBER, named, role=role)


async def remove_members(ctx: Context, project_id: int, user_ids: list[int]) -> None:
    async with ctx.database.write() as conn:
        project = await _load_managed(ctx, conn, project_id)
        mine = project_members.c
        held = [item.user_id for item in await account_queries.list_project_members(conn, project.id)]
        gone = await account_queries.list_users_by_id(conn, [number for number in user_ids if number in held])
        await conn.execute(delete(project_members).where(mine.project_id == project.id, mine.user_id.in_(user_ids)))
        for user in gone:
            named = replace(project.subject, user_id=user.id, user=user.username)
            await audit.note(ctx, conn, Action.PROJECT_REMOVE_MEMBER, named)


async def load_users(ctx: Context, user_ids: list[int]) -> list[User]:
    """Return active accounts by number. Raises `NotFound` when one is not there."""
    access.require_account(ctx)
    async with ctx.database.read() as conn:
        found = [user for user in await account_queries.list_users_by_id(conn, user_ids) if user.is_active]
    if len(found) != len(set(user_ids)):
        raise NotFound("one of the users is not there")
    return found


async def name_author(ctx: Context, conn: AsyncConnection, project: Project) -> None:
    """Put who made a restricted project on its list, as long as they belong to its owner."""
    if project.visibility != Visibility.RESTRICTED or project.created_by is None:
        return
    author = await account_queries.find_user(conn, project.created_by)
    if author is not None and await _belongs(conn, author, project):
        await insert_ignore(conn, project_members, _row(ctx, project, author.id, Role.ADMIN))


async def _load_managed(ctx: Context, conn: AsyncConnection, project_id: int) -> Project:
    project = await queries.find_project_by_id(conn, project_id)
    if project is None:
        raise NotFound("project not found")
    access.require(ctx, Permission.MANAGE, project.target)
    return project


async def _belongs(conn: AsyncConnection, user: User, project: Project) -> bool:
    if project.entity_id in await account_queries.team_roles(conn, user.id):
        return True
    owner = await account_queries.find_entity_by_id(conn, project.entity_id)
    organizations = await account_queries.organization_roles(conn, user.id)
    return owner is not None and owner.kind == "organization" and owner.organization_id in organizations


def _row(ctx: Context, project: Project, user_id: int, role: Role) -> dict[str, object]:
    return {
        "project_id": project.id,
        "user_id": user_id,
        "entity_id": project.entity_id,
        "role": role,
        "created_at": ctx.ports.clock(),
    }

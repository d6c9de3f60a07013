"""Who is named by a project's own list, and as what: the only ones beside administrators who see a restricted project.

In other projects the list changes what a member of the owner may do there. The lists of registries name teams as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Table, delete
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import access, role_queries, standings
from steelyard.domains.accounts import queries as account_queries
from steelyard.domains.accounts.access import Permission, Visibility
from steelyard.domains.accounts.model import Entity, EntityKind, Membership, Role, Standing, TeamMembership, User
from steelyard.domains.accounts.tables import project_members, project_teams
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action
from steelyard.domains.projects import queries
from steelyard.domains.projects.model import Project
from steelyard.kernel.errors import Invalid, NotFound
from steelyard.kernel.names import is_registry
from steelyard.sql.dialect import insert_ignore, upsert


async def list_members(ctx: Context, project: Project) -> list[Membership]:
    """Return whom the project's list names, to accounts that may read it."""
    access.require(ctx, Permission.READ, project.target)
    access.require_account(ctx)
    async with ctx.database.read() as conn:
        named = await account_queries.list_project_members(conn, project.id)
        users = {
            user.id: user for user in await account_queries.list_users_by_id(conn, [item.user_id for item in named])
        }
    found = [(users[item.user_id], item) for item in named]
    return [Membership(user, Role(item.role), item.custom) for user, item in found if user.is_active]


async def list_teams(ctx: Context, project: Project) -> list[TeamMembership]:
    """Return the teams that the list of a registry names, to accounts that may read it."""
    access.require(ctx, Permission.READ, project.target)
    access.require_account(ctx)
    async with ctx.database.read() as conn:
        named = await account_queries.list_project_teams(conn, project.id)
        teams = {item.id: item for item in await account_queries.list_entities(conn, [item[0] for item in named])}
    return [TeamMembership(teams[team_id], Role(role)) for team_id, role in named]


@dataclass(frozen=True)
class Named:
    """Accounts and teams that a list names, or shall name."""

    users: Sequence[User] = ()
    teams: Sequence[Entity] = ()


async def set_members(ctx: Context, project_id: int, users: Sequence[User], role: str) -> None:
    """Name accounts in a project's list, or change what they are there."""
    await name_members(ctx, project_id, Named(users), role)


async def name_members(ctx: Context, project_id: int, named: Named, role: str, *, keep: bool = False) -> None:
    """Name accounts and teams in a project's list, or change what they are there; with `keep` who is on it stays so.

    Raises `NotFound`, `Denied`, and `Invalid` for an unknown role, and for who does not belong to the project's owner.
    """
    async with ctx.database.write() as conn:
        project = await _load_managed(ctx, conn, project_id)
        owner = await account_queries.find_entity_by_id(conn, project.entity_id)
        wanted = await standings.load_standing(conn, owner, role)
        standings.require_as_much(ctx, project.target, wanted)
        for user in named.users:
            if not await _belongs(conn, user, project):
                raise Invalid(f"{user.username} is no member of {project.entity}; only its members can be named here")
        await _check_teams(conn, project, named.teams)
        if named.teams and wanted.custom:
            raise Invalid("a team is admin, member or viewer of a registry; custom roles are for people")
        changed = () if keep else ("role", "custom_role_id")
        for user in named.users:
            held = await role_queries.find_project_standing(conn, project.id, user.id)
            standings.require_as_much(ctx, project.target, held)
            row = _row(ctx, project, wanted) | {"user_id": user.id}
            await _write(conn, project_members, row, ("project_id", "user_id"), changed)
            subject = replace(project.subject, user_id=user.id, user=user.username)
            await audit.note(ctx, conn, Action.PROJECT_SET_MEMBER, subject, role=wanted.name)
        for team in named.teams:
            row = _place(ctx, project) | {"team_id": team.id, "role": wanted.role}
            await _write(conn, project_teams, row, ("project_id", "team_id"), changed[:1])
            await audit.note(ctx, conn, Action.PROJECT_SET_MEMBER, project.subject, role=wanted.name, team=team.name)


async def _write(
    conn: AsyncConnection, table: Table, row: dict[str, object], key: Sequence[str], changed: Sequence[str]
) -> None:
    if changed:
        await upsert(conn, table, [row], key=key, update=changed)
    else:
        await insert_ignore(conn, table, row)


async def remove_members(ctx: Context, project_id: int, user_ids: Sequence[int], team_ids: Sequence[int] = ()) -> None:
    """Take accounts and teams off a project's list; who is not on it is passed over."""
    async with ctx.database.write() as conn:
        project = await _load_managed(ctx, conn, project_id)
        users, teams = project_members.c, project_teams.c
        held = [item.user_id for item in await account_queries.list_project_members(conn, project.id)]
        gone = await account_queries.list_users_by_id(conn, [number for number in user_ids if number in held])
        for user in gone:
            standing = await role_queries.find_project_standing(conn, project.id, user.id)
            standings.require_as_much(ctx, project.target, standing)
        await conn.execute(delete(project_members).where(users.project_id == project.id, users.user_id.in_(user_ids)))
        for user in gone:
            named = replace(project.subject, user_id=user.id, user=user.username)
            await audit.note(ctx, conn, Action.PROJECT_REMOVE_MEMBER, named)
        named_teams = {team_id for team_id, _ in await account_queries.list_project_teams(conn, project.id)}
        await conn.execute(delete(project_teams).where(teams.project_id == project.id, teams.team_id.in_(team_ids)))
        for team in await account_queries.list_entities(conn, [number for number in team_ids if number in named_teams]):
            await audit.note(ctx, conn, Action.PROJECT_REMOVE_MEMBER, project.subject, team=team.name)


async def load_users(ctx: Context, user_ids: list[int]) -> list[User]:
    """Return active accounts by number. Raises `NotFound` when one is not there."""
    access.require_account(ctx)
    async with ctx.database.read() as conn:
        found = [user for user in await account_queries.list_users_by_id(conn, user_ids) if user.is_active]
    if len(found) != len(set(user_ids)):
        raise NotFound("one of the users is not there")
    return found


async def find_team(ctx: Context, name: str) -> Entity:
    """Return a team by name. Raises `NotFound`."""
    access.require_account(ctx)
    async with ctx.database.read() as conn:
        found = await account_queries.find_entity(conn, name)
    if found is None or found.kind is not EntityKind.TEAM:
        raise NotFound(f"there is no team {name!r}")
    return found


async def load_teams(ctx: Context, team_ids: Sequence[int]) -> list[Entity]:
    """Return entities by number. Raises `NotFound` when one is not there."""
    access.require_account(ctx)
    async with ctx.database.read() as conn:
        found = await account_queries.list_entities(conn, list(team_ids))
    if len(found) != len(set(team_ids)):
        raise NotFound("one of the teams is not there")
    return found


async def name_author(ctx: Context, conn: AsyncConnection, project: Project) -> None:
    """Put who made a registry or a restricted project on its list, as long as they belong to its owner."""
    listed = project.visibility == Visibility.RESTRICTED or is_registry(project.name)
    if not listed or project.created_by is None:
        return
    author = await account_queries.find_user(conn, project.created_by)
    if author is not None and await _belongs(conn, author, project):
        await insert_ignore(conn, project_members, _row(ctx, project, Standing(Role.ADMIN)) | {"user_id": author.id})


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


async def _check_teams(conn: AsyncConnection, project: Project, teams: Sequence[Entity]) -> None:
    """Raise `Invalid` unless the project is an organization's and all the teams are of it."""
    if not teams:
        return
    owner = await account_queries.find_entity_by_id(conn, project.entity_id)
    if owner is None or owner.kind is not EntityKind.ORGANIZATION:
        raise Invalid("only people can be named as members of a project; teams are named by registries")
    if any(item.kind is not EntityKind.TEAM or item.organization_id != owner.organization_id for item in teams):
        raise Invalid(f"only teams of {owner.name} can be named here")


def _row(ctx: Context, project: Project, standing: Standing) -> dict[str, object]:
    return _place(ctx, project) | standing.columns


def _place(ctx: Context, project: Project) -> dict[str, object]:
    return {"project_id": project.id, "entity_id": project.entity_id, "created_at": ctx.ports.clock()}

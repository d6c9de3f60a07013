"""Use cases of organizations: made and dissolved by administrators of the server, filled by their own."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import access, queries
from steelyard.domains.accounts import tables as t
from steelyard.domains.accounts.access import Permission, Target, Thing
from steelyard.domains.accounts.model import Entity, EntityKind, Membership, Organization, Role, User
from steelyard.domains.accounts.service import delete_entity, insert_entity, load_user_by_name
from steelyard.domains.accounts.teams import end_service, in_team, leave_team
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action, Subject
from steelyard.kernel.errors import Conflict, Denied, Invalid, NotFound
from steelyard.kernel.names import check_entity_name
from steelyard.sql.dialect import insert_row, upsert


async def create_organization(ctx: Context, name: str, admin: str) -> Organization:
    access.require_admin(ctx)
    check_entity_name(name, "organization name")
    async with ctx.database.write() as conn:
        user = await load_user_by_name(conn, admin)
        if await queries.find_organization(conn, name):
            raise Conflict(f"an organization {name!r} exists already")
        now = ctx.ports.clock()
        organization_id = await insert_row(conn, t.organizations, name=name, created_at=now)
        entity_id = await insert_entity(ctx, conn, name, EntityKind.ORGANIZATION, organization_id)
        await _join_organization(ctx, conn, organization_id, user.id, Role.ADMIN)
        first = Subject(entity_id, name, user_id=user.id, user=user.username)
        await audit.note(ctx, conn, Action.ORGANIZATION_CREATE, first)
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
        await audit.note(ctx, conn, Action.ORGANIZATION_DELETE, own.subject if own else Subject(entity=name))


async def _load_organization(conn: AsyncConnection, name: str) -> Organization:
    organization = await queries.find_organization(conn, name)
    if organization is None:
        raise NotFound(f"there is no organization {name!r}")
    return organization


async def set_organization_member(ctx: Context, name: str, who: str, role: Role) -> None:
    """Add a person, by name or address, to an organization, or change what they are there.

    Raises `Denied` for the last administrator, `NotFound` for who has no account.
    """
    async with ctx.database.write() as conn:
        organization = await load_administered(ctx, conn, name)
        user = await _find_person(conn, who)
        if user.kind != "human":
            raise Invalid("a service account is made by its organization")
        if role is not Role.ADMIN:
            await _refuse_last_admin(conn, organization, user)
        await _join_organization(ctx, conn, organization.id, user.id, role)
        member = await _in_organization(conn, organization, user)
        await audit.note(ctx, conn, Action.ORGANIZATION_UPDATE_MEMBER, member, role=role)


async def _find_person(conn: AsyncConnection, who: str) -> User:
    user = await (queries.find_user_by_address if "@" in who else queries.find_user_by_name)(conn, who)
    if user is None or not user.is_active:
        raise NotFound(f"there is no active user {who!r}; who has no account yet is invited to a team")
    return user


async def _in_organization(conn: AsyncConnection, organization: Organization, user: User) -> Subject:
    own = await queries.find_organization_entity(conn, organization.id)
    return Subject(own.id if own else None, organization.name, user_id=user.id, user=user.username)


async def remove_organization_member(ctx: Context, name: str, username: str) -> None:
    """Take a person out of an organization and of all its teams, or end a service account of it.

    Everybody may leave. Raises `Denied` for the last administrator, of the organization or of one of its teams.
    """
    identity = access.require_account(ctx)
    async with ctx.database.write() as conn:
        if username == identity.username:
            access.require_whole(ctx)
            organization = await load_joined(ctx, conn, name)
        else:
            organization = await load_administered(ctx, conn, name)
        user = await load_user_by_name(conn, username)
        if organization.id not in await queries.organization_roles(conn, user.id):
            raise NotFound(f"{username!r} is no member of {name!r}")
        await _refuse_last_admin(conn, organization, user)
        owned = await queries.list_entities_of(conn, [organization.id])
        joined = await queries.team_roles(conn, user.id)
        for team in owned:
            await leave_team(ctx, conn, team, user)
            if team.id in joined:
                await audit.note(ctx, conn, Action.TEAM_UNINVITE, in_team(team, user))
        mine = t.organization_members.c
        await conn.execute(
            delete(t.organization_members).where(mine.organization_id == organization.id, mine.user_id == user.id)
        )
        if user.kind == "service" and user.entity_id in {item.id for item in owned}:
            await end_service(ctx, conn, user)
        member = await _in_organization(conn, organization, user)
        await audit.note(ctx, conn, Action.ORGANIZATION_REMOVE_MEMBER, member)


async def list_organization_members(ctx: Context, name: str) -> list[Membership]:
    """Return who belongs to an organization that the caller belongs to. Raises `NotFound`."""
    async with ctx.database.read() as conn:
        organization = await load_joined(ctx, conn, name)
        return await queries.list_organization_members(conn, organization.id)


async def list_organization_entities(ctx: Context, name: str) -> list[Entity]:
    """Return the teams of an organization that the caller belongs to, and its own entity. Raises `NotFound`."""
    async with ctx.database.read() as conn:
        organization = await load_joined(ctx, conn, name)
        return await queries.list_entities_of(conn, [organization.id])


async def list_organization_teams(ctx: Context, name: str) -> list[Entity]:
    """Return the teams of an organization that the caller belongs to. Raises `NotFound`."""
    return [item for item in await list_organization_entities(ctx, name) if item.kind is EntityKind.TEAM]


@dataclass(frozen=True)
class TeamOfOrganization:
    """`people` and `services` count those who belong to it; `role` is the caller's own, None for those outside."""

    team: Entity
    people: int
    services: int
    role: str | None


@dataclass(frozen=True)
class OrganizationPage:
    organization: Organization
    may_change: bool
    members: list[Membership]
    teams: list[TeamOfOrganization]


async def show_organization(ctx: Context, name: str) -> OrganizationPage:
    """Return an organization as those who belong to it see it. Raises `NotFound`."""
    identity = access.require_account(ctx)
    async with ctx.database.read() as conn:
        organization = await load_joined(ctx, conn, name)
        members = await queries.list_organization_members(conn, organization.id)
        owned = await queries.list_entities_of(conn, [organization.id])
        own = [item for item in owned if item.kind is EntityKind.TEAM]
        counts = await queries.count_members(conn, [team.id for team in own])
    administers = identity.is_admin or identity.organization_roles.get(organization.id) == Role.ADMIN
    teams = [TeamOfOrganization(team, *counts.get(team.id, (0, 0)), identity.roles.get(team.id)) for team in own]
    return OrganizationPage(organization, administers and identity.key.is_whole, members, teams)


async def load_name(ctx: Context, organization_id: int) -> str:
    """Return the name of an organization that the caller belongs to. Raises `NotFound`."""
    identity = access.require_account(ctx)
    async with ctx.database.read() as conn:
        found = await queries.find_organization_by_id(conn, organization_id)
    if found is None or not (identity.is_admin or found.id in identity.organization_roles):
        raise NotFound("there is no such organization")
    return found.name


async def load_joined(ctx: Context, conn: AsyncConnection, name: str) -> Organization:
    """Return an organization that the caller belongs to. Raises `NotFound`."""
    identity = access.require_account(ctx)
    organization = await _load_organization(conn, name)
    if not identity.is_admin and organization.id not in identity.organization_roles:
        raise NotFound(f"there is no organization {name!r}")
    return organization


async def load_administered(ctx: Context, conn: AsyncConnection, name: str) -> Organization:
    """Return an organization that the caller administers. Raises `NotFound`, `Denied`."""
    access.require_account(ctx)
    organization = await _load_organization(conn, name)
    own = await queries.find_organization_entity(conn, organization.id)
    assert own is not None, "an organization has its entity"
    access.require(ctx, Permission.PEOPLE, Target(own.id, thing=Thing.TEAM, what="organization"))
    access.require_whole(ctx)
    return organization


async def _refuse_last_admin(conn: AsyncConnection, organization: Organization, user: User) -> None:
    admins = await queries.lock_organization_admins(conn, organization.id)
    if user.id in admins and admins <= {user.id}:
        raise Denied(f"this is the last administrator of {organization.name}; make another one first")


async def _join_organization(
    ctx: Context, conn: AsyncConnection, organization_id: int, user_id: int, role: Role
) -> None:
    table = t.organization_members
    row = {"organization_id": organization_id, "user_id": user_id, "role": role, "created_at": ctx.ports.clock()}
    await upsert(conn, table, [row], key=("organization_id", "user_id"), update=("role",))

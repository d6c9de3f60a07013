"""Use cases of teams: made, and the people in them. Their service accounts are made in `service_accounts.py`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import access, queries, role_queries, standings, team_buckets
from steelyard.domains.accounts import tables as t
from steelyard.domains.accounts.access import Permission, Target, Thing
from steelyard.domains.accounts.model import Entity, EntityKind, Role, Standing, User
from steelyard.domains.accounts.people import check_address
from steelyard.domains.accounts.service import delete_entity, insert_entity, load_user_by_name
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action, Subject
from steelyard.kernel.errors import Conflict, Denied, Invalid, NotFound
from steelyard.kernel.names import check_entity_name
from steelyard.sql.dialect import insert_ignore


async def create_team(ctx: Context, name: str, organization: str | None, admin: str | None, bucket: str = "") -> Entity:
    """Make a team with one administrator: `admin`, or the caller. It keeps its content in `bucket`, for good.

    It belongs to `organization`, or to the only one of the caller when none is named. Raises `Denied` for those who may
    make none, `Conflict` for a taken name, `NotFound` for an unknown account or organization, `Invalid` for a bucket
    that is not offered or does not do what is needed.
    """
    access.require_whole(ctx)
    check_entity_name(name, "team name")
    if bucket:
        async with ctx.database.read() as conn:
            await _founding(ctx, conn, organization, admin)
            await require_free(conn, name)
        await team_buckets.check_choice(ctx, bucket)
    async with ctx.database.write() as conn:
        owner_id, user = await _founding(ctx, conn, organization, admin)
        team = await _insert(ctx, conn, name, owner_id, bucket)
        await join_team(ctx, conn, team, user, Standing(Role.ADMIN))
        await audit.note(ctx, conn, Action.TEAM_CREATE, in_team(team, user), **_told(bucket))
        return team


async def _founding(
    ctx: Context, conn: AsyncConnection, organization: str | None, admin: str | None
) -> tuple[int | None, User]:
    """Return whose the new team is and who administers it. Raises `Denied`, `NotFound`."""
    identity = access.require_whole(ctx)
    owner_id = await _organization(ctx, conn, organization)
    overseen = identity.is_admin or identity.organization_roles.get(owner_id or 0) == Role.ADMIN
    if not overseen and (not ctx.ports.policy.accounts.user_teams or identity.kind != "human"):
        raise Denied("permission denied: on this server administrators make teams")
    user = await load_user_by_name(conn, admin or identity.username)
    if not overseen and user.id != identity.user_id:
        raise Denied("permission denied: you may make a team for yourself only")
    return owner_id, user


async def insert_team(ctx: Context, conn: AsyncConnection, name: str, bucket: str = "") -> Entity:
    """Write a team within the caller's transaction that only administrators of the server administer.

    The caller has checked that it may, and the bucket. Raises `Invalid` for an unfit name, `Conflict` for a taken one.
    """
    check_entity_name(name, "team name")
    owner_id = await _organization(ctx, conn, None)
    team = await _insert(ctx, conn, name, owner_id, bucket)
    await audit.note(ctx, conn, Action.TEAM_CREATE, team.subject, **_told(bucket))
    return team


async def _insert(ctx: Context, conn: AsyncConnection, name: str, owner_id: int | None, bucket: str) -> Entity:
    entity_id = await insert_entity(ctx, conn, name, EntityKind.TEAM, owner_id)
    await team_buckets.give(conn, entity_id, bucket)
    return await _load(conn, entity_id)


def _told(bucket: str) -> dict[str, Any]:
    return {"bucket": bucket} if bucket else {}


async def require_free(conn: AsyncConnection, name: str) -> None:
    """Raise `Conflict` for a name that is taken, before anything is done about it that takes time."""
    if await queries.find_entity(conn, name):
        raise Conflict(f"the name {name!r} is taken")


def in_team(team: Entity, user: User) -> Subject:
    """Return the place of an account in a team, as the audit log names it."""
    return replace(team.subject, user_id=user.id, user=user.username)


async def _organization(ctx: Context, conn: AsyncConnection, name: str | None) -> int | None:
    identity = access.require_account(ctx)
    if name is None:
        own = list(identity.organization_roles)
        return own[0] if len(own) == 1 else None
    found = await queries.find_organization(conn, name)
    if found is None or not (identity.is_admin or found.id in identity.organization_roles):
        raise NotFound(f"there is no organization {name!r}")
    return found.id


async def _load(conn: AsyncConnection, entity_id: int) -> Entity:
    entity = await queries.find_entity_by_id(conn, entity_id)
    assert entity is not None, "it was just written"
    return entity


async def find_team(conn: AsyncConnection, name: str) -> Entity:
    """Return the team. Raises `NotFound`, also for entities of other kinds."""
    entity = await queries.find_entity(conn, name)
    if entity is None or entity.kind is not EntityKind.TEAM:
        raise NotFound(f"there is no team {name!r}")
    return entity


async def delete_team(ctx: Context, name: str) -> None:
    """Remove a team that owns no project. Raises `Conflict` while it owns one."""
    access.require_account(ctx)
    async with ctx.database.write() as conn:
        team = await find_team(conn, name)
        access.require(ctx, Permission.PEOPLE, people_of(team))
        access.require_whole(ctx)
        access.require_as_much(ctx, people_of(team), Role.ADMIN)
        await delete_entity(conn, team)
        await audit.note(ctx, conn, Action.TEAM_DELETE, team.subject)


# ---- members --------------------------------------------------------------------------------------------------


def people_of(team: Entity) -> Target:
    """Return what is asked for where somebody changes who belongs to a team."""
    return Target(team.id, thing=Thing.TEAM)


async def load_for_people(ctx: Context, conn: AsyncConnection, name: str) -> Entity:
    """Return the team whose people the caller may change. Raises `NotFound`, `Denied`."""
    access.require_account(ctx)
    team = await find_team(conn, name)
    access.require(ctx, Permission.PEOPLE, people_of(team))
    access.require_whole(ctx)
    return team


async def set_member(ctx: Context, name: str, username: str, role: str) -> User:
    """Add a person to a team, or change what they are there: `role` may be one of its organization's.

    Raises `Denied` for the last administrator's own role, for roles that may more than the caller's, and where
    administrators may not let themselves in; `Invalid` for an unknown role.
    """
    identity = access.require_account(ctx)
    async with ctx.database.write() as conn:
        team = await load_for_people(ctx, conn, name)
        user = await load_user_by_name(conn, username)
        if not user.is_active:
            raise NotFound(f"there is no active user {username!r}")
        if user.kind == "service" and user.entity_id != team.id:
            raise Invalid("a service account belongs to the team that made it")
        entering = user.id == identity.user_id and team.id not in identity.roles
        if entering and not ctx.ports.policy.accounts.admins_enter_teams:
            raise Denied("permission denied: on this server administrators do not add themselves to teams")
        await change_member(ctx, conn, team, user, role)
        return user


async def change_member(ctx: Context, conn: AsyncConnection, team: Entity, user: User, role: str) -> None:
    """Write a membership within the caller's transaction.

    Raises `Denied` for the last administrator's own role, `Invalid` for an unknown one.
    """
    wanted = await standings.load_standing(conn, team, role)
    before = await role_queries.find_team_standing(conn, team.id, user.id)
    standings.require_as_much(ctx, people_of(team), wanted, before)
    if wanted.role is not Role.ADMIN:
        await _refuse_last_admin(conn, team, user)
    await join_team(ctx, conn, team, user, wanted)
    action = Action.TEAM_UPDATE_MEMBER if before else Action.TEAM_INVITE_USER
    await audit.note(ctx, conn, action, in_team(team, user), role=wanted.name)


async def has_account(ctx: Context, name: str, email: str) -> bool:
    """Tell those who decide who is in a team whether an address has an account. Raises `NotFound`, `Denied`."""
    async with ctx.database.read() as conn:
        await load_for_people(ctx, conn, name)
        return await queries.find_user_by_address(conn, check_address(email)) is not None


async def invite(ctx: Context, name: str, username: str | None, email: str | None, role: str) -> User:
    """Add the person of this user name or e-mail address to a team. Raises `NotFound`, and `Conflict` for a member."""
    async with ctx.database.read() as conn:
        team = await load_for_people(ctx, conn, name)
        if username:
            found = await queries.find_user_by_name(conn, username)
        else:
            found = await queries.find_user_by_address(conn, check_address(email or ""))
        if found is None or not found.is_active:
            raise NotFound(f"there is no user {username or email!r}")
        if team.id in await queries.team_roles(conn, found.id):
            raise Conflict(f"{found.username} is a member of {name} already")
    return await set_member(ctx, name, found.username, role)


async def join_team(ctx: Context, conn: AsyncConnection, team: Entity, user: User, standing: Standing) -> None:
    """Write a membership, and one of the team's organization, within the caller's transaction."""
    now, members = ctx.ports.clock(), t.team_members
    mine = {"entity_id": team.id, "user_id": user.id}
    if not await insert_ignore(conn, members, {**mine, **standing.columns, "created_at": now}):
        where = (members.c.entity_id == team.id) & (members.c.user_id == user.id)
        await conn.execute(update(members).where(where).values(**standing.columns))
    if team.organization_id is not None and user.kind == "human":
        row = {"organization_id": team.organization_id, "user_id": user.id, "role": Role.MEMBER, "created_at": now}
        await insert_ignore(conn, t.organization_members, row)


async def remove_member(ctx: Context, name: str, user_id: int) -> None:
    """Take an account out of a team and off the lists of its projects; a service account of the team ends.

    Everybody may leave. Raises `Denied` for the last administrator, `NotFound` for who is no member.
    """
    identity = access.require_account(ctx)
    async with ctx.database.write() as conn:
        team = await find_team(conn, name)
        if user_id != identity.user_id or team.id not in identity.roles:
            access.require(ctx, Permission.PEOPLE, people_of(team))
        access.require_whole(ctx)
        members = {item.user.id: item.user for item in await queries.list_team_members(conn, team.id)}
        if user_id not in members:
            raise NotFound("there is no such member")
        if user_id != identity.user_id:
            held = await role_queries.find_team_standing(conn, team.id, user_id)
            standings.require_as_much(ctx, people_of(team), held)
        await take_out(ctx, conn, team, members[user_id])


async def take_out(ctx: Context, conn: AsyncConnection, team: Entity, user: User) -> None:
    """End a membership within the caller's transaction. Raises `Denied` for the last administrator."""
    await leave_team(ctx, conn, team, user)
    await audit.note(ctx, conn, Action.TEAM_UNINVITE, in_team(team, user))


async def leave_team(ctx: Context, conn: AsyncConnection, team: Entity, user: User) -> None:
    """Take an account out of a team, within the caller's transaction. Raises `Denied` for the last administrator."""
    await _refuse_last_admin(conn, team, user)
    if user.kind == "service" and user.entity_id == team.id:
        await end_service(ctx, conn, user)
    for table in (t.team_members, t.project_members):
        await conn.execute(delete(table).where(table.c.entity_id == team.id, table.c.user_id == user.id))
    mine = t.users.c
    default = (mine.id == user.id) & (mine.default_entity_id == team.id)
    await conn.execute(update(t.users).where(default).values(default_entity_id=None))


async def _refuse_last_admin(conn: AsyncConnection, team: Entity, user: User) -> None:
    admins = await queries.lock_team_admins(conn, team.id)
    if user.id in admins and admins <= {user.id}:
        raise Denied(f"this is the last administrator of {team.name}; make another one first")


async def end_service(ctx: Context, conn: AsyncConnection, user: User) -> None:
    """End the account for good: nobody can sign in as it, and what it logged stays under its name."""
    await conn.execute(delete(t.api_keys).where(t.api_keys.c.user_id == user.id))
    await queries.update_user(conn, user.id, is_active=False, ended_at=ctx.ports.clock())
    await audit.note(ctx, conn, Action.USER_PERMANENTLY_DELETE, user.subject)

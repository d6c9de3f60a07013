"""Use cases of service accounts: programs log as one, and no person signs in as it.

One belongs to a team, or to an organization and so to all its teams. It ends when it is removed from there (`teams.py`,
`organizations.py`).
"""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import access, keys, proof_queries, queries, role_queries, standings
from steelyard.domains.accounts import tables as t
from steelyard.domains.accounts.access import Permission
from steelyard.domains.accounts.keys import NewKey
from steelyard.domains.accounts.model import Entity, EntityKind, NewApiKey, Role, Standing, User
from steelyard.domains.accounts.people import free_username
from steelyard.domains.accounts.teams import in_team, people_of
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action, Subject
from steelyard.kernel.errors import Invalid, NotFound
from steelyard.sql.dialect import insert_row


async def create_service_account(ctx: Context, owner: str, name: str, *, unseen: bool = False) -> NewApiKey:
    """Make an account for programs, with its key: a member of the team `owner`, or of all teams of an organization.

    With `unseen` the key is kept for the caller's next question. Raises `NotFound`, `Denied`, `Invalid`.
    """
    name = name.strip()[:128]
    if not name:
        raise Invalid("a service account needs a name")
    async with ctx.database.write() as conn:
        entity = await _load_owner(ctx, conn, owner)
        access.require_as_much(ctx, people_of(entity), Role.MEMBER)
        made = await _insert(ctx, conn, entity, name)
        account = await _account(conn, made.key.user_id)
        await audit.note(ctx, conn, Action.TEAM_CREATE_SERVICE_ACCOUNT, in_team(entity, account), name=name)
        if unseen:
            await keys.keep_unseen(ctx, conn, made)
    return made


async def renew_key(ctx: Context, owner: str, user_id: int) -> NewApiKey:
    """Give a service account of `owner` a new key; those that it had end, everywhere within seconds.

    Raises `NotFound` for what is no service account of `owner`, `Denied`.
    """
    async with ctx.database.write() as conn:
        entity = await _load_owner(ctx, conn, owner)
        account = await queries.find_user(conn, user_id)
        if account is None or account.kind != "service" or account.entity_id != entity.id or not account.is_active:
            raise NotFound("there is no such service account")
        # whoever is shown the key may do what the account may
        held = await role_queries.find_team_standing(conn, entity.id, account.id)
        standings.require_as_much(ctx, people_of(entity), held or Standing(Role.MEMBER))
        for key in await proof_queries.list_keys(conn, account.id):
            await conn.execute(delete(t.api_keys).where(t.api_keys.c.id == key.id))
            await audit.note(ctx, conn, Action.USER_DELETE_API_KEY, account.subject, key=key.label)
        return await keys.insert_key(ctx, conn, account.subject, NewKey(account.name))


async def _load_owner(ctx: Context, conn: AsyncConnection, name: str) -> Entity:
    """Return the team or organization whose people the caller may change. Raises `NotFound`, `Denied`."""
    access.require_account(ctx)
    entity = await queries.find_entity(conn, name)
    if entity is None or entity.kind is EntityKind.USER:
        raise NotFound(f"there is no team {name!r}")
    access.require(ctx, Permission.PEOPLE, people_of(entity))
    access.require_whole(ctx)
    return entity


async def _account(conn: AsyncConnection, user_id: int) -> User:
    account = await queries.find_user(conn, user_id)
    assert account is not None, "it was just written"
    return account


async def _insert(ctx: Context, conn: AsyncConnection, owner: Entity, name: str) -> NewApiKey:
    now = ctx.ports.clock()
    username = await free_username(conn, f"service-{owner.name}-{name}")
    user_id = await insert_row(
        conn,
        t.users,
        username=username,
        name=name,
        email="",
        is_admin=False,
        kind="service",
        is_active=True,
        entity_id=owner.id,
        settings="{}",
        created_at=now,
    )
    member = {"user_id": user_id, "role": Role.MEMBER, "created_at": now}
    if owner.kind is EntityKind.ORGANIZATION:
        await insert_row(conn, t.organization_members, organization_id=owner.organization_id, **member)
    else:
        await insert_row(conn, t.team_members, entity_id=owner.id, **member)
    return await keys.insert_key(ctx, conn, Subject(user_id=user_id, user=username), NewKey(name))

"""Use cases of accounts: people and entities.

Teams are in `teams.py`, keys in `keys.py`, browser sessions in `sessions.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import access, notices, queries, secrets
from steelyard.domains.accounts import tables as t
from steelyard.domains.accounts.access import Permission, Target, Thing
from steelyard.domains.accounts.keys import NewKey, insert_key
from steelyard.domains.accounts.model import Entity, EntityKind, Membership, Organization, User
from steelyard.domains.accounts.notices import Notice
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action, Subject
from steelyard.kernel.errors import Conflict, Denied, NotFound
from steelyard.kernel.names import check_entity_name, fold
from steelyard.sql.dialect import insert_row, is_duplicate


@dataclass(frozen=True)
class NewUser:
    username: str
    email: str = ""
    name: str = ""
    password: str | None = None
    api_key: str | None = None
    is_admin: bool = False
    # whether its owner has named the address, and nobody else
    email_unproven: bool = False


async def create_user(ctx: Context, spec: NewUser) -> User:
    """Make an account with its personal entity. For administrators and the command line.

    Raises `Conflict` when the name or the key is taken, `Invalid` for unfit ones.
    """
    access.require_admin(ctx)
    password_hash = await _hash(spec.password) if spec.password is not None else None
    async with ctx.database.write() as conn:
        return await insert_user(ctx, conn, spec, password_hash)


async def _hash(password: str) -> str:
    return await secrets.hash_password(password, secrets.OPERATOR_PASSWORD_MIN)


async def insert_user(ctx: Context, conn: AsyncConnection, spec: NewUser, password_hash: str | None) -> User:
    """Write an account within the caller's transaction; the caller has checked that it may."""
    check_entity_name(spec.username, "user name")
    now = ctx.ports.clock()
    try:
        entity_id = await insert_entity(ctx, conn, spec.username, EntityKind.USER, None)
        user_id = await insert_row(
            conn,
            t.users,
            username=spec.username,
            email=spec.email,
            email_unproven=spec.email_unproven,
            name=spec.name or spec.username,
            password_hash=password_hash,
            is_admin=spec.is_admin,
            kind="human",
            is_active=True,
            entity_id=entity_id,
            settings="{}",
            created_at=now,
        )
        if spec.api_key is not None:
            given = secrets.check_given_key(spec.api_key)
            await insert_key(ctx, conn, Subject(user_id=user_id, user=spec.username), NewKey(), given)
    except IntegrityError as error:
        if not is_duplicate(error):
            raise
        raise Conflict(f"a user or a key like {spec.username!r} exists already") from error
    user = await queries.find_user(conn, user_id)
    assert user is not None, "it was just written"
    await audit.note(ctx, conn, Action.USER_CREATE, user.subject, admin=user.is_admin)
    return user


async def insert_entity(
    ctx: Context, conn: AsyncConnection, name: str, kind: EntityKind, organization_id: int | None
) -> int:
    if await queries.find_entity(conn, name):
        raise Conflict(f"the name {name!r} is taken")
    return await insert_row(
        conn,
        t.entities,
        name=name,
        folded_name=fold(name),
        kind=kind,
        organization_id=organization_id,
        created_at=ctx.ports.clock(),
    )


async def delete_entity(conn: AsyncConnection, entity: Entity) -> None:
    """Remove a team or an organization's entity, with its service accounts. Raises `Conflict` if it owns projects."""
    try:
        await conn.execute(delete(t.users).where(t.users.c.entity_id == entity.id, t.users.c.kind == "service"))
        await conn.execute(
            update(t.users).where(t.users.c.default_entity_id == entity.id).values(default_entity_id=None)
        )
        await conn.execute(delete(t.entities).where(t.entities.c.id == entity.id))
    except IntegrityError as error:
        raise Conflict(f"{entity.name!r} still owns projects; delete or move them first") from error


async def load_user_by_name(conn: AsyncConnection, username: str) -> User:
    user = await queries.find_user_by_name(conn, username)
    if user is None:
        raise NotFound(f"there is no user {username!r}")
    return user


async def list_users(ctx: Context, search: str = "") -> list[User]:
    access.require_admin(ctx)
    async with ctx.database.read() as conn:
        return await queries.list_users(conn, search)


async def delete_user(ctx: Context, username: str) -> None:
    """End an account: keys, sessions and memberships go, the personal entity and its projects stay.

    The name stays taken, for a link to old work must never lead to somebody else. Raises `Denied` for the last
    administrator.
    """
    access.require_admin(ctx)
    async with ctx.database.write() as conn:
        user = await load_user_by_name(conn, username)
        if not user.is_active:
            raise NotFound(f"there is no active user {username!r}")
        await end_user(ctx, conn, user)


async def end_user(ctx: Context, conn: AsyncConnection, user: User) -> None:
    """Do what `delete_user` does, within the caller's transaction, to an account that may be deactivated already."""
    if user.is_admin and user.is_active and await queries.lock_admins(conn) <= {user.id}:
        raise Denied("this is the last administrator; make another one first")
    for table in (t.api_keys, t.browser_sessions, t.team_members, t.organization_members, t.project_members):
        await conn.execute(delete(table).where(table.c.user_id == user.id))
    await queries.update_user(conn, user.id, is_active=False, password_hash=None, ended_at=ctx.ports.clock())
    await audit.note(ctx, conn, Action.USER_PERMANENTLY_DELETE, user.subject)


async def set_password(ctx: Context, login: str, password: str) -> None:
    """Give a new password to an account, by user name or e-mail address; its open browser sessions end.

    For administrators of the server.
    """
    access.require_admin(ctx)
    password_hash = await _hash(password)
    async with ctx.database.write() as conn:
        found = await queries.find_user_by_address(conn, login) if "@" in login else None
        user = found or await load_user_by_name(conn, login)
        await queries.update_user(conn, user.id, password_hash=password_hash)
        await conn.execute(delete(t.browser_sessions).where(t.browser_sessions.c.user_id == user.id))
        await audit.note(ctx, conn, Action.USER_CHANGE_PASSWORD, user.subject)
        await notices.tell(ctx, conn, user.id, Notice.PASSWORD)


# ---- entities as clients ask for them -------------------------------------------------------------------------


async def find_entity(ctx: Context, name: str) -> Entity | None:
    """Return the entity when the caller is signed in; names of entities are no secret between accounts."""
    access.require_account(ctx)
    async with ctx.database.read() as conn:
        return await queries.find_entity(conn, name)


async def list_own_entities(ctx: Context) -> list[Entity]:
    """Return the entities the caller belongs to, the personal one first."""
    identity = access.require_account(ctx)
    async with ctx.database.read() as conn:
        found = await queries.list_entities(conn, list(identity.roles))
    return sorted(found, key=lambda entity: (entity.id != identity.entity_id, entity.name))


def may_look_into(ctx: Context, entity: Entity) -> bool:
    return access.allows(ctx.identity, Permission.READ, Target(entity.id, thing=Thing.TEAM))


async def list_team_members(ctx: Context, entity: Entity) -> list[Membership]:
    access.require(ctx, Permission.READ, Target(entity.id, thing=Thing.TEAM))
    async with ctx.database.read() as conn:
        return await queries.list_team_members(conn, entity.id)


async def list_own_organizations(ctx: Context) -> list[Organization]:
    identity = access.require_account(ctx)
    async with ctx.database.read() as conn:
        return await queries.list_organizations(conn, list(identity.organization_roles))


async def find_organization(ctx: Context, name: str) -> Organization | None:
    """Return the organization when the caller belongs to it."""
    identity = access.require_account(ctx)
    async with ctx.database.read() as conn:
        organization = await queries.find_organization(conn, name)
    visible = organization and (identity.is_admin or organization.id in identity.organization_roles)
    return organization if visible else None


async def find_organization_of_entity(ctx: Context, entity: Entity) -> Organization | None:
    """Return the organization that a team belongs to, when the caller belongs to either."""
    identity = access.require_reader(ctx)
    if entity.organization_id is None:
        return None
    member = entity.organization_id in identity.organization_roles or entity.id in identity.roles
    if not (member or identity.is_admin):
        return None
    async with ctx.database.read() as conn:
        return await queries.find_organization_by_id(conn, entity.organization_id)


async def find_organization_entity(ctx: Context, organization: Organization) -> Entity | None:
    access.require_account(ctx)
    async with ctx.database.read() as conn:
        return await queries.find_organization_entity(conn, organization.id)


async def find_user_of_entity(ctx: Context, entity: Entity) -> User | None:
    access.require_reader(ctx)
    if entity.kind is not EntityKind.USER:
        return None
    async with ctx.database.read() as conn:
        return await queries.find_user_of_entity(conn, entity.id)


def may_change_people(ctx: Context, entity: Entity) -> bool:
    return access.allows(ctx.identity, Permission.PEOPLE, Target(entity.id, thing=Thing.TEAM))


def may_write_to(ctx: Context, entity: Entity) -> bool:
    return access.allows(ctx.identity, Permission.APPEND, Target(entity.id))


# ---- the caller -----------------------------------------------------------------------------------------------


async def find_active_user(ctx: Context, username: str) -> User:
    """Return the account of this name. Raises `NotFound`, also for ended ones."""
    access.require_account(ctx)
    async with ctx.database.read() as conn:
        user = await load_user_by_name(conn, username)
    if not user.is_active:
        raise NotFound(f"there is no user {username!r}")
    return user


async def load_viewer(ctx: Context) -> User:
    identity = access.require_account(ctx)
    async with ctx.database.read() as conn:
        user = await queries.find_user(conn, identity.user_id)
    assert user is not None, "an identity has its account"
    return user


async def default_entity(ctx: Context) -> str:
    """Return the name of the entity that is meant when the caller names none."""
    access.require_account(ctx)
    async with ctx.database.read() as conn:
        return await find_default_entity(ctx, conn)


async def find_default_entity(ctx: Context, conn: AsyncConnection) -> str:
    """Return where the caller's runs go when they name no entity: to a team, where personal entities are off."""
    identity = access.require_account(ctx)
    user = await queries.find_user(conn, identity.user_id)
    assert user is not None, "an identity has its account"
    is_own = user.kind == "human" and user.entity == user.username
    if ctx.ports.policy.accounts.personal_entities or not is_own:
        return user.entity
    own = await queries.list_entities(conn, list(identity.roles))
    return next((item.name for item in own if item.kind is EntityKind.TEAM), user.entity)


async def search_users(ctx: Context, search: str) -> list[User]:
    """Return the accounts whose name or address holds `search`: all for an administrator, else those that the caller
    shares an organization or a team with."""
    identity = access.require_account(ctx)
    if identity.is_admin:
        found = await list_users(ctx, search)
    else:
        async with ctx.database.read() as conn:
            found = await queries.list_colleagues(conn, identity.user_id, search)
    await note_looking(ctx, found)
    return found


async def note_looking(ctx: Context, users: list[User]) -> None:
    """Have the audit log tell whose profiles the caller was shown."""
    if len(users) == 1:
        await audit.note_reading(ctx, Action.USER_READ, users[0].subject)
    elif users:
        await audit.note_reading(ctx, Action.USER_READ, **audit.listed([user.username for user in users]))

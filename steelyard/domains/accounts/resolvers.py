"""GraphQL fields of accounts (docs/protocol/graphql-operations.md, users, teams, orgs)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from steelyard.context import Context
from steelyard.domains.accounts import keys, links, organizations, people, service, service_accounts, teams
from steelyard.domains.accounts.keys import NewKey
from steelyard.domains.accounts.loaders import users
from steelyard.domains.accounts.model import (
    AccountLink,
    ApiKey,
    Entity,
    EntityKind,
    Membership,
    Organization,
    Role,
    User,
)
from steelyard.graphql.binding import ObjectBinding
from steelyard.graphql.connection import Connection, Edge, PageInfo, slice_page
from steelyard.kernel import jsontext
from steelyard.kernel.errors import Denied, Invalid
from steelyard.kernel.ids import decode_global_id, encode_global_id, find_global_id

query = ObjectBinding("Query")
mutation = ObjectBinding("Mutation")
user_type = ObjectBinding("User", model=User)
entity_type = ObjectBinding("Entity", model=Entity)
organization_type = ObjectBinding("Organization", model=Organization)
BINDINGS = [query, mutation, user_type, entity_type, organization_type]


@query.field("viewer")
async def viewer(ctx: Context) -> User | None:
    return await service.load_viewer(ctx)


@query.field("entity")
async def find_entity(ctx: Context, name: str | None = None) -> Entity | None:
    return await service.find_entity(ctx, name or await service.default_entity(ctx))


@query.field("organization")
async def find_organization(ctx: Context, name: str) -> Organization | None:
    return await service.find_organization(ctx, name)


@query.field("users")
async def search_users(
    ctx: Context,
    query: str | None = None,
    first: int | None = None,
    after: str | None = None,
) -> Connection:
    """All accounts for an administrator, for anybody else those that they work with."""
    return slice_page(await service.search_users(ctx, query or ""), first, after)


# ---- User -----------------------------------------------------------------------------------------------------


def _is_self(user: User, ctx: Context) -> bool:
    return ctx.identity is not None and ctx.identity.user_id == user.id


@user_type.field("admin")
def user_admin(user: User, ctx: Context) -> bool | None:
    return user.is_admin if ctx.account else None


@user_type.field("email")
def user_email(user: User, ctx: Context) -> str | None:
    """Addresses are shown to their owner and to administrators only."""
    return user.email if _is_self(user, ctx) or (ctx.identity and ctx.identity.is_admin) else None


@user_type.field("flags")
def user_flags(user: User, ctx: Context) -> dict[str, Any] | None:
    """Clients upload the program's source only where `code_saving_enabled` is on."""
    if ctx.account is None:
        return None
    flags = {"code_saving_enabled": True, **jsontext.loads(user.settings or "{}")}
    return flags if ctx.ports.policy.accounts.code_saving else flags | {"code_saving_enabled": False}


@user_type.field("accountType")
def user_account_type(user: User, _ctx: Context) -> str:
    return "SERVICE" if user.kind == "service" else "MEMBER"


@user_type.field("photoUrl")
@user_type.field("userInfo")
def absent(_user: User, _ctx: Context) -> None:
    return None


@user_type.field("deletedAt")
def user_ended(user: User, _ctx: Context) -> datetime | None:
    return None if user.is_active else user.ended_at


@user_type.field("entity")
async def user_entity(user: User, ctx: Context) -> str:
    return await service.default_entity(ctx) if _is_self(user, ctx) else user.entity


@user_type.field("apiKeys")
async def user_keys(user: User, ctx: Context) -> Connection | None:
    if not _is_self(user, ctx):
        return None
    shown = [_key(key, shown=key.hint) for key in await keys.list_keys(ctx)]
    return Connection([Edge(key, "") for key in shown], PageInfo(None, has_next_page=False))


def _key(key: ApiKey, shown: str) -> dict[str, Any]:
    """`name` is the whole secret once, a hint of it ever after; our own name of a key is its description."""
    number = encode_global_id("ApiKey", key.id)
    return {"id": number, "name": shown, "description": key.name, "createdAt": key.created_at}


@user_type.field("teams")
async def user_teams(user: User, ctx: Context, first: int | None = None, after: str | None = None) -> Connection | None:
    if not _is_self(user, ctx):
        return None
    own = await service.list_own_entities(ctx)
    return slice_page([entity for entity in own if entity.kind is EntityKind.TEAM], first or len(own), after)


@user_type.field("organizations")
async def user_organizations(user: User, ctx: Context) -> list[Organization]:
    return await service.list_own_organizations(ctx) if _is_self(user, ctx) else []


# ---- Entity and Organization ----------------------------------------------------------------------------------


@entity_type.field("entityType")
def entity_kind(entity: Entity, _ctx: Context) -> str:
    return entity.kind.value


@entity_type.field("isTeam")
def entity_is_team(entity: Entity, _ctx: Context) -> bool:
    return entity.kind is EntityKind.TEAM


@entity_type.field("available")
@entity_type.field("isPaid")
@entity_type.field("readOnlyAdmin")
@entity_type.field("privateOnly")
def never(_entity: Entity, _ctx: Context) -> bool:
    """A name that exists is not available, and this server knows no plans that restrict an entity."""
    return False


@entity_type.field("readOnly")
def entity_read_only(entity: Entity, ctx: Context) -> bool:
    return not service.may_write_to(ctx, entity)


@entity_type.field("codeSavingEnabled")
def code_saving_enabled(_entity: Entity, ctx: Context) -> bool:
    return ctx.ports.policy.accounts.code_saving


@entity_type.field("defaultAccess")
def default_access(entity: Entity, _ctx: Context) -> str:
    return "PRIVATE" if entity.kind is EntityKind.USER else "ENTITY_WRITE"


@entity_type.field("photoUrl")
@entity_type.field("limits")
def entity_absent(_entity: Entity, _ctx: Context) -> None:
    return None


@entity_type.field("user")
async def entity_user(entity: Entity, ctx: Context) -> User | None:
    return await service.find_user_of_entity(ctx, entity)


@entity_type.field("organization")
async def entity_organization(entity: Entity, ctx: Context) -> Organization | None:
    return await service.find_organization_of_entity(ctx, entity)


@entity_type.field("members")
async def entity_members(entity: Entity, ctx: Context) -> list[dict[str, Any]]:
    """`apiKey` is the key of a service account, shown once to whoever has just made it.

    Nobody for those outside the team: they may see that a registry names it.
    """
    if not service.may_look_into(ctx, entity):
        return []
    found = await service.list_team_members(ctx, entity)
    pending = (
        await links.list_invitations(ctx, entity.name)
        if entity.kind is EntityKind.TEAM and service.may_change_people(ctx, entity)
        else []
    )
    unseen = await keys.take_unseen(ctx)
    return [*map(_pending, pending), *(_member(item, unseen.get(item.user.id)) for item in found)]


def _pending(link: AccountLink) -> dict[str, Any]:
    role = link.role or Role.MEMBER
    return {
        "id": encode_global_id("Invite", link.id),
        "name": link.email,
        "username": None,
        "email": link.email,
        "role": role.value,
        "admin": role is Role.ADMIN,
        "pending": True,
        "accountType": "MEMBER",
        "apiKey": None,
    }


def _member(item: Membership, secret: str | None) -> dict[str, Any]:
    user = item.user
    return {
        "id": encode_global_id("Member", user.id),
        "name": user.name or user.username,
        "username": user.username,
        "email": user.email,
        "role": item.role.value,
        "admin": item.role == "admin",
        "pending": False,
        "accountType": "SERVICE" if user.kind == "service" else "MEMBER",
        "apiKey": secret,
    }


@organization_type.field("orgEntity")
async def organization_entity(organization: Organization, ctx: Context) -> Entity | None:
    return await service.find_organization_entity(ctx, organization)


@organization_type.field("coreWeaveOrganizationId")
def no_vendor_account(_organization: Organization, _ctx: Context) -> None:
    return None


# ---- keys -----------------------------------------------------------------------------------------------------


@mutation.field("generateApiKey")
async def generate_api_key(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    made = await keys.create_key(ctx, NewKey(input.get("description") or ""))
    return {"apiKey": _key(made.key, shown=made.secret)}


@mutation.field("deleteApiKey")
async def delete_api_key(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    await keys.revoke_key(ctx, decode_global_id("ApiKey", input["id"]))
    return {"success": True}


# ---- people, teams, service accounts --------------------------------------------------------------------------


@mutation.field("createUser")
async def create_user(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    return {"user": await people.create_user_of_address(ctx, input["email"], is_admin=bool(input.get("admin")))}


@mutation.field("createTeam")
async def create_team(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    owner = input.get("organizationId")
    organization = None
    if owner is not None:
        organization = await organizations.load_name(ctx, decode_global_id("Organization", owner))
    return {"entity": await teams.create_team(ctx, input["teamName"], organization, input.get("teamAdminUserName"))}


@mutation.field("createInvite")
async def create_invite(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    """A person with an account is added at once; another address is sent, or shown, a link."""
    role = Role.ADMIN if input.get("admin") else Role.MEMBER
    username, email = input.get("username"), input.get("email")
    if not username and email and not await teams.has_account(ctx, input["entityName"], email):
        made = await links.invite(ctx, input["entityName"], email, role)
        number = encode_global_id("Invite", made.link.id)
        return {"invite": {"id": number, "name": email, "email": email, "createdAt": made.link.created_at}}
    user = await teams.invite(ctx, input["entityName"], username, email, role)
    number = encode_global_id("Member", user.id)
    return {"invite": {"id": number, "name": user.name, "email": user.email, "createdAt": None, "toUser": user}}


@mutation.field("deleteInvite")
async def delete_invite(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    """`id` is that of a member or of a pending invitation, as `Entity.members` lists them."""
    if not input.get("id") or not input.get("entityName"):
        raise Invalid("both id and entityName are needed")
    pending = find_global_id("Invite", input["id"])
    if pending is not None:
        await links.withdraw(ctx, input["entityName"], pending)
    else:
        await teams.remove_member(ctx, input["entityName"], decode_global_id("Member", input["id"]))
    return {"success": True}


@mutation.field("createServiceAccount")
async def create_service_account(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    """The key is in the next answer to `Entity.members`, once, for the caller."""
    made = await service_accounts.create_service_account(ctx, input["entityName"], input["description"], unseen=True)
    return {"user": await users.load(ctx, made.key.user_id)}


@mutation.field("createAnonymousEntity")
def create_anonymous_entity(_ctx: Context, **_: Any) -> None:
    raise Denied("nobody works here without an account; sign in and make a key at /authorize")

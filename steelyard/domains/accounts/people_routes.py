"""The web app's routes of links that let somebody in, of teams and of all accounts (web/src/api/contract.ts)."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from steelyard.context import Context
from steelyard.domains.accounts import links, people, service, service_accounts, sessions, team_buckets, teams
from steelyard.domains.accounts.links import MadeLink
from steelyard.domains.accounts.model import AccountLink, Membership, NewApiKey, Role, User
from steelyard.kernel.errors import NotFound
from steelyard.kernel.ids import decode_global_id, encode_global_id
from steelyard.rest.bodies import find_text, read_json
from steelyard.rest.routes import RouteTable

routes = RouteTable()


@routes.post("/app/link")
async def show_link(ctx: Context, request: Request) -> dict[str, Any]:
    """What a link is for; its token comes in the body, so that no log keeps it."""
    link = await links.open_link(ctx, find_text(await read_json(request), "token") or "")
    return {
        "username": link.username,
        "team": link.entity,
        "email": link.email,
        "role": link.role,
        "customRole": link.custom,
    }


# ---- teams ----------------------------------------------------------------------------------------------------


@routes.post("/app/teams")
async def create_team(ctx: Context, request: Request) -> dict[str, Any]:
    body = await read_json(request)
    admin = find_text(body, "admin") or None
    organization, bucket = find_text(body, "organization") or None, find_text(body, "bucket") or ""
    made = await teams.create_team(ctx, find_text(body, "name") or "", organization, admin, bucket)
    return {"name": made.name}


@routes.delete("/app/teams/{team}")
async def delete_team(ctx: Context, request: Request) -> None:
    await teams.delete_team(ctx, request.path_params["team"])


@routes.get("/app/teams/{team}")
async def show_team(ctx: Context, request: Request) -> dict[str, Any]:
    name = request.path_params["team"]
    entity = await service.find_entity(ctx, name)
    if entity is None:
        raise NotFound("team not found")
    members = [member_shape(item) for item in await service.list_team_members(ctx, entity)]
    manages = service.may_change_people(ctx, entity)
    pending = await links.list_invitations(ctx, name) if manages and entity.kind == "team" else []
    owner = await service.find_organization_of_entity(ctx, entity)
    return {
        "name": entity.name,
        "organization": owner.name if owner else None,
        "canManage": manages,
        "members": members,
        "invitations": [_link(x) for x in pending],
        "bucket": team_buckets.show(ctx, entity, manages=manages),
    }


@routes.post("/app/teams/{team}/members")
async def set_member(ctx: Context, request: Request) -> None:
    body = await read_json(request)
    role = find_text(body, "role") or Role.MEMBER
    await teams.set_member(ctx, request.path_params["team"], find_text(body, "username") or "", role)


@routes.delete("/app/teams/{team}/members/{id}")
async def remove_member(ctx: Context, request: Request) -> None:
    user_id = decode_global_id("Member", request.path_params["id"])
    await teams.remove_member(ctx, request.path_params["team"], user_id)


@routes.post("/app/teams/{team}/invitations")
async def invite(ctx: Context, request: Request) -> dict[str, Any]:
    body = await read_json(request)
    role = find_text(body, "role") or Role.MEMBER
    return _made(await links.invite(ctx, request.path_params["team"], find_text(body, "email") or "", role))


@routes.delete("/app/teams/{team}/invitations/{id}")
async def withdraw(ctx: Context, request: Request) -> None:
    await links.withdraw(ctx, request.path_params["team"], decode_global_id("Invite", request.path_params["id"]))


@routes.post("/app/teams/{team}/service-accounts")
async def create_service_account(ctx: Context, request: Request) -> dict[str, Any]:
    name = find_text(await read_json(request), "name") or ""
    return new_key_shape(await service_accounts.create_service_account(ctx, request.path_params["team"], name))


@routes.post("/app/teams/{team}/service-accounts/{id}/key")
async def renew_key(ctx: Context, request: Request) -> dict[str, Any]:
    """`id` is that of the member."""
    user_id = decode_global_id("Member", request.path_params["id"])
    return new_key_shape(await service_accounts.renew_key(ctx, request.path_params["team"], user_id))


# ---- all accounts ---------------------------------------------------------------------------------------------


@routes.post("/app/admin/users")
async def create_user(ctx: Context, request: Request) -> dict[str, Any]:
    """An account of an address, and the link that lets its owner in."""
    user = await people.create_user_of_address(ctx, find_text(await read_json(request), "email") or "", is_admin=False)
    return user_shape(user) | _made(await links.make_password_link(ctx, user.username))


@routes.patch("/app/admin/users/{username}")
async def change_user(ctx: Context, request: Request) -> dict[str, Any]:
    body, name = await read_json(request), request.path_params["username"]
    user = None
    if isinstance(admin := body.get("admin"), bool):
        user = await people.set_admin(ctx, name, is_admin=admin)
    if isinstance(active := body.get("active"), bool):
        user = await (people.restore_user if active else people.deactivate_user)(ctx, name)
    return user_shape(user or await people.load_user(ctx, name))


@routes.post("/app/admin/users/{username}/link")
async def make_link(ctx: Context, request: Request) -> dict[str, Any]:
    return _made(await links.make_password_link(ctx, request.path_params["username"]))


@routes.patch("/app/profile")
async def change_profile(ctx: Context, request: Request) -> None:
    """`entity` is where runs go that name none."""
    body = await read_json(request)
    if (entity := find_text(body, "entity")) is not None:
        await people.set_default_entity(ctx, entity)
    await people.change_profile(ctx, find_text(body, "name"), find_text(body, "email"))


@routes.delete("/app/sessions")
async def end_other_sessions(ctx: Context, request: Request) -> None:
    current = request.state.browser_session
    await sessions.end_other_sessions(ctx, current.id if current else None)


def _made(made: MadeLink) -> dict[str, Any]:
    return {"url": made.url, "mailed": made.mailed, "expiresAt": made.link.expires_at}


def _link(link: AccountLink) -> dict[str, Any]:
    number = encode_global_id("Invite", link.id)
    role = {"role": link.role, "customRole": link.custom}
    return {"id": number, "email": link.email, **role, "expiresAt": link.expires_at}


def new_key_shape(made: NewApiKey) -> dict[str, Any]:
    return {"name": made.key.name, "secret": made.secret, "id": encode_global_id("ApiKey", made.key.id)}


def member_shape(item: Membership) -> dict[str, Any]:
    user = item.user
    return {
        "id": encode_global_id("Member", user.id),
        "username": user.username,
        "name": user.name,
        "role": item.role,
        "customRole": item.custom,
        "service": user.kind == "service",
        "active": user.is_active,
    }


def user_shape(user: User) -> dict[str, Any]:
    return {
        "username": user.username,
        "name": user.name,
        "email": user.email,
        "admin": user.is_admin,
        "active": user.is_active,
        "service": user.kind == "service",
        "createdAt": user.created_at,
    }

"""The web app's routes of custom roles (web/src/api/contract.ts)."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from steelyard.context import Context
from steelyard.domains.accounts import roles, vocabulary
from steelyard.domains.accounts.model import CustomRole, Role
from steelyard.domains.accounts.roles import RoleSpec
from steelyard.kernel.ids import decode_global_id, encode_global_id
from steelyard.rest.bodies import find_text, find_texts, read_json
from steelyard.rest.routes import RouteTable

routes = RouteTable()
_PARENTS = (Role.MEMBER, Role.VIEWER)
_ROLES = "/app/organizations/{organization}/roles"


@routes.get(_ROLES)
async def list_roles(ctx: Context, request: Request) -> dict[str, Any]:
    """The roles, and the words that they are made of; `inheritedBy` names the parents that have a permission anyway."""
    listed = await roles.list_roles(ctx, request.path_params["organization"])
    words = [
        {"name": name, "text": word.text, "inheritedBy": [x for x in _PARENTS if name in vocabulary.words_of(x)]}
        for name, word in vocabulary.WORDS.items()
    ]
    found = [role_shape(role) | {"holders": listed.holders.get(role.id, 0)} for role in listed.found]
    return {"roles": found, "permissions": words, "canManage": listed.can_change}


@routes.post(_ROLES)
async def create_role(ctx: Context, request: Request) -> dict[str, Any]:
    return role_shape(await roles.create_role(ctx, request.path_params["organization"], await _spec(request)))


@routes.patch(_ROLES + "/{id}")
async def change_role(ctx: Context, request: Request) -> dict[str, Any]:
    """Change what is given; for all who hold it."""
    number = decode_global_id("CustomRole", request.path_params["id"])
    return role_shape(await roles.change_role(ctx, request.path_params["organization"], number, await _spec(request)))


@routes.delete(_ROLES + "/{id}")
async def delete_role(ctx: Context, request: Request) -> None:
    """Delete a role: who holds it keeps what it was on top of."""
    number = decode_global_id("CustomRole", request.path_params["id"])
    await roles.delete_role(ctx, request.path_params["organization"], number)


async def _spec(request: Request) -> RoleSpec:
    body = await read_json(request)
    permissions = find_texts(body, "permissions")
    return RoleSpec(
        find_text(body, "name"),
        find_text(body, "description"),
        find_text(body, "inheritedFrom"),
        None if permissions is None else tuple(permissions),
    )


def role_shape(role: CustomRole) -> dict[str, Any]:
    return {
        "id": encode_global_id("CustomRole", role.id),
        "name": role.name,
        "description": role.description,
        "inheritedFrom": role.parent,
        "permissions": role.permissions,
        "createdAt": role.created_at,
    }

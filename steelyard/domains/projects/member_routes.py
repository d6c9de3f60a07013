"""The web app's routes of a project's member list, and of API keys, which may be bounded to projects."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request

from steelyard.context import Context, KeyScope
from steelyard.domains.accounts import access, keys
from steelyard.domains.accounts import service as accounts
from steelyard.domains.accounts.access import Permission
from steelyard.domains.accounts.keys import NewKey
from steelyard.domains.accounts.model import ApiKey, Membership
from steelyard.domains.projects import members, service
from steelyard.domains.projects.members import Named
from steelyard.domains.projects.model import Project
from steelyard.kernel.errors import Invalid
from steelyard.kernel.ids import decode_global_id, encode_global_id
from steelyard.rest.bodies import find_text, find_texts, read_json
from steelyard.rest.routes import RouteTable

routes = RouteTable()
DAYS_MAX = 3650


@routes.get("/app/projects/{entity}/{project}/members")
async def list_members(ctx: Context, request: Request) -> dict[str, Any]:
    project = await _project(ctx, request)
    people, teams = await members.list_members(ctx, project), await members.list_teams(ctx, project)
    return {
        "members": [_member(item) for item in people],
        "teams": [{"team": item.team.name, "role": item.role} for item in teams],
    }


@routes.post("/app/projects/{entity}/{project}/members")
async def set_member(ctx: Context, request: Request) -> None:
    """Name an account, or with `team` one of the organization's teams."""
    body = await read_json(request)
    project = await _managed(ctx, request)
    role, team = find_text(body, "role") or "", find_text(body, "team")
    if team:
        named = Named(teams=[await members.find_team(ctx, team)])
    else:
        named = Named([await accounts.find_active_user(ctx, find_text(body, "username") or "")])
    await members.name_members(ctx, project.id, named, role)


@routes.delete("/app/projects/{entity}/{project}/members/{username}")
async def remove_member(ctx: Context, request: Request) -> None:
    project = await _managed(ctx, request)
    user = await accounts.find_active_user(ctx, request.path_params["username"])
    await members.remove_members(ctx, project.id, [user.id])


@routes.delete("/app/projects/{entity}/{project}/teams/{team}")
async def remove_team(ctx: Context, request: Request) -> None:
    project = await _managed(ctx, request)
    team = await members.find_team(ctx, request.path_params["team"])
    await members.remove_members(ctx, project.id, (), [team.id])


async def _project(ctx: Context, request: Request) -> Project:
    return await service.load_project(ctx, request.path_params["entity"], request.path_params["project"])


async def _managed(ctx: Context, request: Request) -> Project:
    project = await _project(ctx, request)
    access.require(ctx, Permission.MANAGE, project.target)
    return project


def _member(item: Membership) -> dict[str, Any]:
    role = {"role": item.role, "customRole": item.custom}
    return {"username": item.user.username, "name": item.user.name, **role}


# ---- API keys -------------------------------------------------------------------------------------------------


@routes.get("/app/keys")
async def list_keys(ctx: Context, _request: Request) -> dict[str, Any]:
    return {"keys": await _shown(ctx, await keys.list_keys(ctx))}


@routes.post("/app/keys")
async def create_key(ctx: Context, request: Request) -> dict[str, Any]:
    body = await read_json(request)
    made = await keys.create_key(ctx, NewKey(find_text(body, "name") or "", await _scope(ctx, body)))
    return {**(await _shown(ctx, [made.key]))[0], "secret": made.secret}


@routes.delete("/app/keys/{id}")
async def revoke_key(ctx: Context, request: Request) -> None:
    await keys.revoke_key(ctx, decode_global_id("ApiKey", request.path_params["id"]))


async def _scope(ctx: Context, body: dict[str, Any]) -> KeyScope:
    named = find_texts(body, "projects")
    return KeyScope(
        keys.parse_rights(find_text(body, "rights") or "all"),
        await _project_ids(ctx, named) if named else None,
        _expiry(ctx, body.get("days")),
        keys.parse_networks(find_texts(body, "networks") or ()),
    )


def _expiry(ctx: Context, days: Any) -> datetime | None:
    if days is None:
        return None
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= DAYS_MAX:
        raise Invalid(f"days must be a whole number from 1 to {DAYS_MAX}")
    return ctx.ports.clock() + timedelta(days=days)


async def _project_ids(ctx: Context, names: list[str]) -> frozenset[int]:
    found = set()
    for name in names[: keys.PROJECTS_MAX + 1]:
        entity, slash, project = name.partition("/")
        if not slash:
            raise Invalid(f"a project is named entity/project, not {name[:80]!r}")
        found.add((await service.load_project(ctx, entity, project)).id)
    return frozenset(found)


async def _shown(ctx: Context, found: Sequence[ApiKey]) -> list[dict[str, Any]]:
    ids = {number for key in found for number in key.scope.project_ids or ()}
    projects = await service.load_projects(ctx, list(ids)) if ids else {}
    return [_key(key, projects) for key in found]


def _key(key: ApiKey, projects: dict[int, Project]) -> dict[str, Any]:
    """Projects that the caller may not see any more are left out; null stands for no bound."""
    bounds = key.scope.project_ids
    named = [f"{item.entity}/{item.name}" for number, item in projects.items() if bounds and number in bounds]
    return {
        "id": encode_global_id("ApiKey", key.id),
        "name": key.name,
        "hint": key.hint,
        "createdAt": key.created_at,
        "lastUsedAt": key.last_used_at,
        "rights": key.scope.rights,
        "projects": None if bounds is None else sorted(named),
        "expiresAt": key.scope.expires_at,
        "networks": [str(network) for network in key.scope.networks],
    }

"""The web app's routes of organizations (web/src/api/contract.ts)."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from steelyard.context import Context
from steelyard.domains.accounts import organization_activity, organizations, service_accounts, team_buckets
from steelyard.domains.accounts.model import Role
from steelyard.domains.accounts.people_routes import member_shape, new_key_shape
from steelyard.domains.accounts.standings import parse_role
from steelyard.kernel.ids import decode_global_id
from steelyard.rest.bodies import find_text, read_json
from steelyard.rest.routes import RouteTable

routes = RouteTable()


@routes.get("/app/organizations/{organization}")
async def show_organization(ctx: Context, request: Request) -> dict[str, Any]:
    found = await organizations.show_organization(ctx, request.path_params["organization"])
    return {
        "name": found.organization.name,
        "createdAt": found.organization.created_at,
        "canManage": found.may_change,
        "activity": found.may_change and ctx.ports.policy.accounts.activity,
        "members": [member_shape(item) for item in found.members],
        "teams": [
            {"name": item.team.name, "members": item.people, "services": item.services, "role": item.role}
            for item in found.teams
        ],
        "buckets": team_buckets.show_choices(ctx) if found.may_change else [],
    }


@routes.get("/app/organizations/{organization}/activity")
async def show_activity(ctx: Context, request: Request) -> dict[str, Any]:
    """On which of the last `days` (30) people were active, and who; absent where it is not kept."""
    asked = request.query_params.get("days", "30")
    found = await organization_activity.show_organization(
        ctx,
        request.path_params["organization"],
        int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 5 else 0,
    )
    return {
        "people": [
            {
                "username": item.user.username,
                "name": item.user.name,
                "role": item.role,
                "lastActiveAt": active.last_at if active else None,
                "daysActive": active.days if active else 0,
            }
            for item, active in found.people
        ],
        "days": [{"day": day, "people": count} for day, count in found.active],
    }


@routes.post("/app/organizations/{organization}/members")
async def set_member(ctx: Context, request: Request) -> None:
    """`username` is a user name or an e-mail address."""
    body, name = await read_json(request), request.path_params["organization"]
    role = parse_role(find_text(body, "role") or Role.MEMBER)
    await organizations.set_organization_member(ctx, name, (find_text(body, "username") or "").strip(), role)


@routes.delete("/app/organizations/{organization}/members/{username}")
async def remove_member(ctx: Context, request: Request) -> None:
    """A service account of the organization ends."""
    place = request.path_params
    await organizations.remove_organization_member(ctx, place["organization"], place["username"])


@routes.post("/app/organizations/{organization}/service-accounts")
async def create_service_account(ctx: Context, request: Request) -> dict[str, Any]:
    name = find_text(await read_json(request), "name") or ""
    return new_key_shape(await service_accounts.create_service_account(ctx, request.path_params["organization"], name))


@routes.post("/app/organizations/{organization}/service-accounts/{id}/key")
async def renew_key(ctx: Context, request: Request) -> dict[str, Any]:
    """`id` is that of the member."""
    user_id = decode_global_id("Member", request.path_params["id"])
    return new_key_shape(await service_accounts.renew_key(ctx, request.path_params["organization"], user_id))

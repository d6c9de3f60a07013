"""The web app's routes of a team's secrets (web/src/api/contract.ts)."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from steelyard.context import Context
from steelyard.domains.accounts import team_secrets
from steelyard.rest.bodies import find_text, read_json
from steelyard.rest.routes import RouteTable

routes = RouteTable()


@routes.get("/app/teams/{team}/secrets")
async def list_secrets(ctx: Context, request: Request) -> dict[str, Any]:
    found = await team_secrets.list_secrets(ctx, request.path_params["team"])
    return {
        "off": not ctx.ports.policy.accounts.team_secrets,
        "secrets": [
            {"name": item.name, "createdAt": item.created_at, "changedAt": item.changed_at, "by": item.changed_by}
            for item in found
        ],
    }


@routes.put("/app/teams/{team}/secrets/{name}")
async def set_secret(ctx: Context, request: Request) -> None:
    """The value is never answered again."""
    place, value = request.path_params, find_text(await read_json(request), "value") or ""
    await team_secrets.set_secret(ctx, place["team"], place["name"], value)


@routes.delete("/app/teams/{team}/secrets/{name}")
async def delete_secret(ctx: Context, request: Request) -> None:
    await team_secrets.delete_secret(ctx, request.path_params["team"], request.path_params["name"])

"""The web app's routes of Slack, and the page that a browser comes back to from there (web/src/api/contract.ts)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from steelyard.context import Context
from steelyard.domains.accounts.model import Entity, EntityKind
from steelyard.domains.alerts import slack
from steelyard.domains.alerts.model import SlackConnection
from steelyard.kernel.errors import SteelyardError
from steelyard.ports.slack import ApprovalFailed
from steelyard.rest.plain_page import PlainPage
from steelyard.rest.routes import RouteTable, json_response

log = structlog.get_logger()
routes = RouteTable()
_COOKIE_PATH = "/slack"


@routes.get("/app/entities/{entity}/slack")
async def show_connection(ctx: Context, request: Request) -> dict[str, Any]:
    found = await slack.load_connection(ctx, request.path_params["entity"])
    return {"configured": ctx.ports.slack is not None, "connection": _row(found) if found else None}


@routes.post("/app/entities/{entity}/slack")
async def begin(ctx: Context, request: Request) -> Response:
    """Answer where to approve a channel; the browser comes back to `/slack/callback` with the cookie of this answer."""
    departure = await slack.begin(ctx, request.path_params["entity"])
    response = json_response({"url": departure.url})
    response.set_cookie(
        departure.cookie,
        departure.value,
        max_age=slack.OPEN_FOR_S,
        path=_COOKIE_PATH,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return response


@routes.delete("/app/entities/{entity}/slack")
async def disconnect(ctx: Context, request: Request) -> None:
    await slack.disconnect(ctx, request.path_params["entity"])


@routes.get(slack.CALLBACK)
async def arrive(ctx: Context, request: Request) -> Response:
    """Lead on to the settings, or to a page that says why not."""
    given = request.query_params
    try:
        entity = await slack.finish(ctx, given, request.cookies)
    except ApprovalFailed as error:
        response = _failed(ctx, 400, error.message, error.advice)
    except SteelyardError as error:
        response = _failed(ctx, error.status, error.message, "Sign in as the one who began this, then begin again.")
    else:
        # a plain page next, whatever the address of this one holds
        response = RedirectResponse(_settings_of(entity), 303, headers={"Cache-Control": "no-store"})
        response.headers["Referrer-Policy"] = "no-referrer"
    if given.get("state"):
        response.delete_cookie(slack.cookie_of(given["state"]), path=_COOKIE_PATH)
    return response


def _failed(ctx: Context, status: int, message: str, advice: str) -> Response:
    log.info("Slack was not connected", status=status, reason=message, request_id=ctx.request_id)
    links = [("/settings#alerts", "To the settings"), ("/home", "To the start page")]
    return PlainPage("Slack is not connected", message, advice, links).answer(status, ctx.request_id)


def _settings_of(entity: Entity) -> str:
    return "/settings#alerts" if entity.kind is EntityKind.USER else f"/teams/{quote(entity.name)}/settings"


def _row(found: SlackConnection) -> dict[str, Any]:
    return {
        "workspace": found.workspace,
        "channel": found.channel,
        "connectedAt": found.created_at,
        "by": found.created_by,
        "goneAt": found.gone_at,
        "failingSince": found.failed_at,
        "error": found.last_error,
    }

"""The web app's routes of alerts: a run's, the caller's inbox, what they want to hear (web/src/api/contract.ts)."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from steelyard.context import Context
from steelyard.domains.alerts import service
from steelyard.domains.alerts.model import Alert, Preferences
from steelyard.domains.alerts.slack_routes import routes as slack_routes
from steelyard.domains.runs.service import load_run
from steelyard.kernel.errors import Invalid
from steelyard.rest.bodies import find_text, read_json
from steelyard.rest.routes import RouteTable

routes = RouteTable([*slack_routes.entries])
# No database holds a longer number.
_DIGITS_MAX = 18


@routes.get("/app/runs/{entity}/{project}/{run}/alerts")
async def list_alerts_of_run(ctx: Context, request: Request) -> dict[str, Any]:
    path = request.path_params
    run = await load_run(ctx, path["entity"], path["project"], path["run"])
    return {"alerts": [_row(item) for item in await service.list_alerts_of_run(ctx, run)]}


@routes.get("/app/alerts")
async def read_inbox(ctx: Context, request: Request) -> dict[str, Any]:
    before = request.query_params.get("before")
    if before is not None and not (before.isdecimal() and len(before) <= _DIGITS_MAX):
        raise Invalid("before must be the number of an alert")
    inbox = await service.read_inbox(ctx, int(before) if before else None)
    return {"alerts": [_row(item) for item in inbox.alerts], "unread": inbox.unread, "readUpTo": inbox.read_up_to}


@routes.post("/app/alerts/read")
async def mark_read(ctx: Context, request: Request) -> None:
    up_to = (await read_json(request)).get("upTo")
    if type(up_to) is not int or not 0 <= up_to < 1 << 63:
        raise Invalid("upTo must be the number of an alert")
    await service.mark_read(ctx, up_to)


@routes.get("/app/alert-preferences")
async def show_preferences(ctx: Context, _request: Request) -> dict[str, Any]:
    return _preferences(ctx, await service.load_preferences(ctx))


@routes.patch("/app/alert-preferences")
async def change_preferences(ctx: Context, request: Request) -> dict[str, Any]:
    body = await read_json(request)
    by_mail = body.get("byMail")
    if by_mail is not None and not isinstance(by_mail, bool):
        raise Invalid("byMail must be true or false")
    least = find_text(body, "leastSeverity")
    return _preferences(ctx, await service.change_preferences(ctx, by_mail=by_mail, least_severity=least))


def _preferences(ctx: Context, chosen: Preferences) -> dict[str, Any]:
    """`mailConfigured` tells whether the operator has named a mail server at all."""
    return {
        "byMail": chosen.by_mail,
        "leastSeverity": chosen.least_severity,
        "mailConfigured": ctx.ports.mail is not None,
    }


def _row(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "title": alert.title,
        "text": alert.text,
        "severity": alert.severity,
        "createdAt": alert.created_at,
        "entity": alert.entity,
        "project": alert.project,
        "run": alert.run_id,
        "runTitle": alert.run_title,
    }

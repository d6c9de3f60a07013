"""The web app's routes of the console (web/src/api/contract.ts)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from starlette.requests import Request

from steelyard.context import Context
from steelyard.domains.accounts import team_buckets
from steelyard.domains.accounts.people_routes import user_shape
from steelyard.domains.admin.console import service
from steelyard.domains.admin.console.model import Kind, ListedTeam, ListedUser, Wanted
from steelyard.domains.projects.routes import show_projects
from steelyard.jobs.mail import Kept
from steelyard.jobs.turns import Turn
from steelyard.kernel.errors import Invalid
from steelyard.kernel.ids import decode_global_id, encode_global_id
from steelyard.rest.routes import RouteTable

routes = RouteTable()
LIMIT_MAX = 200
# Where the whole of a list ends that is walked by offset: beyond it one searches.
OFFSET_MAX = 1_000_000
_SEARCH_MAX = 200


def _wanted(request: Request) -> Wanted:
    """Return the page that a query asks for. Raises `Invalid`."""
    query = request.query_params
    return Wanted(
        query.get("search", "").strip()[:_SEARCH_MAX],
        _number(query.get("offset"), 0, "offset", 0, OFFSET_MAX),
        _number(query.get("limit"), 100, "limit", 1, LIMIT_MAX),
    )


def _number(text: str | None, default: int, name: str, least: int, most: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
        raise Invalid(f"{name} is a number from {least} to {most}, not {text[:20]!r}")
    return int(text)


def _kind(text: str) -> Kind:
    if text not in set(Kind):
        raise Invalid(f"kind is one of {', '.join(Kind)}, not {text[:20]!r}")
    return Kind(text)


@routes.get("/app/admin/overview")
async def show_overview(ctx: Context, _request: Request) -> dict[str, Any]:
    found = await service.show_overview(ctx)
    return {
        "version": found.version,
        "database": found.database,
        "counts": vars(found.counts),
        "failing": found.failing,
        "late": found.late,
        "refusedMail": found.refused_mail,
        "notes": list(found.notes),
    }


@routes.get("/app/admin/users")
async def list_users(ctx: Context, request: Request) -> dict[str, Any]:
    kind = _kind(request.query_params.get("kind", Kind.ALL))
    page = await service.list_users(ctx, kind, _wanted(request))
    return {"total": page.total, "users": [_user(row) for row in page.rows]}


@routes.get("/app/admin/teams")
async def list_teams(ctx: Context, request: Request) -> dict[str, Any]:
    page = await service.list_teams(ctx, _wanted(request))
    offered = team_buckets.show_choices(ctx)
    return {"total": page.total, "teams": [_team(row) for row in page.rows], "buckets": offered}


@routes.get("/app/admin/projects")
async def list_projects(ctx: Context, request: Request) -> dict[str, Any]:
    page = await service.list_projects(ctx, _wanted(request))
    return {"total": page.total, "projects": await show_projects(ctx, page.rows)}


@routes.get("/app/admin/jobs")
async def show_jobs(ctx: Context, _request: Request) -> dict[str, Any]:
    found, now = await service.show_jobs(ctx), ctx.ports.clock()
    return {
        "schedules": [_turn(turn, now) for turn in found.turns],
        "queues": [{"name": queue.name, "count": queue.count} for queue in found.queues],
        "mail": None if found.mail is None else [_mail(item) for item in found.mail],
    }


@routes.post("/app/admin/mail/{id}/again")
async def send_again(ctx: Context, request: Request) -> None:
    await service.send_again(ctx, decode_global_id("Mail", request.path_params["id"]))


@routes.get("/app/admin/settings")
async def list_settings(ctx: Context, _request: Request) -> dict[str, Any]:
    return {"settings": [vars(item) for item in service.list_settings(ctx)], "notes": list(ctx.ports.notes)}


def _user(row: ListedUser) -> dict[str, Any]:
    counted = {"teams": row.teams, "keys": row.keys, "daysActive": row.days_active}
    return user_shape(row.user) | counted | {"lastSeenAt": row.last_seen_at}


def _team(row: ListedTeam) -> dict[str, Any]:
    return {
        "name": row.name,
        "organization": row.organization,
        "createdAt": row.created_at,
        "members": row.members,
        "services": row.services,
        "admins": row.admins,
        "projects": row.projects,
        "bucket": row.bucket or None,
    }


def _turn(turn: Turn, now: datetime) -> dict[str, Any]:
    return {
        "name": turn.name,
        "everySeconds": turn.every_s,
        "doneAt": turn.done_at,
        "failedAt": turn.failed_at,
        "failure": turn.failure,
        "state": "failing" if turn.is_failing else "late" if turn.is_late(now) else "good",
    }


def _mail(item: Kept) -> dict[str, Any]:
    return {
        "id": encode_global_id("Mail", item.id),
        "recipient": item.recipient,
        "subject": item.subject,
        "refused": item.is_refused,
        "attempts": item.attempts,
        "createdAt": item.created_at,
        "error": item.last_error,
    }

"""Routes of the audit log: the one that W&B Server has, and that of the web app (web/src/api/contract.ts)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.admin.audit import service
from steelyard.domains.admin.audit.model import Place
from steelyard.domains.audit.model import Action, Asked
from steelyard.kernel.clock import iso, parse_iso
from steelyard.kernel.errors import Invalid
from steelyard.rest.routes import RouteTable

routes = RouteTable()
DAYS_MAX = 3650
_SHOWN_LINES = 100


@routes.get("/admin/audit_logs")
async def export_log(ctx: Context, request: Request) -> Response | dict[str, Any]:
    """All lines as JSON lines, or a page of them where a `limit` or an `endDate` is given."""
    access.require_admin(ctx)
    asked = _asked(ctx, request)
    anonymized = request.query_params.get("anonymize", "").lower() == "true"
    if not request.query_params.keys() & {"limit", "endDate", "cursor"}:
        headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="audit.jsonl"'}
        return StreamingResponse(
            _json_lines(ctx, asked, anonymized=anonymized), media_type="application/x-ndjson", headers=headers
        )
    size = _number(request, "limit", service.PAGE_MAX, service.PAGE_MAX)
    lines, after = await service.list_page(ctx, asked, size, _cursor(request, "cursor"))
    return {
        "audit_logs": [line.as_json(anonymized=anonymized) for line in lines],
        "range_start_time": asked.since,
        "range_end_time": asked.until,
        "count": len(lines),
        "next_cursor": _text_of(after),
    }


async def _json_lines(ctx: Context, asked: Asked, *, anonymized: bool) -> AsyncIterator[bytes]:
    async for line in service.stream(ctx, asked):
        yield orjson.dumps(line.as_json(anonymized=anonymized)) + b"\n"


@routes.get("/app/admin/audit")
async def show_log(ctx: Context, request: Request) -> dict[str, Any]:
    access.require_admin(ctx)
    policy = ctx.ports.policy.audit
    after = _cursor(request, "before")
    lines, after = await service.list_page(ctx, _asked(ctx, request), _SHOWN_LINES, after, newest_first=True)
    return {
        "lines": [line.as_json() for line in lines],
        "next": _text_of(after),
        "actions": sorted(Action),
        "collecting": policy.collect,
        "keptDays": policy.days,
    }


def _asked(ctx: Context, request: Request) -> Asked:
    """Return the time and the filters that are asked for: by default today, in UTC.

    `numDays` counts from `startDate` on, and without one back from now, today included.
    """
    query, now = request.query_params, ctx.ports.clock()
    tomorrow = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    days = timedelta(days=_number(request, "numDays", 1, DAYS_MAX))
    started, ended = _moment(query.get("startDate"), "startDate"), _moment(query.get("endDate"), "endDate")
    if ended is not None and "numDays" in query:
        raise Invalid("give numDays or endDate, not both")
    try:
        if started is None:
            ended = ended or tomorrow
            started = ended - days
        elif ended is None:
            ended = started + days
    except OverflowError as error:
        raise Invalid("startDate and endDate must name days of this age") from error
    assert ended is not None, "given, or found above"
    return Asked(started, ended, query.get("actor", ""), query.get("action", ""))


def _moment(text: str | None, name: str) -> datetime | None:
    if not text:
        return None
    try:
        # A plus sign of a zone arrives as a blank.
        return parse_iso(text.strip().replace(" ", "+")).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid(f"{name} must be a day or a moment such as 2026-01-31T12:00:00, not {text[:40]!r}") from error


def _number(request: Request, name: str, default: int, most: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 9 or not 1 <= int(text) <= most:
        raise Invalid(f"{name} must be a whole number from 1 to {most}")
    return int(text)


def _cursor(request: Request, name: str) -> Place | None:
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        at, _, number = base64.urlsafe_b64decode(text).decode().rpartition("|")
        if not number.isascii() or not number.isdigit() or len(number) > 18:
            raise Invalid(f"{name} must be one that an answer gave")
        return Place(parse_iso(at), int(number))
    except (binascii.Error, ValueError) as error:
        raise Invalid(f"{name} must be one that an answer gave") from error


def _text_of(place: Place | None) -> str | None:
    return None if place is None else base64.urlsafe_b64encode(f"{iso(place.at)}|{place.id}".encode()).decode()

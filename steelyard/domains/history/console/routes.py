"""The web app's routes of console output (web/src/api/contract.ts)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from steelyard.context import Context
from steelyard.domains.history import panels
from steelyard.domains.history.console import pages
from steelyard.domains.history.console.reading import Filter
from steelyard.domains.history.console.search import Query, search
from steelyard.domains.history.model import ConsoleLine
from steelyard.domains.runs.model import RunRef
from steelyard.kernel.errors import Invalid
from steelyard.rest.routes import RouteTable

routes = RouteTable()

PAGE_LINES = 2_000
# No log has as many lines.
_LINE_MAX = 1 << 53
_BASE = "/app/runs/{entity}/{project}/{run}/logs"


@routes.get(_BASE)
async def show_logs(ctx: Context, request: Request) -> Response:
    run = await _run(ctx, request)
    first, limit, wanted = _number(request, "from", 0), _number(request, "limit", PAGE_LINES), _filter(request)
    if first < 0:
        page = await pages.load_tail(ctx, run, limit, wanted=wanted)
    else:
        page = await pages.load_page(ctx, run, first, limit, wanted)
    answer = {"total": page.total, "from": page.first, "lines": [_line(line) for line in page.lines]}
    # nothing in it is a number that JSON has no word for, which is looked for in other answers
    return Response(orjson.dumps(answer), media_type="application/json", headers={"Cache-Control": "no-store"})


@routes.get(f"{_BASE}/labels")
async def show_labels(ctx: Context, request: Request) -> dict[str, Any]:
    return {"labels": await pages.list_labels(ctx, await _run(ctx, request))}


@routes.get(f"{_BASE}/search")
async def search_logs(ctx: Context, request: Request) -> dict[str, Any]:
    run = await _run(ctx, request)
    query = Query(request.query_params.get("q", ""), _is_on(request, "regex"))
    if not query.text:
        raise Invalid("q must be a text to look for")
    first = max(0, _number(request, "from", 0))
    found = await search(ctx, run, query, first, _filter(request))
    return {"matches": list(found.places), "next": found.next, "total": found.total}


@routes.get(f"{_BASE}/download")
async def download_logs(ctx: Context, request: Request) -> Response:
    run = await _run(ctx, request)
    times, labels = _is_on(request, "times"), _is_on(request, "labels")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(run.run_id, safe='')}.log",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    body = pages.read_texts(ctx, run, _filter(request), times=times, labels=labels)
    return StreamingResponse(body, media_type="text/plain; charset=utf-8", headers=headers)


async def _run(ctx: Context, request: Request) -> RunRef:
    path = request.path_params
    return await panels.load_run(ctx, path["entity"], path["project"], path["run"])


def _filter(request: Request) -> Filter:
    level, label = request.query_params.get("level") or None, request.query_params.get("label") or None
    if level not in {None, "error", "output"}:
        raise Invalid("level must be error or output")
    return Filter(level, label)


def _line(line: ConsoleLine) -> dict[str, Any]:
    return {
        "n": line.number,
        "text": line.text,
        "ts": f"{line.ts}Z" if line.ts else None,
        "level": line.level,
        "label": line.label,
    }


def _is_on(request: Request, field: str) -> bool:
    return request.query_params.get(field, "") in {"1", "true"}


def _number(request: Request, field: str, default: int) -> int:
    text = request.query_params.get(field, str(default))
    try:
        number = int(text)
    except ValueError as error:
        raise Invalid(f"{field} must be a number, not {text[:40]!r}") from error
    if abs(number) > _LINE_MAX:
        raise Invalid(f"{field} is beyond every line")
    return number

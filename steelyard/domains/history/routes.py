"""The web app's routes of streamed data: metrics, media, console (web/src/api/contract.ts)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request

from steelyard.context import Context
from steelyard.domains.history import console, panels, service
from steelyard.domains.history.live_routes import routes as live_routes
from steelyard.domains.history.media import find_paths, sign_paths
from steelyard.domains.history.model import ConsoleLine, Stream
from steelyard.domains.history.panel_routes import routes as panel_routes
from steelyard.domains.runs.model import Run, RunRef
from steelyard.domains.runs.routes import RUN_DETAILS
from steelyard.kernel.errors import Invalid
from steelyard.rest.bodies import read_json
from steelyard.rest.routes import RouteTable

routes = RouteTable([*live_routes.entries, *panel_routes.entries])

RUNS_MAX = 1_000
MEDIA_MAX = 1_000
LOG_LIMIT = 2_000


@RUN_DETAILS.add
async def describe_streams(ctx: Context, runs: Sequence[Run]) -> dict[int, dict[str, Any]]:
    counts = await service.count_lines(ctx, runs)
    last_steps = await service.find_last_steps(ctx, runs)
    return {
        run.id: {
            "historyLineCount": counts[run.id].get(Stream.HISTORY, 0),
            "eventsLineCount": counts[run.id].get(Stream.EVENTS, 0),
            "logLineCount": counts[run.id].get(Stream.CONSOLE, 0),
            "lastStep": last_steps[run.id],
        }
        for run in runs
    }


@routes.post("/app/projects/{entity}/{project}/metrics")
async def list_metrics(ctx: Context, request: Request) -> dict[str, Any]:
    wanted = (await read_json(request)).get("runs")
    if not isinstance(wanted, list) or not all(isinstance(run_id, str) for run_id in wanted):
        raise Invalid("runs must be a list of run ids")
    path = request.path_params
    found = await panels.list_metrics(ctx, path["entity"], path["project"], wanted[:RUNS_MAX])
    return {
        "metrics": [
            {
                "key": metric.key,
                "type": metric.type,
                "xKey": metric.x_key,
                "hidden": metric.hidden,
                "system": metric.key.startswith(panels.SYSTEM),
                "count": metric.count,
            }
            for metric in found
        ]
    }


@routes.post("/app/media:query")
async def query_media(ctx: Context, request: Request) -> dict[str, Any]:
    body = await read_json(request)
    entity, project, run_id, key = (_text(body, field) for field in ("entity", "project", "run", "key"))
    run = await panels.load_run(ctx, entity, project, run_id)
    items = await panels.list_media(ctx, run, key, MEDIA_MAX)
    urls = await sign_paths(ctx, run, {path for _, value in items for path in find_paths(value)})
    return {
        "items": [
            {"step": step, "value": value, "urls": {path: urls[path] for path in find_paths(value) if path in urls}}
            for step, value in items
        ]
    }


@routes.get("/app/runs/{entity}/{project}/{run}/logs")
async def show_logs(ctx: Context, request: Request) -> dict[str, Any]:
    run = await _run(ctx, request)
    first, limit = _number(request, "from", 0), _number(request, "limit", LOG_LIMIT)
    if first < 0:
        page = await console.load_tail(ctx, run, limit)
    else:
        page = await console.load_page(ctx, run, first, max(0, limit))
    return {"total": page.total, "from": page.first, "lines": [_line(line) for line in page.lines]}


@routes.get("/app/runs/{entity}/{project}/{run}/logs/search")
async def search_logs(ctx: Context, request: Request) -> dict[str, Any]:
    run, query = await _run(ctx, request), request.query_params.get("q", "")
    if not query:
        return {"matches": [], "truncated": False}
    is_regex = request.query_params.get("regex", "") in {"1", "true"}
    found = await console.search(ctx, run, query, is_regex=is_regex)
    return {"matches": list(found.numbers), "truncated": found.truncated}


async def _run(ctx: Context, request: Request) -> RunRef:
    path = request.path_params
    return await panels.load_run(ctx, path["entity"], path["project"], path["run"])


def _line(line: ConsoleLine) -> dict[str, Any]:
    return {
        "n": line.number,
        "text": line.text,
        "ts": f"{line.ts}Z" if line.ts else None,
        "level": line.level,
        "label": line.label,
    }


def _number(request: Request, field: str, default: int) -> int:
    text = request.query_params.get(field, str(default))
    try:
        return int(text)
    except ValueError as error:
        raise Invalid(f"{field} must be a number, not {text[:40]!r}") from error


def _text(body: dict[str, Any], field: str) -> str:
    value = body.get(field)
    if not isinstance(value, str):
        raise Invalid(f"{field} must be a text")
    return value

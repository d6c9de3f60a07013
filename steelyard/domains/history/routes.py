"""The web app's routes of streamed data: metrics, media (web/src/api/contract.ts)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request

from steelyard.context import Context
from steelyard.domains.history import panels, service
from steelyard.domains.history.branches import archives
from steelyard.domains.history.console.routes import routes as console_routes
from steelyard.domains.history.live_routes import routes as live_routes
from steelyard.domains.history.media import find_paths, sign_paths
from steelyard.domains.history.model import Stream
from steelyard.domains.history.panel_routes import routes as panel_routes
from steelyard.domains.runs.bulk_routes import TRASH_SIZES
from steelyard.domains.runs.model import Run
from steelyard.domains.runs.routes import RUN_DETAILS
from steelyard.domains.runs.trash_queries import Trashed
from steelyard.kernel.errors import Invalid
from steelyard.rest.bodies import read_json
from steelyard.rest.routes import RouteTable

routes = RouteTable([*live_routes.entries, *panel_routes.entries, *console_routes.entries])

RUNS_MAX = 1_000
MEDIA_MAX = 1_000


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


@RUN_DETAILS.add
async def describe_past(ctx: Context, runs: Sequence[Run]) -> dict[int, dict[str, Any]]:
    return {run.id: await _past(ctx, run) for run in runs if run.lineage}


async def _past(ctx: Context, run: Run) -> dict[str, Any]:
    branch = await archives.find_branch(ctx, run)
    is_beside = branch is not None and (branch.entity, branch.project) == (run.entity, run.project)
    return {
        "forkedFrom": branch
        and {"run": branch.run_id, "step": branch.step, "title": branch.title if is_beside else None},
        "archives": [
            {"step": item.step, "lastStep": item.step_max, "rows": item.line_count, "createdAt": item.created_at}
            for item in await archives.list_archives(ctx, run)
        ],
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


def _text(body: dict[str, Any], field: str) -> str:
    value = body.get(field)
    if not isinstance(value, str):
        raise Invalid(f"{field} must be a text")
    return value


@TRASH_SIZES.add
async def weigh_trash(ctx: Context, found: Sequence[Trashed]) -> Mapping[int, Mapping[str, Any]]:
    sizes = await service.weigh_runs(ctx, [run.id for run in found])
    return {run: {"historyBytes": size} for run, size in sizes.items()}

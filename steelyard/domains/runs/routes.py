"""The web app's routes of runs: home, the runs of a project, one run (web/src/api/contract.ts)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request

from steelyard.context import Context
from steelyard.domains.accounts import service as accounts
from steelyard.domains.accounts.routes import entity_ref
from steelyard.domains.projects import service as projects
from steelyard.domains.projects.model import Project
from steelyard.domains.projects.routes import PROJECT_TOTALS, asked_project, show_projects
from steelyard.domains.runs import documents, facts, listing, service
from steelyard.domains.runs.bulk_routes import routes as bulk_routes
from steelyard.domains.runs.bulk_routes import texts
from steelyard.domains.runs.facts import RunFacts
from steelyard.domains.runs.listing import RunQuery
from steelyard.domains.runs.model import Run
from steelyard.domains.runs.service import RunChange
from steelyard.kernel.errors import Invalid
from steelyard.rest.bodies import find_text, read_json
from steelyard.rest.contributions import Contributions
from steelyard.rest.routes import RouteTable
from steelyard.sql import filters
from steelyard.sql.filters import MISSING

routes = RouteTable([*bulk_routes.entries])
_HOME_PROJECTS = 200
_HOME_RUNS = 20
# Rows of one answer: a table shows far fewer, charts ask for the runs they draw.
ROWS_MAX = 5_000
COLUMNS_MAX = 500

RUN_DETAILS: Contributions[Run] = Contributions(
    {
        "metadata": None,
        "historyLineCount": 0,
        "lastStep": None,
        "logLineCount": 0,
        "eventsLineCount": 0,
        "fileCount": 0,
    }
)


@PROJECT_TOTALS.add
async def count_runs(ctx: Context, found: Sequence[Project]) -> Mapping[int, Mapping[str, Any]]:
    totals = await service.sum_up_projects(ctx, [project.id for project in found])
    return {
        number: {"runCount": item.runs, "runningCount": item.running, "computeSeconds": item.compute_s}
        for number, item in totals.items()
    }


@routes.get("/app/home")
async def show_home(ctx: Context, _request: Request) -> dict[str, Any]:
    own = await accounts.list_own_entities(ctx)
    found = await projects.list_own_projects(ctx, 0, _HOME_PROJECTS)
    recent = await service.list_recent_runs(ctx, _HOME_RUNS)
    return {
        "entities": [entity_ref(ctx, entity) for entity in own],
        "projects": await show_projects(ctx, found),
        "runs": [_row(run.entity, run.project, run, {}, {}) for run in recent],
    }


# ---- the runs of a project ------------------------------------------------------------------------------------


@routes.post("/app/projects/{entity}/{project}/runs:query")
async def query_runs(ctx: Context, request: Request) -> dict[str, Any]:
    project = await asked_project(ctx, request)
    body = await read_json(request)
    offset, limit = _count(body, "offset", 0, 1 << 40), _count(body, "limit", 100, ROWS_MAX)
    columns = texts(body, "columns") or []
    if len(columns) > COLUMNS_MAX:
        raise Invalid(f"at most {COLUMNS_MAX} columns may be asked for")
    query = _query(body)
    found = await listing.find_runs(ctx, project, query)
    shown = found.ids[offset : offset + limit].tolist()
    runs = await listing.list_facts(ctx, project, shown, documents=bool(columns))
    rows = await asyncio.to_thread(_rows, project, runs, columns)
    return {"total": found.total, "matched": len(found.ids), "offset": offset, "rows": rows}


@routes.post("/app/projects/{entity}/{project}/runs:select")
async def select_runs(ctx: Context, request: Request) -> dict[str, Any]:
    """Return the ids of all runs that a query matches, for a change of all of them in portions."""
    project = await asked_project(ctx, request)
    return {"ids": await listing.find_run_ids(ctx, project, _query(await read_json(request)))}


def _query(body: dict[str, Any]) -> RunQuery:
    order = filters.parse_order(",".join(texts(body, "order") or []))
    given = RunQuery(
        filter=filters.read(body.get("filters")),
        order=order or filters.parse_order("-created_at"),
        search=find_text(body, "search") or "",
        regex=bool(body.get("regex")),
    )
    return given.checked()


def _rows(project: Project, found: list[RunFacts], columns: list[str]) -> list[dict[str, Any]]:
    wanted = {kind: [name[len(kind) + 1 :] for name in columns if name.startswith(f"{kind}.")] for kind in _KINDS}
    return [
        _row(project.entity, project.name, run, *(_cells(run, kind, names) for kind, names in wanted.items()))
        for run in found
    ]


_KINDS = ("config", "summary")


def _cells(run: RunFacts, kind: str, names: list[str]) -> dict[str, Any]:
    values = {name: run.value(f"{kind}.{name}") for name in names}
    return {name: value for name, value in values.items() if value is not MISSING}


def _row(
    entity: str, project: str, run: Run | RunFacts, config: dict[str, Any], summary: dict[str, Any]
) -> dict[str, Any]:
    return {
        "entity": entity,
        "project": project,
        "id": run.run_id,
        "title": run.title,
        "state": str(run.state),
        "createdAt": run.created_at,
        "startedAt": run.started_at,
        "heartbeatAt": run.heartbeat_at,
        "durationSeconds": facts.duration_s(run.duration_s, run.started_at, run.heartbeat_at),
        "user": run.username,
        "group": run.group_name or None,
        "jobType": run.job_type or None,
        "sweep": run.sweep_name,
        "tags": list(run.tags),
        "notes": run.notes or "",
        "colorIndex": run.number - 1,
        "exitCode": run.exit_code,
        "stopRequested": run.stop_requested,
        "config": config,
        "summary": summary,
    }


@routes.get("/app/projects/{entity}/{project}/columns")
async def list_columns(ctx: Context, request: Request) -> dict[str, Any]:
    config, summary = await listing.list_columns(ctx, await asked_project(ctx, request))
    return {"config": config, "summary": summary}


# ---- one run --------------------------------------------------------------------------------------------------


@routes.get("/app/runs/{entity}/{project}/{run}")
async def show_run(ctx: Context, request: Request) -> dict[str, Any]:
    return await _detail(ctx, await _asked_run(ctx, request))


@routes.patch("/app/runs/{entity}/{project}/{run}")
async def change_run(ctx: Context, request: Request) -> dict[str, Any]:
    run = await _asked_run(ctx, request)
    body = await read_json(request)
    title = find_text(body, "title")
    if title is not None and not title.strip():
        raise Invalid("the title must not be empty")
    change = RunChange(
        title=title,
        notes=find_text(body, "notes"),
        tags=texts(body, "tags"),
        group_name=find_text(body, "group"),
        job_type=find_text(body, "jobType"),
    )
    return await _detail(ctx, await service.update_run(ctx, run.id, change))


@routes.delete("/app/runs/{entity}/{project}/{run}")
async def delete_run(ctx: Context, request: Request) -> None:
    outputs = request.query_params.get("artifacts") == "true"
    await service.delete_run(ctx, (await _asked_run(ctx, request)).id, outputs=outputs)


@routes.post("/app/runs/{entity}/{project}/{run}/stop")
async def stop_run(ctx: Context, request: Request) -> dict[str, Any]:
    run = await _asked_run(ctx, request)
    return await _detail(ctx, await service.stop_run(ctx, run.id))


async def _asked_run(ctx: Context, request: Request) -> Run:
    path = request.path_params
    return await service.load_run(ctx, path["entity"], path["project"], path["run"])


async def _detail(ctx: Context, run: Run) -> dict[str, Any]:
    config = documents.config_values(documents.read_object(run.config))
    summary = {key: value for key, value in documents.read_object(run.summary).items() if key != "_wandb"}
    row = _row(run.entity, run.project, run, documents.flatten(config), documents.flatten(summary))
    trees = {"configTree": config, "summaryTree": summary, "canWrite": not service.is_read_only(ctx, run)}
    return row | trees | (await RUN_DETAILS.of(ctx, [run]))[run.id]


# ---- bodies ---------------------------------------------------------------------------------------------------


def _count(body: dict[str, Any], key: str, default: int, maximum: int) -> int:
    value = body.get(key, default)
    if type(value) is not int or value < 0:
        raise Invalid(f"{key} must be a whole number from 0 on")
    return min(value, maximum)

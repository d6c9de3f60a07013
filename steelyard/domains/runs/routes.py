"""The web app's routes of runs: home, the runs of a project, one run (web/src/api/contract.ts)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request

from steelyard.context import Context
from steelyard.domains.accounts import service as accounts
from steelyard.domains.accounts.routes import entity_ref
from steelyard.domains.projects import service as projects
from steelyard.domains.projects.model import Project
from steelyard.domains.projects.routes import PROJECT_TOTALS, asked_project, show_projects
from steelyard.domains.runs import documents, listing, service
from steelyard.domains.runs.bulk_routes import routes as bulk_routes
from steelyard.domains.runs.group_routes import routes as group_routes
from steelyard.domains.runs.model import Run
from steelyard.domains.runs.rows import asked_columns, asked_count, asked_query, run_row, show_rows
from steelyard.domains.runs.writing import RunChange
from steelyard.kernel.errors import Invalid
from steelyard.rest.bodies import find_text, find_texts, read_json
from steelyard.rest.contributions import Contributions
from steelyard.rest.routes import RouteTable

routes = RouteTable([*bulk_routes.entries, *group_routes.entries])
_HOME_PROJECTS = 200
_HOME_RUNS = 20
# Rows of one answer: a table shows far fewer, charts ask for the runs they draw.
ROWS_MAX = 5_000

RUN_DETAILS: Contributions[Run] = Contributions(
    {
        "metadata": None,
        "historyLineCount": 0,
        "lastStep": None,
        "logLineCount": 0,
        "eventsLineCount": 0,
        "fileCount": 0,
        "forkedFrom": None,
        "archives": [],
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
        "runs": [run_row(run.entity, run.project, run, {}, {}) for run in recent],
    }


# ---- the runs of a project ------------------------------------------------------------------------------------


@routes.post("/app/projects/{entity}/{project}/runs:query")
async def query_runs(ctx: Context, request: Request) -> dict[str, Any]:
    project = await asked_project(ctx, request)
    body = await read_json(request)
    offset, limit = asked_count(body, "offset", 0, 1 << 40), asked_count(body, "limit", 100, ROWS_MAX)
    columns = asked_columns(body)
    found = await listing.find_runs(ctx, project, asked_query(body))
    shown = found.ids[offset : offset + limit].tolist()
    runs = await listing.list_facts(ctx, project, shown, documents=bool(columns))
    rows = await show_rows(project, runs, columns)
    return {"total": found.total, "matched": len(found.ids), "offset": offset, "rows": rows}


@routes.post("/app/projects/{entity}/{project}/runs:select")
async def select_runs(ctx: Context, request: Request) -> dict[str, Any]:
    """Return the ids of all runs that a query matches, for a change of all of them in portions."""
    project = await asked_project(ctx, request)
    return {"ids": await listing.find_run_ids(ctx, project, asked_query(await read_json(request)))}


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
        tags=find_texts(body, "tags"),
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
    row = run_row(run.entity, run.project, run, documents.flatten(config), documents.flatten(summary))
    trees = {"configTree": config, "summaryTree": summary, "canWrite": service.may_change(ctx, run)}
    return row | trees | (await RUN_DETAILS.of(ctx, [run]))[run.id]


# ---- bodies ---------------------------------------------------------------------------------------------------

"""The web app's route of grouped runs (web/src/api/contract.ts)."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from steelyard.context import Context
from steelyard.domains.projects.routes import asked_project
from steelyard.domains.runs import grouping, listing
from steelyard.domains.runs.grouping import Part
from steelyard.domains.runs.rows import asked_columns, asked_count, asked_query, show_rows
from steelyard.rest.bodies import find_texts, read_json
from steelyard.rest.routes import RouteTable

routes = RouteTable()
GROUPS_MAX = 1_000
# Rows of one group, and of all groups of an answer.
RUNS_MAX, ROWS_MAX = 100, 5_000


@routes.post("/app/projects/{entity}/{project}/runs:group")
async def group_runs(ctx: Context, request: Request) -> dict[str, Any]:
    """Return groups by the values of keys, each with its first rows."""
    project = await asked_project(ctx, request)
    body = await read_json(request)
    part = Part(
        offset=asked_count(body, "offset", 0, 1 << 40),
        limit=asked_count(body, "limit", 100, GROUPS_MAX),
        runs=asked_count(body, "runs", 0, RUNS_MAX),
    )
    columns = asked_columns(body)
    found = await grouping.group_runs(ctx, project, asked_query(body), find_texts(body, "by") or [], part)
    wanted = [run for group in found.items for run in group.ids][:ROWS_MAX]
    facts = await listing.list_facts(ctx, project, wanted, documents=bool(columns))
    rows = dict(zip((run.id for run in facts), await show_rows(project, facts, columns), strict=True))
    groups = [
        {"values": group.values, "count": group.count, "rows": [rows[run] for run in group.ids if run in rows]}
        for group in found.items
    ]
    return {"total": found.total, "matched": found.matched, "offset": part.offset, "groups": groups}

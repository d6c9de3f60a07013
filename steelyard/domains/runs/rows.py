"""Rows of runs as the web app shows them in tables, and what it asks for them (web/src/api/contract.ts)."""

from __future__ import annotations

import asyncio
from typing import Any

from steelyard.domains.projects.model import Project
from steelyard.domains.runs import facts
from steelyard.domains.runs.facts import RunFacts
from steelyard.domains.runs.listing import RunQuery
from steelyard.domains.runs.model import Run
from steelyard.kernel.errors import Invalid
from steelyard.rest.bodies import find_text, find_texts
from steelyard.sql import filters
from steelyard.sql.filters import MISSING

COLUMNS_MAX = 500


def asked_query(body: dict[str, Any]) -> RunQuery:
    order = filters.parse_order(",".join(find_texts(body, "order") or []))
    given = RunQuery(
        filter=filters.read(body.get("filters")),
        order=order or filters.parse_order("-created_at"),
        search=find_text(body, "search") or "",
        regex=bool(body.get("regex")),
    )
    return given.checked()


def asked_columns(body: dict[str, Any]) -> list[str]:
    columns = find_texts(body, "columns") or []
    if len(columns) > COLUMNS_MAX:
        raise Invalid(f"at most {COLUMNS_MAX} columns may be asked for")
    return columns


async def show_rows(project: Project, found: list[RunFacts], columns: list[str]) -> list[dict[str, Any]]:
    """Return rows of the table, the documents of their runs parsed in a thread."""
    return await asyncio.to_thread(_rows, project, found, columns)


def _rows(project: Project, found: list[RunFacts], columns: list[str]) -> list[dict[str, Any]]:
    wanted = {kind: [name[len(kind) + 1 :] for name in columns if name.startswith(f"{kind}.")] for kind in _KINDS}
    return [
        run_row(project.entity, project.name, run, *(_cells(run, kind, names) for kind, names in wanted.items()))
        for run in found
    ]


_KINDS = ("config", "summary")


def _cells(run: RunFacts, kind: str, names: list[str]) -> dict[str, Any]:
    values = {name: run.value(f"{kind}.{name}") for name in names}
    return {name: value for name, value in values.items() if value is not MISSING}


def run_row(
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


def asked_count(body: dict[str, Any], key: str, default: int, maximum: int) -> int:
    value = body.get(key, default)
    if type(value) is not int or value < 0:
        raise Invalid(f"{key} must be a whole number from 0 on")
    return min(value, maximum)

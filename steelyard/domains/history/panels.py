"""What pages ask before they draw: which metrics there are, and media over steps (web/src/api/contract.ts)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts.access import Permission
from steelyard.domains.history.metrics import Metric, fold_metrics, parse_definitions
from steelyard.domains.history.model import Stream
from steelyard.domains.history.reading import load_table
from steelyard.domains.projects import service as projects
from steelyard.domains.runs import queries as runs
from steelyard.domains.runs.model import RunRef
from steelyard.kernel.errors import NotFound

SYSTEM = "system."


async def load_run(ctx: Context, entity: str, project: str, run_id: str) -> RunRef:
    """Return the run. Raises `NotFound`, also for what the caller may not see."""
    identity = access.require_account(ctx)
    async with ctx.database.read() as conn:
        run = await runs.find_run_ref(conn, entity, project, run_id)
    if run is None or run.deleted or not access.allows(identity, Permission.READ, run.target):
        raise NotFound(f"run {entity}/{project}/{run_id} not found")
    return run


async def list_media(ctx: Context, run: RunRef, key: str, limit: int) -> list[tuple[int, dict[str, Any]]]:
    """Return the media values of a key with their steps, the newest `limit` of them, ascending."""
    access.require(ctx, Permission.READ, run.target)
    table = await load_table(ctx, run.id, Stream.HISTORY)
    column = table.find_column(key)
    if column is None:
        return []
    steps = table.steps[column.rows].tolist()
    items = [(step, value) for step, value in zip(steps, column.objects, strict=False) if isinstance(value, dict)]
    return items[-limit:] if limit > 0 else []


async def list_metrics(ctx: Context, entity: str, project: str, run_ids: Sequence[str]) -> list[Metric]:
    """Return every key that these runs have logged, system metrics last. Runs that are not there are left out.

    Raises `NotFound` for a project that is absent or not the caller's to see.
    """
    owner = await projects.load_project(ctx, entity, project)
    metrics: dict[str, Metric] = {}
    system: dict[str, Metric] = {}
    for run_id in dict.fromkeys(run_ids):
        async with ctx.database.read() as conn:
            run = await runs.find_project_run(conn, owner.id, run_id)
        if run is None:
            continue
        fold_metrics(metrics, await load_table(ctx, run.id, Stream.HISTORY), parse_definitions(run.config))
        fold_metrics(system, await load_table(ctx, run.id, Stream.EVENTS), [])
    return sorted(metrics.values(), key=_by_key) + sorted(system.values(), key=_by_key)


def _by_key(metric: Metric) -> str:
    return metric.key

"""What pages ask before they draw: which metrics there are, and media over steps (web/src/api/contract.ts)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from steelyard.columnar.table import Table
from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts.access import Permission
from steelyard.domains.history.facts import load_facts
from steelyard.domains.history.keys import Facts
from steelyard.domains.history.metrics import Metric, fold_metrics, parse_definitions
from steelyard.domains.history.model import Stream
from steelyard.domains.history.reading import Part, load_rows, read_many, read_parts
from steelyard.domains.projects import service as projects
from steelyard.domains.runs import queries as runs
from steelyard.domains.runs.model import RunRef
from steelyard.kernel.errors import NotFound

SYSTEM = "system."


async def load_run(ctx: Context, entity: str, project: str, run_id: str) -> RunRef:
    """Return the run. Raises `NotFound`, also for what the caller may not see."""
    identity = access.require_reader(ctx)
    async with ctx.database.read() as conn:
        run = await runs.find_run_ref(conn, entity, project, run_id)
    if run is None or run.deleted or not access.allows(identity, Permission.READ, run.target):
        raise NotFound(f"run {entity}/{project}/{run_id} not found")
    return run


async def list_media(ctx: Context, run: RunRef, key: str, limit: int) -> list[tuple[int, dict[str, Any]]]:
    """Return the media values of a key with their steps, the newest `limit` of them, ascending."""
    access.require(ctx, Permission.READ, run.target)

    async def load(found: list[Part]) -> list[tuple[int, dict[str, Any]]]:
        items: list[tuple[int, dict[str, Any]]] = []
        for part in reversed(found):
            if len(items) < limit:
                items = _media(await load_rows(ctx, part, [key]), key) + items
        return items[-limit:] if limit > 0 else []

    return await read_parts(ctx, run.id, Stream.HISTORY, load)


def _media(table: Table, key: str) -> list[tuple[int, dict[str, Any]]]:
    column = table.find_column(key)
    if column is None:
        return []
    steps = table.steps[column.rows].tolist()
    return [(step, value) for step, value in zip(steps, column.objects, strict=False) if isinstance(value, dict)]


async def list_metrics(ctx: Context, entity: str, project: str, run_ids: Sequence[str]) -> list[Metric]:
    """Return every key that these runs have logged, system metrics last. Runs that are not there are left out.

    Costs some statements for all runs together; columns are read only of runs whose rows overlap.
    Raises `NotFound` for a project that is absent or not the caller's to see.
    """
    await projects.load_project(ctx, entity, project)
    async with ctx.database.read() as conn:
        refs = await runs.list_run_refs(conn, entity, project, list(dict.fromkeys(run_ids)))
        places = {run_id: place for place, run_id in enumerate(run_ids)}
        ids = [ref.id for ref in sorted(refs, key=lambda ref: places[ref.run_id]) if not ref.deleted]
        configs = {number: config async for number, config, _ in runs.iterate_documents(conn, ids)}
    metrics: dict[str, Metric] = {}
    system: dict[str, Metric] = {}
    history = await _load_facts(ctx, ids, Stream.HISTORY)
    events = await _load_facts(ctx, ids, Stream.EVENTS)
    for run in ids:
        fold_metrics(metrics, history[run], parse_definitions(configs.get(run, "")))
        fold_metrics(system, events[run], [])
    return sorted(metrics.values(), key=_by_key) + sorted(system.values(), key=_by_key)


async def _load_facts(ctx: Context, ids: Sequence[int], stream: Stream) -> dict[int, Facts]:
    async def load(found: dict[int, list[Part]]) -> dict[int, Facts]:
        return {run: await load_facts(ctx, of_run) for run, of_run in found.items()}

    return await read_many(ctx, ids, stream, load)


def _by_key(metric: Metric) -> str:
    return metric.key

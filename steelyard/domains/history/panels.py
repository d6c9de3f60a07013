"""What charts ask: which metrics there are, curves of few points, and media over steps (web/src/api/contract.ts)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from steelyard.columnar.columns import Column
from steelyard.columnar.groups import Floats
from steelyard.columnar.sampling import Series, bucket_series
from steelyard.columnar.table import STEP, Table
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
BUCKETS_MAX = 4_000
_EVENTS_X = "_runtime"


@dataclass(frozen=True, slots=True)
class SeriesQuery:
    """One curve: metric `key` of a run over `x`, in at most `buckets` points of the range."""

    key: str
    x: str
    buckets: int
    x_min: float | None = None
    x_max: float | None = None

    @property
    def stream(self) -> Stream:
        return Stream.EVENTS if self.key.startswith(SYSTEM) else Stream.HISTORY


async def load_run(ctx: Context, entity: str, project: str, run_id: str) -> RunRef:
    """Return the run. Raises `NotFound`, also for what the caller may not see."""
    identity = access.require_account(ctx)
    async with ctx.database.read() as conn:
        run = await runs.find_run_ref(conn, entity, project, run_id)
    if run is None or run.deleted or not access.allows(identity, Permission.READ, run.target):
        raise NotFound(f"run {entity}/{project}/{run_id} not found")
    return run


class CurveReader:
    """Reads the curves of one request: each run and each stream is looked up once, however many curves need it."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._runs: dict[tuple[str, str, str], RunRef] = {}
        self._tables: dict[tuple[int, Stream], Table] = {}

    async def load(self, entity: str, project: str, run_id: str, query: SeriesQuery) -> Series:
        """Return the curve; one without points when the metric or the x axis was never logged.

        Raises `NotFound` for a run that is absent or not the caller's to see.
        """
        address = (entity, project, run_id)
        if address not in self._runs:
            self._runs[address] = await load_run(self._ctx, *address)
        run = self._runs[address]
        stream = (run.id, query.stream)
        if stream not in self._tables:
            self._tables[stream] = await load_table(self._ctx, *stream)
        return await asyncio.to_thread(_series, self._tables[stream], query)


def _series(table: Table, query: SeriesQuery) -> Series:
    x, y = points(table, query.key, query.x)
    return bucket_series(x, y, max(1, min(query.buckets, BUCKETS_MAX)), query.x_min, query.x_max)


def points(table: Table, key: str, x_key: str) -> tuple[Floats, Floats]:
    """Return x and y of the rows that have both as numbers, in order of rows."""
    found = table.find_column(key)
    column = found.numeric() if found is not None else None
    if column is None or column.numbers is None or not len(column):
        return np.empty(0), np.empty(0)
    axis = _axis(table, x_key)
    if axis is None:
        return table.steps[column.rows].astype(np.float64), column.numbers
    if axis.numbers is None:
        return np.empty(0), np.empty(0)
    _, mine, theirs = np.intersect1d(column.rows, axis.rows, assume_unique=True, return_indices=True)
    return axis.numbers[theirs], column.numbers[mine]


def _axis(table: Table, x_key: str) -> Column | None:
    """Return the column of the x axis, None for the step. System metrics have no step: their runtime stands in."""
    if x_key == STEP:
        if table.find_column(STEP) is not None:
            return None
        x_key = _EVENTS_X
        if table.find_column(x_key) is None:
            return None
    found = table.find_column(x_key)
    return Column(np.empty(0, np.int64)) if found is None else found.numeric()


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

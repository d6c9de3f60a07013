"""Use cases of a run's life after its creation: what its stream tells, and its silence.

The functions that take a connection run inside the transaction of the caller, who has checked access.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.runs import changes, queries, rules
from steelyard.domains.runs.model import Condition, Progress
from steelyard.kernel import jsontext

# Runs ended by one transaction of the heartbeat sweep, so that it never holds the database for long.
_SWEEP_BATCH = 200


async def lock_conditions(conn: AsyncConnection, runs: Iterable[int]) -> dict[int, Condition]:
    """Return the conditions of the living ones of `runs`, held against other writers until the transaction ends."""
    return await queries.lock_conditions(conn, sorted(set(runs)))


async def record_progress(
    conn: AsyncConnection, conditions: Mapping[int, Condition], told: Sequence[tuple[int, Progress]], now: datetime
) -> dict[int, Condition]:
    """Fold what streams told into their locked runs, in order: heartbeat, state, exit code, summary, system metrics.

    Returns the condition of each run after it; `stop_requested` belongs into the reply. Folding the same progress
    again changes nothing but the heartbeat. Takes a statement or two for any number of runs.
    """
    after = dict(conditions)
    values: dict[int, dict[str, Any]] = {}
    for run, progress in told:
        before = after[run]
        after[run] = rules.after_progress(before, progress)
        columns = values.setdefault(run, {"heartbeat_at": now})
        columns |= _progress_columns(before, after[run], progress, now)
    await queries.update_runs(conn, values, now)
    return after


def _progress_columns(before: Condition, after: Condition, progress: Progress, now: datetime) -> dict[str, Any]:
    columns = _condition_columns(before, after, now)
    if progress.summary is not None:
        columns |= {"summary": progress.summary, **_runtime_columns(progress.summary)}
    if progress.system_metrics is not None:
        columns["system_metrics"] = progress.system_metrics
    return columns


def _condition_columns(before: Condition, after: Condition, now: datetime) -> dict[str, Any]:
    if before == after:
        return {}
    columns: dict[str, Any] = {
        "state": after.state,
        "exit_code": after.exit_code,
        "stop_requested": after.stop_requested,
        "preempting": after.preempting,
    }
    if before.state != after.state:
        columns["finished_at"] = now if after.state in rules.ENDED else None
    return columns


def _runtime_columns(summary: str) -> dict[str, Any]:
    try:
        value = jsontext.loads(summary)
    except ValueError:
        return {}
    runtime = rules.runtime_s(value) if isinstance(value, dict) else None
    return {} if runtime is None else {"duration_s": runtime}


async def end_silent_runs(ctx: Context) -> int:
    """End the runs that have been silent for the time of grace; return how many.

    Safe to be run by several processes at once: each run is looked at again under its lock.
    """
    ended = 0
    while True:
        now = ctx.ports.clock()
        before = now - timedelta(seconds=ctx.ports.policy.heartbeat_grace_s)
        async with ctx.database.read() as conn:
            silent = await queries.list_silent_runs(conn, before, _SWEEP_BATCH)
        if not silent:
            return ended
        async with ctx.database.write() as conn:
            for run, project_id in silent:
                condition = await queries.lock_condition(conn, run, silent_since=before)
                if condition is not None:
                    after = rules.after_silence(condition)
                    await queries.update_run(conn, run, now, **_condition_columns(condition, after, now))
                    await changes.record(conn, project_id, run, changes.Kind.RUN, now)
                    ended += 1

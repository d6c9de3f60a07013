"""Use cases of a run's life after its creation: what its stream tells, and its silence.

The functions that take a connection run inside the transaction of the caller, who has checked access.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.runs import changes, queries, rules
from steelyard.domains.runs.model import Condition, Progress
from steelyard.kernel import jsontext

# Runs ended by one transaction of the heartbeat sweep, so that it never holds the database for long.
_SWEEP_BATCH = 200


async def record_progress(conn: AsyncConnection, run: int, progress: Progress, now: datetime) -> Condition | None:
    """Fold what a stream told into the run: heartbeat, state, exit code, summary, system metrics.

    Returns the condition after it (`stop_requested` belongs into the reply), None when the run was deleted.
    Folding the same progress again changes nothing but the heartbeat.
    """
    before = await queries.lock_condition(conn, run)
    if before is None:
        return None
    after = rules.after_progress(before, progress)
    values: dict[str, Any] = {"heartbeat_at": now, **_condition_columns(before, after, now)}
    if progress.summary is not None:
        values |= {"summary": progress.summary, **_runtime_columns(progress.summary)}
    if progress.system_metrics is not None:
        values["system_metrics"] = progress.system_metrics
    await queries.update_run(conn, run, now, **values)
    return after


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

"""Runs what must happen by itself: each schedule is a coroutine function called again and again at its interval."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from steelyard.context import Context
from steelyard.domains.accounts import activity
from steelyard.domains.admin import purging
from steelyard.domains.admin.audit import jobs as audit
from steelyard.domains.alerts import slack_posts
from steelyard.domains.artifacts import jobs as artifacts
from steelyard.domains.files import purging as purging_files
from steelyard.domains.history import jobs as history
from steelyard.domains.history import live, sweep
from steelyard.domains.runs import jobs as runs
from steelyard.domains.runs import trash
from steelyard.domains.tables import deletion as tables
from steelyard.jobs import mail
from steelyard.jobs.turns import TurnLog
from steelyard.telemetry.meters import METERS
from steelyard.telemetry.traces import TRACES

log = structlog.get_logger()


@dataclass(frozen=True)
class Schedule:
    """`run` must be safe to be called by several processes at once, and again after a crash."""

    name: str
    every_s: float
    run: Callable[[Context], Awaitable[None]]


SCHEDULES: list[Schedule] = [
    # Much more often than the grace of minutes, so that a run is marked soon after it ends.
    Schedule("end silent runs", 15.0, runs.end_silent_runs),
    Schedule("tend segments", 2.0, history.tend_segments),
    Schedule("sweep segments", 300.0, sweep.sweep_segments),
    Schedule("purge runs", 10.0, purging.purge_runs),
    Schedule("expire versions", 60.0, artifacts.expire_versions),
    # It looks at the time itself, see `gc.every_s`.
    Schedule("collect content", 5.0, artifacts.collect_content),
    Schedule("delete purged objects", 60.0, purging_files.delete_purged_objects),
    Schedule("sweep indexes of tables", 3600.0, tables.sweep_indexes),
    Schedule("expire trash", 300.0, trash.expire_trash),
    Schedule("send mail", 5.0, mail.send_due_mail),
    Schedule("forget old mail", 3600.0, mail.forget_old_mail),
    Schedule("post to Slack", 5.0, slack_posts.send_due_posts),
    Schedule("forget old posts", 3600.0, slack_posts.forget_old_posts),
    Schedule("forget old lines of the audit log", 3600.0, audit.forget_old_lines),
    Schedule("copy days of the audit log", 900.0, audit.copy_days),
    Schedule("forget old activity", 3600.0, activity.forget_old_days),
    Schedule("forget old news", 60.0, live.forget_old_news),
]


class Worker:
    """Owns the tasks of all schedules; a failing one is logged and tried again at its next turn."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._turns = TurnLog(ctx)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        await self._turns.begin([item.name for item in SCHEDULES])
        tasks = [asyncio.create_task(self._repeat(item), name=item.name) for item in SCHEDULES]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _repeat(self, schedule: Schedule) -> None:
        while True:
            failure: Exception | None = None
            try:
                with TRACES.work(f"work {schedule.name}"), METERS.working(schedule.name):
                    await schedule.run(self._ctx)
            except Exception as error:
                log.exception("scheduled work failed", schedule=schedule.name)
                failure = error
            await self._note(schedule, failure)
            await asyncio.sleep(schedule.every_s)

    async def _note(self, schedule: Schedule, failure: Exception | None) -> None:
        try:
            await self._turns.note(schedule.name, schedule.every_s, failure)
        except Exception:
            log.exception("a turn of scheduled work could not be noted", schedule=schedule.name)

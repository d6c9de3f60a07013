"""What a run can be told to change, and what everybody does who writes to its row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts.access import Permission
from steelyard.domains.projects import queries as project_queries
from steelyard.domains.runs import changes, documents, queries, rules
from steelyard.domains.runs.model import Condition, Run
from steelyard.kernel.errors import Gone, Invalid, NotFound

# What people type and see in lists; longer ones are refused, for cut ones would no longer be found.
_LABEL_MAX = 512
TAGS_MAX = 1000
# What programs find out by themselves is cut to the column instead: a run must not fail for a long path.
_CUT = {"commit_sha": 128, "host": 255, "program": 1024, "repository": 1024}


@dataclass(frozen=True)
class RunChange:
    """What to change; None leaves it as it is. Documents and tags replace the old ones whole."""

    title: str | None = None
    notes: str | None = None
    description: str | None = None
    group_name: str | None = None
    job_type: str | None = None
    tags: list[str] | None = None
    config: str | None = None
    summary: str | None = None
    host: str | None = None
    program: str | None = None
    repository: str | None = None
    commit_sha: str | None = None
    state: str | None = None
    sweep: str | None = None

    def columns(self) -> dict[str, Any]:
        """Return the columns to set, without state and sweep. Raises `Invalid`."""
        given = {name: value for name, value in vars(self).items() if value is not None}
        for name in ("title", "group_name", "job_type"):
            if len(given.get(name, "")) > _LABEL_MAX:
                raise Invalid(f"{name.replace('_', ' ')} must be at most {_LABEL_MAX} characters")
        for name in ("config", "summary"):
            if name in given:
                documents.check_object(given[name], name)
        if "tags" in given:
            given["tags"] = _tags_text(given["tags"])
        cut = {name: given[name][:length] for name, length in _CUT.items() if name in given}
        return {name: value for name, value in (given | cut).items() if name not in {"state", "sweep"}}


def _tags_text(tags: list[str]) -> str:
    if len(tags) > TAGS_MAX or any(len(tag) > _LABEL_MAX for tag in tags):
        raise Invalid(f"a run may have {TAGS_MAX} tags of at most {_LABEL_MAX} characters each")
    return orjson.dumps(list(dict.fromkeys(tags))).decode()


def condition_given(before: Condition, change: RunChange) -> Condition | None:
    """Return the condition that the change asks for, None when it asks for none. Raises `Invalid`."""
    if change.state is None:
        return None
    state = rules.parse_state(change.state)
    return before if state is before.state else Condition(state)


def condition_columns(before: Condition, after: Condition) -> dict[str, Any]:
    """Return the columns that take a run from one condition to the other."""
    if before == after:
        return {}
    return {**vars(after), "finished_at": None} if after.state not in rules.ENDED else vars(after)


async def load_for_change(
    ctx: Context, conn: AsyncConnection, run: int, permission: Permission = Permission.WRITE
) -> Run:
    """Return the run, locked. Raises `NotFound`, `Denied`, `Gone`."""
    found = await queries.lock_run(conn, run)
    if found is None:
        raise NotFound("run not found")
    access.require(ctx, permission, found.target)
    refuse_deleted(found)
    return found


def refuse_deleted(run: Run) -> None:
    """Raise `Gone` for a run in the trash."""
    if run.deleted_at is not None:
        raise Gone(f"run {run.run_id} was previously created and deleted; try a new run name")


async def reload_run(conn: AsyncConnection, project_id: int, run_id: str) -> Run:
    """Return the run as it has just been written."""
    run = await queries.find_project_run(conn, project_id, run_id)
    assert run is not None, "it was just written"
    return run


async def write_change(
    conn: AsyncConnection, run: Run, now: datetime, change: RunChange, values: dict[str, Any]
) -> None:
    """Set the columns and the sweep of the change, and tell browsers that show the project."""
    if change.sweep is not None:
        values = {**values, "sweep_name": change.sweep or None}
    if values:
        await update_columns(conn, run, now, **values)


async def update_columns(conn: AsyncConnection, run: Run, now: datetime, **values: Any) -> None:
    """Set columns, and tell browsers that show the project."""
    await queries.update_run(conn, run.id, now, **values)
    await changes.record(conn, run.project_id, run.id, changes.Kind.RUN, now)


async def note_activity(ctx: Context, run: Run) -> None:
    """Move the project's last activity, in a transaction of its own.

    Rows that refer to project and run share locks on both. Whoever held the run and then wanted the project for itself
    would deadlock with a writer of such a row.
    """
    async with ctx.database.write() as conn:
        await project_queries.update_project(conn, run.project_id, last_active_at=ctx.ports.clock())

"""Use cases of runs: make, find, change, stop, delete. Their life while they stream is in `progress.py`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts import queries as account_queries
from steelyard.domains.accounts.access import Permission
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action
from steelyard.domains.projects import queries as project_queries
from steelyard.domains.projects import service as projects
from steelyard.domains.projects.model import Project
from steelyard.domains.runs import changes, documents, origins, queries, rules
from steelyard.domains.runs.events import OUTPUTS_DELETED
from steelyard.domains.runs.model import BranchPoint, Condition, Lineage, Run, RunState
from steelyard.domains.runs.origins import Origin, OriginMoved
from steelyard.domains.runs.tables import runs
from steelyard.domains.runs.titles import generate_title
from steelyard.kernel.errors import Gone, Invalid, NotFound, Unavailable
from steelyard.kernel.ids import random_name
from steelyard.kernel.names import check_run_id
from steelyard.sql.dialect import insert_ignore

# What people type and see in lists; longer ones are refused, for cut ones would no longer be found.
_LABEL_MAX = 512
TAGS_MAX = 1000
# What programs find out by themselves is cut to the column instead: a run must not fail for a long path.
_CUT = {"commit_sha": 128, "host": 255, "program": 1024, "repository": 1024}


# What is forked may be merged or rewound meanwhile; twice in a row is rare already.
FORK_ATTEMPTS = 8

Restart = Callable[[AsyncConnection, datetime], Awaitable[None]]


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


@dataclass(frozen=True)
class RunName:
    """A run as a client names it; missing parts are the caller's defaults, a missing `run_id` is generated."""

    entity: str | None
    project: str | None
    run_id: str | None


async def upsert_run(ctx: Context, name: RunName, change: RunChange) -> tuple[Run, bool]:
    """Begin to work under a run id: make the run, or change the one that has it; return whether it was made.

    The project is made when needed. An ended run starts a new attempt (docs/protocol/ingest.md, existing runs).
    Raises `Gone` for the id of a deleted run, `Denied`, `Invalid`, `NotFound` for an unknown entity.
    """
    run_id = check_run_id(name.run_id) if name.run_id else random_name()
    columns = change.columns()
    point = documents.branch_point(change.config or "")
    if point is None:
        return await _upsert_run(ctx, replace(name, run_id=run_id), change, columns, None)
    for _ in range(FORK_ATTEMPTS):
        origin = await _prepare_fork(ctx, replace(name, run_id=run_id), point)
        try:
            return await _upsert_run(ctx, replace(name, run_id=run_id), change, columns, origin)
        except OriginMoved:
            continue
    raise Unavailable(f"run {point.run_id} changes faster than it can be forked; try again")


async def _prepare_fork(ctx: Context, name: RunName, point: BranchPoint) -> Origin | None:
    """Return what the new run takes over from another; None when there is a run of this id already.

    That one is not forked again: it comes with the branch point that it was made by, or was rewound to.
    Raises `NotFound` for an absent parent, `Invalid` for one that has no such step.
    """
    assert name.run_id, "it was generated"
    async with ctx.database.read() as conn:
        owner = await projects.load_owner(ctx, conn, name.entity)
        where = (owner.name, name.project or projects.DEFAULT_PROJECT)
        parent = await queries.find_run_ref(conn, *where, point.run_id)
        known = await queries.find_run_ref(conn, *where, name.run_id)
        stored = await queries.find_project_run(conn, known.project_id, name.run_id) if known else None
    if known is not None:
        is_other = point.run_id != name.run_id and stored is not None and documents.branch_point(stored.config) != point
        if is_other and access.allows(ctx.identity, Permission.APPEND, known.target):
            raise Invalid(f"run {name.run_id} exists already: a fork needs a run id of its own")
        return None
    if point.run_id == name.run_id:
        raise Invalid("a run cannot be forked from itself; rewind it instead")
    if parent is None or parent.deleted or not access.allows(ctx.identity, Permission.READ, parent.target):
        raise NotFound(f"run {point.run_id} to fork from not found in project {where[0]}/{where[1]}")
    access.require(ctx, Permission.APPEND, parent.target)  # the new run is of the same project
    return await origins.prepare(ctx, parent, point)


async def _upsert_run(
    ctx: Context, name: RunName, change: RunChange, columns: dict[str, Any], origin: Origin | None
) -> tuple[Run, bool]:
    """Do what `upsert_run` does in one transaction; a new run begins with what `origin` has. Raises `OriginMoved`."""
    assert name.run_id, "it was generated"
    run_id = name.run_id
    taken_over = {} if origin is None else {"lineage": int(Lineage.FORKED), "summary": origin.summary}
    async with ctx.database.write() as conn:
        # The new run will refer to its parent, and runs are locked before projects by everybody.
        if origin is not None and await queries.lock_condition(conn, origin.parent.id) is None:
            raise OriginMoved
        project = await projects.ensure_project(ctx, conn, name.entity, name.project, Permission.APPEND)
        found = await queries.lock_project_run(conn, project.id, run_id)
        new = {**taken_over, **columns, "run_id": run_id}
        inserted = found is None and await _insert_run(ctx, conn, project, change, new)
        if not inserted:
            found = found or await queries.lock_project_run(conn, project.id, run_id)
            assert found is not None, "it was there, or somebody else has just written it"
            await _start_again(ctx, conn, found, change, columns)
        run = await _reload(conn, project.id, run_id)
        if inserted:
            kinds = changes.Kind.RUN if origin is None else changes.Kind.RUN | changes.Kind.HISTORY
            await changes.record(conn, project.id, run.id, kinds, run.created_at)
            if origin is not None:
                await origin.attach(conn, run.id)
    if not inserted:
        await _note_activity(ctx, run)
    return run, inserted


async def insert_pending_run(ctx: Context, conn: AsyncConnection, project: Project, change: RunChange) -> Run:
    """Write a run that an agent is about to start, within the caller's transaction; the caller has checked access.

    Raises `Invalid` for what no run can have.
    """
    run_id = random_name()
    change = replace(change, state=RunState.PENDING)
    await _insert_run(ctx, conn, project, change, change.columns() | {"run_id": run_id})
    run = await _reload(conn, project.id, run_id)
    await changes.record(conn, project.id, run.id, changes.Kind.RUN, run.created_at)
    return run


async def _reload(conn: AsyncConnection, project_id: int, run_id: str) -> Run:
    run = await queries.find_project_run(conn, project_id, run_id)
    assert run is not None, "it was just written"
    return run


async def _insert_run(
    ctx: Context, conn: AsyncConnection, project: Project, change: RunChange, columns: dict[str, Any]
) -> bool:
    now = ctx.ports.clock()
    number = await project_queries.next_run_number(conn, project.id, now)
    state = rules.parse_state(change.state) if change.state else RunState.RUNNING
    started = state is RunState.RUNNING
    values = {
        "project_id": project.id,
        "title": generate_title(number, in_sweep=bool(change.sweep)),
        "number": number,
        "state": state,
        "stop_requested": False,
        "preempting": False,
        "created_by": await _author(ctx, conn, project.entity_id),
        "tags": "[]",
        "config": "{}",
        "summary": "{}",
        "system_metrics": "{}",
        "sweep_name": change.sweep or None,
        "created_at": now,
        "started_at": now if started else None,
        "updated_at": now,
        "heartbeat_at": now if started else None,
        "version": 1,
        **columns,
    }
    return await insert_ignore(conn, runs, values)


async def _start_again(
    ctx: Context, conn: AsyncConnection, run: Run, change: RunChange, columns: dict[str, Any]
) -> None:
    _refuse_deleted(run)
    now = ctx.ports.clock()
    before = run.condition
    after = _condition_given(before, change) or rules.after_start(before)
    values = columns | _condition_columns(before, after)
    if after.state is RunState.RUNNING:
        values |= {"heartbeat_at": now, "started_at": run.started_at or now}
    if "config" in columns and ctx.headers.get("x-wandb-use-async-filestream", "").lower() == "true":
        values["config"] = documents.merge_configs(run.config, columns["config"])
    await _write(conn, run, now, change, values)


def _refuse_deleted(run: Run) -> None:
    if run.deleted_at is not None:
        raise Gone(f"run {run.run_id} was previously created and deleted; try a new run name")


def _condition_given(before: Condition, change: RunChange) -> Condition | None:
    if change.state is None:
        return None
    state = rules.parse_state(change.state)
    return before if state is before.state else Condition(state)


def _condition_columns(before: Condition, after: Condition) -> dict[str, Any]:
    if before == after:
        return {}
    return {**vars(after), "finished_at": None} if after.state not in rules.ENDED else vars(after)


async def _write(conn: AsyncConnection, run: Run, now: datetime, change: RunChange, values: dict[str, Any]) -> None:
    if change.sweep is not None:
        values = {**values, "sweep_name": change.sweep or None}
    if values:
        await _update(conn, run, now, **values)


async def _note_activity(ctx: Context, run: Run) -> None:
    """Move the project's last activity, in a transaction of its own.

    Rows that refer to project and run share locks on both. Whoever held the run and then wanted the project for itself
    would deadlock with a writer of such a row.
    """
    async with ctx.database.write() as conn:
        await project_queries.update_project(conn, run.project_id, last_active_at=ctx.ports.clock())


async def _update(conn: AsyncConnection, run: Run, now: datetime, **values: Any) -> None:
    """Set columns, and tell browsers that show the project."""
    await queries.update_run(conn, run.id, now, **values)
    await changes.record(conn, run.project_id, run.id, changes.Kind.RUN, now)


async def _author(ctx: Context, conn: AsyncConnection, entity_id: int) -> int | None:
    """Return whose run it is: the caller's, or that of the member whom a service account names in its headers."""
    identity = access.require_account(ctx)
    named, address = (ctx.headers.get(name, "") for name in ("x-wandb-username", "x-wandb-user-email"))
    if identity.kind == "service" and (named or address):
        user = await account_queries.find_user_by_name(conn, named) if named else None
        user = user or (await account_queries.find_user_by_address(conn, address) if address else None)
        if user and user.is_active and entity_id in await account_queries.team_roles(conn, user.id):
            return user.id
    return identity.user_id or None


async def update_run(ctx: Context, run: int, change: RunChange, permission: Permission = Permission.WRITE) -> Run:
    """Change a run by its number, without starting an attempt. Raises `Gone`, `Denied`, `NotFound`, `Invalid`.

    Programs do so while they log, which `permission` may take into account.
    """
    columns = change.columns()
    async with ctx.database.write() as conn:
        found = await _load_for_change(ctx, conn, run, permission)
        after = _condition_given(found.condition, change) or found.condition
        await _write(conn, found, ctx.ports.clock(), change, columns | _condition_columns(found.condition, after))
        changed = await _reload(conn, found.project_id, found.run_id)
        if permission is Permission.WRITE:  # by a person; what programs say of themselves fills no log
            await audit.note(ctx, conn, Action.RUN_UPDATE, found.subject, changed=sorted(columns))
    await _note_activity(ctx, changed)
    return changed


async def resume_run(ctx: Context, run: int, change: RunChange) -> Run:
    """Continue work on the run of this number: a new attempt of an ended one. Raises as `update_run` does."""
    columns = change.columns()
    async with ctx.database.write() as conn:
        found = await _load_for_change(ctx, conn, run, Permission.APPEND)
        await _start_again(ctx, conn, found, change, columns)
        changed = await _reload(conn, found.project_id, found.run_id)
    await _note_activity(ctx, changed)
    return changed


async def restart_run(ctx: Context, run: int, summary: str, change: Restart) -> Run:
    """Begin a new attempt with this summary, after `change` to the rows, all in one transaction.

    `change` may raise to have nothing happen. Raises as `update_run` does.
    """
    async with ctx.database.write() as conn:
        found = await _load_for_change(ctx, conn, run)
        now = ctx.ports.clock()
        # Before any row of history is locked: whoever makes a fork holds the project first, too.
        await changes.record(conn, found.project_id, run, changes.Kind.RUN | changes.Kind.HISTORY, now)
        await change(conn, now)
        values = {
            **vars(Condition(RunState.RUNNING)),
            "finished_at": None,
            "heartbeat_at": now,
            "started_at": found.started_at or now,
            "summary": summary,
            "duration_s": rules.runtime_s(documents.read_object(summary)),
            "lineage": int(found.lineage | Lineage.REWOUND),
        }
        await queries.update_run(conn, run, now, **values)
        await audit.note(ctx, conn, Action.RUN_UPDATE, found.subject, changed=["history"])
        changed = await _reload(conn, found.project_id, found.run_id)
    await _note_activity(ctx, changed)
    return changed


async def _load_for_change(
    ctx: Context, conn: AsyncConnection, run: int, permission: Permission = Permission.WRITE
) -> Run:
    found = await queries.lock_run(conn, run)
    if found is None:
        raise NotFound("run not found")
    access.require(ctx, permission, found.target)
    _refuse_deleted(found)
    return found


async def find_named_run(ctx: Context, name: RunName) -> Run | None:
    """Return the run that a client names, None when it is absent or not the caller's to see."""
    async with ctx.database.read() as conn:
        owner = await projects.load_owner(ctx, conn, name.entity)
        project = name.project or projects.DEFAULT_PROJECT
        run = await queries.find_run(conn, owner.name, project, name.run_id or "")
    return run if run is not None and access.allows(ctx.identity, Permission.READ, run.target) else None


async def find_run(ctx: Context, project: Project, run_id: str) -> Run | None:
    """Return the run of a project that the caller has been shown, None when it is absent."""
    access.require(ctx, Permission.READ, project.target)
    async with ctx.database.read() as conn:
        return await queries.find_project_run(conn, project.id, run_id) if run_id else None


async def load_run(ctx: Context, entity: str, project: str, run_id: str) -> Run:
    """Return the run. Raises `NotFound` when it is absent or not the caller's to see."""
    access.require_account(ctx)
    async with ctx.database.read() as conn:
        run = await queries.find_run(conn, entity, project, run_id)
    if run is None or not access.allows(ctx.identity, Permission.READ, run.target):
        raise NotFound(f"run {entity}/{project}/{run_id} not found")
    return run


async def list_recent_runs(ctx: Context, limit: int) -> list[Run]:
    """Return the caller's own newest runs, of projects that they may see."""
    identity = access.require_account(ctx)
    async with ctx.database.read() as conn:
        found = await queries.list_recent_runs(conn, identity.user_id, limit)
    return [run for run in found if access.allows(identity, Permission.READ, run.target)]


async def sum_up_projects(ctx: Context, project_ids: list[int]) -> dict[int, queries.Totals]:
    """Return the totals of projects that the caller has been shown."""
    access.require_account(ctx)
    async with ctx.database.read() as conn:
        return await queries.sum_up_projects(conn, project_ids)


async def stop_run(ctx: Context, run: int) -> Run:
    """Ask the program to stop; it learns so in the answer to its next request. Asking twice does no harm."""
    async with ctx.database.write() as conn:
        found = await _load_for_change(ctx, conn, run)
        after = rules.after_stop(found.condition)
        if after != found.condition:
            await _update(conn, found, ctx.ports.clock(), stop_requested=True)
            await audit.note(ctx, conn, Action.RUN_STOP, found.subject)
    return replace(found, stop_requested=after.stop_requested)


async def set_state(ctx: Context, run: int, state: str) -> None:
    """Set the state by hand where the rules allow it. Raises `Invalid` otherwise."""
    wanted = rules.parse_state(state)
    async with ctx.database.write() as conn:
        found = await _load_for_change(ctx, conn, run)
        after = rules.after_edit(found.condition, wanted, in_sweep=found.sweep_name is not None)
        values = _condition_columns(found.condition, after)
        await _update(conn, found, ctx.ports.clock(), **values)
        await audit.note(ctx, conn, Action.RUN_UPDATE, found.subject, state=after.state)


async def delete_run(ctx: Context, run: int, *, outputs: bool = False) -> None:
    """Put a run into the trash; its id stays taken. With `outputs` the artifact versions that it made go as well."""
    async with ctx.database.write() as conn:
        found = await _load_for_change(ctx, conn, run)
        now = ctx.ports.clock()
        await _update(conn, found, now, deleted_at=now, deleted_by=access.require_account(ctx).user_id or None)
        await audit.note(ctx, conn, Action.RUN_DELETE, found.subject, outputs=outputs)
        if outputs:
            await OUTPUTS_DELETED.happen(ctx, conn, [found.id])


def is_read_only(ctx: Context, run: Run) -> bool:
    return not access.allows(ctx.identity, Permission.APPEND, run.target)

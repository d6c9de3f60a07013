"""Work on a run begins: it is made, forked, or given a new attempt. Its life while it streams is in `progress.py`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts import queries as account_queries
from steelyard.domains.accounts.access import Permission, Thing
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action
from steelyard.domains.projects import queries as project_queries
from steelyard.domains.projects import service as projects
from steelyard.domains.projects.model import Project
from steelyard.domains.runs import changes, documents, origins, queries, rules
from steelyard.domains.runs.model import BranchPoint, Condition, Lineage, Run, RunName, RunState
from steelyard.domains.runs.origins import Origin, OriginMoved
from steelyard.domains.runs.tables import runs
from steelyard.domains.runs.titles import generate_title
from steelyard.domains.runs.writing import (
    RunChange,
    condition_columns,
    condition_given,
    load_for_change,
    note_activity,
    refuse_deleted,
    reload_run,
    write_change,
)
from steelyard.kernel.errors import Invalid, NotFound, Unavailable
from steelyard.kernel.ids import random_name
from steelyard.kernel.limiter import Charge
from steelyard.kernel.names import check_run_id
from steelyard.sql.dialect import insert_ignore

# What is forked may be merged or rewound meanwhile; twice in a row is rare already.
FORK_ATTEMPTS = 8

Restart = Callable[[AsyncConnection, datetime], Awaitable[None]]


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
        project = await projects.ensure_project(ctx, conn, name.entity, name.project, (Permission.APPEND, Thing.RUN))
        ctx.ports.limiter.charge([Charge("project_run_changes", project.id, 1)])
        found = await queries.lock_project_run(conn, project.id, run_id)
        new = {**taken_over, **columns, "run_id": run_id}
        inserted = found is None and await _insert_run(ctx, conn, project, change, new)
        if not inserted:
            found = found or await queries.lock_project_run(conn, project.id, run_id)
            assert found is not None, "it was there, or somebody else has just written it"
            await _start_again(ctx, conn, found, change, columns)
        run = await reload_run(conn, project.id, run_id)
        if inserted:
            kinds = changes.Kind.RUN if origin is None else changes.Kind.RUN | changes.Kind.HISTORY
            await changes.record(conn, project.id, run.id, kinds, run.created_at)
            if origin is not None:
                await origin.attach(conn, run.id)
    if not inserted:
        await note_activity(ctx, run)
    return run, inserted


async def insert_pending_run(ctx: Context, conn: AsyncConnection, project: Project, change: RunChange) -> Run:
    """Write a run that an agent is about to start, within the caller's transaction; the caller has checked access.

    Raises `Invalid` for what no run can have.
    """
    run_id = random_name()
    change = replace(change, state=RunState.PENDING)
    await _insert_run(ctx, conn, project, change, change.columns() | {"run_id": run_id})
    run = await reload_run(conn, project.id, run_id)
    await changes.record(conn, project.id, run.id, changes.Kind.RUN, run.created_at)
    return run


async def resume_run(ctx: Context, run: int, change: RunChange) -> Run:
    """Continue work on the run of this number: a new attempt of an ended one. Raises as `update_run` does."""
    columns = change.columns()
    async with ctx.database.write() as conn:
        found = await load_for_change(ctx, conn, run, Permission.APPEND)
        ctx.ports.limiter.charge([Charge("project_run_changes", found.project_id, 1)])
        await _start_again(ctx, conn, found, change, columns)
        changed = await reload_run(conn, found.project_id, found.run_id)
    await note_activity(ctx, changed)
    return changed


async def restart_run(ctx: Context, run: int, summary: str, change: Restart) -> Run:
    """Begin a new attempt with this summary, after `change` to the rows, all in one transaction.

    `change` may raise to have nothing happen. Raises as `update_run` does.
    """
    async with ctx.database.write() as conn:
        found = await load_for_change(ctx, conn, run)
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
        changed = await reload_run(conn, found.project_id, found.run_id)
    await note_activity(ctx, changed)
    return changed


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


async def _start_again(
    ctx: Context, conn: AsyncConnection, run: Run, change: RunChange, columns: dict[str, Any]
) -> None:
    refuse_deleted(run)
    now = ctx.ports.clock()
    before = run.condition
    after = condition_given(before, change) or rules.after_start(before)
    values = columns | condition_columns(before, after)
    if after.state is RunState.RUNNING:
        values |= {"heartbeat_at": now, "started_at": run.started_at or now}
    if "config" in columns and ctx.headers.get("x-wandb-use-async-filestream", "").lower() == "true":
        values["config"] = documents.merge_configs(run.config, columns["config"])
    await write_change(conn, run, now, change, values)

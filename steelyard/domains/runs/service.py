"""Use cases of runs that are there: find, change, stop, delete. How work on them begins is in `starting.py`."""

from __future__ import annotations

from dataclasses import replace

from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts.access import Permission
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action
from steelyard.domains.projects import service as projects
from steelyard.domains.projects.model import Project
from steelyard.domains.runs import queries, rules
from steelyard.domains.runs.events import OUTPUTS_DELETED
from steelyard.domains.runs.model import Run, RunName
from steelyard.domains.runs.writing import (
    RunChange,
    condition_columns,
    condition_given,
    load_for_change,
    note_activity,
    reload_run,
    update_columns,
    write_change,
)
from steelyard.kernel.errors import NotFound
from steelyard.kernel.limiter import Charge


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
    access.require_reader(ctx)
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
    access.require_reader(ctx)
    async with ctx.database.read() as conn:
        return await queries.sum_up_projects(conn, project_ids)


async def update_run(ctx: Context, run: int, change: RunChange, permission: Permission = Permission.WRITE) -> Run:
    """Change a run by its number, without starting an attempt. Raises `Gone`, `Denied`, `NotFound`, `Invalid`.

    Programs do so while they log, which `permission` may take into account.
    """
    columns = change.columns()
    async with ctx.database.write() as conn:
        found = await load_for_change(ctx, conn, run, permission)
        ctx.ports.limiter.charge([Charge("project_run_changes", found.project_id, 1)])
        after = condition_given(found.condition, change) or found.condition
        await write_change(conn, found, ctx.ports.clock(), change, columns | condition_columns(found.condition, after))
        changed = await reload_run(conn, found.project_id, found.run_id)
        if permission is Permission.WRITE:  # by a person; what programs say of themselves fills no log
            await audit.note(ctx, conn, Action.RUN_UPDATE, found.subject, changed=sorted(columns))
    await note_activity(ctx, changed)
    return changed


async def stop_run(ctx: Context, run: int) -> Run:
    """Ask the program to stop; it learns so in the answer to its next request. Asking twice does no harm."""
    async with ctx.database.write() as conn:
        found = await load_for_change(ctx, conn, run)
        after = rules.after_stop(found.condition)
        if after != found.condition:
            await update_columns(conn, found, ctx.ports.clock(), stop_requested=True)
            await audit.note(ctx, conn, Action.RUN_STOP, found.subject)
    return replace(found, stop_requested=after.stop_requested)


async def set_state(ctx: Context, run: int, state: str) -> None:
    """Set the state by hand where the rules allow it. Raises `Invalid` otherwise."""
    wanted = rules.parse_state(state)
    async with ctx.database.write() as conn:
        found = await load_for_change(ctx, conn, run)
        after = rules.after_edit(found.condition, wanted, in_sweep=found.sweep_name is not None)
        values = condition_columns(found.condition, after)
        await update_columns(conn, found, ctx.ports.clock(), **values)
        await audit.note(ctx, conn, Action.RUN_UPDATE, found.subject, state=after.state)


async def delete_run(ctx: Context, run: int, *, outputs: bool = False) -> None:
    """Put a run into the trash; its id stays taken. With `outputs` the artifact versions that it made go as well."""
    async with ctx.database.write() as conn:
        found = await load_for_change(ctx, conn, run, Permission.DELETE)
        now = ctx.ports.clock()
        await update_columns(conn, found, now, deleted_at=now, deleted_by=access.require_account(ctx).user_id or None)
        await audit.note(ctx, conn, Action.RUN_DELETE, found.subject, outputs=outputs)
        if outputs:
            await OUTPUTS_DELETED.happen(ctx, conn, [found.id])


def may_change(ctx: Context, run: Run) -> bool:
    return access.allows(ctx.identity, Permission.WRITE, run.target)


def is_read_only(ctx: Context, run: Run) -> bool:
    """Tell whether the caller may not log to it."""
    return not access.allows(ctx.identity, Permission.APPEND, run.target)

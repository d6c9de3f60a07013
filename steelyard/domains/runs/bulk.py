"""One change for many runs of a project: tag, group, stop, move, delete, restore, purge.

Each call takes some hundreds of runs in one transaction; whoever has more sends one call after another and can show
how far it is, and stop in between. What cannot be done to a run is told with its reason and does not hold up others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts.access import Permission
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action
from steelyard.domains.projects import queries as project_queries
from steelyard.domains.projects.model import Project
from steelyard.domains.runs import changes, queries, rules, trash_queries
from steelyard.domains.runs.changes import Change, Kind
from steelyard.domains.runs.events import OUTPUTS_DELETED
from steelyard.domains.runs.trash_queries import Held
from steelyard.domains.runs.writing import RunChange
from steelyard.kernel.errors import Invalid, NotFound, SteelyardError

RUNS_MAX = 1000


@dataclass(frozen=True)
class Outcome:
    """What became of each run. `before` holds what an undo needs: the former group of each run."""

    done: list[str]
    skipped: dict[str, str]
    before: dict[str, Any] = field(default_factory=dict)


# Columns to set for a run, or why it is left alone.
Decide = Callable[[Held], Mapping[str, Any] | str]


@dataclass(frozen=True)
class _Given:
    """The asked ids, and those of them that exist, held against other writers."""

    project: Project
    run_ids: Sequence[str]
    held: list[Held]

    def numbers_of(self, done: Sequence[str]) -> list[int]:
        wanted = set(done)
        return [run.id for run in self.held if run.run_id in wanted]


def _runs_of(project: Project) -> access.Target:
    return project.target.of(access.Thing.RUN)


async def _change(ctx: Context, project: Project, run_ids: Sequence[str], decide: Decide, done: Done) -> Outcome:
    async with ctx.database.write() as conn:
        given = await _hold(ctx, conn, project, run_ids, done.permission)
        outcome = await _apply(ctx, conn, given, decide)
        await done.note(ctx, conn, given, outcome)
    return outcome


@dataclass(frozen=True)
class Done:
    """What a change is to those who decide who may, and to the audit log, and in which words."""

    action: Action
    detail: Mapping[str, Any] = field(default_factory=dict)
    # what the change needs
    permission: Permission = Permission.WRITE

    async def note(self, ctx: Context, conn: AsyncConnection, given: _Given, outcome: Outcome) -> None:
        if outcome.done:
            told = {**audit.listed(outcome.done), **self.detail}
            await audit.note(ctx, conn, self.action, given.project.subject, **told)


async def _hold(
    ctx: Context,
    conn: AsyncConnection,
    project: Project,
    run_ids: Sequence[str],
    permission: Permission = Permission.WRITE,
) -> _Given:
    access.require(ctx, permission, _runs_of(project))
    if len(run_ids) > RUNS_MAX:
        raise Invalid(f"at most {RUNS_MAX} runs may be changed in one request")
    return _Given(project, run_ids, await trash_queries.lock_runs(conn, project.id, run_ids))


async def _apply(ctx: Context, conn: AsyncConnection, given: _Given, decide: Decide) -> Outcome:
    now = ctx.ports.clock()
    values: dict[int, Mapping[str, Any]] = {}
    skipped = dict.fromkeys(given.run_ids, "there is no such run")
    done: list[str] = []
    for run in given.held:
        decided = decide(run)
        if isinstance(decided, str):
            skipped[run.run_id] = decided
            continue
        del skipped[run.run_id]
        done.append(run.run_id)
        values[run.id] = decided
    await queries.update_runs(conn, {run: columns for run, columns in values.items() if columns}, now)
    await changes.record_many(conn, [(given.project.id, run, Change(Kind.RUN)) for run in values], now)
    return Outcome(done, skipped)


def _living(decide: Decide) -> Decide:
    return lambda run: "it is deleted" if run.deleted_at is not None else decide(run)


async def tag_runs(
    ctx: Context, project: Project, run_ids: Sequence[str], *, add: Sequence[str] = (), remove: Sequence[str] = ()
) -> Outcome:
    """Add and remove tags; runs that have them so already are skipped, so that an undo touches no others."""

    def decide(run: Held) -> Mapping[str, Any] | str:
        tags = [tag for tag in dict.fromkeys([*run.tags, *add]) if tag not in set(remove)]
        if tags == list(run.tags):
            return "its tags are so already"
        try:
            return RunChange(tags=tags).columns()
        except SteelyardError as error:
            return error.message

    told = Done(Action.RUN_UPDATE_MANY, {"tagged": list(add), "untagged": list(remove)})
    return await _change(ctx, project, run_ids, _living(decide), told)


async def group_runs(ctx: Context, project: Project, groups: Mapping[str, str]) -> Outcome:
    """Set the group of each run, an empty text for none; the former ones are in `before`."""
    checked = {run: RunChange(group_name=group).columns() for run, group in groups.items()}
    before: dict[str, Any] = {}

    def decide(run: Held) -> Mapping[str, Any] | str:
        if (run.group_name or "") == groups[run.run_id]:
            return "it is in that group already"
        before[run.run_id] = run.group_name or ""
        return checked[run.run_id]

    told = Done(Action.RUN_UPDATE_MANY, {"groups": sorted(set(groups.values()))[:20]})
    outcome = await _change(ctx, project, list(groups), _living(decide), told)
    return Outcome(outcome.done, outcome.skipped, before)


async def stop_runs(ctx: Context, project: Project, run_ids: Sequence[str]) -> Outcome:
    """Ask the programs of runs to stop."""

    def decide(run: Held) -> Mapping[str, Any] | str:
        after = rules.after_stop(run.condition)
        return {"stop_requested": True} if after != run.condition else "it does not run, or was asked already"

    return await _change(ctx, project, run_ids, _living(decide), Done(Action.RUN_STOP))


# ---- the trash ------------------------------------------------------------------------------------------------


async def delete_runs(ctx: Context, project: Project, run_ids: Sequence[str], *, outputs: bool = False) -> Outcome:
    """Put runs into the trash; their ids stay taken. With `outputs` the artifact versions that they made go as well."""
    identity = access.require(ctx, Permission.DELETE, _runs_of(project))
    now = ctx.ports.clock()

    def decide(_run: Held) -> Mapping[str, Any] | str:
        return {"deleted_at": now, "deleted_by": identity.user_id or None}

    async with ctx.database.write() as conn:
        given = await _hold(ctx, conn, project, run_ids, Permission.DELETE)
        outcome = await _apply(ctx, conn, given, _living(decide))
        await Done(Action.RUN_DELETE_MANY, {"outputs": outputs}).note(ctx, conn, given, outcome)
        if outputs:
            await OUTPUTS_DELETED.happen(ctx, conn, given.numbers_of(outcome.done))
    return outcome


async def restore_runs(ctx: Context, project: Project, run_ids: Sequence[str]) -> Outcome:
    """Take runs out of the trash, as they were."""

    def decide(run: Held) -> Mapping[str, Any] | str:
        if run.deleted_at is None:
            return "it is not deleted"
        if run.purged_at is not None or run.purge_wanted:
            return "it was deleted for good"
        return {"deleted_at": None, "deleted_by": None}

    return await _change(ctx, project, run_ids, decide, Done(Action.RUN_UNDELETE_MANY, permission=Permission.DELETE))


async def purge_runs(ctx: Context, project: Project, run_ids: Sequence[str]) -> Outcome:
    """Delete runs of the trash for good; the worker then frees their bytes. Their authors and managers may."""
    identity = access.require(ctx, Permission.DELETE, _runs_of(project))
    manages = access.allows(identity, Permission.MANAGE, project.target)
    now = ctx.ports.clock()

    def decide(run: Held) -> Mapping[str, Any] | str:
        if run.deleted_at is None:
            return "it is not in the trash; delete it first"
        if run.purged_at is not None or run.purge_wanted:
            return "it was deleted for good already"
        return {} if manages or run.created_by == identity.user_id else "only its author or an administrator may"

    async with ctx.database.write() as conn:
        given = await _hold(ctx, conn, project, run_ids, Permission.DELETE)
        outcome = await _apply(ctx, conn, given, decide)
        await Done(Action.RUN_PURGE_MANY).note(ctx, conn, given, outcome)
        await trash_queries.request_purges(conn, given.numbers_of(outcome.done), identity.user_id or None, now)
    return outcome


# ---- another project ------------------------------------------------------------------------------------------


async def move_runs(ctx: Context, project: Project, run_ids: Sequence[str], entity: str, name: str) -> Outcome:
    """Move runs to a project that exists, with their ids, history, files and links to artifacts; sweeps let them go.

    Runs that are under way stay, for their programs write to the old place. So do runs whose id the other project has
    or had. Raises `NotFound` for a project that the caller may not see, `Denied` where they may only look.
    """
    async with ctx.database.write() as conn:
        given = await _hold(ctx, conn, project, run_ids)
        target = await _target(ctx, conn, project, entity, name)
        taken = await trash_queries.list_taken_ids(conn, target.id, [run.run_id for run in given.held])
        moving = [run for run in given.held if _stays(run, taken) is None]
        first = await project_queries.next_run_numbers(conn, target.id, len(moving), ctx.ports.clock())
        numbers = {run.id: first + index for index, run in enumerate(moving)}

        def decide(run: Held) -> Mapping[str, Any] | str:
            why = _stays(run, taken)
            return why or {"project_id": target.id, "number": numbers[run.id], "sweep_name": None}

        outcome = await _apply(ctx, conn, given, decide)
        told = Done(Action.RUN_UPDATE_MANY, {"moved_to": f"{target.entity}/{target.name}"})
        await told.note(ctx, conn, given, outcome)
        arrived = [(target.id, run, Change(Kind.RUN)) for run in numbers]
        await changes.record_many(conn, arrived, ctx.ports.clock())
    return outcome


async def _target(ctx: Context, conn: AsyncConnection, project: Project, entity: str, name: str) -> Project:
    target = await project_queries.find_project(conn, entity, name)
    if target is None or not access.allows(ctx.identity, Permission.READ, target.target):
        raise NotFound(f"project {entity}/{name} not found")
    access.require(ctx, Permission.WRITE, _runs_of(target))
    if target.id == project.id:
        raise Invalid("the runs are in that project already")
    if await project_queries.find_bucket(conn, target.id) != await project_queries.find_bucket(conn, project.id):
        raise Invalid(f"{target.entity} and {project.entity} keep their content in different buckets: runs stay")
    return target


def _stays(run: Held, taken: set[str]) -> str | None:
    if run.deleted_at is not None:
        return "it is deleted"
    if run.condition.state not in rules.ENDED:
        return f"it is {run.condition.state}; move it when it has ended"
    return "the other project has or had a run of this id" if run.run_id in taken else None

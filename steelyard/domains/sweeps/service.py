"""Use cases of sweeps as people have them: make, change, find, list. What agents are told is in `dispatch.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts.access import Permission, Thing
from steelyard.domains.projects import service as projects
from steelyard.domains.projects.model import Project
from steelyard.domains.runs.model import Run
from steelyard.domains.sweeps import queries, rules
from steelyard.domains.sweeps.config import CONFIG_MAX_BYTES, SweepConfig, parse_config
from steelyard.domains.sweeps.model import Agent, Sweep, SweepState
from steelyard.kernel import jsontext
from steelyard.kernel.errors import Invalid, NotFound, NotSupported
from steelyard.kernel.ids import random_name

_TITLE_MAX = 512


@dataclass(frozen=True)
class SweepChange:
    """What to set; None leaves it as it is."""

    config: str | None = None
    title: str | None = None
    description: str | None = None
    state: str | None = None
    controller: str | None = None
    scheduler: str | None = None


async def create_sweep(ctx: Context, entity: str | None, project: str | None, change: SweepChange) -> Sweep:
    """Make a sweep in a project that is made when needed. Raises `Invalid` for a config that cannot be carried out."""
    if change.config is None:
        raise Invalid("a sweep needs a config")
    config = parse_config(change.config)
    now = ctx.ports.clock()
    async with ctx.database.write() as conn:
        owner = await projects.ensure_project(ctx, conn, entity, project, (Permission.WRITE, Thing.SWEEP))
        sweep_id = await queries.insert_sweep(
            conn,
            project_id=owner.id,
            name=random_name(),
            title=(change.title or config.title or "")[:_TITLE_MAX] or None,
            description=change.description or config.description,
            state=rules.parse_state(change.state) if change.state else SweepState.PENDING,
            config=change.config,
            controller=change.controller,
            scheduler=change.scheduler,
            created_by=access.require_account(ctx).user_id or None,
            created_at=now,
            updated_at=now,
        )
        made = await queries.find_sweep_by_id(conn, sweep_id)
    assert made is not None, "it was just written"
    return made


async def update_sweep(ctx: Context, sweep_id: int, change: SweepChange) -> Sweep:
    """Change a sweep. Raises `NotFound`, `Denied`, `Invalid`."""
    async with ctx.database.write() as conn:
        sweep = await queries.find_sweep_by_id(conn, sweep_id, lock=True)
        if sweep is None:
            raise NotFound("sweep not found")
        access.require(ctx, Permission.WRITE, sweep.target)
        await queries.update_sweep(conn, sweep_id, **_columns(sweep, change), updated_at=ctx.ports.clock())
        after = await queries.find_sweep_by_id(conn, sweep_id)
    assert after is not None, "it was there a moment ago"
    return after


def _columns(sweep: Sweep, change: SweepChange) -> dict[str, Any]:
    values = {key: value for key, value in vars(change).items() if value is not None}
    if change.config is not None:
        parse_config(change.config)
    if change.state is not None:
        values["state"] = rules.after_request(sweep.state, rules.parse_state(change.state))
    for name in ("controller", "scheduler"):
        if len(values.get(name) or "") > CONFIG_MAX_BYTES:
            raise Invalid(f"the {name} document is too long")
    return values


async def find_sweep(ctx: Context, project: Project, name: str) -> Sweep | None:
    access.require(ctx, Permission.READ, project.target)
    async with ctx.database.read() as conn:
        return await queries.find_sweep(conn, project.id, name)


async def load_sweep(ctx: Context, entity: str | None, project: str | None, name: str) -> Sweep:
    """Return the sweep that an agent names, perhaps by its name alone. Raises `NotFound`."""
    identity = access.require_account(ctx)
    async with ctx.database.read() as conn:
        if entity and project:
            exact = await queries.find_sweep_by_path(conn, entity, project, name)
            found = [exact] if exact else []
        else:
            found = await queries.list_sweeps_named(conn, name)
    visible = [sweep for sweep in found if access.allows(identity, Permission.READ, sweep.target)]
    visible = [sweep for sweep in visible if project is None or sweep.project == project]
    if len(visible) != 1:
        raise NotFound(f"sweep {name!r} not found")
    return visible[0]


async def list_sweeps(ctx: Context, project: Project) -> list[Sweep]:
    access.require(ctx, Permission.READ, project.target)
    async with ctx.database.read() as conn:
        return await queries.list_sweeps(conn, project.id)


async def count_sweeps(ctx: Context, project: Project) -> int:
    async with ctx.database.read() as conn:
        return await queries.count_sweeps(conn, project.id)


async def count_runs(ctx: Context, sweep: Sweep) -> int:
    async with ctx.database.read() as conn:
        return await queries.count_runs(conn, sweep.project_id, sweep.name)


async def current_state(ctx: Context, sweep: Sweep) -> SweepState:
    """Return the state as of now: a search of somebody else's program is over when all runs it may have are.

    Agents learn it at their next heartbeat, but the program that adds runs asks here, and perhaps earlier.
    """
    config = find_config(sweep)
    if sweep.state is not SweepState.RUNNING or config is None or not config.is_local or config.run_cap is None:
        return sweep.state
    async with ctx.database.read() as conn:
        if not rules.is_capped(config.run_cap, await queries.count_runs(conn, sweep.project_id, sweep.name)):
            return sweep.state
        is_live = await queries.count_unfinished_runs(conn, sweep.project_id, sweep.name, rules.UNFINISHED)
    return sweep.state if is_live else SweepState.FINISHED


async def best_value(ctx: Context, sweep: Sweep) -> float | None:
    """Return the best value of the sweep's metric among its runs, None without a metric or a value."""
    config = find_config(sweep)
    if config is None or config.metric is None:
        return None
    async with ctx.database.read() as conn:
        texts = await queries.list_run_texts(conn, sweep.project_id, sweep.name)
    values = [value for _, summary, _ in texts if (value := _metric_of(summary, config.metric)) is not None]
    if not values:
        return None
    return min(values) if config.goal == "minimize" else max(values)


def find_config(sweep: Sweep) -> SweepConfig | None:
    """Return the parsed config; None when this release can no longer read it."""
    try:
        return parse_config(sweep.config)
    except Invalid:
        return None


def _metric_of(summary: str, metric: str) -> float | None:
    value: Any = jsontext.loads(summary)
    if metric in value:
        value = value[metric]
    else:
        for part in metric.split("."):
            value = value.get(part) if isinstance(value, dict) else None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and value == value else None  # noqa: PLR0124 - NaN is no value


async def find_agent(ctx: Context, sweep: Sweep, name: str, agent_id: int | None) -> Agent | None:
    """Return the agent of the sweep by its name or number."""
    agents = await list_agents(ctx, sweep)
    return next((agent for agent in agents if agent.name == name or agent.id == agent_id), None)


async def list_agents(ctx: Context, sweep: Sweep) -> list[Agent]:
    access.require(ctx, Permission.READ, sweep.target)
    async with ctx.database.read() as conn:
        return await queries.list_agents(conn, sweep.id)


def refuse_launch(given: dict[str, Any]) -> None:
    """Raise `NotSupported` for a sweep that would be carried out by Launch."""
    if given.get("launchScheduler"):
        raise NotSupported("sweeps on launch queues are not supported by this server yet")


async def find_sweep_of_run(ctx: Context, run: Run) -> Sweep | None:
    """Return the sweep of a run that the caller has been shown."""
    if run.sweep_name is None:
        return None
    async with ctx.database.read() as conn:
        return await queries.find_sweep(conn, run.project_id, run.sweep_name)


async def load_sweep_of_agent(ctx: Context, agent: Agent) -> Sweep:
    async with ctx.database.read() as conn:
        sweep = await queries.find_sweep_by_id(conn, agent.sweep_id)
    if sweep is None:
        raise NotFound("sweep not found")
    return sweep

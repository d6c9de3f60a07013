"""GraphQL fields of sweeps and agents (docs/protocol/queries.md, sweeps)."""

from __future__ import annotations

from typing import Any

from steelyard.context import Context
from steelyard.domains.accounts.loaders import users
from steelyard.domains.accounts.model import User
from steelyard.domains.projects.model import Project
from steelyard.domains.runs import listing
from steelyard.domains.runs.listing import Page, RunQuery
from steelyard.domains.runs.loaders import projects_of_runs
from steelyard.domains.runs.model import Run
from steelyard.domains.sweeps import dispatch, rules, service
from steelyard.domains.sweeps.config import warnings_of
from steelyard.domains.sweeps.model import Agent, Command, Sweep
from steelyard.domains.sweeps.service import SweepChange
from steelyard.graphql.binding import ObjectBinding
from steelyard.graphql.connection import Connection, slice_page
from steelyard.kernel import jsontext
from steelyard.kernel.errors import Invalid
from steelyard.kernel.ids import decode_global_id, find_global_id

mutation, project_type, run_type = ObjectBinding("Mutation"), ObjectBinding("Project"), ObjectBinding("Run")
sweep_type, agent_type = ObjectBinding("Sweep", Sweep), ObjectBinding("Agent", Agent)
BINDINGS = [mutation, project_type, run_type, sweep_type, agent_type]


@mutation.field("upsertSweep")
async def upsert_sweep(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    service.refuse_launch(input)
    change = SweepChange(
        config=input.get("config"),
        title=input.get("displayName"),
        description=input.get("description"),
        state=input.get("state"),
        controller=input.get("controller"),
        scheduler=input.get("scheduler"),
    )
    if input.get("id"):
        sweep = await service.update_sweep(ctx, decode_global_id("Sweep", input["id"]), change)
    else:
        sweep = await service.create_sweep(ctx, input.get("entityName"), input.get("projectName"), change)
    return {"sweep": sweep, "configValidationWarnings": warnings_of(sweep.config)}


@mutation.field("createAgent")
async def create_agent(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    sweep = await service.load_sweep(ctx, input.get("entityName"), input.get("projectName"), input["sweep"])
    return {"agent": await dispatch.create_agent(ctx, sweep, input["host"])}


@mutation.field("agentHeartbeat")
async def agent_heartbeat(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    agent_id = decode_global_id("Agent", input["id"])
    agent, commands = await dispatch.heartbeat(ctx, agent_id, _run_states(input.get("runState")))
    return {"agent": agent, "commands": jsontext.dumps([_command(item) for item in commands])}


@mutation.field("enqueueSweepRun")
async def enqueue_sweep_run(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    sweep_id = decode_global_id("Sweep", input["id"])
    run_id = await dispatch.enqueue_run(ctx, sweep_id, input["config"], input.get("displayName"))
    return {"id": run_id, "runQueueItemId": None}


def _run_states(text: str | None) -> dict[str, bool]:
    try:
        value = jsontext.loads(text or "{}")
    except ValueError as error:
        raise Invalid("runState is not JSON") from error
    if not isinstance(value, dict):
        raise Invalid("runState must be an object")
    return {str(run_id): bool(alive) for run_id, alive in value.items()}


def _command(item: Command) -> dict[str, Any]:
    command: dict[str, Any] = {"type": item.type}
    if item.run_id is not None:
        command["run_id"] = item.run_id
    if item.args is not None:
        command |= {"args": item.args, "logs": []}
    if item.program is not None:
        command["program"] = item.program
    return command


@project_type.field("sweep")
async def project_sweep(project: Project, ctx: Context, sweep_name: str) -> Sweep | None:
    return await service.find_sweep(ctx, project, sweep_name)


@project_type.field("sweeps")
async def project_sweeps(project: Project, ctx: Context, **args: Any) -> Connection:
    return slice_page(await service.list_sweeps(ctx, project), args.get("first"), args.get("after"))


@project_type.field("totalSweeps")
async def project_total_sweeps(project: Project, ctx: Context) -> int:
    return await service.count_sweeps(ctx, project)


@run_type.field("sweep")
async def run_sweep(run: Run, ctx: Context) -> Sweep | None:
    return await service.find_sweep_of_run(ctx, run)


@sweep_type.field("displayName")
def sweep_display_name(sweep: Sweep, _ctx: Context) -> str | None:
    return sweep.title


@sweep_type.field("project")
async def sweep_project(sweep: Sweep, ctx: Context) -> Project | None:
    return await projects_of_runs.load(ctx, sweep.project_id)


@sweep_type.field("user")
async def sweep_user(sweep: Sweep, ctx: Context) -> User | None:
    return await users.load(ctx, sweep.created_by) if sweep.created_by else None


@sweep_type.field("method")
def sweep_method(sweep: Sweep, _ctx: Context) -> str:
    config = service.find_config(sweep)
    return config.method if config else ""


@sweep_type.field("bestLoss")
async def sweep_best_loss(sweep: Sweep, ctx: Context) -> float | None:
    return await service.best_value(ctx, sweep)


@sweep_type.field("runCount")
async def sweep_run_count(sweep: Sweep, ctx: Context) -> int:
    return await service.count_runs(ctx, sweep)


@sweep_type.field("runCountExpected")
def sweep_run_count_expected(sweep: Sweep, _ctx: Context) -> int | None:
    config = service.find_config(sweep)
    return config.expected_runs if config else None


@sweep_type.field("state")
async def sweep_state(sweep: Sweep, ctx: Context) -> str:
    return await service.current_state(ctx, sweep)


@sweep_type.field("controllerRunName")
def sweep_controller_run_name(sweep: Sweep, _ctx: Context) -> str | None:
    """Name the run to which a scheduler writes what it thinks; the scheduler makes it."""
    config = service.find_config(sweep)
    return f"{sweep.name}-scheduler" if config and config.is_scheduled else None


@sweep_type.field("runs")
async def sweep_runs(
    sweep: Sweep, ctx: Context, filters: str | None = None, order: str | None = None, **page: Any
) -> Connection:
    project = await projects_of_runs.load(ctx, sweep.project_id)
    assert project is not None, "a sweep goes with its project"
    return await listing.list_runs(
        ctx, project, RunQuery.parse(_also(filters, {"sweep": sweep.name}), order), Page(**page)
    )


def _also(filters: str | None, wanted: dict[str, Any]) -> str:
    given = filters if filters and filters.strip() else "{}"
    return f'{{"$and": [{jsontext.dumps(wanted)}, {given}]}}'


@sweep_type.field("agents")
async def sweep_agents(sweep: Sweep, ctx: Context, **args: Any) -> Connection:
    return slice_page(await service.list_agents(ctx, sweep), args.get("first"), args.get("after"))


@sweep_type.field("agent")
async def sweep_agent(sweep: Sweep, ctx: Context, agent_name: str) -> Agent | None:
    return await service.find_agent(ctx, sweep, agent_name, find_global_id("Agent", agent_name))


@agent_type.field("state")
async def agent_state(agent: Agent, ctx: Context) -> str:
    sweep = await service.load_sweep_of_agent(ctx, agent)
    return rules.agent_state(agent.heartbeat_at, sweep.state, ctx.ports.clock())


@agent_type.field("runs")
async def agent_runs(agent: Agent, ctx: Context, order: str | None = None, **page: Any) -> Connection:
    sweep = await service.load_sweep_of_agent(ctx, agent)
    project = await projects_of_runs.load(ctx, sweep.project_id)
    assert project is not None, "a sweep goes with its project"
    ids = await dispatch.list_agent_runs(ctx, agent)
    return await listing.list_runs(
        ctx, project, RunQuery.parse(_also(None, {"name": {"$in": ids}}), order), Page(**page)
    )

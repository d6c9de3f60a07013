"""Use cases of agents: register, show a sign of life, be told what to do next.

One transaction per heartbeat, with the sweep's row held: two agents are never given the same point.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts.access import Permission
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action
from steelyard.domains.projects import queries as project_queries
from steelyard.domains.runs import starting
from steelyard.domains.runs.writing import RunChange
from steelyard.domains.sweeps import queries, rules
from steelyard.domains.sweeps.config import SweepConfig, parse_config
from steelyard.domains.sweeps.model import ENDED, Agent, Assignment, Command, Sweep, SweepState
from steelyard.domains.sweeps.rules import Again, Exit, Stop, Suggest, Wait
from steelyard.domains.sweeps.search.points import (
    Point,
    draw_point,
    fingerprint,
    next_grid_point,
    of_config,
    to_args,
)
from steelyard.kernel import jsontext
from steelyard.kernel.errors import Invalid, NotFound
from steelyard.kernel.ids import random_name


async def create_agent(ctx: Context, sweep: Sweep, host: str) -> Agent:
    access.require(ctx, Permission.WRITE, sweep.target)
    now = ctx.ports.clock()
    async with ctx.database.write() as conn:
        agent_id = await queries.insert_agent(
            conn,
            sweep_id=sweep.id,
            name=random_name(),
            host=host[:255],
            created_by=access.require_account(ctx).user_id or None,
            created_at=now,
            heartbeat_at=now,
        )
        agent = await queries.find_agent(conn, agent_id)
        assert agent is not None, "it was just written"
        await audit.note(ctx, conn, Action.SWEEP_CREATE_AGENT, sweep.subject, sweep=sweep.name, agent=agent.name)
    return agent


async def heartbeat(ctx: Context, agent_id: int, run_states: dict[str, bool]) -> tuple[Agent, list[Command]]:
    """Note that the agent lives and return what it is to do: at most one command.

    `run_states` are the agent's runs by id, true while they live. Raises `NotFound` when agent or sweep are gone.
    """
    async with ctx.database.write() as conn:
        agent = await queries.find_agent(conn, agent_id)
        sweep = await queries.find_sweep_by_id(conn, agent.sweep_id, lock=True) if agent else None
        if agent is None or sweep is None:
            raise NotFound("the agent or its sweep is not there any more")
        access.require(ctx, Permission.WRITE, sweep.target)
        now = ctx.ports.clock()
        await queries.touch_agent(conn, agent.id, now)
        await queries.update_sweep(conn, sweep.id, heartbeat_at=now)
        live = {run_id for run_id, alive in run_states.items() if alive}
        command = await _Dispatch(ctx, conn, sweep, agent, now).next_command(live)
    return agent, [command] if command else []


async def enqueue_run(ctx: Context, sweep_id: int, config: str, title: str | None) -> str:
    """Make a run of the sweep that waits for the next free agent; return its id.

    `config` is a JSON object of parameters, each `{"value": …}` or bare. Raises `NotFound`, `Denied`, and `Invalid` for
    another config, a sweep that has ended, or one that has as many runs as it may have.
    """
    args = _args_of(config)
    async with ctx.database.write() as conn:
        sweep = await queries.find_sweep_by_id(conn, sweep_id, lock=True)
        if sweep is None:
            raise NotFound("sweep not found")
        access.require(ctx, Permission.WRITE, sweep.target)
        if sweep.state in ENDED:
            raise Invalid(f"the sweep is {sweep.state.lower()}; no run can be added to it")
        count = await queries.count_runs(conn, sweep.project_id, sweep.name)
        if rules.is_capped(parse_config(sweep.config).run_cap, count):
            raise Invalid(f"the sweep has all {count} runs that its run_cap allows")
        return await _insert_run(ctx, conn, sweep, _Wanted(args, title=title))


def _args_of(config: str) -> dict[str, Any]:
    try:
        value = jsontext.loads(config)
    except ValueError as error:
        raise Invalid("the config of a run must be JSON") from error
    if not isinstance(value, dict):
        raise Invalid("the config of a run must be an object of parameters")
    is_wrapped = all(isinstance(item, dict) and item.keys() == {"value"} for item in value.values())
    return value if is_wrapped else {name: {"value": item} for name, item in value.items()}


@dataclass(frozen=True)
class _Wanted:
    """A run to make: handed to `agent`, or to the next that asks when that is None."""

    args: dict[str, Any]
    agent: Agent | None = None
    title: str | None = None


async def _insert_run(ctx: Context, conn: AsyncConnection, sweep: Sweep, wanted: _Wanted) -> str:
    project = await project_queries.find_project_by_id(conn, sweep.project_id)
    assert project is not None, "a sweep goes with its project"
    now, text = ctx.ports.clock(), jsontext.dumps(wanted.args)
    change = RunChange(title=wanted.title, config=text, sweep=sweep.name)
    run = await starting.insert_pending_run(ctx, conn, project, change)
    await queries.insert_assignment(
        conn,
        sweep_id=sweep.id,
        run_id=run.id,
        agent_id=wanted.agent.id if wanted.agent else None,
        number=await queries.next_number(conn, sweep.id),
        parameters=text,
        stop_sent=False,
        handed_at=now,
    )
    if sweep.state is SweepState.PENDING:
        await queries.update_sweep(conn, sweep.id, state=SweepState.RUNNING, updated_at=now)
    return run.run_id


class _Dispatch:
    """One heartbeat's decision, carried out within its transaction."""

    def __init__(self, ctx: Context, conn: AsyncConnection, sweep: Sweep, agent: Agent, now: datetime) -> None:
        self._ctx, self._conn, self._sweep, self._agent, self._now = ctx, conn, sweep, agent, now

    async def next_command(self, live: set[str]) -> Command | None:
        assignments = await queries.list_assignments(self._conn, self._sweep.id)
        decision = rules.decide(self._sweep.state, self._agent.id, live, assignments, self._now)
        match decision:
            case Stop(item):
                await queries.update_assignment(self._conn, item.id, stop_sent=True)
                return Command("stop", item.run_id)
            case Again(item, resume):
                return await self._hand_again(item, resume=resume)
            case Suggest():
                return await self._suggest(assignments)
            case Exit():
                return Command("exit")
            case Wait():
                return None

    async def _hand_again(self, item: Assignment, *, resume: bool) -> Command:
        await queries.update_assignment(self._conn, item.id, agent_id=self._agent.id, handed_at=self._now)
        return self._start("resume" if resume else "run", item.run_id, jsontext.loads(item.parameters))

    async def _suggest(self, assignments: Sequence[Assignment]) -> Command | None:
        config = parse_config(self._sweep.config)
        count = await queries.count_runs(self._conn, self._sweep.project_id, self._sweep.name)
        is_capped = rules.is_capped(config.run_cap, count)
        if config.is_local and not is_capped:
            return None
        point = None if is_capped else await self._next_point(config)
        if point is None:
            if not rules.has_live(assignments):
                await self._set_state(SweepState.FINISHED)
            return Command("exit")
        return await self._hand_new(point)

    async def _next_point(self, config: SweepConfig) -> Point | None:
        if config.method == "random":
            return draw_point(config.parameters, random.SystemRandom())
        return next_grid_point(config.parameters, await self._taken(config))

    async def _taken(self, config: SweepConfig) -> set[str]:
        """Return the fingerprints of all points that some run of the sweep has, or was given."""
        texts = await queries.list_run_texts(self._conn, self._sweep.project_id, self._sweep.name)
        configs = [*(config_text for config_text, _, _ in texts)]
        configs += await queries.list_parameters(self._conn, self._sweep.id)
        points = (of_config(config.parameters, jsontext.loads(text)) for text in configs)
        return {fingerprint(point) for point in points if point is not None}

    async def _hand_new(self, point: Point) -> Command:
        args = to_args(point)
        run_id = await _insert_run(self._ctx, self._conn, self._sweep, _Wanted(args, self._agent))
        return self._start("run", run_id, args)

    def _start(self, kind: str, run_id: str, args: dict[str, Any]) -> Command:
        return Command(kind, run_id, args, parse_config(self._sweep.config).program)

    async def _set_state(self, state: SweepState) -> None:
        if self._sweep.state not in ENDED:
            await queries.update_sweep(self._conn, self._sweep.id, state=state, updated_at=self._now)


async def list_agent_runs(ctx: Context, agent: Agent) -> list[str]:
    """Return the ids of the runs an agent was handed; the caller has been shown the sweep."""
    async with ctx.database.read() as conn:
        return await queries.list_agent_runs(conn, agent.id)

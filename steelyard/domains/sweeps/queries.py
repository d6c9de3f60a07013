"""Questions about sweeps, agents and assignments. They never commit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.accounts.tables import entities
from steelyard.domains.projects import queries as project_queries
from steelyard.domains.projects.tables import projects
from steelyard.domains.runs.tables import runs
from steelyard.domains.sweeps import tables as t
from steelyard.domains.sweeps.model import Agent, Assignment, Sweep, SweepState
from steelyard.sql.dialect import insert_row


def _whole() -> Select[Any]:
    return (
        select(
            *t.sweeps.c,
            projects.c.name.label("project"),
            projects.c.entity_id,
            projects.c.visibility,
            entities.c.name.label("entity"),
        )
        .join(projects, projects.c.id == t.sweeps.c.project_id)
        .join(entities, entities.c.id == projects.c.entity_id)
    )


async def _find(conn: AsyncConnection, statement: Select[Any]) -> Sweep | None:
    row = (await conn.execute(statement)).first()
    return _sweep(row) if row else None


def _sweep(row: Any) -> Sweep:
    values = dict(row._mapping)
    return Sweep(**(values | {"state": SweepState(values["state"])}))


async def find_sweep(conn: AsyncConnection, project_id: int, name: str) -> Sweep | None:
    return await _find(conn, _whole().where(t.sweeps.c.project_id == project_id, t.sweeps.c.name == name))


async def find_sweep_by_path(conn: AsyncConnection, entity: str, project: str, name: str) -> Sweep | None:
    """Return the sweep; a former name of its project will do."""
    found = await project_queries.find_project(conn, entity, project)
    return await find_sweep(conn, found.id, name) if found else None


async def find_sweep_by_id(conn: AsyncConnection, sweep_id: int, *, lock: bool = False) -> Sweep | None:
    statement = _whole().where(t.sweeps.c.id == sweep_id)
    return await _find(conn, statement.with_for_update(of=t.sweeps) if lock else statement)


async def list_sweeps_named(conn: AsyncConnection, name: str) -> list[Sweep]:
    """Return the sweeps of this name in any project, for clients that name nothing else."""
    return [_sweep(row) for row in await conn.execute(_whole().where(t.sweeps.c.name == name))]


async def list_sweeps(conn: AsyncConnection, project_id: int) -> list[Sweep]:
    rows = await conn.execute(_whole().where(t.sweeps.c.project_id == project_id).order_by(t.sweeps.c.id.desc()))
    return [_sweep(row) for row in rows]


async def count_sweeps(conn: AsyncConnection, project_id: int) -> int:
    statement = select(func.count()).select_from(t.sweeps).where(t.sweeps.c.project_id == project_id)
    return int((await conn.execute(statement)).scalar_one())


async def insert_sweep(conn: AsyncConnection, **values: Any) -> int:
    return await insert_row(conn, t.sweeps, **values)


async def update_sweep(conn: AsyncConnection, sweep_id: int, **values: Any) -> None:
    await conn.execute(update(t.sweeps).where(t.sweeps.c.id == sweep_id).values(**values))


# ---- agents ---------------------------------------------------------------------------------------------------


def _agents() -> Select[Any]:
    agent, given = t.sweep_agents.c, t.sweep_assignments
    total = select(func.count()).select_from(given).where(given.c.agent_id == agent.id).scalar_subquery()
    columns = (agent.id, agent.sweep_id, agent.name, agent.host, agent.created_at, agent.heartbeat_at)
    return select(*columns, total.label("total_runs"))


async def insert_agent(conn: AsyncConnection, **values: Any) -> int:
    return await insert_row(conn, t.sweep_agents, **values)


async def find_agent(conn: AsyncConnection, agent_id: int) -> Agent | None:
    row = (await conn.execute(_agents().where(t.sweep_agents.c.id == agent_id))).first()
    return Agent(**row._mapping) if row else None


async def list_agents(conn: AsyncConnection, sweep_id: int) -> list[Agent]:
    statement = _agents().where(t.sweep_agents.c.sweep_id == sweep_id).order_by(t.sweep_agents.c.id)
    return [Agent(**row._mapping) for row in await conn.execute(statement)]


async def touch_agent(conn: AsyncConnection, agent_id: int, now: datetime) -> None:
    await conn.execute(update(t.sweep_agents).where(t.sweep_agents.c.id == agent_id).values(heartbeat_at=now))


# ---- assignments and runs -------------------------------------------------------------------------------------


async def list_assignments(conn: AsyncConnection, sweep_id: int) -> list[Assignment]:
    """Return the runs the sweep made, deleted ones left out, in order."""
    given, agent = t.sweep_assignments.c, t.sweep_agents.c
    statement = (
        select(
            given.id,
            given.run_id.label("run"),
            runs.c.run_id,
            given.number,
            given.agent_id,
            agent.heartbeat_at.label("agent_seen_at"),
            given.parameters,
            given.stop_sent,
            given.handed_at,
            runs.c.state,
            runs.c.stop_requested,
            runs.c.finished_at.label("ended_at"),
        )
        .select_from(t.sweep_assignments)
        .join(runs, runs.c.id == given.run_id)
        .join(t.sweep_agents, agent.id == given.agent_id, isouter=True)
        .where(given.sweep_id == sweep_id, runs.c.deleted_at.is_(None))
        .order_by(given.number)
    )
    return [Assignment(**row._mapping) for row in await conn.execute(statement)]


async def next_number(conn: AsyncConnection, sweep_id: int) -> int:
    given = t.sweep_assignments.c
    found = (await conn.execute(select(func.max(given.number)).where(given.sweep_id == sweep_id))).scalar()
    return 0 if found is None else int(found) + 1


async def insert_assignment(conn: AsyncConnection, **values: Any) -> int:
    return await insert_row(conn, t.sweep_assignments, **values)


async def update_assignment(conn: AsyncConnection, assignment_id: int, **values: Any) -> None:
    given = t.sweep_assignments
    await conn.execute(update(given).where(given.c.id == assignment_id).values(**values))


async def list_parameters(conn: AsyncConnection, sweep_id: int) -> list[str]:
    """Return the parameters of every run the sweep ever made, deleted ones too."""
    given = t.sweep_assignments.c
    return list((await conn.execute(select(given.parameters).where(given.sweep_id == sweep_id))).scalars())


async def list_run_texts(conn: AsyncConnection, project_id: int, sweep_name: str) -> Sequence[tuple[str, str, str]]:
    """Return config, summary and state of the sweep's runs."""
    statement = select(runs.c.config, runs.c.summary, runs.c.state).where(
        runs.c.project_id == project_id, runs.c.sweep_name == sweep_name, runs.c.deleted_at.is_(None)
    )
    return [(row.config, row.summary, row.state) for row in await conn.execute(statement)]


async def list_agent_runs(conn: AsyncConnection, agent_id: int) -> list[str]:
    """Return the ids of the runs handed to the agent, in order."""
    given = t.sweep_assignments.c
    statement = select(runs.c.run_id).join(t.sweep_assignments, given.run_id == runs.c.id)
    return list((await conn.execute(statement.where(given.agent_id == agent_id).order_by(given.number))).scalars())


async def count_unfinished_runs(conn: AsyncConnection, project_id: int, sweep_name: str, states: Iterable[str]) -> int:
    """Return how many runs of the sweep are in one of `states`."""
    mine = (runs.c.project_id == project_id) & (runs.c.sweep_name == sweep_name) & runs.c.state.in_(states)
    statement = select(func.count()).select_from(runs).where(mine, runs.c.deleted_at.is_(None))
    return int((await conn.execute(statement)).scalar_one())


async def count_runs(conn: AsyncConnection, project_id: int, sweep_name: str) -> int:
    mine = (runs.c.project_id == project_id) & (runs.c.sweep_name == sweep_name)
    statement = select(func.count()).select_from(runs).where(mine, runs.c.deleted_at.is_(None))
    return int((await conn.execute(statement)).scalar_one())

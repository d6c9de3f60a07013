"""Questions about runs, one function each. They never commit. Deleted runs are absent unless a name says otherwise."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Select, bindparam, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.accounts.tables import entities, users
from steelyard.domains.projects import queries as project_queries
from steelyard.domains.projects.tables import projects
from steelyard.domains.runs import rules
from steelyard.domains.runs.facts import RunFacts
from steelyard.domains.runs.model import Condition, Lineage, Run, RunRef, RunState
from steelyard.domains.runs.tables import BY_STATE, runs
from steelyard.kernel.errors import NotFound
from steelyard.kernel.names import fold
from steelyard.sql.dialect import walking
from steelyard.sql.many import select_in, update_many

# MySQL and SQLite both bound the number of parameters of a statement.
_CHUNK = 500


def _whole() -> Select[Any]:
    return (
        select(
            *runs.c,
            projects.c.name.label("project"),
            projects.c.entity_id,
            projects.c.visibility,
            entities.c.name.label("entity"),
            entities.c.bucket,
            users.c.username,
        )
        .join(projects, projects.c.id == runs.c.project_id)
        .join(entities, entities.c.id == projects.c.entity_id)
        .join(users, users.c.id == runs.c.created_by, isouter=True)
    )


def _run(row: Any) -> Run:
    values = dict(row._mapping)
    values["tags"] = tuple(orjson.loads(values["tags"]))
    values["state"] = RunState(values["state"])
    values["lineage"] = Lineage(values["lineage"])
    return Run(**values)


async def find_run(conn: AsyncConnection, entity: str, project: str, run_id: str) -> Run | None:
    """Return the run; a former name of its project will do."""
    row = (await conn.execute(_named(entity, project, run_id))).first()
    if row is None and (renamed := await project_queries.find_new_name(conn, entity, project)):
        row = (await conn.execute(_named(entity, renamed, run_id))).first()
    return _run(row) if row else None


def _named(entity: str, project: str, run_id: str) -> Select[Any]:
    place = (entities.c.folded_name == fold(entity)) & (projects.c.name == project)
    return _whole().where(place, runs.c.run_id == run_id, runs.c.deleted_at.is_(None))


async def find_run_by_id(conn: AsyncConnection, run: int) -> Run | None:
    row = (await conn.execute(_whole().where(runs.c.id == run, runs.c.deleted_at.is_(None)))).first()
    return _run(row) if row else None


async def find_project_run(conn: AsyncConnection, project_id: int, run_id: str) -> Run | None:
    statement = _whole().where(runs.c.project_id == project_id, runs.c.run_id == run_id, runs.c.deleted_at.is_(None))
    row = (await conn.execute(statement)).first()
    return _run(row) if row else None


async def find_bucket(conn: AsyncConnection, run: int) -> str:
    """Return the bucket that the objects of a run lie in, a deleted one too. Raises `NotFound` when it is gone."""
    statement = select(entities.c.bucket).join(projects, projects.c.entity_id == entities.c.id)
    statement = statement.join(runs, runs.c.project_id == projects.c.id).where(runs.c.id == run)
    found = (await conn.execute(statement)).scalar()
    if found is None:
        raise NotFound("the run is gone")
    return str(found)


def _refs(entity: str, project: str) -> Select[Any]:
    columns = (
        runs.c.id,
        runs.c.run_id,
        runs.c.project_id,
        runs.c.state,
        runs.c.exit_code,
        runs.c.stop_requested,
        runs.c.preempting,
        runs.c.deleted_at,
        projects.c.name.label("project"),
        projects.c.entity_id,
        projects.c.visibility,
        entities.c.name.label("entity"),
        entities.c.bucket,
    )
    statement = select(*columns).join(projects, projects.c.id == runs.c.project_id)
    statement = statement.join(entities, entities.c.id == projects.c.entity_id)
    return statement.where(entities.c.folded_name == fold(entity), projects.c.name == project)


def _ref(row: Any) -> RunRef:
    condition = Condition(RunState(row.state), row.exit_code, row.stop_requested, row.preempting)
    return RunRef(
        row.id,
        row.run_id,
        row.project_id,
        row.project,
        row.entity_id,
        row.entity,
        row.visibility,
        row.bucket,
        condition,
        row.deleted_at is not None,
    )


async def find_run_ref(conn: AsyncConnection, entity: str, project: str, run_id: str) -> RunRef | None:
    """Return the run without its texts, a deleted one too (`deleted` tells). A former name of its project will do."""
    row = (await conn.execute(_refs(entity, project).where(runs.c.run_id == run_id))).first()
    if row is None and (renamed := await project_queries.find_new_name(conn, entity, project)):
        row = (await conn.execute(_refs(entity, renamed).where(runs.c.run_id == run_id))).first()
    return _ref(row) if row else None


async def list_run_refs(conn: AsyncConnection, entity: str, project: str, run_ids: Sequence[str]) -> list[RunRef]:
    """Return those of `run_ids` that the project has, deleted ones too, in any order: one query for some hundreds."""
    found: list[RunRef] = []
    for start in range(0, len(run_ids), _CHUNK):
        statement = _refs(entity, project).where(runs.c.run_id.in_(run_ids[start : start + _CHUNK]))
        found += [_ref(row) for row in await conn.execute(statement)]
    return found


async def lock_run(conn: AsyncConnection, run: int) -> Run | None:
    """Return the run, held against other writers until the transaction ends; a deleted one too."""
    row = (await conn.execute(_whole().where(runs.c.id == run).with_for_update(of=runs))).first()
    return _run(row) if row else None


async def lock_condition(conn: AsyncConnection, run: int, silent_since: datetime | None = None) -> Condition | None:
    """Return the condition of a living run, held against other writers until the transaction ends.

    With `silent_since` only when its last sign of life was before that. The long texts are not read.
    """
    statement = select(runs.c.state, runs.c.exit_code, runs.c.stop_requested, runs.c.preempting)
    statement = statement.where(runs.c.id == run, runs.c.deleted_at.is_(None)).with_for_update()
    if silent_since is not None:
        statement = statement.where(runs.c.heartbeat_at < silent_since)
    row = (await conn.execute(statement)).first()
    return Condition(RunState(row.state), row.exit_code, row.stop_requested, row.preempting) if row else None


_CONDITIONS = (
    select(runs.c.id, runs.c.state, runs.c.exit_code, runs.c.stop_requested, runs.c.preempting)
    .where(runs.c.id.in_(bindparam("ids", expanding=True)), runs.c.deleted_at.is_(None))
    .order_by(runs.c.id)
    .with_for_update()
)


async def lock_conditions(conn: AsyncConnection, ids: Sequence[int]) -> dict[int, Condition]:
    """Return the conditions of the living ones of `ids`, held against other writers until the transaction ends."""
    rows = await select_in(conn, _CONDITIONS, ids)
    return {row[0]: Condition(RunState(row[1]), row[2], bool(row[3]), bool(row[4])) for row in rows}


async def lock_project_run(conn: AsyncConnection, project_id: int, run_id: str) -> Run | None:
    """Return the run of this id as `lock_run` does, a deleted one too."""
    statement = _whole().where(runs.c.project_id == project_id, runs.c.run_id == run_id).with_for_update(of=runs)
    row = (await conn.execute(statement)).first()
    return _run(row) if row else None


async def hold_run(conn: AsyncConnection, run: int) -> None:
    """Keep the run from being changed until the transaction ends; others may hold it at the same time.

    For those who are about to write rows that refer to project and run: both are held then, and everybody takes the run
    first.
    """
    await conn.execute(select(runs.c.id).where(runs.c.id == run).with_for_update(read=True))


async def list_runs_by_id(conn: AsyncConnection, ids: list[int]) -> list[Run]:
    """Return the living ones of `ids`, in that order."""
    found: dict[int, Run] = {}
    for start in range(0, len(ids), _CHUNK):
        statement = _whole().where(runs.c.id.in_(ids[start : start + _CHUNK]), runs.c.deleted_at.is_(None))
        found |= {row.id: _run(row) for row in await conn.execute(statement)}
    return [found[run] for run in ids if run in found]


async def list_recent_runs(conn: AsyncConnection, user_id: int, limit: int) -> list[Run]:
    """Return the newest runs that the user made."""
    statement = _whole().where(runs.c.created_by == user_id, runs.c.deleted_at.is_(None))
    return [_run(row) for row in await conn.execute(statement.order_by(runs.c.id.desc()).limit(limit))]


async def list_silent_runs(conn: AsyncConnection, before: datetime, limit: int) -> list[tuple[int, int]]:
    """Return runs (with their projects) that should show signs of life and have shown none since `before`."""
    statement = select(runs.c.id, runs.c.project_id).where(
        runs.c.state.in_(sorted(rules.WATCHED)), runs.c.heartbeat_at < before, runs.c.deleted_at.is_(None)
    )
    rows = await conn.execute(statement.order_by(runs.c.heartbeat_at).limit(limit))
    return [(row.id, row.project_id) for row in rows]


_FACTS = [runs.c[item.name] for item in fields(RunFacts) if item.name in runs.c]


async def list_facts(conn: AsyncConnection, project_id: int, ids: list[int], *, documents: bool) -> list[RunFacts]:
    """Return what a table shows of the living ones of `ids` in the project, in that order."""
    texts = [runs.c.config.label("config_text"), runs.c.summary.label("summary_text")] if documents else []
    statement = select(*_FACTS, users.c.username, *texts).join(users, users.c.id == runs.c.created_by, isouter=True)
    statement = statement.where(runs.c.project_id == project_id, runs.c.deleted_at.is_(None))
    found: dict[int, RunFacts] = {}
    for start in range(0, len(ids), _CHUNK):
        for row in await conn.execute(statement.where(runs.c.id.in_(ids[start : start + _CHUNK]))):
            values = dict(row._mapping)
            values["tags"] = tuple(orjson.loads(values["tags"]))
            found[row.id] = RunFacts(**values)
    return [found[run] for run in ids if run in found]


async def iterate_documents(conn: AsyncConnection, ids: list[int]) -> AsyncIterator[tuple[int, str, str]]:
    """Yield id, config and summary of `ids`."""
    for start in range(0, len(ids), _CHUNK):
        statement = select(runs.c.id, runs.c.config, runs.c.summary).where(runs.c.id.in_(ids[start : start + _CHUNK]))
        for row in await conn.execute(statement):
            yield row.id, row.config, row.summary


@dataclass(frozen=True)
class Totals:
    """What the living runs of a project add up to."""

    runs: int
    running: int
    compute_s: float


async def sum_up_projects(conn: AsyncConnection, project_ids: list[int]) -> dict[int, Totals]:
    """Return the totals of each project that has runs; read from an index alone."""
    running = func.sum(case((runs.c.state.in_(sorted(rules.WATCHED)), 1), else_=0))
    statement = select(runs.c.project_id, func.count(), running, func.sum(runs.c.duration_s))
    statement = statement.where(runs.c.project_id.in_(project_ids), runs.c.deleted_at.is_(None))
    rows = await conn.execute(walking(BY_STATE, statement.group_by(runs.c.project_id)))
    return {row[0]: Totals(row[1], int(row[2]), float(row[3] or 0)) for row in rows}


async def update_run(conn: AsyncConnection, run: int, moment: datetime, **values: Any) -> None:
    """Set columns, and let lists see that the run changed."""
    changed = {**values, "updated_at": moment, "version": runs.c.version + 1}
    await conn.execute(update(runs).where(runs.c.id == run).values(**changed))


async def update_runs(conn: AsyncConnection, values: Mapping[int, Mapping[str, Any]], moment: datetime) -> None:
    """Set columns of several runs as `update_run` does, in one statement for all that change the same columns."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for run, columns in values.items():
        alike.setdefault(tuple(columns), []).append({"id": run, **columns, "updated_at": moment})
    for rows in alike.values():
        await update_many(conn, runs, rows, count_up="version")

"""Questions about sizes. They never commit.

Each adds up rows of runs and versions, by indexes that hold all that is asked for, never rows of files or entries
(docs/operate/storage.md, who uses what).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.artifacts import tables as a
from steelyard.domains.artifacts.model import State
from steelyard.domains.files.tables import run_sizes
from steelyard.domains.history.model import SegmentState
from steelyard.domains.history.tables import history_segments as segments
from steelyard.domains.projects.tables import projects
from steelyard.domains.runs.tables import runs
from steelyard.domains.storage.model import CollectionSize, RunSize, Usage, Waiting

versions = a.artifacts
_STORED = [int(SegmentState.LIVE), int(SegmentState.ARCHIVED)]


async def by_project(conn: AsyncConnection, ids: Sequence[int]) -> dict[int, Usage]:
    """Return project → what it takes; those that take nothing are absent."""
    mine = [versions.c.project_id.in_(ids), runs.c.project_id.in_(ids)]
    return await _grouped(conn, versions.c.project_id, runs.c.project_id, *mine)


async def by_user(conn: AsyncConnection, ids: Sequence[int]) -> dict[int | None, Usage]:
    """Return account → what it made in the projects; None stands for accounts that are gone."""
    mine = [versions.c.project_id.in_(ids), runs.c.project_id.in_(ids)]
    return await _grouped(conn, versions.c.created_by, runs.c.created_by, *mine)


async def by_entity(conn: AsyncConnection) -> dict[int, Usage]:
    """Return entity → what its projects take."""
    found: dict[int, Usage] = {}
    owners = {row.id: row.entity_id for row in await conn.execute(select(projects.c.id, projects.c.entity_id))}
    every = await _grouped(conn, versions.c.project_id, runs.c.project_id)
    for project, usage in every.items():
        if project in owners:
            found.setdefault(owners[project], Usage()).add(usage)
    return found


async def _grouped(
    conn: AsyncConnection,
    of_version: ColumnElement[Any],
    of_run: ColumnElement[Any],
    *where: ColumnElement[bool],
) -> dict[Any, Usage]:
    found: dict[Any, Usage] = {}
    in_versions, in_runs = where[:1], where[1:]
    statement = select(of_version, func.sum(versions.c.stored_bytes), func.count()).where(
        versions.c.state == State.COMMITTED, *in_versions
    )
    for key, size, count in await conn.execute(statement.group_by(of_version)):
        found[key] = Usage(version_bytes=int(size), versions=count)
    for key, size, count in await conn.execute(_files(of_run).where(*in_runs).group_by(of_run)):
        usage = found.setdefault(key, Usage())
        usage.file_bytes, usage.runs = int(size or 0), count
    for key, size in await conn.execute(_history(of_run).where(*in_runs).group_by(of_run)):
        found.setdefault(key, Usage()).history_bytes = int(size)
    return found


def _files(*keys: ColumnElement[Any]) -> Select[Any]:
    statement = select(*keys, func.sum(run_sizes.c.file_bytes), func.count()).select_from(runs)
    return statement.join(run_sizes, run_sizes.c.run_id == runs.c.id, isouter=True).where(runs.c.deleted_at.is_(None))


def _history(*keys: ColumnElement[Any]) -> Select[Any]:
    """Rows that a fork took over count with the run that they came from."""
    statement = select(*keys, func.sum(segments.c.size_bytes)).join(runs, runs.c.id == segments.c.run)
    statement = statement.where(segments.c.state.in_(_STORED), segments.c.shared.is_(False))
    return statement.where(segments.c.cut_step.is_(None), runs.c.deleted_at.is_(None))


async def waiting(conn: AsyncConnection, ids: Sequence[int]) -> Waiting:
    """Return what was deleted in the projects and is still there."""
    trash = select(func.sum(run_sizes.c.file_bytes)).join(runs, runs.c.id == run_sizes.c.run_id)
    trash = trash.where(runs.c.project_id.in_(ids), runs.c.deleted_at.is_not(None))
    kept = select(a.artifact_manifests.c.id).where(a.artifact_manifests.c.artifact_id == versions.c.id)
    dead = select(func.sum(versions.c.stored_bytes)).where(
        versions.c.project_id.in_(ids), versions.c.state == State.DELETED, versions.c.stored_bytes > 0, kept.exists()
    )
    return Waiting(*[int((await conn.execute(statement)).scalar() or 0) for statement in (trash, dead)])


async def largest_collections(conn: AsyncConnection, project_id: int, limit: int) -> list[CollectionSize]:
    size = func.sum(versions.c.stored_bytes).label("size")
    sums = select(versions.c.sequence_id, func.count().label("count"), size)
    sums = sums.where(versions.c.project_id == project_id, versions.c.state == State.COMMITTED)
    largest = sums.group_by(versions.c.sequence_id).order_by(size.desc()).limit(limit).subquery()
    statement = (
        select(a.artifact_collections.c.name, a.artifact_types.c.name, largest.c.count, largest.c.size)
        .join(a.artifact_collections, a.artifact_collections.c.id == largest.c.sequence_id)
        .join(a.artifact_types, a.artifact_types.c.id == a.artifact_collections.c.type_id)
        .order_by(largest.c.size.desc(), a.artifact_collections.c.name)
    )
    return [CollectionSize(name, kind, count, int(size)) for name, kind, count, size in await conn.execute(statement)]


async def largest_runs(conn: AsyncConnection, project_id: int, limit: int) -> list[RunSize]:
    """Return the runs that take most, by files and history together."""
    rows = select(segments.c.run, func.sum(segments.c.size_bytes).label("size")).join(runs, runs.c.id == segments.c.run)
    rows = rows.where(runs.c.project_id == project_id, segments.c.state.in_(_STORED))
    rows = rows.where(segments.c.shared.is_(False), segments.c.cut_step.is_(None))
    history = rows.group_by(segments.c.run).subquery()
    file_bytes, history_bytes = func.coalesce(run_sizes.c.file_bytes, 0), func.coalesce(history.c.size, 0)
    statement = (
        select(runs.c.id, file_bytes, history_bytes)
        .join(run_sizes, run_sizes.c.run_id == runs.c.id, isouter=True)
        .join(history, history.c.run == runs.c.id, isouter=True)
        .where(runs.c.project_id == project_id, runs.c.deleted_at.is_(None), file_bytes + history_bytes > 0)
        .order_by((file_bytes + history_bytes).desc(), runs.c.id)
        .limit(limit)
    )
    sizes = {row[0]: (int(row[1]), int(row[2])) for row in await conn.execute(statement)}
    named = await conn.execute(select(runs.c.id, runs.c.run_id, runs.c.title).where(runs.c.id.in_(sizes)))
    names = {row.id: (row.run_id, row.title) for row in named}
    return [RunSize(*names[number], *size) for number, size in sizes.items() if number in names]

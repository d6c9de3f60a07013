"""Questions about which runs made and used which versions. They never commit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.artifacts import tables as t
from steelyard.domains.artifacts.model import LineageRole, Link, State
from steelyard.domains.runs.tables import runs
from steelyard.sql.dialect import upsert

lineage, artifacts = t.artifact_lineage, t.artifacts


async def record(conn: AsyncConnection, link: Link, now: datetime) -> None:
    """Note that the run made or used the version; again is fine."""
    row = {**vars(link), "created_at": now}
    await upsert(conn, lineage, [row], key=("run_id", "artifact_id", "role"), update=("used_as",))


def _of_run(run: int, role: LineageRole) -> Select[Any]:
    statement = select(lineage.c.artifact_id, lineage.c.used_as)
    statement = statement.join(artifacts, artifacts.c.id == lineage.c.artifact_id)
    return statement.where(lineage.c.run_id == run, lineage.c.role == role, artifacts.c.state == State.COMMITTED)


async def list_of_run(
    conn: AsyncConnection, run: int, role: LineageRole, offset: int, limit: int
) -> list[tuple[int, str | None]]:
    """Return (artifact id, used as) of committed versions, in the order they were made or used."""
    rows = await conn.execute(_of_run(run, role).order_by(lineage.c.id).offset(offset).limit(limit))
    return [(row.artifact_id, row.used_as) for row in rows]


async def count_of_run(conn: AsyncConnection, run: int, role: LineageRole) -> int:
    question = _of_run(run, role).subquery()
    return int((await conn.execute(select(func.count()).select_from(question))).scalar_one())


async def list_runs(conn: AsyncConnection, artifact_id: int, role: LineageRole) -> list[int]:
    statement = select(lineage.c.run_id).where(lineage.c.artifact_id == artifact_id, lineage.c.role == role)
    return list((await conn.execute(statement.order_by(lineage.c.id))).scalars())


async def list_names_of_project(
    conn: AsyncConnection, project_id: int, role: LineageRole
) -> list[tuple[int, int, str, str | None]]:
    """Return (run, project of the version, `collection:vN`, an alias of it or None) for all runs of a project."""
    statement = (
        select(
            lineage.c.run_id,
            artifacts.c.project_id,
            t.artifact_collections.c.name,
            t.artifact_memberships.c.version_index,
            t.artifact_aliases.c.alias,
        )
        .join(runs, runs.c.id == lineage.c.run_id)
        .join(artifacts, artifacts.c.id == lineage.c.artifact_id)
        .join(t.artifact_collections, t.artifact_collections.c.id == artifacts.c.sequence_id)
        .join(
            t.artifact_memberships,
            (t.artifact_memberships.c.artifact_id == artifacts.c.id)
            & (t.artifact_memberships.c.collection_id == artifacts.c.sequence_id),
        )
        .join(t.artifact_aliases, t.artifact_aliases.c.membership_id == t.artifact_memberships.c.id, isouter=True)
        .where(runs.c.project_id == project_id, lineage.c.role == role, artifacts.c.state == State.COMMITTED)
        .order_by(lineage.c.id)
    )
    rows = await conn.execute(statement)
    return [(row[0], row[1], f"{row[2]}:v{row[3]}", row[4] and f"{row[2]}:{row[4]}") for row in rows]

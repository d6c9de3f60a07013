"""Questions about the neighbours of runs and versions in lineage. They never commit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.accounts.access import Target, Thing
from steelyard.domains.accounts.tables import entities
from steelyard.domains.artifacts import tables as t
from steelyard.domains.artifacts.model import LineageRole, State
from steelyard.domains.artifacts.rules import find_version_index
from steelyard.domains.projects.tables import projects
from steelyard.domains.runs.tables import runs

links, artifacts, collections, types = t.artifact_lineage, t.artifacts, t.artifact_collections, t.artifact_types
memberships = t.artifact_memberships


@dataclass(frozen=True)
class RunNode:
    id: int
    run_id: str
    title: str
    state: str
    job_type: str | None
    created_at: datetime
    deleted_at: datetime | None
    project: str
    entity: str
    entity_id: int
    visibility: str
    project_id: int

    @property
    def target(self) -> Target:
        return Target(self.entity_id, self.visibility, self.project_id, Thing.RUN)


@dataclass(frozen=True)
class ArtifactNode:
    """`version_index` is None for a version that was never committed."""

    id: int
    state: State
    digest: str
    size_bytes: int
    created_at: datetime
    version_index: int | None
    collection: str
    type_name: str
    project: str
    entity: str
    entity_id: int
    visibility: str
    project_id: int

    @property
    def target(self) -> Target:
        return Target(self.entity_id, self.visibility, self.project_id, Thing.ARTIFACT)


_PLACE = [projects.c.name, entities.c.name, projects.c.entity_id, projects.c.visibility, projects.c.id]


async def list_runs(conn: AsyncConnection, ids: Collection[int]) -> list[RunNode]:
    """Return runs, deleted ones too."""
    columns = [runs.c[name] for name in ("id", "run_id", "title", "state", "job_type", "created_at", "deleted_at")]
    statement = (
        select(*columns, *_PLACE)
        .join(projects, projects.c.id == runs.c.project_id)
        .join(entities, entities.c.id == projects.c.entity_id)
        .where(runs.c.id.in_(ids))
    )
    return [RunNode(*row) for row in await conn.execute(statement)]


async def list_artifacts(conn: AsyncConnection, ids: Collection[int]) -> list[ArtifactNode]:
    """Return versions as their sequences name them, deleted ones and those still on their way too."""
    columns: list[Any] = [artifacts.c[name] for name in ("id", "state", "digest", "size_bytes", "created_at")]
    columns += [memberships.c.version_index, collections.c.name, types.c.name, *_PLACE]
    in_sequence = and_(
        memberships.c.artifact_id == artifacts.c.id, memberships.c.collection_id == artifacts.c.sequence_id
    )
    statement = (
        select(*columns)
        .join(collections, collections.c.id == artifacts.c.sequence_id)
        .join(types, types.c.id == collections.c.type_id)
        .join(projects, projects.c.id == artifacts.c.project_id)
        .join(entities, entities.c.id == projects.c.entity_id)
        .join(memberships, in_sequence, isouter=True)
        .where(artifacts.c.id.in_(ids))
    )
    found = [ArtifactNode(*row) for row in await conn.execute(statement)]
    return [replace(node, state=State(node.state)) for node in found]


async def count_links(conn: AsyncConnection, column: str, ids: Sequence[int]) -> dict[tuple[int, LineageRole], int]:
    """Return how many links each run (`run_id`) or version (`artifact_id`) has in each role."""
    own = links.c[column]
    statement = select(own, links.c.role, func.count()).where(own.in_(ids)).group_by(own, links.c.role)
    return {(row[0], LineageRole(row[1])): row[2] for row in await conn.execute(statement)}


@dataclass(frozen=True)
class Share:
    """How many neighbours lie in one project, of one type of artifact ("" for runs)."""

    project_id: int
    type_name: str
    target: Target
    count: int


@dataclass(frozen=True)
class Beside:
    """The side of a run or version on which neighbours are asked for: its column of links, its id, and the role."""

    column: str
    id: int
    role: LineageRole

    @property
    def asks_runs(self) -> bool:
        return self.column == "artifact_id"


def _neighbours(beside: Beside, *columns: Any) -> Select[Any]:
    statement = select(*columns).select_from(links).where(links.c[beside.column] == beside.id)
    statement = statement.where(links.c.role == beside.role)
    if beside.asks_runs:
        return statement.join(runs, runs.c.id == links.c.run_id)
    return (
        statement.join(artifacts, artifacts.c.id == links.c.artifact_id)
        .join(collections, collections.c.id == artifacts.c.sequence_id)
        .join(types, types.c.id == collections.c.type_id)
    )


async def list_shares(conn: AsyncConnection, beside: Beside) -> list[Share]:
    """Return how the neighbours spread over projects and types."""
    owner = runs.c.project_id if beside.asks_runs else artifacts.c.project_id
    kinds = [] if beside.asks_runs else [types.c.name]
    statement = _neighbours(beside, owner, projects.c.entity_id, projects.c.visibility, func.count(), *kinds)
    statement = statement.join(projects, projects.c.id == owner)
    statement = statement.group_by(owner, projects.c.entity_id, projects.c.visibility, *kinds)
    rows = await conn.execute(statement)
    return [Share(row[0], row[4] if kinds else "", Target(row[1], row[2], row[0]), row[3]) for row in rows]


@dataclass(frozen=True)
class Wanted:
    """Which of the neighbours: in these projects, of this type, with all of these words in their names."""

    project_ids: Sequence[int]
    type_name: str = ""
    words: Sequence[str] = ()


def _wanted(beside: Beside, wanted: Wanted, *columns: Any) -> Select[Any]:
    statement = _neighbours(beside, *columns)
    if beside.asks_runs:
        statement = statement.where(runs.c.project_id.in_(wanted.project_ids))
        for word in wanted.words:
            found = [column.icontains(word, autoescape=True) for column in (runs.c.title, runs.c.run_id)]
            statement = statement.where(or_(*found))
        return statement
    statement = statement.where(artifacts.c.project_id.in_(wanted.project_ids), types.c.name == wanted.type_name)
    for word in wanted.words:
        statement = statement.where(or_(collections.c.name.icontains(word, autoescape=True), _numbered(word)))
    return statement


def _numbered(word: str) -> Any:
    """Return whether the version has the number that `v3` names."""
    place = select(memberships.c.id).where(
        memberships.c.artifact_id == artifacts.c.id,
        memberships.c.collection_id == artifacts.c.sequence_id,
        memberships.c.version_index == find_version_index(word),
    )
    return place.exists()


async def list_neighbours(
    conn: AsyncConnection, beside: Beside, wanted: Wanted, offset: int, limit: int
) -> list[tuple[int, str | None]]:
    """Return (id, used as) of neighbours, the newest link first."""
    other = links.c.run_id if beside.asks_runs else links.c.artifact_id
    statement = _wanted(beside, wanted, other, links.c.used_as).order_by(links.c.id.desc())
    return [(row[0], row[1]) for row in await conn.execute(statement.offset(offset).limit(limit))]


async def count_neighbours(conn: AsyncConnection, beside: Beside, wanted: Wanted) -> int:
    return int((await conn.execute(_wanted(beside, wanted, func.count()))).scalar_one())

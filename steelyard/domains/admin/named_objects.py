"""Which objects the rows name: all that must be in the store for the database to be whole.

What may be missing is not asked for: uploads under way, deleted content, and what is made again when it is needed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Select, func, null, select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.accounts.tables import entities
from steelyard.domains.artifacts.model import State
from steelyard.domains.artifacts.tables import artifact_blobs, artifact_manifests, artifacts
from steelyard.domains.files.tables import run_files
from steelyard.domains.history.model import SegmentState
from steelyard.domains.history.tables import history_segments
from steelyard.domains.projects.tables import projects
from steelyard.domains.runs.tables import runs


@dataclass(frozen=True)
class NamedObject:
    """A row that names an object. `size_bytes` is None where the object may be written again at any time."""

    id: int
    object_key: str
    size_bytes: int | None
    # Of the run, or of the project.
    owner: int


@dataclass(frozen=True)
class Kind:
    """Objects of one kind. `question` has the columns of `NamedObject`, and `id` is the key of its rows."""

    word: str
    question: Select[Any]
    id: Column[int]
    of_runs: bool


_SEGMENT_STATES = [SegmentState.LIVE, SegmentState.ARCHIVED]


def _question(table: Any, owner: Any, size: Any) -> Select[Any]:
    return select(table.c.id, table.c.object_key, size.label("size_bytes"), owner.label("owner"))


KINDS = (
    Kind(
        "files",
        _question(run_files, run_files.c.run_id, null()).where(run_files.c.uploaded_at.is_not(None)),
        run_files.c.id,
        of_runs=True,
    ),
    Kind(
        "history",
        _question(history_segments, history_segments.c.run, history_segments.c.size_bytes).where(
            history_segments.c.state.in_(_SEGMENT_STATES), history_segments.c.run.is_not(None)
        ),
        history_segments.c.id,
        of_runs=True,
    ),
    Kind(
        "content",
        _question(artifact_blobs, artifact_blobs.c.project_id, artifact_blobs.c.size_bytes).where(
            artifact_blobs.c.stored_at.is_not(None)
        ),
        artifact_blobs.c.id,
        of_runs=False,
    ),
    Kind(
        "manifests",
        _question(artifact_manifests, artifacts.c.project_id, null())
        .join(artifacts, artifacts.c.manifest_id == artifact_manifests.c.id)
        .where(artifacts.c.state == State.COMMITTED, artifacts.c.deleted_at.is_(None)),
        artifact_manifests.c.id,
        of_runs=False,
    ),
)


async def list_after(conn: AsyncConnection, kind: Kind, after: int, limit: int) -> list[NamedObject]:
    """Return those of the next ids."""
    found = await conn.execute(kind.question.where(kind.id > after).order_by(kind.id).limit(limit))
    return [NamedObject(*row) for row in found]


async def list_newest(conn: AsyncConnection, kind: Kind, limit: int) -> list[NamedObject]:
    return [NamedObject(*row) for row in await conn.execute(kind.question.order_by(kind.id.desc()).limit(limit))]


async def list_still_named(conn: AsyncConnection, kind: Kind, ids: Collection[int]) -> set[int]:
    """Return which of the rows are there and name their objects as before."""
    return {row.id for row in await conn.execute(kind.question.where(kind.id.in_(ids)))}


async def count_named(conn: AsyncConnection, kind: Kind) -> tuple[int, int]:
    """Return how many there are, and the highest id. Reads the index of the whole table."""
    rows = kind.question.with_only_columns(func.count(), func.coalesce(func.max(kind.id), 0))
    count, highest = (await conn.execute(rows)).one()
    return count, highest


async def list_owners(conn: AsyncConnection, kind: Kind, owners: Sequence[int]) -> dict[int, str]:
    """Return what people call the runs or projects, by id."""
    home = entities.c.name + "/" + projects.c.name
    if kind.of_runs:
        question = select(runs.c.id, home + "/" + runs.c.run_id).join(projects, projects.c.id == runs.c.project_id)
        question = question.where(runs.c.id.in_(owners))
    else:
        question = select(projects.c.id, home).where(projects.c.id.in_(owners))
    found = await conn.execute(question.join(entities, entities.c.id == projects.c.entity_id))
    return {row[0]: row[1] for row in found}

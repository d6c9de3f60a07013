"""What the index of a project's runs asks the database. Each question has one answer in time: it is one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Select, func, literal, null, select, type_coerce, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.accounts.tables import users
from steelyard.domains.runs.facts import duration_s
from steelyard.domains.runs.index.project_index import PLAIN
from steelyard.domains.runs.tables import BY_CHANGE, runs
from steelyard.sql.dialect import walking
from steelyard.sql.types import UtcTime

# MySQL and SQLite both bound the number of parameters of a statement.
CHUNK = 500


@dataclass(frozen=True)
class Told:
    """What the database tells of a project: all its runs, deleted ones too, and those that changed lately."""

    count: int
    version_sum: int
    newest: datetime | None
    versions: dict[int, int]


async def list_changes(conn: AsyncConnection, project_id: int, since: datetime | None) -> Told:
    """Return what changed since a moment; read from one index alone. Costs a pass over the project's part of it."""
    ours = runs.c.project_id == project_id
    newest = type_coerce(func.max(runs.c.updated_at), UtcTime)
    total = select(literal(0), func.count(), func.coalesce(func.sum(runs.c.version), 0), newest).where(ours)
    total = walking(BY_CHANGE, total)
    if since is None:
        rows = list(await conn.execute(total))
    else:
        changed = select(runs.c.id, literal(0), runs.c.version, null()).where(ours, runs.c.updated_at >= since)
        rows = list(await conn.execute(union_all(total, walking(BY_CHANGE, changed))))
    (_, count, version_sum, latest), *others = sorted(rows, key=lambda row: row[0])
    return Told(count, int(version_sum), latest, {row[0]: int(row[2]) for row in others})


async def list_versions(conn: AsyncConnection, project_id: int) -> dict[int, int]:
    """Return id → version of every run of the project, deleted ones too; read from an index alone."""
    statement = walking(BY_CHANGE, select(runs.c.id, runs.c.version).where(runs.c.project_id == project_id))
    return {row[0]: row[1] for row in await conn.execute(statement)}


async def list_rows(conn: AsyncConnection, project_id: int, ids: Sequence[int] | None) -> list[list[Any]]:
    """Return what an index holds of runs beside their documents, deleted ones too; None means all of the project."""
    if ids is None:
        return [_row(row) for row in await conn.execute(_plain(project_id))]
    found = []
    for start in range(0, len(ids), CHUNK):
        statement = _plain(project_id).where(runs.c.id.in_(ids[start : start + CHUNK]))
        found += [_row(row) for row in await conn.execute(statement)]
    return found


def _plain(project_id: int) -> Select[Any]:
    columns = [users.c.username if name == "username" else runs.c[name] for name in PLAIN]
    statement = select(runs.c.id, runs.c.version, runs.c.number, runs.c.deleted_at, *columns)
    return statement.join(users, users.c.id == runs.c.created_by, isouter=True).where(runs.c.project_id == project_id)


def _row(row: Any) -> list[Any]:
    values = list(row)
    values[3] = values[3] is None
    values[_TAGS] = _no_tags if values[_TAGS] == "[]" else tuple(orjson.loads(values[_TAGS]))
    values[_DURATION] = duration_s(values[_DURATION], values[_STARTED], values[_HEARTBEAT])
    return values


_TAGS, _DURATION = 4 + PLAIN.index("tags"), 4 + PLAIN.index("duration_s")
_STARTED, _HEARTBEAT = 4 + PLAIN.index("started_at"), 4 + PLAIN.index("heartbeat_at")
_no_tags: tuple[str, ...] = ()


async def list_documents(conn: AsyncConnection, ids: Sequence[int]) -> list[tuple[int, int, str, str]]:
    """Return id, version, config and summary of at most `CHUNK` runs."""
    columns = (runs.c.id, runs.c.version, runs.c.config, runs.c.summary)
    return [tuple(row) for row in await conn.execute(select(*columns).where(runs.c.id.in_(ids)))]

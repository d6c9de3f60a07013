"""Questions about the news of runs, one function each. They never commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.runs.changes import Change, read_change
from steelyard.domains.runs.tables import run_changes, runs

# News read at once; more are read by the next poll.
NEWS_MAX = 20_000
# Runs named to a browser that was away too long to be told what changed.
RUNS_MAX = 2_000


@dataclass(frozen=True, slots=True)
class NewsItem:
    id: int
    project_id: int
    run_id: str
    change: Change


def _news() -> Select[Any]:
    change = (run_changes.c.kinds, run_changes.c.metric_keys, run_changes.c.from_step)
    columns = (run_changes.c.id, run_changes.c.project_id, runs.c.run_id, *change)
    return select(*columns).join(runs, runs.c.id == run_changes.c.run).order_by(run_changes.c.id).limit(NEWS_MAX)


async def _list(conn: AsyncConnection, statement: Select[Any]) -> list[NewsItem]:
    rows = await conn.execute(statement)
    return [
        NewsItem(row.id, row.project_id, row.run_id, read_change(row.kinds, row.metric_keys, row.from_step))
        for row in rows
    ]


async def list_news(conn: AsyncConnection, after: int) -> list[NewsItem]:
    """Return the news of all projects with a number above `after`."""
    return await _list(conn, _news().where(run_changes.c.id > after))


async def list_project_news(conn: AsyncConnection, project_id: int, after: int, late: datetime) -> list[NewsItem]:
    """Return the news of a project above `after`, and all since the moment `late`."""
    new = (run_changes.c.id > after) | (run_changes.c.at > late)
    return await _list(conn, _news().where(run_changes.c.project_id == project_id, new))


async def news_range(conn: AsyncConnection) -> tuple[int, int]:
    """Return the oldest and the newest number that is kept, zeros when there is none."""
    row = (await conn.execute(select(func.min(run_changes.c.id), func.max(run_changes.c.id)))).one()
    return row[0] or 0, row[1] or 0


async def list_run_ids(conn: AsyncConnection, project_id: int) -> list[str]:
    """Return the ids of the newest runs of a project."""
    statement = select(runs.c.run_id).where(runs.c.project_id == project_id, runs.c.deleted_at.is_(None))
    return list((await conn.execute(statement.order_by(runs.c.id.desc()).limit(RUNS_MAX))).scalars())


async def delete_news(conn: AsyncConnection, before: datetime) -> None:
    newest = (await conn.execute(select(func.max(run_changes.c.id)))).scalar()
    if newest is not None:
        await conn.execute(delete(run_changes).where(run_changes.c.at < before, run_changes.c.id != newest))

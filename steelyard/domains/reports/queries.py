"""Questions about stored documents. They never commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.accounts.tables import entities, users
from steelyard.domains.projects.tables import projects
from steelyard.domains.reports import tables as t
from steelyard.domains.reports.model import CustomChart, View
from steelyard.kernel.names import fold


@dataclass(frozen=True)
class ViewQuery:
    """Which views of a project; None stands for all."""

    type: str | None = None
    name: str | None = None
    author: str | None = None


def _views(*, with_spec: bool = True) -> Select[Any]:
    spec: ColumnElement[Any] = t.views.c.spec if with_spec else literal(None).label("spec")
    others = [column for column in t.views.c if column.name != "spec"]
    return (
        select(
            *others,
            spec,
            projects.c.name.label("project"),
            projects.c.entity_id,
            projects.c.visibility,
            entities.c.name.label("entity"),
        )
        .join(projects, projects.c.id == t.views.c.project_id)
        .join(entities, entities.c.id == projects.c.entity_id)
    )


async def find_view(conn: AsyncConnection, view_id: int, *, lock: bool = False) -> View | None:
    statement = _views().where(t.views.c.id == view_id)
    row = (await conn.execute(statement.with_for_update(of=t.views) if lock else statement)).first()
    return View(**row._mapping) if row else None


async def find_view_id(conn: AsyncConnection, project_id: int, kind: str, name: str) -> int | None:
    mine = (t.views.c.project_id == project_id) & (t.views.c.type == kind) & (t.views.c.name == name)
    found = (await conn.execute(select(t.views.c.id).where(mine))).scalar()
    return None if found is None else int(found)


async def list_sizes(
    conn: AsyncConnection, project_id: int, query: ViewQuery, before: int | None, limit: int
) -> list[tuple[int, int]]:
    """Return id and size of the spec of views, the newest first, those older than `before` only."""
    views = t.views.c
    statement = select(views.id, views.spec_bytes).where(views.project_id == project_id)
    if query.type is not None:
        statement = statement.where(views.type == query.type)
    if query.name is not None:
        statement = statement.where(views.name == query.name)
    if query.author is not None:
        statement = statement.join(users, users.c.id == views.created_by).where(users.c.username == query.author)
    if before is not None:
        statement = statement.where(views.id < before)
    rows = await conn.execute(statement.order_by(views.id.desc()).limit(limit))
    return [(row.id, row.spec_bytes) for row in rows]


async def list_views_by_id(conn: AsyncConnection, ids: list[int]) -> list[View]:
    """Return the views whole, the newest first."""
    statement = _views().where(t.views.c.id.in_(ids)).order_by(t.views.c.id.desc())
    return [View(**row._mapping) for row in await conn.execute(statement)]


async def list_headings(conn: AsyncConnection, project_id: int, limit: int) -> list[View]:
    """Return the views of a project without their specs, the last changed first."""
    statement = _views(with_spec=False).where(t.views.c.project_id == project_id)
    statement = statement.order_by(t.views.c.updated_at.desc(), t.views.c.id.desc()).limit(limit)
    return [View(**row._mapping) for row in await conn.execute(statement)]


async def update_view(conn: AsyncConnection, view_id: int, **values: Any) -> None:
    await conn.execute(update(t.views).where(t.views.c.id == view_id).values(**values))


def _drafts_of(view_id: int, kind: str) -> ColumnElement[bool]:
    return (t.views.c.parent_id == view_id) & (t.views.c.type == kind)


async def count_drafts(conn: AsyncConnection, view_id: int, kind: str) -> int:
    statement = select(func.count()).select_from(t.views).where(_drafts_of(view_id, kind))
    return int((await conn.execute(statement)).scalar_one())


async def delete_drafts(conn: AsyncConnection, view_id: int, kind: str) -> None:
    await conn.execute(delete(t.views).where(_drafts_of(view_id, kind)))


async def delete_view(conn: AsyncConnection, view_id: int) -> None:
    await conn.execute(delete(t.views).where(t.views.c.id == view_id))


# ---- charts ---------------------------------------------------------------------------------------------------


async def find_chart(conn: AsyncConnection, entity: str, name: str) -> CustomChart | None:
    charts = t.custom_charts.c
    statement = (
        select(
            charts.id.label("number"),
            charts.entity_id,
            entities.c.name.label("entity"),
            charts.name,
            charts.title,
            charts.type,
            charts.public,
            charts.spec,
            charts.created_at,
        )
        .join(entities, entities.c.id == charts.entity_id)
        .where(entities.c.folded_name == fold(entity), charts.name == name)
    )
    row = (await conn.execute(statement)).first()
    return CustomChart(**row._mapping) if row else None

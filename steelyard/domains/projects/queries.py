"""Questions about projects, one function each. They never commit."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, delete, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.accounts.access import Shown, Visibility
from steelyard.domains.accounts.tables import entities
from steelyard.domains.projects.model import Project
from steelyard.domains.projects.tables import project_names, projects
from steelyard.kernel.names import OLD_REGISTRY, REGISTRY_PREFIX, fold
from steelyard.sql.dialect import upsert


def _projects() -> Select[Any]:
    return select(*projects.c, entities.c.name.label("entity")).join(entities, entities.c.id == projects.c.entity_id)


async def _find(conn: AsyncConnection, statement: Select[Any]) -> Project | None:
    row = (await conn.execute(statement)).first()
    return Project(**row._mapping) if row else None


async def find_project(conn: AsyncConnection, entity: str, name: str) -> Project | None:
    """Return the project of this name, else the one that had it before."""
    found = await find_named(conn, entity, name)
    return found or await _find(conn, _projects().where(projects.c.id == _renamed(entity, name)))


async def find_named(conn: AsyncConnection, entity: str, name: str) -> Project | None:
    """Return the project that has this name now."""
    return await _find(conn, _projects().where(entities.c.folded_name == fold(entity), projects.c.name == name))


async def find_bucket(conn: AsyncConnection, project_id: int) -> str:
    """Return the bucket that the objects of a project lie in, empty for the main one."""
    statement = select(entities.c.bucket).join(projects, projects.c.entity_id == entities.c.id)
    return str((await conn.execute(statement.where(projects.c.id == project_id))).scalar_one())


async def find_new_name(conn: AsyncConnection, entity: str, name: str) -> str | None:
    """Return what the project that was once called `name` is called now, None when there is none."""
    statement = select(projects.c.name).where(projects.c.id == _renamed(entity, name))
    return (await conn.execute(statement)).scalar()


def _renamed(entity: str, name: str) -> ScalarSelect[int]:
    former = select(project_names.c.project_id).join(entities, entities.c.id == project_names.c.entity_id)
    return former.where(entities.c.folded_name == fold(entity), project_names.c.name == name).scalar_subquery()


async def note_former_name(conn: AsyncConnection, project: Project, name: str, now: datetime) -> None:
    """Let the name that the project has lead to it from now on, and `name` to whatever is called so."""
    await forget_former_name(conn, project.entity_id, name)
    row = {"entity_id": project.entity_id, "name": project.name, "project_id": project.id, "renamed_at": now}
    await upsert(conn, project_names, [row], key=("entity_id", "name"), update=("project_id", "renamed_at"))


async def forget_former_name(conn: AsyncConnection, entity_id: int, name: str) -> None:
    former = project_names.c
    await conn.execute(delete(project_names).where(former.entity_id == entity_id, former.name == name))


async def find_project_by_id(conn: AsyncConnection, project_id: int) -> Project | None:
    return await _find(conn, _projects().where(projects.c.id == project_id))


async def list_projects_by_id(conn: AsyncConnection, ids: list[int]) -> list[Project]:
    return [Project(**row._mapping) for row in await conn.execute(_projects().where(projects.c.id.in_(ids)))]


async def list_projects(
    conn: AsyncConnection, owners: Collection[int], shown: Shown, offset: int, limit: int
) -> list[Project]:
    """Return the projects of `owners` that may be shown, the last active first."""
    statement = _projects().where(projects.c.entity_id.in_(owners), may_be_shown(shown))
    statement = statement.order_by(projects.c.last_active_at.desc(), projects.c.id.desc())
    return [Project(**row._mapping) for row in await conn.execute(statement.offset(offset).limit(limit))]


async def list_registries(conn: AsyncConnection, entity_id: int, shown: Shown) -> list[Project]:
    """Return the registries of an owner that may be shown, the last active first."""
    named = projects.c.name.startswith(REGISTRY_PREFIX, autoescape=True) | (projects.c.name == OLD_REGISTRY)
    statement = _projects().where(projects.c.entity_id == entity_id, named, may_be_shown(shown))
    statement = statement.order_by(projects.c.last_active_at.desc(), projects.c.id.desc())
    return [Project(**row._mapping) for row in await conn.execute(statement)]


def may_be_shown(shown: Shown) -> ColumnElement[bool]:
    column = projects.c
    may: ColumnElement[bool] = true()
    if shown.whole is not None:
        may = or_(
            column.visibility.in_(Visibility.FOR_EVERYBODY),
            column.entity_id.in_(shown.whole),
            column.entity_id.in_(shown.joined) & (column.visibility != Visibility.RESTRICTED),
            column.id.in_(shown.named),
        )
    return may if shown.only is None else may & column.id.in_(shown.only)


async def update_project(conn: AsyncConnection, project_id: int, **values: Any) -> None:
    await conn.execute(update(projects).where(projects.c.id == project_id).values(**values))


async def next_run_numbers(conn: AsyncConnection, project_id: int, count: int, moment: datetime) -> int:
    """Count `count` more runs of the project and return the number of the first. Holds the project until the commit."""
    changed = {"run_counter": projects.c.run_counter + count, "last_active_at": moment}
    await conn.execute(update(projects).where(projects.c.id == project_id).values(**changed))
    statement = select(projects.c.run_counter).where(projects.c.id == project_id)
    return int((await conn.execute(statement)).scalar_one()) - count + 1


async def next_run_number(conn: AsyncConnection, project_id: int, moment: datetime) -> int:
    """Count one more run of the project and return its number, from 1 on. Holds the project until the commit."""
    return await next_run_numbers(conn, project_id, 1, moment)

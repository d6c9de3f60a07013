"""Which types of artifacts a registry takes: all, or those that it has. Other projects take every type."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts.access import Permission, require
from steelyard.domains.artifacts import queries, rules
from steelyard.domains.artifacts.model import ArtifactType
from steelyard.domains.artifacts.tables import artifact_type_policies as table
from steelyard.domains.projects.events import PROJECT_CHANGED
from steelyard.domains.projects.model import ProjectChanged
from steelyard.kernel.errors import Invalid
from steelyard.kernel.names import is_registry
from steelyard.sql.dialect import upsert


@PROJECT_CHANGED.add
async def take_types(ctx: Context, conn: AsyncConnection, changed: ProjectChanged) -> None:
    """Write what a registry shall take. Needs to manage one that is there. Raises `Invalid` for other projects."""
    project, wanted = changed.project, changed.change
    if not wanted.artifact_types and wanted.all_artifact_types is None:
        return
    if not is_registry(project.name):
        raise Invalid("only registries have types that they take")
    [takes_all] = await takes_all_types(conn, [project.id])
    closes = wanted.all_artifact_types is not None and wanted.all_artifact_types != takes_all
    if not changed.made and (wanted.artifact_types or closes):
        require(ctx, Permission.MANAGE, project.target)
    for name in wanted.artifact_types:
        await queries.ensure_type(conn, project.id, rules.check_type_name(name), ctx.ports.clock())
    if closes:
        row = {"project_id": project.id, "all_types": wanted.all_artifact_types}
        await upsert(conn, table, [row], key=["project_id"], update=["all_types"])


async def takes_all_types(conn: AsyncConnection, project_ids: Sequence[int]) -> list[bool]:
    """Tell of each project whether it takes artifacts of every type."""
    statement = select(table.c.project_id).where(table.c.project_id.in_(project_ids), ~table.c.all_types)
    closed = set((await conn.execute(statement)).scalars())
    return [number not in closed for number in project_ids]


async def ensure_type(
    conn: AsyncConnection, project_id: int, name: str, now: datetime, description: str | None = None
) -> ArtifactType:
    """Return the type, made when missing. Raises `Invalid` in a registry that takes others only."""
    found = await queries.find_type(conn, project_id, name)
    if found is not None:
        return found
    if not all(await takes_all_types(conn, [project_id])):
        raise Invalid(f"this registry takes no artifacts of type {name!r}; its administrators say which it takes")
    return await queries.ensure_type(conn, project_id, name, now, description)

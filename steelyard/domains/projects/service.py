"""Use cases of projects. Anybody who may write to an entity makes a project by first using its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts import queries as account_queries
from steelyard.domains.accounts import service as accounts
from steelyard.domains.accounts.access import Permission, Target, Thing, Visibility
from steelyard.domains.accounts.model import Entity, EntityKind
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action
from steelyard.domains.projects import queries
from steelyard.domains.projects.events import PROJECT_CHANGED, PROJECT_DELETED
from steelyard.domains.projects.members import name_author
from steelyard.domains.projects.model import Project, ProjectChange, ProjectChanged
from steelyard.domains.projects.tables import projects
from steelyard.kernel.errors import Conflict, Denied, NotFound
from steelyard.kernel.names import check_project_name
from steelyard.sql import selection
from steelyard.sql.dialect import insert_ignore, is_duplicate
from steelyard.sql.selection import Keys

DEFAULT_PROJECT = "uncategorized"
CHANGE = (Permission.WRITE, Thing.PROJECT)
# What one search may look through; the page of an owner shows fewer.
SEARCHED_MAX = 10_000
PROJECT_KEYS: Keys[Project] = {
    "id": lambda item: item.id,
    "project_id": lambda item: item.id,
    "entity_id": lambda item: item.entity_id,
    "name": lambda item: item.name,
    "description": lambda item: item.description,
    "created_at": lambda item: item.created_at,
    "updated_at": lambda item: item.last_active_at,
}


async def find_project(ctx: Context, entity: str, name: str) -> Project | None:
    """Return the project, None when it is absent or not the caller's to see."""
    access.require_reader(ctx)
    async with ctx.database.read() as conn:
        project = await queries.find_project(conn, entity, name)
    return project if project and access.allows(ctx.identity, Permission.READ, project.target) else None


async def show_project(ctx: Context, entity: str, name: str) -> Project | None:
    """Return the project to somebody who looks at it, and have the audit log tell so."""
    project = await find_project(ctx, entity, name)
    if project is not None:
        await audit.note_reading(ctx, Action.PROJECT_READ, project.subject)
    return project


async def load_project(ctx: Context, entity: str, name: str) -> Project:
    project = await find_project(ctx, entity, name)
    if project is None:
        raise NotFound(f"project {entity}/{name} not found")
    return project


async def load_projects(ctx: Context, ids: list[int]) -> dict[int, Project]:
    """Return those of `ids` that the caller may see, by id."""
    access.require_reader(ctx)
    async with ctx.database.read() as conn:
        found = await queries.list_projects_by_id(conn, ids)
    return {item.id: item for item in found if access.allows(ctx.identity, Permission.READ, item.target)}


async def list_projects(ctx: Context, entity: Entity, offset: int, limit: int) -> list[Project]:
    """Return the projects of `entity` that the caller may see, the last active first."""
    return await _list(ctx, [entity.id], offset, limit)


async def list_projects_of(ctx: Context, owners: Sequence[Entity], limit: int) -> list[Project]:
    """Return the projects of several entities that the caller may see, the last active first."""
    return await _list(ctx, [entity.id for entity in owners], 0, limit)


async def list_registries(ctx: Context, entity: Entity, filters: str | None, order: str | None) -> list[Project]:
    """Return the registries of `entity` that the caller may see and the filters let through, the last active first.

    Takes them all into memory: an organization has tens of them. Raises `Invalid` for filters that say nothing.
    """
    identity = access.require_reader(ctx)
    async with ctx.database.read() as conn:
        found = await queries.list_registries(conn, entity.id, access.shown(identity))
    return selection.select_items(found, PROJECT_KEYS, filters, order)


async def search_projects(ctx: Context, entity: Entity, filters: str | None, order: str | None) -> list[Project]:
    """Return the projects of `entity` that the caller may see and the filters let through; `SEARCHED_MAX` of them."""
    found = await _list(ctx, [entity.id], 0, SEARCHED_MAX)
    return selection.select_items(found, PROJECT_KEYS, filters, order)


async def list_own_projects(ctx: Context, offset: int, limit: int) -> list[Project]:
    """Return the projects of all entities that the caller belongs to, the last active first."""
    return await _list(ctx, list(access.require_account(ctx).roles), offset, limit)


async def _list(ctx: Context, owners: list[int], offset: int, limit: int) -> list[Project]:
    identity = access.require_reader(ctx)
    async with ctx.database.read() as conn:
        return await queries.list_projects(conn, owners, access.shown(identity), offset, limit)


async def load_owner(ctx: Context, conn: AsyncConnection, entity: str | None) -> Entity:
    """Return the entity that a new thing shall belong to: the named one, or the caller's default.

    Raises `NotFound` for an unknown name.
    """
    access.require_account(ctx)
    entity = entity or await accounts.find_default_entity(ctx, conn)
    found = await account_queries.find_entity(conn, entity)
    if found is None:
        raise NotFound(f"entity {entity} not found")
    return found


async def ensure_project(
    ctx: Context,
    conn: AsyncConnection,
    entity: str | None,
    name: str | None,
    right: tuple[Permission, Thing] = CHANGE,
) -> Project:
    """Return the project that a client is about to write to, made when it is the first to use the name.

    A name that a project had before leads to it, so that programs under way go on where their runs are.
    Joins the caller's transaction; two callers at once get the same project. Raises `NotFound` for an unknown entity,
    `Denied` without the `right` (whether the project exists is not told), `Invalid` for an unfit name.
    """
    owner = await load_owner(ctx, conn, entity)
    _refuse_personal(ctx, owner)
    name = check_project_name(name or DEFAULT_PROJECT)
    found = await queries.find_project(conn, owner.name, name)
    permission, thing = right
    target = found.target if found else Target(owner.id)
    if not access.allows(ctx.identity, permission, target.of(thing)) or not (found or _may_make(ctx, owner)):
        raise Denied("permission denied")
    if found is None:
        inserted = await insert_ignore(conn, projects, _new_columns(ctx, owner, name, ProjectChange()))
        found = await queries.find_project(conn, owner.name, name)
        if found is not None and inserted:
            await audit.note(ctx, conn, Action.PROJECT_CREATE, found.subject)
    assert found is not None, "it was just written"
    return found


def _refuse_personal(ctx: Context, owner: Entity) -> None:
    if owner.kind is EntityKind.USER and not ctx.ports.policy.accounts.personal_entities:
        raise Denied("personal projects are switched off on this server; name a team as the entity")


def _may_make(ctx: Context, owner: Entity) -> bool:
    return access.allows(ctx.identity, Permission.APPEND, Target(owner.id))


def _new_columns(ctx: Context, owner: Entity, name: str, spec: ProjectChange) -> dict[str, Any]:
    identity = access.require_account(ctx)
    now = ctx.ports.clock()
    own = owner.kind is EntityKind.USER
    return {
        "entity_id": owner.id,
        "name": name,
        "description": "",
        "visibility": Visibility.PRIVATE if own else Visibility.TEAM,
        "created_by": identity.user_id or None,
        "created_at": now,
        "last_active_at": now,
        "run_counter": 0,
        **spec.columns(),
    }


async def create_project(ctx: Context, entity: str | None, name: str, spec: ProjectChange) -> Project:
    """Make a project. Raises `Conflict` when the name is taken, else as `ensure_project` does."""
    async with ctx.database.write() as conn:
        owner = await load_owner(ctx, conn, entity)
        _refuse_personal(ctx, owner)
        if not _may_make(ctx, owner):
            raise Denied("permission denied")
        columns = _new_columns(ctx, owner, check_project_name(name), spec)
        try:
            await conn.execute(insert(projects).values(**columns))
        except IntegrityError as error:
            if not is_duplicate(error):
                raise
            raise Conflict(f"a project {owner.name}/{name} exists already") from error
        await queries.forget_former_name(conn, owner.id, name)
        project = await queries.find_named(conn, owner.name, name)
        assert project is not None, "it was just written"
        await name_author(ctx, conn, project)
        await PROJECT_CHANGED.happen(ctx, conn, ProjectChanged(project, spec, made=True))
        await audit.note(ctx, conn, Action.PROJECT_CREATE, project.subject, visibility=project.visibility)
    return project


async def upsert_project(
    ctx: Context, entity: str | None, name: str | None, change: ProjectChange
) -> tuple[Project, bool]:
    """Return the project with `change` applied, and whether it was made for that.

    Whoever asks for a project by a name that another one had before gets one of their own.
    """
    async with ctx.database.write() as conn:
        owner = await load_owner(ctx, conn, entity)
        before = await queries.find_named(conn, owner.name, name or DEFAULT_PROJECT)
        if before is None:
            await queries.forget_former_name(conn, owner.id, name or DEFAULT_PROJECT)
        project = await ensure_project(ctx, conn, owner.name, name)
        if before is not None:
            _check_change(ctx, project, change.columns())
        await _write(conn, project, change.columns())
        await _note(ctx, conn, project, change.columns())
        changed = await _reload(conn, project.id)
        if before is None or before.visibility != changed.visibility:
            await name_author(ctx, conn, changed)
        await PROJECT_CHANGED.happen(ctx, conn, ProjectChanged(changed, change, made=before is None))
        return changed, before is None


async def update_project(ctx: Context, project_id: int, change: ProjectChange, name: str | None = None) -> Project:
    """Change a project, and its name when one is given. Raises `Conflict` when that name is taken.

    The old name goes on leading to the project until another project takes it.
    """
    async with ctx.database.write() as conn:
        project = await _reload(conn, project_id)
        values = change.columns()
        if name is not None and name != project.name:
            values["name"] = check_project_name(name)
        _check_change(ctx, project, values)
        await _write(conn, project, values)
        await _note(ctx, conn, project, values)
        if "name" in values:
            await queries.note_former_name(conn, project, values["name"], ctx.ports.clock())
        changed = await _reload(conn, project_id)
        if "visibility" in values:
            await name_author(ctx, conn, changed)
        await PROJECT_CHANGED.happen(ctx, conn, ProjectChanged(changed, change, made=False))
        return changed


def _check_change(ctx: Context, project: Project, values: Mapping[str, Any]) -> None:
    """Raise `NotFound` or `Denied` unless the caller may change these columns: name and visibility are of managers."""
    before = {"name": project.name, "visibility": project.visibility}
    is_managed = any(values.get(name, value) != value for name, value in before.items())
    if is_managed:
        access.require(ctx, Permission.MANAGE, project.target)
    if not is_managed or values.keys() - before.keys():
        access.require(ctx, Permission.WRITE, project.target)


async def _note(ctx: Context, conn: AsyncConnection, project: Project, values: dict[str, Any]) -> None:
    """Tell of a change: its columns, and of name and visibility what they were and are."""
    changed = sorted(name for name, value in values.items() if value != getattr(project, name))
    told: dict[str, Any] = {
        name: [getattr(project, name), values[name]] for name in ("name", "visibility") if name in changed
    }
    if changed:
        await audit.note(ctx, conn, Action.PROJECT_UPDATE, project.subject, changed=changed, **told)


async def _write(conn: AsyncConnection, project: Project, values: dict[str, Any]) -> None:
    if not values:
        return
    try:
        await queries.update_project(conn, project.id, **values)
    except IntegrityError as error:
        if not is_duplicate(error):
            raise
        raise Conflict(f"a project {project.entity}/{values['name']} exists already") from error


async def delete_project(ctx: Context, project_id: int) -> None:
    """Delete a project with all its runs for good. Needs the right to, or to have made the project and to write to it.

    The worker then frees the bytes of its files and streams.
    """
    async with ctx.database.write() as conn:
        project = await _reload(conn, project_id)
        identity = access.require_account(ctx)
        is_own = project.created_by == identity.user_id and access.allows(identity, Permission.WRITE, project.target)
        if not is_own:
            access.require(ctx, Permission.DELETE, project.target)
        await PROJECT_DELETED.happen(ctx, conn, project.id)
        await conn.execute(delete(projects).where(projects.c.id == project.id))
        await audit.note(ctx, conn, Action.PROJECT_DELETE, project.subject)


async def _reload(conn: AsyncConnection, project_id: int) -> Project:
    project = await queries.find_project_by_id(conn, project_id)
    if project is None:
        raise NotFound("project not found")
    return project


def is_read_only(ctx: Context, project: Project) -> bool:
    """Tell whether the caller may log no runs to it."""
    return not access.allows(ctx.identity, Permission.APPEND, project.target.of(Thing.RUN))


def may_change(ctx: Context, project: Project, thing: Thing) -> bool:
    """Tell whether the caller may change such things in it."""
    return access.allows(ctx.identity, Permission.WRITE, project.target.of(thing))


def may_manage(ctx: Context, project: Project) -> bool:
    return access.allows(ctx.identity, Permission.MANAGE, project.target)

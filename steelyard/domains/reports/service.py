"""Use cases of views. A view belongs to its project: who may write there writes views, unless one is locked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts.access import Permission, Thing
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action
from steelyard.domains.projects import service as projects
from steelyard.domains.projects.model import Project
from steelyard.domains.reports import queries, rules
from steelyard.domains.reports.model import View, ViewSpec, ViewType
from steelyard.domains.reports.queries import ViewQuery
from steelyard.domains.reports.tables import views
from steelyard.kernel.errors import Conflict, Denied, NotFound
from steelyard.kernel.ids import random_name
from steelyard.sql.dialect import insert_ignore, is_duplicate

# Pages end early rather than hold more text than this; clients go on where one ended.
_PAGE_BYTES = 32 << 20
_PAGE_VIEWS = 1000
# Longer lists are searched by name, not scrolled through.
_SHOWN_VIEWS = 1000
_EMPTY_SPEC = "{}"
_NAME_CHARS = 12


@dataclass(frozen=True)
class Deletion:
    """Whether a view was deleted, and how many drafts of it are in the way."""

    success: bool
    pending_drafts: int


async def create_view(
    ctx: Context, entity: str | None, project: str | None, spec: ViewSpec, parent_id: int | None = None
) -> tuple[View, bool]:
    """Return the view of that type and name with `spec` applied, and whether it was made for that.

    A request that is sent again therefore makes no second view. The project is made where it is absent.
    Raises `Denied`, `Invalid`, and `NotFound` for an unknown entity.
    """
    async with ctx.database.write() as conn:
        owner = await projects.ensure_project(ctx, conn, entity, project, (Permission.WRITE, Thing.REPORT))
        kind, name = spec.type or ViewType.REPORT, spec.name or random_name(_NAME_CHARS)
        found = await queries.find_view_id(conn, owner.id, kind, name)
        if found is None:
            columns = await _columns(ctx, conn, owner, spec, parent_id)
            inserted = await insert_ignore(conn, views, columns | {"type": kind, "name": name})
            found = await queries.find_view_id(conn, owner.id, kind, name)
            assert found is not None, "it was just written"
            if inserted:
                return await _written(conn, found), True
        return await _change(ctx, conn, found, spec), False


async def _columns(
    ctx: Context, conn: AsyncConnection, project: Project, spec: ViewSpec, parent_id: int | None
) -> dict[str, Any]:
    now = ctx.ports.clock()
    defaults = {
        "project_id": project.id,
        "parent_id": await _parent(conn, project, parent_id),
        "title": "",
        "description": "",
        "spec": _EMPTY_SPEC,
        "spec_bytes": len(_EMPTY_SPEC),
        "locked": False,
        "created_by": access.require_account(ctx).user_id or None,
        "created_at": now,
        "updated_at": now,
    }
    return defaults | _given(spec)


async def _parent(conn: AsyncConnection, project: Project, parent_id: int | None) -> int | None:
    """Return `parent_id` when it is a view of the same project. Raises `NotFound`."""
    if parent_id is None:
        return None
    parent = await queries.find_view(conn, parent_id)
    if parent is None or parent.project_id != project.id:
        raise NotFound("the published report of this draft was not found")
    return parent.id


def _given(spec: ViewSpec) -> dict[str, Any]:
    """Return the columns that `spec` sets. Raises `Invalid`."""
    values = {key: value for key, value in vars(spec).items() if value is not None}
    if spec.type is not None:
        values["type"] = rules.check_words(spec.type, rules.TYPE_MAX, "type of the view")
    if spec.name is not None:
        values["name"] = rules.check_name(spec.name, "name of the view")
    if spec.title is not None:
        values["title"] = rules.check_words(spec.title, rules.TITLE_MAX, "title")
    if spec.description is not None:
        values["description"] = rules.check_description(spec.description)
    if spec.preview_url is not None:
        values["preview_url"] = rules.check_url(spec.preview_url)
    if spec.spec is not None:
        values |= {"spec": rules.check_spec(spec.spec), "spec_bytes": len(spec.spec.encode())}
    return values


async def update_view(ctx: Context, view_id: int, spec: ViewSpec) -> View:
    """Change a view. Raises `NotFound`, `Denied`, `Invalid`, and `Conflict` when its new name is taken."""
    async with ctx.database.write() as conn:
        return await _change(ctx, conn, view_id, spec)


async def _change(ctx: Context, conn: AsyncConnection, view_id: int, spec: ViewSpec) -> View:
    await _load_writable(ctx, conn, view_id)
    try:
        await queries.update_view(conn, view_id, **_given(spec), updated_at=ctx.ports.clock())
    except IntegrityError as error:
        if not is_duplicate(error):
            raise
        raise Conflict(f"the project has another view of the name {spec.name!r}") from error
    return await _written(conn, view_id)


async def _written(conn: AsyncConnection, view_id: int) -> View:
    view = await queries.find_view(conn, view_id)
    assert view is not None, "it was just written"
    return view


async def _load_writable(
    ctx: Context, conn: AsyncConnection, view_id: int, permission: Permission = Permission.WRITE
) -> View:
    view = await queries.find_view(conn, view_id, lock=True)
    if view is None:
        raise NotFound("view not found")
    identity = access.require(ctx, permission, view.target)
    is_own = view.created_by is not None and view.created_by == identity.user_id
    if view.locked and not is_own and not access.allows(identity, Permission.MANAGE, view.target):
        raise Denied("the view is locked: only its author and admins of its entity may change it")
    return view


async def delete_view(ctx: Context, view_id: int, *, with_drafts: bool) -> Deletion:
    """Delete a view for good. One that has drafts stays, unless those shall go with it.

    Raises `NotFound`, `Denied`.
    """
    async with ctx.database.write() as conn:
        view = await _load_writable(ctx, conn, view_id, Permission.DELETE)
        drafts = await queries.count_drafts(conn, view.id, ViewType.DRAFT)
        if drafts and not with_drafts:
            return Deletion(success=False, pending_drafts=drafts)
        await queries.delete_drafts(conn, view.id, ViewType.DRAFT)
        await queries.delete_view(conn, view.id)
        await audit.note(ctx, conn, Action.REPORT_DELETE, view.subject, type=view.type, drafts=drafts)
    return Deletion(success=True, pending_drafts=0)


async def find_view(ctx: Context, view_id: int) -> View | None:
    """Return the view, None when it is absent or not the caller's to see."""
    identity = access.require_reader(ctx)
    async with ctx.database.read() as conn:
        view = await queries.find_view(conn, view_id)
    if view is None or not access.allows(identity, Permission.READ, view.target):
        return None
    await audit.note_reading(ctx, Action.REPORT_READ, view.subject, type=view.type)
    return view


async def list_views(
    ctx: Context, project: Project, query: ViewQuery, before: int | None, size: int
) -> tuple[list[View], bool]:
    """Return at most `size` views, the newest first, and whether more follow.

    A page ends early where its specs would be more than 32 MB together.
    """
    access.require(ctx, Permission.READ, project.target)
    async with ctx.database.read() as conn:
        size = min(size, _PAGE_VIEWS)
        sizes = await queries.list_sizes(conn, project.id, query, before, size + 1)
        ids = _fitting(sizes[:size])
        return await queries.list_views_by_id(conn, ids), len(ids) < len(sizes)


def _fitting(sizes: list[tuple[int, int]]) -> list[int]:
    """Return the first ids whose texts fit a page together, at least one."""
    ids: list[int] = []
    total = 0
    for view_id, size_bytes in sizes:
        total += size_bytes
        if ids and total > _PAGE_BYTES:
            break
        ids.append(view_id)
    return ids


async def list_headings(ctx: Context, project: Project) -> list[View]:
    """Return the views of a project without their specs, the last changed first, at most 1,000."""
    access.require(ctx, Permission.READ, project.target)
    async with ctx.database.read() as conn:
        return await queries.list_headings(conn, project.id, _SHOWN_VIEWS)

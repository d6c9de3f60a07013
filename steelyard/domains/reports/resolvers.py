"""GraphQL fields of stored documents (docs/protocol/queries.md, reports, workspaces and charts)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from steelyard.context import Context
from steelyard.domains.accounts.loaders import users
from steelyard.domains.accounts.model import User
from steelyard.domains.projects.model import Project
from steelyard.domains.reports import charts, service
from steelyard.domains.reports.charts import ChartSpec
from steelyard.domains.reports.model import CustomChart, View, ViewSpec
from steelyard.domains.reports.queries import ViewQuery
from steelyard.domains.runs.loaders import projects_of_runs
from steelyard.graphql.binding import ObjectBinding
from steelyard.graphql.connection import Connection, connection, decode_number, page_size
from steelyard.kernel.ids import decode_global_id, find_global_id

query, mutation, project_type = ObjectBinding("Query"), ObjectBinding("Mutation"), ObjectBinding("Project")
view_type, chart_type = ObjectBinding("View", View), ObjectBinding("CustomChart", CustomChart)
BINDINGS = [query, mutation, project_type, view_type, chart_type]


@query.field("view")
async def find_view(ctx: Context, id: str) -> View | None:
    number = find_global_id("View", id)
    return await service.find_view(ctx, number) if number is not None else None


@project_type.field("allViews")
async def project_views(
    project: Project, ctx: Context, first: int | None = None, after: str | None = None, **wanted: Any
) -> Connection:
    query = ViewQuery(wanted.get("view_type"), wanted.get("view_name"), wanted.get("user_name"))
    found, more = await service.list_views(ctx, project, query, decode_number(after, "view"), page_size(first))
    page = connection(found, len(found), lambda _, view: f"view:{view.id}")
    return replace(page, page_info=replace(page.page_info, has_next_page=more))


@view_type.field("displayName")
def view_title(view: View, _ctx: Context) -> str:
    return view.title


@view_type.field("project")
async def view_project(view: View, ctx: Context) -> Project | None:
    return await projects_of_runs.load(ctx, view.project_id)


@view_type.field("user")
async def view_author(view: View, ctx: Context) -> User | None:
    return await users.load(ctx, view.created_by) if view.created_by else None


@mutation.field("upsertView")
async def upsert_view(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    spec = ViewSpec(
        type=input.get("type"),
        name=input.get("name"),
        title=input.get("displayName"),
        description=input.get("description"),
        spec=input.get("spec"),
        locked=input.get("locked"),
        preview_url=input.get("previewUrl"),
    )
    if input.get("id"):
        return {"view": await service.update_view(ctx, decode_global_id("View", input["id"]), spec), "inserted": False}
    parent = decode_global_id("View", input["parentId"]) if input.get("parentId") else None
    view, inserted = await service.create_view(ctx, input.get("entityName"), input.get("projectName"), spec, parent)
    return {"view": view, "inserted": inserted}


@mutation.field("deleteView")
async def delete_view(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    view_id = decode_global_id("View", input["id"])
    done = await service.delete_view(ctx, view_id, with_drafts=bool(input.get("deleteDrafts")))
    return {"success": done.success, "pendingDrafts": done.pending_drafts}


@mutation.field("createCustomChart")
async def create_custom_chart(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    given = ChartSpec(input["name"], input["displayName"], input["type"], input["access"], input["spec"])
    return {"chart": await charts.create_chart(ctx, input["entity"], given)}


@chart_type.field("displayName")
def chart_title(chart: CustomChart, _ctx: Context) -> str:
    return chart.title

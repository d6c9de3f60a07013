"""The web app's routes of stored documents (web/src/api/contract.ts)."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from steelyard.context import Context
from steelyard.domains.accounts.loaders import users
from steelyard.domains.projects.routes import asked_project
from steelyard.domains.reports import charts, service
from steelyard.domains.reports.model import View
from steelyard.kernel.errors import NotFound
from steelyard.kernel.ids import encode_global_id, find_global_id
from steelyard.rest.routes import RouteTable

routes = RouteTable()


@routes.get("/app/projects/{entity}/{project}/views")
async def list_views(ctx: Context, request: Request) -> dict[str, Any]:
    found = await service.list_headings(ctx, await asked_project(ctx, request))
    return {"views": [await _heading(ctx, view) for view in found]}


@routes.get("/app/projects/{entity}/{project}/views/{id}")
async def show_view(ctx: Context, request: Request) -> dict[str, Any]:
    project = await asked_project(ctx, request)
    number = find_global_id("View", request.path_params["id"])
    view = await service.find_view(ctx, number) if number is not None else None
    if view is None or view.project_id != project.id:
        raise NotFound("view not found")
    return {**await _heading(ctx, view), "spec": view.spec}


async def _heading(ctx: Context, view: View) -> dict[str, Any]:
    author = await users.load(ctx, view.created_by) if view.created_by else None
    return {
        "id": encode_global_id("View", view.id).rstrip("="),
        "type": view.type,
        "name": view.name,
        "title": view.title,
        "description": view.description,
        "author": author.username if author else None,
        "locked": view.locked,
        "createdAt": view.created_at,
        "updatedAt": view.updated_at,
    }


@routes.get("/app/entities/{entity}/charts/{name}")
async def show_chart(ctx: Context, request: Request) -> dict[str, Any]:
    chart = await charts.find_chart(ctx, request.path_params["entity"], request.path_params["name"])
    if chart is None:
        raise NotFound("chart not found")
    return {"id": chart.id, "title": chart.title, "type": chart.type, "public": chart.public, "spec": chart.spec}

"""The web app's routes of storage figures (web/src/api/contract.ts)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request

from steelyard.context import Context
from steelyard.domains.projects.model import Project
from steelyard.domains.projects.routes import PROJECT_TOTALS
from steelyard.domains.storage import service
from steelyard.domains.storage.model import Usage, Waiting
from steelyard.rest.routes import RouteTable

routes = RouteTable()


@PROJECT_TOTALS.add
async def weigh_projects(ctx: Context, found: Sequence[Project]) -> Mapping[int, Mapping[str, Any]]:
    sizes = await service.weigh_projects(ctx, found)
    return {number: {"storageBytes": size} for number, size in sizes.items()}


@routes.get("/app/projects/{entity}/{project}/storage")
async def show_project(ctx: Context, request: Request) -> dict[str, Any]:
    place = request.path_params
    found = await service.show_project(ctx, place["entity"], place["project"])
    return {
        "usage": usage_shape(found.usage),
        "waiting": waiting_shape(found.waiting),
        "collections": [
            {"name": item.name, "type": item.type, "versions": item.versions, "sizeBytes": item.size_bytes}
            for item in found.collections
        ],
        "runs": [
            {"id": item.run_id, "title": item.title, "fileBytes": item.file_bytes, "historyBytes": item.history_bytes}
            for item in found.runs
        ],
        "people": _people(found.people),
    }


@routes.get("/app/entities/{entity}/storage")
async def show_entity(ctx: Context, request: Request) -> dict[str, Any]:
    found = await service.show_entity(ctx, request.path_params["entity"])
    return {
        "usage": usage_shape(found.usage),
        "waiting": waiting_shape(found.waiting),
        "projects": [{"name": project.name, "usage": usage_shape(usage)} for project, usage in found.projects],
        "people": _people(found.people),
    }


@routes.get("/app/organizations/{organization}/usage")
async def show_organization(ctx: Context, request: Request) -> dict[str, Any]:
    """What is in projects that the caller may not see does not count."""
    found = await service.show_organization(ctx, request.path_params["organization"])
    owners = [
        {
            "name": item.entity.name,
            "kind": item.entity.kind,
            "projects": item.projects,
            "usage": usage_shape(item.usage),
            "computeSeconds": item.compute_s,
        }
        for item in found
    ]
    return {"owners": owners}


def _people(people: service.People) -> list[dict[str, Any]]:
    return [{"username": name, "usage": usage_shape(usage)} for name, usage in people]


def usage_shape(usage: Usage) -> dict[str, int]:
    return {
        "totalBytes": usage.total,
        "versionBytes": usage.version_bytes,
        "fileBytes": usage.file_bytes,
        "historyBytes": usage.history_bytes,
        "versions": usage.versions,
        "runs": usage.runs,
    }


def waiting_shape(waiting: Waiting) -> dict[str, int]:
    return {"trashBytes": waiting.trash_bytes, "versionBytes": waiting.version_bytes}

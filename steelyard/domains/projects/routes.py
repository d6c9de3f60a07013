"""The web app's routes of entities and projects (web/src/api/contract.ts)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request

from steelyard.context import Context
from steelyard.domains.accounts import queries as account_queries
from steelyard.domains.accounts import service as accounts
from steelyard.domains.accounts.access import Thing
from steelyard.domains.accounts.routes import entity_ref
from steelyard.domains.projects import service
from steelyard.domains.projects.member_routes import routes as member_routes
from steelyard.domains.projects.model import Project, ProjectChange
from steelyard.kernel.errors import Invalid, NotFound
from steelyard.rest.bodies import find_text, find_texts, read_json
from steelyard.rest.contributions import Contributions
from steelyard.rest.routes import RouteTable

routes = RouteTable([*member_routes.entries])
# Projects of one page; people with more of them search by name.
_SHOWN_PROJECTS = 1000

PROJECT_TOTALS: Contributions[Project] = Contributions(
    {"runCount": 0, "runningCount": 0, "computeSeconds": 0, "storageBytes": 0}
)


@routes.get("/app/entities/{entity}")
async def show_entity(ctx: Context, request: Request) -> dict[str, Any]:
    name = request.path_params["entity"]
    entity = await accounts.find_entity(ctx, name)
    if entity is None:
        raise NotFound(f"there is no entity {name!r}")
    found = await service.list_projects(ctx, entity, 0, _SHOWN_PROJECTS)
    return {"entity": entity_ref(ctx, entity), "projects": await show_projects(ctx, found)}


@routes.post("/app/entities/{entity}/projects")
async def create_project(ctx: Context, request: Request) -> dict[str, Any]:
    body = await read_json(request)
    name = find_text(body, "name") or ""
    made = await service.create_project(ctx, request.path_params["entity"], name, _change(body))
    return (await show_projects(ctx, [made]))[0]


@routes.get("/app/projects/{entity}/{project}")
async def show_project(ctx: Context, request: Request) -> dict[str, Any]:
    entity, name = request.path_params["entity"], request.path_params["project"]
    found = await service.show_project(ctx, entity, name)
    if found is None:
        raise NotFound(f"project {entity}/{name} not found")
    return (await show_projects(ctx, [found]))[0]


@routes.patch("/app/projects/{entity}/{project}")
async def change_project(ctx: Context, request: Request) -> dict[str, Any]:
    project = await asked_project(ctx, request)
    changed = await service.update_project(ctx, project.id, _change(await read_json(request)))
    return (await show_projects(ctx, [changed]))[0]


@routes.delete("/app/projects/{entity}/{project}")
async def delete_project(ctx: Context, request: Request) -> None:
    await service.delete_project(ctx, (await asked_project(ctx, request)).id)


async def asked_project(ctx: Context, request: Request) -> Project:
    """Return the project that the path names. Raises `NotFound` when the caller may not see it."""
    return await service.load_project(ctx, request.path_params["entity"], request.path_params["project"])


def _change(body: dict[str, Any]) -> ProjectChange:
    """`artifactTypes` and `allArtifactTypes` are of registries alone."""
    every = body.get("allArtifactTypes")
    if not isinstance(every, bool | None):
        raise Invalid("allArtifactTypes must be true or false")
    return ProjectChange(
        description=find_text(body, "description"),
        visibility=find_text(body, "visibility"),
        artifact_types=tuple(find_texts(body, "artifactTypes") or ()),
        all_artifact_types=every,
    )


async def show_projects(ctx: Context, found: Sequence[Project]) -> list[dict[str, Any]]:
    totals = await PROJECT_TOTALS.of(ctx, found)
    authors = {project.created_by for project in found if project.created_by}
    async with ctx.database.read() as conn:
        names = {user.id: user.username for user in await account_queries.list_users_by_id(conn, list(authors))}
    return [
        {
            "entity": project.entity,
            "name": project.name,
            "description": project.description,
            "visibility": project.visibility,
            "createdAt": project.created_at,
            "createdBy": names.get(project.created_by or 0),
            "lastActiveAt": project.last_active_at,
            "canWrite": service.may_change(ctx, project, Thing.RUN),
            "canManage": service.may_manage(ctx, project),
            **totals[project.id],
        }
        for project in found
    ]

"""The web app's routes of registries (web/src/api/contract.ts). Collections and versions have those of artifacts."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from steelyard.context import Context
from steelyard.domains.accounts import service as accounts
from steelyard.domains.accounts.access import Thing
from steelyard.domains.projects import service as projects
from steelyard.domains.registry import service
from steelyard.domains.registry.model import Registry
from steelyard.kernel.names import REGISTRY_PREFIX
from steelyard.rest.routes import RouteTable

routes = RouteTable()


@routes.get("/app/registries")
async def list_registries(ctx: Context, _request: Request) -> dict[str, Any]:
    found = await service.list_registries(ctx)
    own = await accounts.list_own_organizations(ctx)
    entities = [await accounts.find_organization_entity(ctx, item) for item in own]
    writable = [item.name for item in entities if item is not None and accounts.may_write_to(ctx, item)]
    return {
        "organizations": sorted(item.name for item in own),
        "writable": sorted(writable),
        "registries": [_shown(ctx, item) for item in found],
    }


@routes.get("/app/registries:search")
async def search(ctx: Context, request: Request) -> dict[str, Any]:
    text = request.query_params.get("q", "").strip()
    found = await service.find_collections_by_text(ctx, text) if text else []
    return {
        "collections": [
            {
                "organization": item.entity,
                "registry": item.project.removeprefix(REGISTRY_PREFIX),
                "entity": item.entity,
                "project": item.project,
                "type": item.type_name,
                "name": item.name,
                "updatedAt": item.updated_at,
            }
            for item in found
        ]
    }


def _shown(ctx: Context, item: Registry) -> dict[str, Any]:
    project = item.project
    return {
        "organization": item.organization,
        "entity": project.entity,
        "project": project.name,
        "name": project.name.removeprefix(REGISTRY_PREFIX),
        "description": project.description,
        "visibility": project.visibility,
        "types": list(item.types),
        "allTypes": item.takes_all,
        "collectionCount": item.collection_count,
        "namedCount": item.named_count,
        "createdAt": project.created_at,
        "updatedAt": project.last_active_at,
        "canWrite": projects.may_change(ctx, project, Thing.ARTIFACT),
        "canManage": projects.may_manage(ctx, project),
    }

"""GraphQL fields of registries (docs/protocol/artifacts.md, registries). Registries themselves are projects."""

from __future__ import annotations

from typing import Any

from steelyard.context import Context
from steelyard.domains.accounts.model import Entity, Organization
from steelyard.domains.artifacts.model import Kind
from steelyard.domains.projects.model import Project
from steelyard.domains.registry import loaders, service
from steelyard.domains.registry.model import Asked
from steelyard.graphql.binding import ObjectBinding
from steelyard.graphql.connection import Connection, offset_of, offset_page, page_size

organization_type = ObjectBinding("Organization")
entity_type = ObjectBinding("Entity")
project_type = ObjectBinding("Project")
BINDINGS = [organization_type, entity_type, project_type]


@organization_type.field("advancedRegistryFeatures")
def registry_features(_organization: Organization, _ctx: Context) -> dict[str, bool]:
    """Versions are found by size and by when they were linked, and ordered by them."""
    return {"advancedSearch": True}


@entity_type.field("artifactCollections")
async def registry_collections(entity: Entity, ctx: Context, **args: Any) -> Connection:
    offset, size = offset_of(args.get("after")), page_size(args.get("first"))
    asked = Asked(args.get("project_filters"), args.get("filters"), order=args.get("order"))
    kinds = [Kind(name.lower()) for name in args.get("collection_types") or ("sequence", "portfolio")]
    found, total = await service.search_collections(ctx, entity, asked, kinds, (offset, size + 1))
    return offset_page(found, offset, size, total)


@entity_type.field("artifactMemberships")
async def registry_versions(entity: Entity, ctx: Context, **args: Any) -> Connection:
    offset, size = offset_of(args.get("after")), page_size(args.get("first"))
    asked = Asked(*(args.get(name) for name in ("project_filters", "collection_filters", "filters", "order")))
    found, total = await service.search_versions(ctx, entity, asked, (offset, size + 1))
    return offset_page(found, offset, size, total)


@project_type.field("allowAllArtifactTypesInRegistry")
async def takes_all_types(project: Project, ctx: Context) -> bool | None:
    return await loaders.type_policies.load(ctx, project.id)

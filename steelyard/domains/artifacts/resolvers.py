"""GraphQL entry points of artifacts: root fields, and what projects and runs show of them.

The fields of types and collections are in `collection_fields.py`, those of versions in `version_fields.py`, mutations
in `mutations.py`.
"""

from __future__ import annotations

from typing import Any

from steelyard.context import Context
from steelyard.domains.accounts.model import Entity
from steelyard.domains.artifacts import loaders, run_keys, service
from steelyard.domains.artifacts.collection_fields import (
    listing_of,
    page_of,
    portfolio_type,
    sequence_type,
    type_type,
)
from steelyard.domains.artifacts.model import Artifact, ArtifactType, Collection, LineageRole, Membership
from steelyard.domains.artifacts.mutations import mutation
from steelyard.domains.artifacts.version_fields import (
    alias_type,
    artifact_type,
    manifest_type,
    membership_type,
    tag_type,
)
from steelyard.domains.projects.model import Project
from steelyard.domains.runs.listing import OUTSIDE
from steelyard.domains.runs.model import Run
from steelyard.graphql.binding import ObjectBinding
from steelyard.graphql.connection import Connection, offset_of, offset_page, page_size
from steelyard.kernel.ids import decode_global_id, encode_global_id

query = ObjectBinding("Query")
entity_type, project_type, run_type = ObjectBinding("Entity"), ObjectBinding("Project"), ObjectBinding("Run")
BINDINGS = [
    query,
    mutation,
    entity_type,
    project_type,
    run_type,
    type_type,
    sequence_type,
    portfolio_type,
    artifact_type,
    membership_type,
    alias_type,
    tag_type,
    manifest_type,
]
# Runs are found by what they made and used.
OUTSIDE.update(inputartifacts=run_keys.input_artifacts, outputartifacts=run_keys.output_artifacts)


# ---- roots ----------------------------------------------------------------------------------------------------


@query.field("artifact")
async def find_artifact(ctx: Context, id: str) -> Artifact | None:
    return await service.find_artifact(ctx, id)


@query.field("artifactCollection")
async def find_collection(ctx: Context, id: str) -> Collection | None:
    return await service.find_collection_by_id(ctx, decode_global_id("ArtifactCollection", id))


@query.field("clientIDMapping")
async def find_client_id(ctx: Context, client_id: str) -> dict[str, Any] | None:
    found = await service.find_artifact(ctx, client_id)
    return {"serverID": encode_global_id("Artifact", found.id)} if found else None


@entity_type.field("xxhashDigestsEnabled")
def xxhash_enabled(_entity: Entity, _ctx: Context) -> bool:
    """Clients hash again, with MD5, when told otherwise."""
    return True


# ---- of a project ---------------------------------------------------------------------------------------------


@project_type.field("artifactType")
async def project_type_named(project: Project, ctx: Context, name: str) -> ArtifactType | None:
    return await service.find_type(ctx, project, name)


@project_type.field("artifactTypes")
async def project_types(project: Project, ctx: Context, **args: Any) -> Connection:
    listing = listing_of(args)
    found = await service.list_types(ctx, project, listing.offset, listing.limit)
    return page_of(listing, found)


@project_type.field("artifactCollection")
async def project_collection(project: Project, ctx: Context, name: str) -> Collection | None:
    return await service.find_collection(ctx, project, name)


@project_type.field("artifactCollections")
async def project_collections(project: Project, ctx: Context, **args: Any) -> Connection:
    listing = listing_of(args)
    return page_of(listing, *await service.list_collections(ctx, project, listing))


@project_type.field("artifactCollectionMembership")
async def project_membership(project: Project, ctx: Context, name: str) -> Membership | None:
    return await service.find_membership_by_name(ctx, project, name)


@project_type.field("artifact")
async def project_artifact(project: Project, ctx: Context, name: str, **_: Any) -> Artifact | None:
    place = await service.find_membership_by_name(ctx, project, name)
    return await loaders.artifacts.load(ctx, place.artifact_id) if place else None


# ---- of a run -------------------------------------------------------------------------------------------------


async def _run_artifacts(run: Run, ctx: Context, role: LineageRole, args: dict[str, Any]) -> dict[str, Any]:
    offset, size = offset_of(args.get("after")), page_size(args.get("first"))
    found, total = await service.list_run_artifacts(ctx, run, role, offset, size + 1)
    page = offset_page(found, offset, size, total)
    edges = [{"cursor": edge.cursor, "node": edge.node[0], "usedAs": edge.node[1]} for edge in page.edges]
    return {"edges": edges, "pageInfo": page.page_info, "totalCount": total}


@run_type.field("outputArtifacts")
async def output_artifacts(run: Run, ctx: Context, **args: Any) -> dict[str, Any]:
    return await _run_artifacts(run, ctx, LineageRole.OUTPUT, args)


@run_type.field("inputArtifacts")
async def input_artifacts(run: Run, ctx: Context, **args: Any) -> dict[str, Any]:
    return await _run_artifacts(run, ctx, LineageRole.INPUT, args)

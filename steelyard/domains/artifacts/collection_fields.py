"""GraphQL fields of artifact types and collections (docs/protocol/artifacts.md, collections)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from steelyard.context import Context
from steelyard.domains.artifacts import loaders, service
from steelyard.domains.artifacts.model import Artifact, ArtifactType, Collection, Kind, Membership, Portfolio, Sequence
from steelyard.domains.artifacts.service import Listing
from steelyard.domains.projects.model import Project
from steelyard.domains.runs.loaders import projects_of_runs as projects
from steelyard.graphql.binding import ObjectBinding, Resolver
from steelyard.graphql.connection import Connection, offset_of, offset_page, page_size, slice_page
from steelyard.kernel.ids import encode_global_id

type_type = ObjectBinding("ArtifactType", model=ArtifactType)
sequence_type = ObjectBinding("ArtifactSequence", model=Sequence)
portfolio_type = ObjectBinding("ArtifactPortfolio", model=Portfolio)


def listing_of(args: dict[str, Any]) -> Listing:
    """Return what the arguments of a connection ask for, and one item more, which tells that more follow."""
    size = page_size(args.get("first"))
    return Listing(offset_of(args.get("after")), size + 1, args.get("filters"), args.get("order"))


def page_of(listing: Listing, items: list[Any], total: int | None = None) -> Connection:
    return offset_page(items, listing.offset, listing.limit - 1, total)


# ---- of a type ------------------------------------------------------------------------------------------------


@type_type.field("project")
async def type_project(kind: ArtifactType, ctx: Context) -> Project | None:
    return await projects.load(ctx, kind.project_id)


@type_type.field("artifact")
async def type_artifact(kind: ArtifactType, ctx: Context, name: str) -> Artifact | None:
    project = await projects.load(ctx, kind.project_id)
    place = await service.find_membership_by_name(ctx, project, name) if project else None
    found = await loaders.artifacts.load(ctx, place.artifact_id) if place else None
    return found if found and found.type_id == kind.id else None


@type_type.field("artifactCollection")
async def type_collection(kind: ArtifactType, ctx: Context, name: str) -> Collection | None:
    project = await projects.load(ctx, kind.project_id)
    found = await service.find_collection(ctx, project, name) if project else None
    return found if found and found.type_id == kind.id else None


@type_type.field("artifactSequence")
async def type_sequence(kind: ArtifactType, ctx: Context, name: str) -> Collection | None:
    found = await type_collection(kind, ctx, name)
    return found if found and found.kind is Kind.SEQUENCE else None


async def _type_listing(kind: ArtifactType, ctx: Context, args: dict[str, Any], only: Kind | None) -> Connection | None:
    project, listing = await projects.load(ctx, kind.project_id), listing_of(args)
    if project is None:
        return None
    return page_of(listing, *await service.list_collections(ctx, project, listing, type_id=kind.id, kind=only))


@type_type.field("artifactCollections")
async def type_collections(kind: ArtifactType, ctx: Context, **args: Any) -> Connection | None:
    return await _type_listing(kind, ctx, args, None)


@type_type.field("artifactSequences")
async def type_sequences(kind: ArtifactType, ctx: Context, **args: Any) -> Connection | None:
    return await _type_listing(kind, ctx, args, Kind.SEQUENCE)


# ---- of a collection ------------------------------------------------------------------------------------------


def collection_field(name: str) -> Callable[[Resolver], Resolver]:
    """Bind a resolver to sequences and portfolios alike."""

    def bind(resolver: Resolver) -> Resolver:
        for binding in (sequence_type, portfolio_type):
            binding.field(name)(resolver)
        return resolver

    return bind


@collection_field("id")
def collection_id(collection: Collection, _ctx: Context) -> str:
    """Both kinds share one name space of ids: mutations name collections without telling the kind."""
    return encode_global_id("ArtifactCollection", collection.id)


@collection_field("state")
def collection_state(collection: Collection, _ctx: Context) -> str:
    return "DELETED" if collection.deleted else "READY"


@collection_field("project")
async def collection_project(collection: Collection, ctx: Context) -> Project | None:
    return await projects.load(ctx, collection.project_id)


@collection_field("defaultArtifactType")
async def collection_artifact_type(collection: Collection, ctx: Context) -> ArtifactType | None:
    return await loaders.types.load(ctx, collection.type_id)


@collection_field("tags")
async def collection_tags(
    collection: Collection, ctx: Context, first: int | None = None, after: str | None = None
) -> Connection:
    return slice_page(await loaders.collection_tags.load(ctx, collection.id) or [], first, after)


@collection_field("aliases")
async def collection_aliases(
    collection: Collection, ctx: Context, first: int | None = None, after: str | None = None
) -> Connection:
    return slice_page(await service.list_collection_aliases(ctx, collection), first, after)


@collection_field("artifactMembership")
async def collection_membership(collection: Collection, ctx: Context, alias_name: str) -> Membership | None:
    return await service.find_membership(ctx, collection, alias_name)


@collection_field("artifactMemberships")
async def collection_memberships(collection: Collection, ctx: Context, **args: Any) -> Connection:
    listing = listing_of(args)
    return page_of(listing, *await service.list_memberships(ctx, collection, listing))


@collection_field("artifacts")
async def collection_artifacts(collection: Collection, ctx: Context, **args: Any) -> dict[str, Any]:
    page = await collection_memberships(collection, ctx, **args)
    edges = [
        {
            "cursor": edge.cursor,
            "version": f"v{edge.node.version_index}",
            "node": await loaders.artifacts.load(ctx, edge.node.artifact_id),
        }
        for edge in page.edges
    ]
    return {"edges": edges, "pageInfo": page.page_info, "totalCount": page.total_count}


@sequence_type.field("latestArtifact")
async def latest_artifact(sequence: Sequence, ctx: Context) -> Artifact | None:
    place = await service.find_newest(ctx, sequence)
    return await loaders.artifacts.load(ctx, place.artifact_id) if place else None

"""Use cases of reading: versions by id and by name, types, collections, and what surrounds them.

Absent things are None, and so are those that the caller may not see. Making versions is in `uploads.py` and
`commit.py`, changing them in `edits.py`, their content in `downloads.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from steelyard.context import Context
from steelyard.domains.accounts.access import Permission, allows, require, require_reader
from steelyard.domains.artifacts import access, filters, lineage_queries, membership_queries, name_queries, queries
from steelyard.domains.artifacts.model import (
    Alias,
    Artifact,
    ArtifactType,
    Collection,
    Kind,
    LineageRole,
    Link,
    Membership,
)
from steelyard.domains.artifacts.rules import split_version_name
from steelyard.domains.projects.model import Project
from steelyard.domains.runs import changes
from steelyard.domains.runs import queries as run_queries
from steelyard.domains.runs.changes import Kind as ChangeKind
from steelyard.domains.runs.model import Run
from steelyard.kernel.errors import NotFound
from steelyard.kernel.ids import find_global_id


@dataclass(frozen=True)
class Listing:
    """Which part of a list is asked for. `filters` and `order` are the client's words, see `filters.py`."""

    offset: int = 0
    limit: int = 50
    filters: str | None = None
    order: str | None = None


@dataclass(frozen=True)
class RunName:
    entity: str
    project: str
    run_id: str


# ---- versions -------------------------------------------------------------------------------------------------


async def find_artifact(ctx: Context, name: str) -> Artifact | None:
    """Return the version of this global id, or of this id that a client gave to it."""
    require_reader(ctx)
    number = find_global_id("Artifact", name)
    async with ctx.database.read() as conn:
        if number is not None:
            return await access.find_artifact(ctx, conn, number)
        found = await queries.find_artifact_by_client_id(conn, name)
        return next(iter(await access.visible(ctx, conn, [found] if found else [])), None)


async def load_artifacts(ctx: Context, ids: Sequence[int]) -> dict[int, Artifact]:
    """Return those of `ids` that the caller may see, by id."""
    async with ctx.database.read() as conn:
        found = await access.visible(ctx, conn, await queries.list_artifacts_by_id(conn, ids))
    return {item.id: item for item in found}


# ---- types and collections ------------------------------------------------------------------------------------


async def find_type(ctx: Context, project: Project, name: str) -> ArtifactType | None:
    require(ctx, Permission.READ, project.target)
    async with ctx.database.read() as conn:
        return await queries.find_type(conn, project.id, name)


async def list_types(ctx: Context, project: Project, offset: int, limit: int) -> list[ArtifactType]:
    require(ctx, Permission.READ, project.target)
    async with ctx.database.read() as conn:
        return await queries.list_types(conn, project.id, (offset, limit))


async def find_collection(ctx: Context, project: Project, name: str) -> Collection | None:
    require(ctx, Permission.READ, project.target)
    async with ctx.database.read() as conn:
        return await queries.find_collection(conn, project.id, name)


async def find_collection_by_id(ctx: Context, collection_id: int) -> Collection | None:
    found = await load_collections(ctx, [collection_id])
    return found.get(collection_id)


async def load_collections(ctx: Context, ids: Sequence[int]) -> dict[int, Collection]:
    """Return those of `ids` whose project the caller may see, by id."""
    require_reader(ctx)
    async with ctx.database.read() as conn:
        found = await queries.list_collections_by_id(conn, ids)
    return {item.id: item for item in found if allows(ctx.identity, Permission.READ, item.target)}


async def load_sequences(ctx: Context, artifact_ids: Sequence[int]) -> dict[int, Collection]:
    """Return artifact id → its sequence, for versions that the caller may see; a link shows where it leads.

    One that was deleted a moment ago, with its versions, is left out.
    """
    known = await load_artifacts(ctx, artifact_ids)
    async with ctx.database.read() as conn:
        found = await queries.list_collections_by_id(conn, [item.sequence_id for item in known.values()])
    sequences = {item.id: item for item in found}
    places = {artifact_id: item.sequence_id for artifact_id, item in known.items()}
    return {artifact_id: sequences[number] for artifact_id, number in places.items() if number in sequences}


async def list_collections(
    ctx: Context, project: Project, listing: Listing, *, type_id: int | None = None, kind: Kind | None = None
) -> tuple[list[Collection], int]:
    """Return a page and how many there are in all. Default order: the newest first."""
    require(ctx, Permission.READ, project.target)
    conditions = filters.parse_filters(listing.filters, queries.COLLECTION_ORDERS)
    order = filters.parse_order(listing.order, queries.COLLECTION_ORDERS, "-id")
    question = queries.collections_of(project.id, type_id, kind, conditions)
    async with ctx.database.read() as conn:
        items = await queries.list_collections(conn, question, order, (listing.offset, listing.limit))
        return items, await queries.count_collections(conn, question)


# ---- memberships ----------------------------------------------------------------------------------------------


async def find_membership(ctx: Context, collection: Collection, alias: str) -> Membership | None:
    require(ctx, Permission.READ, collection.target)
    async with ctx.database.read() as conn:
        return await membership_queries.find_membership(conn, collection.id, alias)


async def find_membership_by_name(ctx: Context, project: Project, name: str) -> Membership | None:
    """Return what `collection:alias`, `collection:v3` or `collection` (its latest) means in the project.

    The collection may be given by the id that a client made for it.
    """
    require(ctx, Permission.READ, project.target)
    name, alias = split_version_name(name)
    async with ctx.database.read() as conn:
        collection = await queries.find_collection(conn, project.id, name)
        if collection is None:
            collection = await queries.find_collection_by_client_id(conn, project.id, name)
        return await membership_queries.find_membership(conn, collection.id, alias) if collection else None


async def list_memberships(ctx: Context, collection: Collection, listing: Listing) -> tuple[list[Membership], int]:
    """Return a page of the collection's versions and how many there are. Default order: the newest first."""
    require(ctx, Permission.READ, collection.target)
    conditions = filters.parse_filters(listing.filters, queries.VERSION_FILTERS)
    order = filters.parse_order(listing.order, queries.VERSION_ORDERS, "-versionIndex")
    question = membership_queries.memberships_of(collection.id, conditions)
    async with ctx.database.read() as conn:
        items = await membership_queries.list_memberships(conn, question, order, (listing.offset, listing.limit))
        return items, await membership_queries.count_memberships(conn, question)


async def load_memberships(ctx: Context, ids: Sequence[int]) -> list[Membership]:
    """Return those of the places, in the given order, whose collection the caller may see."""
    async with ctx.database.read() as conn:
        places = {item.id: item for item in await membership_queries.list_memberships_by_id(conn, ids)}
    known = await load_collections(ctx, [item.collection_id for item in places.values()])
    return [places[number] for number in ids if number in places and places[number].collection_id in known]


async def find_newest(ctx: Context, collection: Collection) -> Membership | None:
    require(ctx, Permission.READ, collection.target)
    async with ctx.database.read() as conn:
        return await membership_queries.find_newest_membership(conn, collection.id)


async def load_places(ctx: Context, artifact_ids: Sequence[int]) -> dict[int, list[Membership]]:
    """Return artifact id → where the version stands, its sequence first, as far as the caller may see the collections.

    Versions that the caller may not see are left out.
    """
    visible = await load_artifacts(ctx, artifact_ids)
    async with ctx.database.read() as conn:
        places = await membership_queries.list_memberships_of_artifacts(conn, list(visible))
    known = await load_collections(ctx, [place.collection_id for place in places])
    found: dict[int, list[Membership]] = {}
    for place in places:
        if place.collection_id in known:
            found.setdefault(place.artifact_id, []).append(place)
    return found


async def list_collection_aliases(ctx: Context, collection: Collection) -> list[Alias]:
    require(ctx, Permission.READ, collection.target)
    async with ctx.database.read() as conn:
        return await name_queries.list_aliases_of_collection(conn, collection.id)


# ---- lineage --------------------------------------------------------------------------------------------------


async def list_run_artifacts(
    ctx: Context, run: Run, role: LineageRole, offset: int, limit: int
) -> tuple[list[tuple[Artifact, str | None]], int]:
    """Return a page of (version, used as) that the run made or used, and how many there are in all."""
    require(ctx, Permission.READ, run.target)
    async with ctx.database.read() as conn:
        links = await lineage_queries.list_of_run(conn, run.id, role, offset, limit)
        total = await lineage_queries.count_of_run(conn, run.id, role)
    known = await load_artifacts(ctx, [artifact_id for artifact_id, _ in links])
    return [(known[artifact_id], used_as) for artifact_id, used_as in links if artifact_id in known], total


async def use_artifact(ctx: Context, artifact_id: int, name: RunName, used_as: str | None) -> Artifact:
    """Note that the run used the version; again is fine. Needs to read the version and to write the run."""
    async with ctx.database.write() as conn:
        artifact = await access.load_readable(ctx, conn, artifact_id)
        run = await run_queries.find_run(conn, name.entity, name.project, name.run_id)
        if run is None:
            raise NotFound(f"run {name.entity}/{name.project}/{name.run_id} not found")
        require(ctx, Permission.APPEND, run.target)
        link = Link(run.id, artifact.id, LineageRole.INPUT, used_as)
        await lineage_queries.record(conn, link, ctx.ports.clock())
        await changes.record(conn, run.project_id, run.id, ChangeKind.ARTIFACTS, ctx.ports.clock())
    return artifact


async def list_users(ctx: Context, artifact: Artifact) -> list[Run]:
    """Return the runs that used the version, as far as the caller may see them."""
    async with ctx.database.read() as conn:
        artifact = await access.load_readable(ctx, conn, artifact.id)
        ids = await lineage_queries.list_runs(conn, artifact.id, LineageRole.INPUT)
        runs = await run_queries.list_runs_by_id(conn, ids)
    return [run for run in runs if allows(ctx.identity, Permission.READ, run.target)]

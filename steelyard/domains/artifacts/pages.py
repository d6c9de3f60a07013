"""What the web app's artifact pages show, put together from whole pages of rows with a fixed number of questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from steelyard.context import Context
from steelyard.domains.accounts.access import Permission, allows
from steelyard.domains.artifacts import queries, service
from steelyard.domains.artifacts import tables as t
from steelyard.domains.artifacts.model import Artifact, Collection, LineageRole, Membership
from steelyard.domains.artifacts.service import Listing
from steelyard.domains.projects import service as projects
from steelyard.domains.runs import queries as run_queries
from steelyard.domains.runs import service as runs
from steelyard.domains.runs.model import Run
from steelyard.kernel.errors import NotFound

# Lists of the pages are not paged yet; these bound what one of them may cost.
_COLLECTIONS_MAX = 5_000
_VERSIONS_MAX = 2_000


@dataclass(frozen=True)
class Row:
    """A version in one of its collections. `made_by` is the run that made it first, if it still exists."""

    artifact: Artifact
    collection: Collection
    version: str
    aliases: list[str]
    tags: list[str]
    made_by: Run | None


@dataclass(frozen=True)
class CollectionRow:
    collection: Collection
    version_count: int
    newest_index: int | None


@dataclass(frozen=True)
class Detail:
    row: Row
    used_by: list[Run]
    can_write: bool


async def list_project(ctx: Context, entity: str, project: str) -> list[CollectionRow]:
    """Return all collections of a project, by type and name."""
    found = await projects.load_project(ctx, entity, project)
    items, _ = await service.list_collections(ctx, found, Listing(0, _COLLECTIONS_MAX, order="name"))
    rows = await _collection_rows(ctx, items)
    return sorted(rows, key=lambda row: row.collection.type_name)


async def _collection_rows(ctx: Context, items: Sequence[Collection]) -> list[CollectionRow]:
    async with ctx.database.read() as conn:
        counts: dict[int, tuple[int, int]] = {}
        for some in queries.chunks([item.id for item in items]):
            counts |= await queries.count_versions(conn, some)
    return [CollectionRow(item, *counts.get(item.id, (0, None))) for item in items]


async def load_collection(
    ctx: Context, entity: str, project: str, type_name: str, name: str
) -> tuple[CollectionRow, list[Row]]:
    """Return a collection and its versions, the newest first. Raises `NotFound`."""
    collection = await _load(ctx, entity, project, type_name, name)
    places, _ = await service.list_memberships(ctx, collection, Listing(0, _VERSIONS_MAX))
    (row,) = await _collection_rows(ctx, [collection])
    return row, await _rows(ctx, places)


async def _load(ctx: Context, entity: str, project: str, type_name: str, name: str) -> Collection:
    owner = await projects.load_project(ctx, entity, project)
    collection = await service.find_collection(ctx, owner, name)
    if collection is None or collection.type_name != type_name:
        raise NotFound(f"artifact collection {type_name}/{name} not found")
    return collection


async def load_version(  # noqa: PLR0913, PLR0917 - the parts of its address
    ctx: Context, entity: str, project: str, type_name: str, name: str, version: str
) -> Detail:
    """Return a version by number or alias. Raises `NotFound`."""
    collection = await _load(ctx, entity, project, type_name, name)
    place = await service.find_membership(ctx, collection, version)
    rows = await _rows(ctx, [place] if place else [])
    if not rows:
        raise NotFound(f"artifact {name}:{version} not found")
    artifact = rows[0].artifact
    can_write = allows(ctx.identity, Permission.WRITE, artifact.target)
    return Detail(rows[0], await service.list_users(ctx, artifact), can_write)


async def load_run(ctx: Context, entity: str, project: str, run_id: str) -> tuple[list[Row], list[Row]]:
    """Return what a run used and what it made, as the versions of their sequences."""
    run = await runs.load_run(ctx, entity, project, run_id)
    used = await service.list_run_artifacts(ctx, run, LineageRole.INPUT, 0, _VERSIONS_MAX)
    made = await service.list_run_artifacts(ctx, run, LineageRole.OUTPUT, 0, _VERSIONS_MAX)
    return await _in_sequences(ctx, used[0]), await _in_sequences(ctx, made[0])


async def _in_sequences(ctx: Context, links: Sequence[tuple[Artifact, str | None]]) -> list[Row]:
    sequence_of = {artifact.id: artifact.sequence_id for artifact, _ in links}
    places: dict[int, Membership] = {}
    async with ctx.database.read() as conn:
        for some in queries.chunks(list(sequence_of)):
            for place in await queries.list_memberships_of_artifacts(conn, some):
                if sequence_of[place.artifact_id] == place.collection_id:
                    places[place.artifact_id] = place
    return await _rows(ctx, [places[artifact_id] for artifact_id in sequence_of if artifact_id in places])


async def _rows(ctx: Context, places: Sequence[Membership]) -> list[Row]:
    artifacts = await _artifacts(ctx, places)
    shown = [place for place in places if place.artifact_id in artifacts]
    makers = {item.run_id for item in artifacts.values() if item.run_id is not None}
    async with ctx.database.read() as conn:
        owners = await queries.list_collections_by_id(conn, list({place.collection_id for place in shown}))
        collections = {item.id: item for item in owners}
        runs_found = await run_queries.list_runs_by_id(conn, list(makers))
        made_by = {run.id: run for run in runs_found if allows(ctx.identity, Permission.READ, run.target)}
        aliases: dict[int, list[str]] = {}
        tags: dict[int, list[str]] = {}
        for some in queries.chunks(shown):
            for alias in await queries.list_aliases_of_memberships(conn, [place.id for place in some]):
                aliases.setdefault(alias.membership_id, []).append(alias.alias)
            owned = await queries.list_tags(conn, t.artifact_tags, "artifact_id", [place.artifact_id for place in some])
            for artifact_id, tag in owned:
                tags.setdefault(artifact_id, []).append(tag.name)
    return [
        Row(
            artifacts[place.artifact_id],
            collections[place.collection_id],
            f"v{place.version_index}",
            aliases.get(place.id, []),
            tags.get(place.artifact_id, []),
            made_by.get(artifacts[place.artifact_id].run_id or 0),
        )
        for place in shown
    ]


async def _artifacts(ctx: Context, places: Sequence[Membership]) -> dict[int, Artifact]:
    found: dict[int, Artifact] = {}
    for some in queries.chunks([place.artifact_id for place in places]):
        found |= await service.load_artifacts(ctx, some)
    return found

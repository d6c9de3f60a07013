"""Versions and runs as lists show them, put together from whole pages with a fixed number of questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts.access import Permission, allows
from steelyard.domains.artifacts import access, membership_queries, name_queries, queries, service
from steelyard.domains.artifacts import tables as t
from steelyard.domains.artifacts.browse import walk_queries
from steelyard.domains.artifacts.browse.walk_queries import RunNode
from steelyard.domains.artifacts.model import Artifact, Collection, LineageRole, Membership
from steelyard.domains.runs import service as runs

# What a run made and used, as its page shows it.
_RUN_ARTIFACTS_MAX = 2_000


@dataclass(frozen=True)
class Row:
    """A version in one of its collections; `place` is None for one that is still on its way.

    `made_by` is the run that made it first, if it still exists and is the caller's to see.
    """

    artifact: Artifact
    collection: Collection
    place: Membership | None
    aliases: list[str]
    tags: list[str]
    made_by: RunNode | None

    @property
    def version(self) -> str:
        """The number in this collection; a version without one goes by its digest."""
        return f"v{self.place.version_index}" if self.place else self.artifact.digest


async def list_rows(ctx: Context, conn: AsyncConnection, places: Sequence[Membership]) -> list[Row]:
    """Return the versions of these places, those that the caller may see."""
    found: dict[int, Artifact] = {}
    for some in queries.chunks([place.artifact_id for place in places]):
        artifacts = await queries.list_artifacts_by_id(conn, some)
        found |= {item.id: item for item in await access.visible(ctx, conn, artifacts)}
    shown = [(found[place.artifact_id], place) for place in places if place.artifact_id in found]
    return await build_rows(ctx, conn, shown)


async def build_rows(
    ctx: Context, conn: AsyncConnection, shown: Sequence[tuple[Artifact, Membership | None]]
) -> list[Row]:
    """Return the rows of versions that the caller may see; those without a place are shown in their sequence."""
    owners = {place.collection_id if place else artifact.sequence_id for artifact, place in shown}
    collections = {item.id: item for item in await queries.list_collections_by_id(conn, list(owners))}
    makers = {artifact.run_id for artifact, _ in shown if artifact.run_id is not None}
    made_by = {run.id: run for run in await readable_runs(ctx, conn, list(makers))}
    aliases: dict[int, list[str]] = {}
    tags: dict[int, list[str]] = {}
    for some in queries.chunks(shown):
        for alias in await name_queries.list_aliases_of_memberships(conn, [place.id for _, place in some if place]):
            aliases.setdefault(alias.membership_id, []).append(alias.alias)
        owned = await name_queries.list_tags(
            conn, t.artifact_tags, "artifact_id", [artifact.id for artifact, _ in some]
        )
        for artifact_id, tag in owned:
            tags.setdefault(artifact_id, []).append(tag.name)
    return [
        Row(
            artifact,
            collections[place.collection_id if place else artifact.sequence_id],
            place,
            aliases.get(place.id, []) if place else [],
            tags.get(artifact.id, []),
            made_by.get(artifact.run_id or 0),
        )
        for artifact, place in shown
    ]


async def readable_runs(ctx: Context, conn: AsyncConnection, ids: Sequence[int]) -> list[RunNode]:
    """Return the living runs of `ids` that the caller may see, in that order."""
    found: dict[int, RunNode] = {}
    for some in queries.chunks(ids):
        found |= {run.id: run for run in await walk_queries.list_runs(conn, some)}
    shown = [found[number] for number in ids if number in found]
    return [run for run in shown if run.deleted_at is None and allows(ctx.identity, Permission.READ, run.target)]


async def load_run(ctx: Context, entity: str, project: str, run_id: str) -> tuple[list[Row], list[Row]]:
    """Return what a run used and what it made, as the versions of their sequences."""
    run = await runs.load_run(ctx, entity, project, run_id)
    used, _ = await service.list_run_artifacts(ctx, run, LineageRole.INPUT, 0, _RUN_ARTIFACTS_MAX)
    made, _ = await service.list_run_artifacts(ctx, run, LineageRole.OUTPUT, 0, _RUN_ARTIFACTS_MAX)
    async with ctx.database.read() as conn:
        return await _in_sequences(ctx, conn, used), await _in_sequences(ctx, conn, made)


async def _in_sequences(ctx: Context, conn: AsyncConnection, links: Sequence[tuple[Artifact, str | None]]) -> list[Row]:
    known = {artifact.id: artifact for artifact, _ in links}
    places: dict[int, Membership] = {}
    for some in queries.chunks(list(known)):
        for place in await membership_queries.list_memberships_of_artifacts(conn, some):
            if known[place.artifact_id].sequence_id == place.collection_id:
                places[place.artifact_id] = place
    return await build_rows(ctx, conn, [(known[number], places[number]) for number in known if number in places])

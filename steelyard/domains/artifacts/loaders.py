"""Batch loaders of artifacts: what every version of a page is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from steelyard.context import Context
from steelyard.domains.artifacts import content_queries, name_queries, queries, service
from steelyard.domains.artifacts import tables as t
from steelyard.domains.artifacts.model import Alias, Artifact, ArtifactType, Collection, Manifest, Membership, Tag
from steelyard.domains.runs import queries as run_queries
from steelyard.domains.runs.model import Run
from steelyard.graphql.loading import Batch

T = TypeVar("T")


def _grouped(pairs: Iterable[tuple[int, T]]) -> dict[int, list[T]]:
    found: dict[int, list[T]] = {}
    for key, item in pairs:
        found.setdefault(key, []).append(item)
    return found


async def _fetch_place_aliases(ctx: Context, ids: list[int]) -> dict[int, list[Alias]]:
    async with ctx.database.read() as conn:
        return _grouped(
            (item.membership_id, item) for item in await name_queries.list_aliases_of_memberships(conn, ids)
        )


async def _fetch_tags(ctx: Context, ids: list[int]) -> dict[int, list[Tag]]:
    async with ctx.database.read() as conn:
        return _grouped(await name_queries.list_tags(conn, t.artifact_tags, "artifact_id", ids))


async def _fetch_collection_tags(ctx: Context, ids: list[int]) -> dict[int, list[Tag]]:
    async with ctx.database.read() as conn:
        return _grouped(await name_queries.list_tags(conn, t.artifact_collection_tags, "collection_id", ids))


async def _fetch_types(ctx: Context, ids: list[int]) -> dict[int, ArtifactType]:
    async with ctx.database.read() as conn:
        return {item.id: item for item in await queries.list_types_by_id(conn, ids)}


async def _fetch_manifests(ctx: Context, ids: list[int]) -> dict[int, Manifest]:
    async with ctx.database.read() as conn:
        return {item.id: item for item in await content_queries.list_manifests_by_id(conn, ids)}


async def _fetch_runs(ctx: Context, ids: list[int]) -> dict[int, Run]:
    async with ctx.database.read() as conn:
        return {item.id: item for item in await run_queries.list_runs_by_id(conn, ids)}


artifacts: Batch[int, Artifact] = Batch("artifacts", service.load_artifacts)
collections: Batch[int, Collection] = Batch("artifact collections", service.load_collections)
sequences: Batch[int, Collection] = Batch("sequences of artifacts", service.load_sequences)
places: Batch[int, list[Membership]] = Batch("places of artifacts", service.load_places)
place_aliases: Batch[int, list[Alias]] = Batch("aliases of memberships", _fetch_place_aliases)
tags: Batch[int, list[Tag]] = Batch("tags of artifacts", _fetch_tags)
collection_tags: Batch[int, list[Tag]] = Batch("tags of collections", _fetch_collection_tags)
types: Batch[int, ArtifactType] = Batch("artifact types", _fetch_types)
manifests: Batch[int, Manifest] = Batch("artifact manifests", _fetch_manifests)
makers: Batch[int, Run] = Batch("runs that made artifacts", _fetch_runs)

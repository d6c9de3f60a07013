"""Use cases of searching all registries of an organization at once. Their collections are those of `artifacts`.

The caller finds what is in the registries that they may see. A search looks at every collection or version that its
outer filters leave, and keeps of each its number and what it is ordered by; only the asked page is loaded whole.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

from steelyard.context import Context
from steelyard.domains.accounts import service as accounts
from steelyard.domains.accounts.model import Entity
from steelyard.domains.artifacts import service as artifacts
from steelyard.domains.artifacts import type_policy
from steelyard.domains.artifacts.model import Collection as ArtifactCollection
from steelyard.domains.artifacts.model import Kind, Membership
from steelyard.domains.projects import service as projects
from steelyard.domains.projects.model import Project
from steelyard.domains.registry import queries
from steelyard.domains.registry.model import (
    COLLECTION_KEYS,
    VERSION_KEYS,
    Asked,
    FoundCollection,
    FoundVersion,
    Registry,
)
from steelyard.sql import filters, selection

T = TypeVar("T")
Page = tuple[int, int]
"""Offset and limit."""
# Of one search for a text: who does not find it among them types another letter.
FOUND_MAX = 50


async def search_collections(
    ctx: Context, entity: Entity, asked: Asked, kinds: Collection[Kind], page: Page
) -> tuple[list[ArtifactCollection], int]:
    """Return a page of the collections, and how many there are in all. Default order: the newest first."""
    found = await _find_collections(ctx, entity, asked, kinds, asked.order)
    some = [item.id for item in _part(found, page)]
    loaded = await artifacts.load_collections(ctx, some)
    return [loaded[number] for number in some if number in loaded], len(found)


async def search_versions(ctx: Context, entity: Entity, asked: Asked, page: Page) -> tuple[list[Membership], int]:
    """Return a page of linked versions, and how many there are in all. Default order: the last linked first."""
    condition = selection.parse_filter(asked.versions, VERSION_KEYS)
    order = selection.parse_order(asked.order, VERSION_KEYS)
    keys = {selection.root_of(key) for key in filters.keys_of(condition)}
    inside = [item.id for item in await _find_collections(ctx, entity, asked, [Kind.PORTFOLIO], None)]
    found: list[FoundVersion] = []
    async with ctx.database.read() as conn:
        async for portion in queries.walk_versions(conn, inside, keys):
            found += [item for item in portion if selection.holds(condition, VERSION_KEYS, item)]
    found.sort(key=lambda item: item.id, reverse=True)
    some = [item.id for item in _part(selection.arrange(found, VERSION_KEYS, order), page)]
    return await artifacts.load_memberships(ctx, some), len(found)


async def list_registries(ctx: Context) -> list[Registry]:
    """Return the registries of all organizations that the caller belongs to, as far as they may see them, by name."""
    found: list[tuple[Project, str]] = []
    for organization in await accounts.list_own_organizations(ctx):
        entity = await accounts.find_organization_entity(ctx, organization)
        if entity is not None:
            found += [(item, organization.name) for item in await projects.list_registries(ctx, entity, None, None)]
    ids = [item.id for item, _ in found]
    async with ctx.database.read() as conn:
        types, counts = await queries.list_types(conn, ids), await queries.count_collections(conn, ids)
        named, takes_all = await queries.count_named(conn, ids), await type_policy.takes_all_types(conn, ids)
    registries = [
        Registry(
            project, organization, types.get(project.id, ()), every, counts.get(project.id, 0), named.get(project.id, 0)
        )
        for (project, organization), every in zip(found, takes_all, strict=True)
    ]
    return sorted(registries, key=lambda item: (item.project.name.lower(), item.organization))


async def find_collections_by_text(ctx: Context, text: str) -> list[ArtifactCollection]:
    """Return collections of all registries of the caller whose name, a tag or an alias holds the text; the first 50."""
    registries = [item.project.id for item in await list_registries(ctx)]
    async with ctx.database.read() as conn:
        ids = await queries.find_collection_ids(conn, registries, text, FOUND_MAX)
    found = await artifacts.load_collections(ctx, ids)
    return [found[number] for number in ids if number in found]


async def _find_collections(
    ctx: Context, entity: Entity, asked: Asked, kinds: Collection[Kind], order: str | None
) -> list[FoundCollection]:
    registries = await projects.list_registries(ctx, entity, asked.registries, None)
    async with ctx.database.read() as conn:
        found = await queries.list_collections(conn, [item.id for item in registries], kinds)
    return selection.select_items(found, COLLECTION_KEYS, asked.collections, order)


def _part(items: list[T], page: Page) -> list[T]:
    return items[page[0] : page[0] + page[1]]


async def load_type_policies(ctx: Context, project_ids: list[int]) -> dict[int, bool]:
    """Return project id → whether it takes artifacts of every type, for projects that the caller sees."""
    known = list(await projects.load_projects(ctx, project_ids))
    async with ctx.database.read() as conn:
        return dict(zip(known, await type_policy.takes_all_types(conn, known), strict=True))

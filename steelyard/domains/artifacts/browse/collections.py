"""The collections of a project, and one of them with its versions page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts.access import Permission, allows, require
from steelyard.domains.artifacts import filters, membership_queries, name_queries, queries, service
from steelyard.domains.artifacts import tables as t
from steelyard.domains.artifacts.browse import version_queries
from steelyard.domains.artifacts.browse.rows import Row, build_rows, list_rows
from steelyard.domains.artifacts.model import AliasChanged, Collection
from steelyard.domains.artifacts.rules import find_version_index
from steelyard.domains.artifacts.service import Listing
from steelyard.domains.projects import service as projects
from steelyard.kernel.errors import NotFound

# The list at the side of every artifact page; people with more find theirs by address.
_COLLECTIONS_MAX = 5_000
# Versions still on their way, above the list of those that are there.
_PENDING_MAX = 20
_ALIASES_MAX = 200
_NUMBERS_MAX = 100_000


@dataclass(frozen=True)
class CollectionRow:
    """`newest_index` is the number of its newest version, None while it has none."""

    collection: Collection
    version_count: int
    newest_index: int | None
    tags: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class CollectionDetail:
    row: CollectionRow
    can_write: bool
    # of the newest version, for columns to choose
    metadata: str | None
    pending: list[Row]


async def list_project(ctx: Context, entity: str, project: str) -> list[CollectionRow]:
    """Return all collections of a project, by type and name."""
    found = await projects.load_project(ctx, entity, project)
    items, _ = await service.list_collections(ctx, found, Listing(0, _COLLECTIONS_MAX, order="name"))
    async with ctx.database.read() as conn:
        rows = await _collection_rows(conn, items)
    return sorted(rows, key=lambda row: row.collection.type_name)


async def _collection_rows(conn: AsyncConnection, items: Sequence[Collection]) -> list[CollectionRow]:
    counts: dict[int, tuple[int, int]] = {}
    tags: dict[int, list[str]] = {}
    for some in queries.chunks([item.id for item in items]):
        counts |= await membership_queries.count_versions(conn, some)
        for owner, tag in await name_queries.list_tags(conn, t.artifact_collection_tags, "collection_id", some):
            tags.setdefault(owner, []).append(tag.name)
    rows = []
    for item in items:
        count, newest = counts.get(item.id, (0, None))
        rows.append(CollectionRow(item, count, newest, tags.get(item.id, [])))
    return rows


async def find_collection(ctx: Context, entity: str, project: str, type_name: str, name: str) -> Collection:
    """Return the collection at an address. Raises `NotFound`."""
    owner = await projects.load_project(ctx, entity, project)
    collection = await service.find_collection(ctx, owner, name)
    if collection is None or collection.type_name != type_name:
        raise NotFound(f"artifact collection {type_name}/{name} not found")
    return collection


async def load_detail(ctx: Context, collection: Collection) -> CollectionDetail:
    """Return a collection with what is still being uploaded to it."""
    require(ctx, Permission.READ, collection.target)
    async with ctx.database.read() as conn:
        (row,) = await _collection_rows(conn, [collection])
        newest = await membership_queries.find_newest_membership(conn, collection.id)
        pending = await version_queries.list_pending(conn, collection.id, _PENDING_MAX)
        return CollectionDetail(
            row,
            allows(ctx.identity, Permission.WRITE, collection.target),
            await version_queries.find_metadata(conn, newest.artifact_id) if newest else None,
            await build_rows(ctx, conn, [(artifact, None) for artifact in pending]),
        )


@dataclass(frozen=True)
class VersionPage:
    """`matched` counts what the search found, of `total` versions."""

    total: int
    matched: int
    rows: list[Row]


async def list_versions(ctx: Context, collection: Collection, listing: Listing, find: str) -> VersionPage:
    """Return a page of a collection's versions. `find` is searched for in numbers, aliases, tags and digests."""
    require(ctx, Permission.READ, collection.target)
    order = filters.parse_order(listing.order, version_queries.ORDERS, "-versionIndex")
    every = membership_queries.memberships_of(collection.id)
    question = membership_queries.memberships_of(collection.id, [_matching(word) for word in find.split()])
    async with ctx.database.read() as conn:
        places = await membership_queries.list_memberships(conn, question, order, (listing.offset, listing.limit))
        total = await membership_queries.count_memberships(conn, every)
        matched = await membership_queries.count_memberships(conn, question) if find.split() else total
        return VersionPage(total, matched, await list_rows(ctx, conn, places))


async def list_version_numbers(ctx: Context, collection: Collection, find: str) -> list[int]:
    """Return the numbers of all versions that a search finds, the newest first, for a change of all of them."""
    require(ctx, Permission.READ, collection.target)
    question = membership_queries.memberships_of(collection.id, [_matching(word) for word in find.split()])
    async with ctx.database.read() as conn:
        return await version_queries.list_numbers(conn, question, _NUMBERS_MAX)


def _matching(word: str) -> ColumnElement[bool]:
    named = select(t.artifact_aliases.c.id).where(
        t.artifact_aliases.c.membership_id == t.artifact_memberships.c.id,
        t.artifact_aliases.c.alias.icontains(word, autoescape=True),
    )
    tagged = select(t.artifact_tags.c.id).where(
        t.artifact_tags.c.artifact_id == t.artifact_memberships.c.artifact_id,
        t.artifact_tags.c.name.icontains(word, autoescape=True),
    )
    number = find_version_index(word)
    return or_(
        named.exists(),
        tagged.exists(),
        t.artifacts.c.digest.startswith(word.lower(), autoescape=True),
        *([] if number is None else [t.artifact_memberships.c.version_index == number]),
    )


async def list_alias_changes(
    ctx: Context, collection: Collection, before: int | None, limit: int
) -> list[AliasChanged]:
    """Return how the collection's aliases went from version to version, the last change first."""
    require(ctx, Permission.READ, collection.target)
    async with ctx.database.read() as conn:
        return await name_queries.list_alias_changes(conn, collection.id, before, limit)


async def list_aliases(ctx: Context, collection: Collection, find: str) -> list[tuple[str, int]]:
    """Return (alias, number of its version), by name; those that have `find` in them."""
    require(ctx, Permission.READ, collection.target)
    async with ctx.database.read() as conn:
        return await version_queries.list_aliases(conn, collection.id, find, _ALIASES_MAX)

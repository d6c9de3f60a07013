"""Questions about what registries hold, one function each. They read the tables of artifacts and never commit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, and_, func, null, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.accounts.tables import project_members, project_teams
from steelyard.domains.artifacts import tables as t
from steelyard.domains.artifacts.model import Kind, State
from steelyard.domains.registry.model import FoundCollection, FoundVersion

collections, memberships, artifacts = t.artifact_collections, t.artifact_memberships, t.artifacts
# Rows of one question: versions come in portions, and with them at most so many texts of metadata.
PORTION = 500


async def list_collections(
    conn: AsyncConnection, project_ids: Collection[int], kinds: Collection[Kind]
) -> list[FoundCollection]:
    """Return the collections of these kinds with their tags, the newest first."""
    column = collections.c
    inside = and_(column.project_id.in_(project_ids), column.kind.in_(kinds), column.deleted_at.is_(None))
    columns = [column.id, column.project_id, column.name, column.description, column.created_at, column.updated_at]
    found = [
        FoundCollection(*row) for row in await conn.execute(select(*columns).where(inside).order_by(column.id.desc()))
    ]
    tags = t.artifact_collection_tags.c
    named = select(tags.collection_id, tags.name).join(collections, column.id == tags.collection_id).where(inside)
    by_collection = await _grouped(conn, named)
    return [replace(item, tags=by_collection.get(item.id, ())) for item in found]


async def list_types(conn: AsyncConnection, project_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Return project id → the names of the types that it has."""
    types = t.artifact_types.c
    statement = select(types.project_id, types.name).where(types.project_id.in_(project_ids)).order_by(types.name)
    return await _grouped(conn, statement)


async def count_collections(conn: AsyncConnection, project_ids: Collection[int]) -> dict[int, int]:
    column = collections.c
    inside = and_(column.project_id.in_(project_ids), column.deleted_at.is_(None))
    rows = await conn.execute(select(column.project_id, func.count()).where(inside).group_by(column.project_id))
    return {row[0]: row[1] for row in rows}


async def count_named(conn: AsyncConnection, project_ids: Collection[int]) -> dict[int, int]:
    """Return project id → how many people and teams its list names."""
    found: dict[int, int] = {}
    for table in (project_members, project_teams):
        column = table.c.project_id
        for number, count in await conn.execute(
            select(column, func.count()).where(column.in_(project_ids)).group_by(column)
        ):
            found[number] = found.get(number, 0) + count
    return found


async def find_collection_ids(conn: AsyncConnection, project_ids: Collection[int], text: str, limit: int) -> list[int]:
    """Return collections whose name, a tag or an alias holds the text, the last changed first."""
    column, tags, aliases = collections.c, t.artifact_collection_tags.c, t.artifact_aliases.c
    named = or_(
        column.name.contains(text, autoescape=True),
        column.id.in_(select(tags.collection_id).where(tags.name.contains(text, autoescape=True))),
        column.id.in_(
            select(aliases.collection_id)
            .join(collections, column.id == aliases.collection_id)
            .where(column.project_id.in_(project_ids), aliases.alias.contains(text, autoescape=True))
            .correlate(None)
        ),
    )
    inside = and_(column.project_id.in_(project_ids), column.deleted_at.is_(None), named)
    statement = select(column.id).where(inside).order_by(column.updated_at.desc(), column.id.desc()).limit(limit)
    return list((await conn.execute(statement)).scalars())


async def walk_versions(
    conn: AsyncConnection, collection_ids: Sequence[int], keys: Collection[str]
) -> AsyncIterator[list[FoundVersion]]:
    """Yield the versions linked to the collections, in portions; tags, aliases and metadata where `keys` name them."""
    for start in range(0, len(collection_ids), PORTION):
        after, some = 0, collection_ids[start : start + PORTION]
        while True:
            found = await _list_portion(conn, some, after, with_metadata="metadata" in keys)
            if not found:
                break
            yield await _named(conn, found, keys)
            after = found[-1].id


async def _list_portion(
    conn: AsyncConnection, collection_ids: Sequence[int], after: int, *, with_metadata: bool
) -> list[FoundVersion]:
    place, version = memberships.c, artifacts.c
    columns = [
        place.id,
        place.artifact_id,
        place.version_index,
        place.created_at.label("linked_at"),
        version.created_at,
        version.updated_at,
        version.size_bytes,
        version.metadata if with_metadata else null(),
    ]
    alive = and_(version.id == place.artifact_id, version.state == State.COMMITTED)
    statement = select(*columns).join(artifacts, alive)
    statement = statement.where(place.collection_id.in_(collection_ids), place.id > after)
    return [FoundVersion(*row) for row in await conn.execute(statement.order_by(place.id).limit(PORTION))]


async def _named(conn: AsyncConnection, found: list[FoundVersion], keys: Collection[str]) -> list[FoundVersion]:
    tags: dict[int, tuple[str, ...]] = {}
    aliases: dict[int, tuple[str, ...]] = {}
    if "tag" in keys:
        column = t.artifact_tags.c
        ids = [item.artifact_id for item in found]
        tags = await _grouped(conn, select(column.artifact_id, column.name).where(column.artifact_id.in_(ids)))
    if "alias" in keys:
        given = t.artifact_aliases.c
        places = [item.id for item in found]
        statement = select(given.membership_id, given.alias).where(given.membership_id.in_(places))
        aliases = await _grouped(conn, statement)
    return [replace(item, tags=tags.get(item.artifact_id, ()), aliases=aliases.get(item.id, ())) for item in found]


async def _grouped(conn: AsyncConnection, statement: Select[Any]) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = {}
    for owner, name in await conn.execute(statement):
        found.setdefault(owner, []).append(name)
    return {owner: tuple(names) for owner, names in found.items()}

"""Questions about the names of versions: aliases, who moved them when, and tags. They never commit.

Every change of an alias is recorded with it, but for `latest`, which goes with each new version.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, delete, insert, literal, null, select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.accounts.tables import users
from steelyard.domains.artifacts import tables as t
from steelyard.domains.artifacts.membership_queries import find_membership, find_newest_membership
from steelyard.domains.artifacts.model import Alias, AliasChanged, Membership, Stamp, Tag
from steelyard.domains.artifacts.queries import chunks
from steelyard.domains.artifacts.rules import LATEST
from steelyard.sql.dialect import insert_ignore, upsert
from steelyard.sql.types import UtcTime

memberships, aliases = t.artifact_memberships, t.artifact_aliases

_ALIAS = [aliases.c.id, aliases.c.collection_id, aliases.c.membership_id, memberships.c.artifact_id, aliases.c.alias]


def _aliases() -> Select[Any]:
    return select(*_ALIAS).join(memberships, memberships.c.id == aliases.c.membership_id).order_by(aliases.c.id)


async def list_aliases_of_memberships(conn: AsyncConnection, ids: Sequence[int]) -> list[Alias]:
    rows = await conn.execute(_aliases().where(aliases.c.membership_id.in_(ids)))
    return [Alias(**row._mapping) for row in rows]


async def list_aliases_of_artifacts(conn: AsyncConnection, ids: Sequence[int]) -> list[Alias]:
    return [Alias(**row._mapping) for row in await conn.execute(_aliases().where(memberships.c.artifact_id.in_(ids)))]


async def list_aliases_of_collection(conn: AsyncConnection, collection_id: int) -> list[Alias]:
    rows = await conn.execute(_aliases().where(aliases.c.collection_id == collection_id))
    return [Alias(**row._mapping) for row in rows]


async def set_aliases(conn: AsyncConnection, place: Membership, names: Iterable[str], stamp: Stamp) -> None:
    """Give the aliases to the version; other versions of the collection lose them."""
    wanted = sorted(set(names))
    held = await _held(conn, aliases.c.collection_id == place.collection_id, wanted)
    rows = [
        {"collection_id": place.collection_id, "membership_id": place.id, "alias": name, "created_at": stamp.at}
        for name in wanted
    ]
    await upsert(conn, aliases, rows, key=("collection_id", "alias"), update=("membership_id", "created_at"))
    moved = [
        (name, held.get(name), place.version_index)
        for name in wanted
        if name != LATEST and held.get(name) != place.version_index
    ]
    await _record(conn, place.collection_id, moved, stamp)


async def restore_latest(conn: AsyncConnection, collection_id: int, stamp: Stamp) -> None:
    """Give `latest` to the newest version of the collection if no version has it."""
    if await find_membership(conn, collection_id, LATEST) is None:
        newest = await find_newest_membership(conn, collection_id)
        if newest:
            await set_aliases(conn, newest, [LATEST], stamp)


async def delete_aliases(conn: AsyncConnection, place: Membership, names: Sequence[str], stamp: Stamp) -> None:
    """Take the named aliases from the version; those that it does not have are passed over."""
    held = await _held(conn, aliases.c.membership_id == place.id, names)
    await conn.execute(delete(aliases).where(aliases.c.membership_id == place.id, aliases.c.alias.in_(names)))
    await _record(conn, place.collection_id, [(name, index, None) for name, index in sorted(held.items())], stamp)


async def delete_aliases_at(conn: AsyncConnection, places: Sequence[int], stamp: Stamp) -> None:
    """Take all aliases from the memberships."""
    for some in chunks(places):
        at = [literal(stamp.at, UtcTime()), literal(stamp.by, BigInteger())]
        columns: list[Any] = [aliases.c.collection_id, aliases.c.alias, memberships.c.version_index, null(), *at]
        lost = select(*columns).join(memberships, memberships.c.id == aliases.c.membership_id)
        lost = lost.where(aliases.c.membership_id.in_(some), aliases.c.alias != LATEST)
        names = ["collection_id", "alias", "version_from", "version_to", "at", "changed_by"]
        await conn.execute(insert(t.artifact_alias_changes).from_select(names, lost))
        await conn.execute(delete(aliases).where(aliases.c.membership_id.in_(some)))


async def _held(conn: AsyncConnection, where: ColumnElement[bool], names: Sequence[str]) -> dict[str, int]:
    """Return alias → number of the version that has it, of those that are told in the history."""
    asked = [name for name in names if name != LATEST]
    if not asked:
        return {}
    statement = select(aliases.c.alias, memberships.c.version_index)
    statement = statement.join(memberships, memberships.c.id == aliases.c.membership_id)
    rows = await conn.execute(statement.where(where, aliases.c.alias.in_(asked)))
    return {row.alias: row.version_index for row in rows}


async def _record(
    conn: AsyncConnection, collection_id: int, moved: Sequence[tuple[str, int | None, int | None]], stamp: Stamp
) -> None:
    told = {"collection_id": collection_id, "at": stamp.at, "changed_by": stamp.by}
    rows = [told | {"alias": name, "version_from": source, "version_to": target} for name, source, target in moved]
    if rows:
        await conn.execute(insert(t.artifact_alias_changes), rows)


async def list_alias_changes(
    conn: AsyncConnection, collection_id: int, before: int | None, limit: int
) -> list[AliasChanged]:
    """Return changes of the collection's aliases, the last first: those older than the change `before`."""
    changes = t.artifact_alias_changes
    columns: list[Any] = [changes.c[name] for name in ("id", "alias", "version_from", "version_to", "at")]
    columns.append(users.c.username)
    statement = select(*columns).join(users, users.c.id == changes.c.changed_by, isouter=True)
    statement = statement.where(changes.c.collection_id == collection_id)
    if before is not None:
        statement = statement.where(changes.c.id < before)
    rows = await conn.execute(statement.order_by(changes.c.id.desc()).limit(limit))
    return [AliasChanged(**row._mapping) for row in rows]


async def list_tags(conn: AsyncConnection, table: Any, owner: str, ids: Sequence[int]) -> list[tuple[int, Tag]]:
    """Return (owner's id, tag) from `artifact_tags` or `artifact_collection_tags`."""
    rows = await conn.execute(select(table).where(table.c[owner].in_(ids)).order_by(table.c.id))
    return [(row._mapping[owner], Tag(row.id, row.name)) for row in rows]


async def add_tags(conn: AsyncConnection, table: Any, owner: str, owner_id: int, names: Iterable[str]) -> None:
    for name in names:
        await insert_ignore(conn, table, {owner: owner_id, "name": name})


async def delete_tags(conn: AsyncConnection, table: Any, owner: str, owner_id: int, names: Sequence[str]) -> None:
    await conn.execute(delete(table).where(table.c[owner] == owner_id, table.c.name.in_(names)))

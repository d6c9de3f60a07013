"""Questions about indexes of tables. They never commit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.tables.model import Content, Index, IndexState, source_of
from steelyard.domains.tables.tables import table_indexes as t
from steelyard.sql.dialect import insert_ignore

# Keys that one statement names.
_CHUNK = 500


def _index(row: Row[Any]) -> Index:
    return Index(**{**row._mapping, "state": IndexState(row.state)})


async def list_indexes(conn: AsyncConnection, keys: Sequence[str]) -> list[Index]:
    """Return the indexes of files by their keys."""
    found: list[Index] = []
    for start in range(0, len(keys), _CHUNK):
        statement = select(t).where(t.c.source_key.in_(keys[start : start + _CHUNK]))
        found += [_index(row) for row in await conn.execute(statement)]
    return found


async def claim(conn: AsyncConnection, content: Content, name: str, now: datetime, until: datetime) -> bool:
    """Take the making of an index upon oneself; False while somebody else is at it or it is done."""
    fresh = {
        "source_mark": content.mark,
        "state": IndexState.MAKING,
        "done_bytes": 0,
        "message": "",
        "claim": name,
        "lease_until": until,
        "used_at": now,
    }
    if await insert_ignore(conn, t, {"source_key": content.object_key, **fresh}):
        return True
    is_left = (t.c.state == IndexState.MAKING) & (t.c.lease_until <= now)
    is_other = (t.c.state != IndexState.MAKING) & (t.c.source_mark != content.mark)
    statement = update(t).where(t.c.source_key == content.object_key, is_left | is_other)
    return (await conn.execute(statement.values(**fresh))).rowcount == 1


async def update_claimed(conn: AsyncConnection, key: str, name: str, **values: Any) -> bool:
    """Change the row of an index that is being made; False when somebody else makes it by now."""
    mine = update(t).where(t.c.source_key == key, t.c.claim == name, t.c.state == IndexState.MAKING)
    return (await conn.execute(mine.values(**values))).rowcount == 1


async def touch(conn: AsyncConnection, ids: Sequence[int], now: datetime) -> None:
    await conn.execute(update(t).where(t.c.id.in_(ids)).values(used_at=now))


async def delete_index(conn: AsyncConnection, number: int, object_key: str) -> None:
    """Forget an index, unless another has been made since."""
    await conn.execute(delete(t).where(t.c.id == number, t.c.object_key == object_key))


async def delete_of_files(conn: AsyncConnection, keys: Sequence[str]) -> list[str]:
    """Forget the indexes of files, and return which of these had one. A key that ends with `/` stands for all below."""
    gone: list[str] = []
    for start in range(0, len(keys), _CHUNK):
        some = keys[start : start + _CHUNK]
        below = [t.c.source_key.startswith(key, autoescape=True) for key in some if key.endswith("/")]
        named = or_(t.c.source_key.in_([key for key in some if not key.endswith("/")]), *below)
        gone += (await conn.execute(select(t.c.source_key).where(named))).scalars()
        await conn.execute(delete(t).where(named))
    return gone


async def list_after(conn: AsyncConnection, after: int, limit: int) -> list[Index]:
    """Return indexes by id, those after `after`."""
    return [_index(row) for row in await conn.execute(select(t).where(t.c.id > after).order_by(t.c.id).limit(limit))]


async def list_least_used(conn: AsyncConnection, limit: int) -> list[Index]:
    ready = select(t).where(t.c.state == IndexState.READY).order_by(t.c.used_at, t.c.id)
    return [_index(row) for row in await conn.execute(ready.limit(limit))]


async def sum_sizes(conn: AsyncConnection) -> int:
    return int((await conn.execute(select(func.coalesce(func.sum(t.c.size_bytes), 0)))).scalar_one())


async def list_known_keys(conn: AsyncConnection, keys: Sequence[str]) -> set[str]:
    """Return those of the keys that are of indexes; all of a file whose index is being made."""
    of_file: dict[str, list[str]] = {}
    for key in keys:
        of_file.setdefault(source_of(key), []).append(key)
    known: set[str] = set()
    for index in await list_indexes(conn, list(of_file)):
        known.update([index.object_key] if index.state is not IndexState.MAKING else of_file[index.source_key])
    return known

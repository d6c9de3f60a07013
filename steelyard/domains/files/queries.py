"""Questions about run files. They never commit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.files.model import Dead, Purge, RunFile, guess_type, key_parts, name_digest, object_key
from steelyard.domains.files.tables import object_purges, run_sizes
from steelyard.domains.files.tables import run_files as t
from steelyard.domains.runs.tables import runs
from steelyard.sql.dialect import add_to, matches_like, upsert
from steelyard.sql.types import UtcTime

# Keys that one statement names.
_CHUNK = 500
_COLUMNS = [t.c.id, t.c.run_id, t.c.name, t.c.object_key, t.c.mimetype, t.c.size_bytes, t.c.md5, t.c.uploaded_at]


def _file(row: Row[Any]) -> RunFile:
    return RunFile(**row._mapping)


async def ensure_files(conn: AsyncConnection, bucket: str, run_id: int, names: Iterable[str], now: datetime) -> None:
    """Make a row for each name; rows that exist stay as they are until new content arrives."""
    rows = [
        {
            "run_id": run_id,
            "name": name,
            "name_digest": name_digest(name),
            "object_key": object_key(bucket, run_id, name),
            "mimetype": guess_type(name),
            "size_bytes": 0,
            "md5": "",
            "created_at": now,
        }
        for name in names
    ]
    await upsert(conn, t, rows, key=("run_id", "name_digest"), update=("mimetype",))


async def mark_stored(conn: AsyncConnection, key: str, size_bytes: int, md5: str, moment: datetime) -> None:
    run_id, digest = key_parts(key)
    mine = (t.c.run_id == run_id) & (t.c.name_digest == digest)
    # Held from here on: of two that store the same file at once, the second sees the size that the first has noted.
    before = (await conn.execute(select(t.c.size_bytes).where(mine).with_for_update())).scalar()
    if before is None:
        return
    values = {"size_bytes": size_bytes, "md5": md5, "uploaded_at": moment}
    await conn.execute(update(t).where(mine).values(**values))
    await _add_bytes(conn, run_id, size_bytes - before)


async def _add_bytes(conn: AsyncConnection, run_id: int, size_bytes: int) -> None:
    if size_bytes:
        await add_to(conn, run_sizes, {"run_id": run_id}, {"file_bytes": size_bytes})


async def list_named(conn: AsyncConnection, run_id: int, names: Sequence[str]) -> list[RunFile]:
    digests = [name_digest(name) for name in names]
    rows = await conn.execute(select(*_COLUMNS).where(t.c.run_id == run_id, t.c.name_digest.in_(digests)))
    return [_file(row) for row in rows]


async def list_pending(conn: AsyncConnection, run_id: int, limit: int) -> list[RunFile]:
    statement = select(*_COLUMNS).where(t.c.run_id == run_id, t.c.uploaded_at.is_(None)).order_by(t.c.id.desc())
    return [_file(row) for row in await conn.execute(statement.limit(limit))]


async def list_stored(conn: AsyncConnection, run_id: int, pattern: str, after: str, limit: int) -> list[RunFile]:
    """Return stored files whose names come after `after`, by name. `pattern` is SQL LIKE; empty means all."""
    statement = _stored(conn, select(*_COLUMNS), run_id, pattern).where(t.c.name > after)
    return [_file(row) for row in await conn.execute(statement.order_by(t.c.name).limit(limit))]


async def count_stored(conn: AsyncConnection, run_id: int, pattern: str = "") -> int:
    statement = _stored(conn, select(func.count()).select_from(t), run_id, pattern)
    return int((await conn.execute(statement)).scalar_one())


def _stored(conn: AsyncConnection, statement: Select[Any], run_id: int, pattern: str) -> Select[Any]:
    statement = statement.where(t.c.run_id == run_id, t.c.uploaded_at.is_not(None))
    return statement.where(matches_like(conn.dialect.name, t.c.name, pattern)) if pattern else statement


async def list_by_ids(conn: AsyncConnection, ids: Sequence[int]) -> list[RunFile]:
    return [_file(row) for row in await conn.execute(select(*_COLUMNS).where(t.c.id.in_(ids)))]


async def delete_files(conn: AsyncConnection, ids: Sequence[int]) -> None:
    held = select(t.c.run_id, t.c.size_bytes).where(t.c.id.in_(ids)).order_by(t.c.id).with_for_update()
    gone: dict[int, int] = {}
    for row in await conn.execute(held):
        gone[row.run_id] = gone.get(row.run_id, 0) + row.size_bytes
    await conn.execute(delete(t).where(t.c.id.in_(ids)))
    for run_id, size_bytes in sorted(gone.items()):
        await _add_bytes(conn, run_id, -size_bytes)


async def sum_sizes_of_runs(conn: AsyncConnection, run_ids: Sequence[int]) -> dict[int, int]:
    """Return run → bytes of its files, deleted runs too."""
    statement = select(run_sizes).where(run_sizes.c.run_id.in_(run_ids))
    return {row.run_id: row.file_bytes for row in await conn.execute(statement)}


# ---- for good -------------------------------------------------------------------------------------------------


async def delete_files_of(conn: AsyncConnection, run_id: int) -> None:
    await conn.execute(delete(t).where(t.c.run_id == run_id))
    await conn.execute(delete(run_sizes).where(run_sizes.c.run_id == run_id))


async def list_runs_with_files(conn: AsyncConnection, project_id: int) -> list[int]:
    statement = select(t.c.run_id).distinct().join(runs, runs.c.id == t.c.run_id)
    return list((await conn.execute(statement.where(runs.c.project_id == project_id))).scalars())


async def list_stored_keys(conn: AsyncConnection, keys: Sequence[str]) -> set[str]:
    """Return those of the keys that a file of a run has."""
    found: set[str] = set()
    wanted: dict[int, list[str]] = {}
    for key in keys:
        run_id, digest = key_parts(key)
        wanted.setdefault(run_id, []).append(digest)
    for run_id, digests in wanted.items():
        statement = select(t.c.object_key).where(t.c.run_id == run_id, t.c.name_digest.in_(digests))
        found.update((await conn.execute(statement)).scalars())
    return found


# ---- objects to delete ----------------------------------------------------------------------------------------


async def insert_purges(conn: AsyncConnection, wanted: Sequence[tuple[str, datetime]]) -> None:
    """Have everything below the prefixes deleted from these moments on."""
    if wanted:
        await conn.execute(insert(object_purges), [{"prefix": prefix, "due_at": due} for prefix, due in wanted])


async def insert_dead(conn: AsyncConnection, objects: Sequence[Dead], due: datetime) -> None:
    """Have single objects, (key, size), deleted from this moment on."""
    rows = [{"prefix": key, "is_prefix": False, "size_bytes": size, "due_at": due} for key, size in objects]
    if rows:
        await conn.execute(insert(object_purges), rows)


async def insert_dead_from(conn: AsyncConnection, objects: Select[Any], due: datetime) -> None:
    """Do the same with the (key, size) that a question finds."""
    key, size = objects.selected_columns
    statement = objects.with_only_columns(key, size, literal(False), literal(due, UtcTime))
    columns = ["prefix", "size_bytes", "is_prefix", "due_at"]
    await conn.execute(insert(object_purges).from_select(columns, statement))


async def list_purges(conn: AsyncConnection, now: datetime, limit: int) -> list[Purge]:
    statement = select(object_purges).where(object_purges.c.due_at <= now).order_by(object_purges.c.due_at)
    return [Purge(**row._mapping) for row in await conn.execute(statement.limit(limit))]


async def take_purge(conn: AsyncConnection, purge: Purge, until: datetime) -> bool:
    """Move the purge out of everybody's sight; False when somebody else did."""
    statement = update(object_purges).where(object_purges.c.id == purge.id, object_purges.c.due_at == purge.due_at)
    return (await conn.execute(statement.values(due_at=until))).rowcount == 1


async def delete_purges(conn: AsyncConnection, numbers: Sequence[int]) -> None:
    await conn.execute(delete(object_purges).where(object_purges.c.id.in_(numbers)))


async def delete_dead(conn: AsyncConnection, keys: Sequence[str]) -> None:
    """Forget single objects that have been deleted."""
    statement = delete(object_purges).where(object_purges.c.prefix.in_(keys), object_purges.c.is_prefix.is_(False))
    await conn.execute(statement)


async def list_purged(conn: AsyncConnection, keys: Sequence[str]) -> set[str]:
    """Return those of the keys that wait to be deleted, alone or with all that lies below a prefix of theirs."""
    folders = {key: _folders(key) for key in keys}
    asked = set(keys).union(*folders.values())
    found: set[str] = set()
    for some in _chunks(sorted(asked)):
        found.update(
            (await conn.execute(select(object_purges.c.prefix).where(object_purges.c.prefix.in_(some)))).scalars()
        )
    return {key for key in keys if key in found or found.intersection(folders[key])}


def _folders(key: str) -> list[str]:
    parts = key.split("/")[:-1]
    return ["/".join(parts[:count]) + "/" for count in range(1, len(parts) + 1)]


def _chunks(items: Sequence[str]) -> Iterable[Sequence[str]]:
    return (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))


async def count_purges(conn: AsyncConnection) -> tuple[int, int]:
    """Return how many purges wait, and how many bytes are known to go with them."""
    statement = select(func.count(), func.coalesce(func.sum(object_purges.c.size_bytes), 0))
    row = (await conn.execute(statement.select_from(object_purges))).one()
    return int(row[0]), int(row[1])

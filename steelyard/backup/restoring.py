"""`steelyard restore`: a snapshot into an empty database and an empty store, of whatever kind.

The schema is made as old as the snapshot, filled, and then brought up to date as any other of that age. Until all is
there a mark in the database keeps servers from starting on half of it (opening.py).
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import column, func, insert, inspect, select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard import migrations
from steelyard.backup import model
from steelyard.backup.files import fetch_file, read_listing
from steelyard.backup.model import Snapshot
from steelyard.backup.pool import AT_ONCE, Beat, Copied, Listed
from steelyard.backup.rows import read_rows, target_of, with_zones
from steelyard.domains.accounts.tables import RESTORING, server_secrets
from steelyard.kernel.at_once import run_all
from steelyard.kernel.errors import Conflict, Invalid
from steelyard.migrations.schema import all_tables
from steelyard.ports.listing import PAGE
from steelyard.ports.objects import ObjectStore, StoredObject
from steelyard.ports.team_buckets import bucket_of_key, in_bucket
from steelyard.sql.dialect import insert_ignore
from steelyard.sql.engine import Database

# Rows of a fresh schema that no restored one may meet.
_SEEDED = {server_secrets.name}


@dataclass
class Restored:
    """How far a restore is."""

    table: str = ""
    rows: int = 0
    copied: Copied = field(default_factory=Copied)


@dataclass(frozen=True)
class Target:
    """Where a snapshot goes."""

    database: Database
    objects: ObjectStore


async def restore_snapshot(place: ObjectStore, snapshot: Snapshot, target: Target, done: Restored, beat: Beat) -> None:
    """Fill the target. May be called again after it was interrupted.

    Raises `Conflict` when the target holds anything, `Unavailable` for a bucket of teams that it lacks,
    `Invalid` for a snapshot that is damaged or of a newer release.
    """
    if snapshot.revision > migrations.head_revision():
        raise Invalid(
            f"the snapshot is of schema {snapshot.revision} (release {snapshot.release}), this release knows"
            f" {migrations.head_revision()}: restore it with that release or a newer one"
        )
    await _require_empty(target.database)
    await migrations.upgrade(target.database, snapshot.revision)
    await _mark(target.database)
    with tempfile.TemporaryDirectory(prefix="steelyard-restore-") as folder:
        path = Path(folder) / "part.parquet"
        await _empty_tables(target.database, list(snapshot.tables))
        for table, part in snapshot.tables.items():
            done.table = table
            await fetch_file(place, model.rows_key(snapshot.name, table), part, path)
            async for loaded in _load(target.database, table, path):
                done.rows += loaded
                await beat()
        listing = await fetch_file(place, model.listing_key(snapshot.name), snapshot.listing, path)
        await _require_buckets(target.objects, listing)
        for page in read_listing(listing, PAGE):
            await run_all(partial(_bring, place, target.objects, done.copied), page, AT_ONCE)
            await beat()
    await migrations.upgrade(target.database)
    async with target.database.write() as conn:
        await conn.execute(server_secrets.delete().where(server_secrets.c.name == RESTORING))


async def _require_empty(database: Database) -> None:
    """Raise `Conflict` for a database that somebody uses. One that a restore left half done may be filled again."""
    async with database.read() as conn:
        there = set(await conn.run_sync(lambda sync: inspect(sync).get_table_names()))
        if server_secrets.name in there and await _is_marked(conn):
            return
        for table in all_tables():
            if table.name not in there or table.name in _SEEDED:
                continue
            if (await conn.execute(select(func.count()).select_from(table))).scalar():
                raise Conflict(f"the database is not empty ({table.name} has rows): name an empty one")


async def _is_marked(conn: AsyncConnection) -> bool:
    found = await conn.execute(select(server_secrets.c.name).where(server_secrets.c.name == RESTORING))
    return found.first() is not None


async def _require_buckets(objects: ObjectStore, listing: Path) -> None:
    """Raise `Unavailable` where the settings do not name a bucket of teams that objects are to go to."""
    buckets = {bucket_of_key(item.key) for page in read_listing(listing, PAGE) for item in page}
    for bucket in sorted(buckets - {""}):
        await objects.stat(in_bucket(bucket, "doctor/none"))


async def _mark(database: Database) -> None:
    async with database.write() as conn:
        await insert_ignore(conn, server_secrets, {"name": RESTORING, "value": "1"})


async def _empty_tables(database: Database, tables: list[str]) -> None:
    """Delete what a restore left half done, and the seeds of a fresh schema."""
    async with _unchecked(database) as conn:
        for name in reversed(tables):
            delete = target_of(name, []).delete()
            keeps = name == server_secrets.name
            await conn.execute(delete.where(column("name") != RESTORING) if keeps else delete)


async def _load(database: Database, name: str, path: Path) -> AsyncIterator[int]:
    """Insert the rows of a file, yielding how many each step inserted."""
    columns, batches = read_rows(path)
    statement = insert(target_of(name, columns))
    async with _unchecked(database) as conn:
        while batch := await asyncio.to_thread(next, batches, None):
            await conn.execute(statement, with_zones(batch))
            yield len(batch)


@asynccontextmanager
async def _unchecked(database: Database) -> AsyncIterator[AsyncConnection]:
    """A transaction in which rows may come before those that they name."""
    async with database.write() as conn:
        if database.is_sqlite:
            await conn.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
            yield conn
            return
        await conn.exec_driver_sql("SET FOREIGN_KEY_CHECKS=0")
        try:
            yield conn
        finally:  # the connection goes on
            await conn.exec_driver_sql("SET FOREIGN_KEY_CHECKS=1")


async def _bring(place: ObjectStore, objects: ObjectStore, done: Copied, item: Listed) -> None:
    found = await objects.stat(item.key)
    if found is None or not _is_same(found, item):
        await objects.put(item.key, place.get(item.pool_key), md5=item.md5)
        done.new_objects += 1
        done.new_bytes += item.size_bytes
    done.objects += 1
    done.size_bytes += item.size_bytes


def _is_same(found: StoredObject, item: Listed) -> bool:
    return found.size_bytes == item.size_bytes and item.md5 is not None and found.md5 == item.md5

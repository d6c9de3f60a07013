"""`steelyard backup`: a consistent snapshot while servers run.

The rows are read in one transaction, the objects after it. An object that the rows name and that was deleted in between
would be missing, so the rows are read again until nothing is: only what is new costs time then.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import orjson
import structlog

import steelyard
from steelyard import migrations
from steelyard.backup import model
from steelyard.backup.files import ListingWriter, put_file, put_small, read_small
from steelyard.backup.model import Part, Snapshot
from steelyard.backup.pool import Beat, Copied, Known, copy_page, known_in_pool
from steelyard.backup.references import References, load_references
from steelyard.backup.rows import write_rows
from steelyard.context import Context
from steelyard.domains.accounts import queries as accounts
from steelyard.kernel.clock import iso, parse_iso
from steelyard.kernel.errors import Conflict
from steelyard.migrations.schema import all_tables
from steelyard.ports.listing import pages_of
from steelyard.ports.objects import ObjectStore
from steelyard.ports.team_buckets import in_bucket, split_key

log = structlog.get_logger()

ROUNDS = 5
LOCK = "running.json"
# Whoever makes a backup says so this often; another one waits until nobody has for the double.
LOCK_BEAT = timedelta(seconds=60)
# Written by checks of the store, and deleted again.
SCRATCH = "doctor/"


@dataclass
class Made:
    """How far a backup is."""

    table: str = ""
    rows: int = 0
    copied: Copied = field(default_factory=Copied)


async def make_backup(ctx: Context, place: ObjectStore, done: Made, beat: Beat) -> Snapshot:
    """Make a snapshot and return it. Raises `Conflict` while another backup goes to the same place.

    Memory: a few thousand rows, 8 pieces of objects, and 16 bytes for each object of the store and of the pool.
    """
    lock = _Lock(ctx, place)
    await lock.take()

    async def beat_all() -> None:
        await lock.beat()
        await beat()

    try:
        return await _make(ctx, place, done, beat_all)
    finally:
        await place.delete(LOCK)


async def _make(ctx: Context, place: ObjectStore, done: Made, beat: Beat) -> Snapshot:
    now = ctx.ports.clock()
    name = model.snapshot_name(now)
    if await place.stat(model.description_key(name)) is not None:
        raise Conflict(f"there is a snapshot {name} already")
    async with ctx.database.read() as conn:
        revision = await migrations.current_revision(conn)
        buckets = await accounts.list_buckets_in_use(conn)
    for bucket in buckets:
        # one that was taken out of the settings is told of here, not left out of the copy
        await ctx.ports.objects.stat(in_bucket(bucket, f"{SCRATCH}none"))
    with tempfile.TemporaryDirectory(prefix="steelyard-backup-") as folder:
        work = _Work(ctx, place, name, Path(folder), done, beat)
        for round_ in range(ROUNDS):
            done.rows, done.copied = 0, Copied()
            known = await known_in_pool(place)
            tables, references = await work.put_rows()
            listing = await work.put_objects(known, references)
            if not references.missing:
                break
            log.info(
                "objects were deleted meanwhile: the rows are read again", missing=references.missing, round=round_
            )
    snapshot = Snapshot(
        name=name,
        created_at=iso(now),
        release=steelyard.__version__,
        revision=str(revision),
        engine=ctx.database.engine.dialect.name,
        objects=done.copied.objects,
        object_bytes=done.copied.size_bytes,
        missing=references.missing,
        tables=tables,
        listing=listing,
    )
    await put_small(place, model.description_key(name), snapshot.dump())
    return snapshot


@dataclass(frozen=True)
class _Work:
    """One snapshot in the making; `folder` is for files on their way to the place."""

    ctx: Context
    place: ObjectStore
    name: str
    folder: Path
    done: Made
    beat: Beat

    async def put_rows(self) -> tuple[dict[str, Part], References]:
        """Bring all rows as of one moment to the place; return the files and which objects the rows name."""
        parts: dict[str, Part] = {}
        path = self.folder / "rows.parquet"
        async with self.ctx.database.snapshot() as conn:
            references = await load_references(conn)
            for table in all_tables():
                self.done.table, count = table.name, 0
                async for written in write_rows(conn, table, path):
                    count += written
                    self.done.rows += written
                    await self.beat()
                parts[str(table.name)] = await put_file(self.place, model.rows_key(self.name, table.name), path, count)
        return parts, references

    async def put_objects(self, known: Known, references: References) -> Part:
        """Bring the objects that are not `known` into the pool, and the list of all to the place."""
        path, objects = self.folder / "objects.parquet", self.ctx.ports.objects
        with ListingWriter(path) as listing:
            async for page in pages_of(objects):
                wanted = [item for item in page if not split_key(item.key)[1].startswith(SCRATCH)]
                listed = await copy_page(objects, self.place, wanted, known, self.done.copied)
                references.find([item.key for item in listed])
                listing.write(listed)
                await self.beat()
        return await put_file(self.place, model.listing_key(self.name), path, listing.rows)


class _Lock:
    """Keeps two backups from the same place. It is advice: whoever is killed holds it for two minutes."""

    def __init__(self, ctx: Context, place: ObjectStore) -> None:
        self._ctx, self._place = ctx, place
        self._told_at = ctx.ports.clock()

    async def take(self) -> None:
        held = await read_small(self._place, LOCK)
        now = self._ctx.ports.clock()
        if held and now - parse_iso(orjson.loads(held)["seen_at"]) < 2 * LOCK_BEAT:
            raise Conflict("another backup goes to this place right now; if it was killed, try again in two minutes")
        await self._tell()

    async def beat(self) -> None:
        if self._ctx.ports.clock() - self._told_at >= LOCK_BEAT:
            await self._tell()

    async def _tell(self) -> None:
        self._told_at = self._ctx.ports.clock()
        await put_small(self._place, LOCK, orjson.dumps({"seen_at": iso(self._told_at)}))

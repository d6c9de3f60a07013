"""`steelyard verify-backup`: is all of a snapshot there, and is it what was written?"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq

from steelyard.backup import model
from steelyard.backup.files import fetch_file, read_listing
from steelyard.backup.model import Part, Snapshot
from steelyard.backup.pool import AT_ONCE, Beat, Known, Listed
from steelyard.kernel.at_once import run_all
from steelyard.kernel.errors import Invalid, NotFound
from steelyard.ports.listing import PAGE
from steelyard.ports.objects import ObjectStore

# Faults that are told one by one.
FAULTS_MAX = 50


@dataclass
class Checked:
    """What has been looked at, and what is wrong with it."""

    rows: int = 0
    objects: int = 0
    size_bytes: int = 0
    fault_count: int = 0
    faults: list[str] = field(default_factory=list)

    def fault(self, text: str) -> None:
        self.fault_count += 1
        if len(self.faults) < FAULTS_MAX:
            self.faults.append(text)


async def check_snapshot(place: ObjectStore, snapshot: Snapshot, done: Checked, beat: Beat, *, deep: bool) -> None:
    """Look for files that are missing or damaged. Rows are read whole; objects by size, with `deep` byte by byte."""
    pool = Known.of([f"{item.key} {item.size_bytes}" async for item in place.list(model.POOL)])
    with tempfile.TemporaryDirectory(prefix="steelyard-backup-") as folder:
        path = Path(folder) / "part.parquet"
        for table, part in snapshot.tables.items():
            if await _check_file(place, model.rows_key(snapshot.name, table), part, path, done):
                done.rows += part.rows
            await beat()
        if await _check_file(place, model.listing_key(snapshot.name), snapshot.listing, path, done):
            for page in read_listing(path, PAGE):
                await _check_page(place, page, pool, done, deep=deep)
                await beat()


async def _check_file(place: ObjectStore, key: str, part: Part, path: Path, done: Checked) -> bool:
    try:
        await fetch_file(place, key, part, path)
    except Invalid as error:
        done.fault(error.message)
        return False
    if pq.ParquetFile(path).metadata.num_rows != part.rows:
        done.fault(f"{key} has another number of rows than the {part.rows} it should have")
        return False
    return True


async def _check_page(place: ObjectStore, page: list[Listed], pool: Known, done: Checked, *, deep: bool) -> None:
    there = []
    for item in page:
        if f"{item.pool_key} {item.size_bytes}" in pool:
            there.append(item)
        else:
            done.fault(f"{item.pool_key} is missing or has another size than {item.size_bytes} bytes")
    if deep:
        sound = await run_all(partial(_is_sound, place, done), there, AT_ONCE)
        there = [item for item, is_sound in zip(there, sound, strict=True) if is_sound]
    done.objects += len(there)
    done.size_bytes += sum(item.size_bytes for item in there)


async def _is_sound(place: ObjectStore, done: Checked, item: Listed) -> bool:
    md5 = hashlib.md5(usedforsecurity=False)
    size = 0
    try:
        async for piece in place.get(item.pool_key):
            md5.update(piece)
            size += len(piece)
    except NotFound:
        size = -1
    if size == item.size_bytes and item.md5 in {None, md5.digest()}:
        return True
    done.fault(f"{item.pool_key} is damaged: its content is not what was written")
    return False

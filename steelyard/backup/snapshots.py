"""The snapshots of a backup place: which there are, and which are let go."""

from __future__ import annotations

import tempfile
from pathlib import Path

from steelyard.backup import model
from steelyard.backup.files import fetch_file, read_listing, read_small
from steelyard.backup.model import SNAPSHOTS, Snapshot
from steelyard.backup.pool import Beat, Known
from steelyard.kernel.errors import NotFound
from steelyard.ports.listing import PAGE, pages_of
from steelyard.ports.objects import ObjectStore

_DESCRIPTION = "/snapshot.json"


async def list_snapshots(place: ObjectStore) -> list[Snapshot]:
    """Return the snapshots that were finished, the oldest first."""
    keys = [item.key async for item in place.list(SNAPSHOTS) if item.key.endswith(_DESCRIPTION)]
    found = [(key, await read_small(place, key)) for key in sorted(keys)]
    return [Snapshot.load(text, key) for key, text in found if text is not None]


async def find_snapshot(place: ObjectStore, name: str | None) -> Snapshot:
    """Return the one of that name, without a name the newest. Raises `NotFound`."""
    if name is None:
        found = await list_snapshots(place)
        if not found:
            raise NotFound("there is no finished snapshot in this place")
        return found[-1]
    text = await read_small(place, model.description_key(name))
    if text is None:
        raise NotFound(f"there is no finished snapshot {name} in this place")
    return Snapshot.load(text, model.description_key(name))


async def keep_newest(place: ObjectStore, count: int, beat: Beat) -> tuple[int, int]:
    """Delete all snapshots but the newest `count`, and what only they had of the pool; return how many, and bytes.

    A snapshot stops being one before anything of it goes.
    """
    found = await list_snapshots(place)
    kept, dropped = found[-count:], found[:-count]
    for snapshot in dropped:
        await place.delete(model.description_key(snapshot.name))
    names = {snapshot.name for snapshot in kept}
    async for page in pages_of(place, SNAPSHOTS):
        for item in page:
            if item.key.split("/")[1] not in names:
                await place.delete(item.key)
        await beat()
    needed = await _pool_of(place, kept)
    freed = 0
    async for page in pages_of(place, model.POOL):
        for item in page:
            if item.key not in needed:
                await place.delete(item.key)
                freed += item.size_bytes
        await beat()
    return len(dropped), freed


async def _pool_of(place: ObjectStore, snapshots: list[Snapshot]) -> Known:
    with tempfile.TemporaryDirectory(prefix="steelyard-backup-") as folder:
        paths = [
            await fetch_file(place, model.listing_key(item.name), item.listing, Path(folder) / item.name)
            for item in snapshots
        ]
        return Known.of(listed.pool_key for path in paths for page in read_listing(path, PAGE) for listed in page)

"""Objects of a store into the pool of a backup place: each version of each object once, whatever snapshots have it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

import numpy as np

from steelyard.backup.model import POOL, pool_key, version_of
from steelyard.backup.references import Digests, digest
from steelyard.kernel.at_once import run_all
from steelyard.kernel.errors import Conflict, Invalid, NotFound
from steelyard.ports.objects import ObjectStore, StoredObject

Beat = Callable[[], Awaitable[None]]
# Objects on their way at once: each holds one piece of a body in memory.
AT_ONCE = 8
# An object may be written anew while it is read, again and again.
ATTEMPTS = 5
MD5_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a snapshot's listing."""

    key: str
    version: str
    size_bytes: int

    @property
    def pool_key(self) -> str:
        return pool_key(self.key, self.version)

    @property
    def md5(self) -> bytes | None:
        """The MD5 of the content, where the version is one."""
        return bytes.fromhex(self.version) if is_md5(self.version) else None


def is_md5(version: str) -> bool:
    return len(version) == MD5_DIGITS and all(letter in "0123456789abcdef" for letter in version)


@dataclass
class Copied:
    """How far a copy is."""

    objects: int = 0
    size_bytes: int = 0
    new_objects: int = 0
    new_bytes: int = 0


class Known:
    """Names that are there, as 64-bit digests."""

    def __init__(self, digests: Digests) -> None:
        self._digests = digests

    def __contains__(self, name: str) -> bool:
        asked = np.uint64(digest(name))
        at = int(np.searchsorted(self._digests, asked))
        return at < len(self._digests) and bool(self._digests[at] == asked)

    @staticmethod
    def of(names: Iterable[str]) -> Known:
        return Known(np.unique(np.fromiter((digest(name) for name in names), np.uint64)))


async def known_in_pool(place: ObjectStore) -> Known:
    return Known(np.unique(np.array([digest(item.key) async for item in place.list(POOL)], np.uint64)))


async def copy_page(
    source: ObjectStore, place: ObjectStore, page: list[StoredObject], known: Known, done: Copied
) -> list[Listed]:
    """Bring the objects into the pool, and return those that are there; what has been deleted meanwhile is left out."""

    async def copy(stored: StoredObject) -> Listed | None:
        return await _copy(source, place, stored, known, done)

    return [item for item in await run_all(copy, page, AT_ONCE) if item is not None]


async def _copy(
    source: ObjectStore, place: ObjectStore, stored: StoredObject, known: Known, done: Copied
) -> Listed | None:
    found: StoredObject | None = stored
    for _ in range(ATTEMPTS):
        if found is None:
            return None
        listed = Listed(found.key, version_of(found), found.size_bytes)
        if listed.pool_key not in known:
            try:
                copied = await place.put(listed.pool_key, source.get(found.key), md5=found.md5)
            except (Invalid, NotFound):  # written anew or deleted under our hands
                found = await source.stat(stored.key)
                continue
            after = await source.stat(stored.key) if found.md5 is None else found
            if copied.size_bytes != found.size_bytes or after is None or version_of(after) != listed.version:
                await place.delete(listed.pool_key)
                found = after
                continue
            done.new_objects += 1
            done.new_bytes += found.size_bytes
        done.objects += 1
        done.size_bytes += found.size_bytes
        return listed
    raise Conflict(f"the object {stored.key} was written anew {ATTEMPTS} times while it was read; try again")

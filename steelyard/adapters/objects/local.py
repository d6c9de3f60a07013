"""Objects in a folder: written to a temporary file, digested, flushed to disk, renamed. Never half there.

Disk work happens in threads; how objects lie in the folder is `folder.py`.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from steelyard.adapters.objects import folder_parts
from steelyard.adapters.objects.folder import Arriving, Folder, Note, clear, publish, read_ranges
from steelyard.adapters.objects.multipart import check_number
from steelyard.adapters.objects.signing import OwnAddresses, UrlSigner
from steelyard.kernel.errors import Invalid, NotFound
from steelyard.ports.objects import PartAddress, StoredObject, Unfinished

_CHUNK_BYTES = 1 << 20
# A temporary file that nobody has written to for this long belongs to a process that died.
_GIVEN_UP_AFTER_S = 24 * 3600.0


class LocalStore(OwnAddresses):
    """Meets `steelyard.ports.objects.ObjectStore`."""

    def __init__(self, folder: Path, signer: UrlSigner) -> None:
        super().__init__(signer)
        self._folder = Folder(folder)
        clear(self._folder.tmp, time.time() - _GIVEN_UP_AFTER_S)

    async def put(self, key: str, body: AsyncIterator[bytes], *, md5: bytes | None = None) -> StoredObject:
        arriving = await asyncio.to_thread(Arriving, self._folder)
        try:
            size, digest = await _write(arriving, body, md5)
            return await asyncio.to_thread(publish, self._folder, arriving, Note(key, size, digest))
        finally:
            await asyncio.to_thread(arriving.drop)

    async def stat(self, key: str) -> StoredObject | None:
        return await asyncio.to_thread(self._folder.stat, key)

    async def get(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        found = await asyncio.to_thread(self._folder.open, key)
        if found is None:
            raise NotFound("the object is not there")
        with found:
            last = found.note.size_bytes if end is None else min(end, found.note.size_bytes)
            while start < last:
                chunk = await asyncio.to_thread(found.read, start, min(last, start + _CHUNK_BYTES))
                if not chunk:
                    return
                start += len(chunk)
                yield chunk

    async def read_ranges(self, key: str, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        return await asyncio.to_thread(self._read_ranges, key, ranges)

    def _read_ranges(self, key: str, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        found = self._folder.open(key)
        if found is None:
            raise NotFound("the object is not there")
        with found:
            return read_ranges(found, list(ranges))

    async def delete(self, key: str) -> None:
        await asyncio.to_thread(self._folder.delete, key)

    async def list(self, prefix: str) -> AsyncIterator[StoredObject]:
        for key in await asyncio.to_thread(lambda: list(self._folder.walk())):
            found = await self.stat(key) if key.startswith(prefix) else None
            if found:
                yield found

    async def start_parts(self, key: str) -> str:
        return await asyncio.to_thread(folder_parts.start, self._folder, key)

    async def put_part(
        self, part: PartAddress, body: AsyncIterator[bytes], *, size_bytes: int, md5: bytes | None = None
    ) -> str:
        check_number(part.number)
        arriving = await asyncio.to_thread(Arriving, self._folder)
        try:
            size, digest = await _write(arriving, body, md5)
            if size != size_bytes:
                raise Invalid(f"the part has {size} bytes, not the {size_bytes} announced")
            await asyncio.to_thread(folder_parts.place_part, self._folder, part, digest.hex(), arriving)
        finally:
            await asyncio.to_thread(arriving.drop)
        return f'"{digest.hex()}"'

    async def complete_parts(self, key: str, upload_id: str, parts: Sequence[tuple[int, str]]) -> StoredObject:
        return await asyncio.to_thread(folder_parts.complete, self._folder, key, upload_id, parts)

    async def abort_parts(self, key: str, upload_id: str) -> None:
        await asyncio.to_thread(folder_parts.abort, self._folder, key, upload_id)

    async def list_unfinished(self, prefix: str, before: datetime) -> AsyncIterator[Unfinished]:
        for found in await asyncio.to_thread(lambda: list(folder_parts.unfinished(self._folder, prefix, before))):
            yield found

    async def close(self) -> None:
        """Nothing is held open."""


async def _write(arriving: Arriving, body: AsyncIterator[bytes], md5: bytes | None) -> tuple[int, bytes]:
    """Write `body` and return its size and MD5. Raises `Invalid` when that is not the one announced."""
    digest, size = hashlib.md5(usedforsecurity=False), 0
    async for chunk in _gathered(body):
        size += len(chunk)
        await asyncio.to_thread(_append, arriving, digest, chunk)
    if md5 is not None and digest.digest() != md5:
        raise Invalid("the MD5 of the body is not the one announced")
    return size, digest.digest()


async def _gathered(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield pieces of at least `_CHUNK_BYTES`: a thread costs as much for a small piece as for a large one."""
    parts: list[bytes] = []
    size = 0
    async for chunk in body:
        parts.append(chunk)
        size += len(chunk)
        if size >= _CHUNK_BYTES:
            yield b"".join(parts)
            parts, size = [], 0
    if parts:
        yield b"".join(parts)


def _append(arriving: Arriving, digest: Any, chunk: bytes) -> None:
    digest.update(chunk)
    arriving.append(chunk)

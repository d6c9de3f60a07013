"""Objects in a folder: written to a temporary file, digested, flushed to disk, renamed. Never half there.

Disk work happens in threads of the store's own; how objects lie in the folder is `folder.py`.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from steelyard.adapters.objects import folder_parts
from steelyard.adapters.objects.folder import Arriving, Folder, Note, Reading, clear, read_ranges
from steelyard.adapters.objects.multipart import check_number
from steelyard.adapters.objects.signing import OwnAddresses, UrlSigner
from steelyard.adapters.objects.taking import Taking
from steelyard.kernel.errors import Invalid, NotFound
from steelyard.ports.objects import PartAddress, StoredObject, Unfinished

T = TypeVar("T")

# Bodies up to this size are stored, and objects read, in one visit to a thread.
SMALL_BYTES = 256 << 10
_CHUNK_BYTES = 512 << 10
_STATS_AT_ONCE = 250
# A temporary file that nobody has written to for this long belongs to a process that died.
_GIVEN_UP_AFTER_S = 24 * 3600.0
# Those who wait for the disk at once share its next write; readers do not queue behind them.
_WRITERS, _READERS = 24, 12


class LocalStore(OwnAddresses):
    """Meets `steelyard.ports.objects.ObjectStore`."""

    def __init__(self, folder: Path, signer: UrlSigner) -> None:
        super().__init__(signer)
        self._folder = Folder(folder)
        clear(self._folder.tmp, time.time() - _GIVEN_UP_AFTER_S)
        self._writers = ThreadPoolExecutor(_WRITERS, "objects-write")
        self._readers = ThreadPoolExecutor(_READERS, "objects-read")
        self._taking = Taking(self._writers)

    async def _write(self, work: Callable[..., T], *given: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._writers, work, *given)

    async def _read(self, work: Callable[..., T], *given: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, work, *given)

    async def put(self, key: str, body: AsyncIterator[bytes], *, md5: bytes | None = None) -> StoredObject:
        first, rest = await _head_of(body)
        if rest is None:
            return await self._write(self._put_small, key, first, md5)
        arriving = await self._write(Arriving, self._folder)
        try:
            digest = await self._taking.take(arriving, first, rest)
            _check(digest, md5)
            return await self._write(self._folder.store, arriving, Note(key, arriving.size, digest))
        finally:
            await self._write(arriving.drop)

    def _put_small(self, key: str, pieces: list[bytes], md5: bytes | None) -> StoredObject:
        arriving, digest = self._take_small(pieces, md5)
        try:
            return self._folder.store(arriving, Note(key, arriving.size, digest))
        finally:
            arriving.drop()

    def _take_small(self, pieces: list[bytes], md5: bytes | None) -> tuple[Arriving, bytes]:
        whole = hashlib.md5(usedforsecurity=False)
        for piece in pieces:
            whole.update(piece)
        _check(whole.digest(), md5)
        arriving = Arriving(self._folder)
        try:
            arriving.append(pieces)
        except BaseException:
            arriving.drop()
            raise
        return arriving, whole.digest()

    async def stat(self, key: str) -> StoredObject | None:
        return await self._read(self._folder.stat, key)

    async def stat_many(self, keys: Sequence[str]) -> dict[str, StoredObject]:
        found: dict[str, StoredObject] = {}
        # In turns, so that one who asks for many does not keep all the others waiting.
        for start in range(0, len(keys), _STATS_AT_ONCE):
            found |= await self._read(self._stat_some, keys[start : start + _STATS_AT_ONCE])
        return found

    def _stat_some(self, keys: Sequence[str]) -> dict[str, StoredObject]:
        seen = map(self._folder.stat, keys)
        return {stored.key: stored for stored in seen if stored is not None}

    async def open(self, key: str) -> Opened | None:
        """Return the object, open for reading as it is now; None when it is not there. Whoever asks closes it."""
        return await self._read(self._open, key)

    def _open(self, key: str) -> Opened | None:
        found = self._folder.open(key)
        if found is None:
            return None
        if found.note.size_bytes > SMALL_BYTES:
            return Opened(self._readers, found, None)
        with found:
            return Opened(self._readers, found, found.read(0, SMALL_BYTES))

    async def get(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        found = await self.open(key)
        if found is None:
            raise NotFound("the object is not there")
        try:
            size = found.stored.size_bytes
            async for chunk in found.chunks(start, size if end is None else min(end, size)):
                yield chunk
        finally:
            found.close()

    async def read_ranges(self, key: str, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        return await self._read(self._read_ranges, key, ranges)

    def _read_ranges(self, key: str, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        found = self._folder.open(key)
        if found is None:
            raise NotFound("the object is not there")
        with found:
            return read_ranges(found, list(ranges))

    async def delete(self, key: str) -> None:
        await self._write(self._folder.delete, key)

    async def list(self, prefix: str) -> AsyncIterator[StoredObject]:
        for folder in await self._read(self._folder.folders):
            for key in await self._read(lambda below: list(self._folder.walk(below)), folder):
                found = await self.stat(key) if key.startswith(prefix) else None
                if found:
                    yield found

    async def start_parts(self, key: str) -> str:
        return await self._write(folder_parts.start, self._folder, key)

    async def put_part(
        self, part: PartAddress, body: AsyncIterator[bytes], *, size_bytes: int, md5: bytes | None = None
    ) -> str:
        check_number(part.number)
        first, rest = await _head_of(body)
        if rest is None:
            arriving, digest = await self._write(self._take_small, first, md5)
        else:
            arriving = await self._write(Arriving, self._folder)
        try:
            if rest is not None:
                digest = await self._taking.take(arriving, first, rest)
                _check(digest, md5)
            if arriving.size != size_bytes:
                raise Invalid(f"the part has {arriving.size} bytes, not the {size_bytes} announced")
            await self._write(folder_parts.place_part, self._folder, part, digest.hex(), arriving)
        finally:
            await self._write(arriving.drop)
        return f'"{digest.hex()}"'

    async def complete_parts(self, key: str, upload_id: str, parts: Sequence[tuple[int, str]]) -> StoredObject:
        return await self._write(folder_parts.complete, self._folder, key, upload_id, parts)

    async def abort_parts(self, key: str, upload_id: str) -> None:
        await self._write(folder_parts.abort, self._folder, key, upload_id)

    async def list_unfinished(self, prefix: str, before: datetime) -> AsyncIterator[Unfinished]:
        for found in await self._read(lambda: list(folder_parts.unfinished(self._folder, prefix, before))):
            yield found

    async def close(self) -> None:
        self._writers.shutdown(wait=False)
        self._readers.shutdown(wait=False)


class Opened:
    """An object open for reading. A small one is in memory already: `whole`."""

    def __init__(self, threads: ThreadPoolExecutor, reading: Reading, whole: bytes | None) -> None:
        self.stored, self.whole = reading.stored, whole
        self._threads, self._reading = threads, reading

    def close(self) -> None:
        if self.whole is None:
            self._reading.close()

    async def chunks(self, start: int, end: int) -> AsyncIterator[bytes]:
        """Yield the bytes of the range; the next are read while these are used."""
        if self.whole is not None:
            yield self.whole[start:end]
            return
        ahead = self._begin(start, end)
        try:
            while start < end and (chunk := await asyncio.wrap_future(ahead)):
                start += len(chunk)
                ahead = self._begin(start, end)
                yield chunk
        finally:
            await _settled(ahead)

    def _begin(self, start: int, end: int) -> Future[bytes]:
        return self._threads.submit(self._reading.read, start, min(end, start + _CHUNK_BYTES))

    async def pieces(self, start: int, end: int) -> AsyncIterator[tuple[int, int, int]]:
        """Yield open file, offset and count of what the range lies in, for the kernel to send; not of small objects."""
        pieces = self._reading.pieces(start, end)
        following = self._threads.submit(next, pieces, None)
        try:
            while (piece := await asyncio.wrap_future(following)) is not None:
                yield piece
                following = self._threads.submit(next, pieces, None)
        finally:
            await _settled(following)
            pieces.close()


async def _settled(future: Future[Any]) -> None:
    """Wait for a thread whose file is about to be closed."""
    if not future.cancel() and not future.done():
        await asyncio.wait([asyncio.wrap_future(future)])


async def _head_of(body: AsyncIterator[bytes]) -> tuple[list[bytes], AsyncIterator[bytes] | None]:
    """Return up to `SMALL_BYTES` of `body`, somewhat more at times, and what yields the rest when there may be more."""
    pieces: list[bytes] = []
    size = 0
    async for piece in body:
        pieces.append(piece)
        size += len(piece)
        if size > SMALL_BYTES:
            return pieces, body
    return pieces, None


def _check(digest: bytes, md5: bytes | None) -> None:
    if md5 is not None and digest != md5:
        raise Invalid("the MD5 of the body is not the one announced")

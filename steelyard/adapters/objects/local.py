"""Objects in a folder: written to a temporary file, digested, flushed to disk, renamed. Never half there.

Keys are stored under the SHA-256 of the key, so that any Unicode name of any length fits any file system; the key
itself stands in a small sidecar for listings. Disk work happens in threads.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from steelyard.adapters.objects.signing import OwnAddresses, UrlSigner
from steelyard.kernel.errors import Invalid, NotFound
from steelyard.ports.objects import StoredObject

_CHUNK_BYTES = 1 << 20
# A temporary file that nobody has written to for this long belongs to a process that died.
_GIVEN_UP_AFTER_S = 24 * 3600.0


class LocalStore(OwnAddresses):
    """Meets `steelyard.ports.objects.ObjectStore`."""

    def __init__(self, folder: Path, signer: UrlSigner) -> None:
        super().__init__(signer)
        self._folder = folder
        self._temporary = folder / "tmp"
        self._temporary.mkdir(parents=True, exist_ok=True)
        _clear(self._temporary, time.time() - _GIVEN_UP_AFTER_S)

    async def put(self, key: str, body: AsyncIterator[bytes], *, md5: bytes | None = None) -> StoredObject:
        temporary = self._temporary / uuid.uuid4().hex
        digest, size = hashlib.md5(usedforsecurity=False), 0
        try:
            with temporary.open("wb") as file:
                async for chunk in _gathered(body):
                    size += len(chunk)
                    await asyncio.to_thread(_append, file, digest, chunk)
                await asyncio.to_thread(_flush, file)
            if md5 is not None and digest.digest() != md5:
                raise Invalid("the MD5 of the body is not the one announced")
            await asyncio.to_thread(self._publish, temporary, key, size, digest.digest())
        finally:
            temporary.unlink(missing_ok=True)
        return StoredObject(key, size, datetime.fromtimestamp(self.path_of(key).stat().st_mtime, UTC), digest.digest())

    def path_of(self, key: str) -> Path:
        """Return where the bytes of `key` are, whether or not they exist."""
        name = hashlib.sha256(key.encode()).hexdigest()
        return self._folder / "objects" / name[:2] / name[2:]

    def _publish(self, temporary: Path, key: str, size: int, md5: bytes) -> None:
        path = self.path_of(key)
        if not path.parent.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _sync_folder(path.parent.parent)
        note = {"key": key, "size": size, "md5": base64.b64encode(md5).decode()}
        sidecar = self._temporary / f"{temporary.name}.json"
        try:
            with sidecar.open("wb") as file:
                file.write(json.dumps(note).encode())
                _flush(file)
            temporary.replace(path)
            sidecar.replace(path.with_suffix(".json"))
        finally:
            sidecar.unlink(missing_ok=True)
        _sync_folder(path.parent)

    async def stat(self, key: str) -> StoredObject | None:
        return await asyncio.to_thread(_stat, self.path_of(key), key)

    async def get(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        try:
            file = await asyncio.to_thread(self.path_of(key).open, "rb")
        except FileNotFoundError:
            raise NotFound("the object is not there") from None
        with file:
            file.seek(start)
            left = None if end is None else end - start
            while left is None or left > 0:
                chunk = await asyncio.to_thread(file.read, _CHUNK_BYTES if left is None else min(left, _CHUNK_BYTES))
                if not chunk:
                    return
                left = None if left is None else left - len(chunk)
                yield chunk

    async def read_ranges(self, key: str, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        return await asyncio.to_thread(_read_ranges, self.path_of(key), ranges)

    async def delete(self, key: str) -> None:
        path = self.path_of(key)
        await asyncio.to_thread(path.unlink, missing_ok=True)
        await asyncio.to_thread(path.with_suffix(".json").unlink, missing_ok=True)

    async def list(self, prefix: str) -> AsyncIterator[StoredObject]:
        for sidecar in await asyncio.to_thread(lambda: sorted((self._folder / "objects").glob("*/*.json"))):
            note: dict[str, Any] = json.loads(await asyncio.to_thread(sidecar.read_text))
            found = await self.stat(note["key"]) if note["key"].startswith(prefix) else None
            if found:
                yield found

    async def close(self) -> None:
        """Nothing is held open."""


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


def _read_ranges(path: Path, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
    try:
        file = path.open("rb", buffering=0)
    except FileNotFoundError:
        raise NotFound("the object is not there") from None
    with file:
        return [_read_range(file.fileno(), start, end) for start, end in ranges]


def _read_range(handle: int, start: int, end: int) -> bytes:
    """Return the whole range: the system may give less at a time, 2 GB at most."""
    parts: list[bytes] = []
    while start < end:
        part = os.pread(handle, end - start, start)
        if not part:
            raise NotFound("the object ends before the range asked for")
        parts.append(part)
        start += len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _append(file: Any, digest: Any, chunk: bytes) -> None:
    digest.update(chunk)
    file.write(chunk)


def _flush(file: Any) -> None:
    file.flush()
    os.fsync(file.fileno())


def _clear(folder: Path, before: float) -> None:
    """Delete the files of `folder` last written before that time; others may be doing the same."""
    for path in folder.iterdir():
        try:
            if path.stat().st_mtime < before:
                path.unlink()
        except FileNotFoundError:
            continue


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _stat(path: Path, key: str) -> StoredObject | None:
    try:
        status = path.stat()
        note = json.loads(path.with_suffix(".json").read_text())
    except FileNotFoundError:
        return None
    md5 = base64.b64decode(note["md5"]) if note["size"] == status.st_size else None
    return StoredObject(key, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC), md5)

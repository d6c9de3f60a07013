"""A bucket that clients reach through this server: for buckets that only the server may see, or that lack TLS."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from steelyard.adapters.objects.signing import OwnAddresses, UrlSigner
from steelyard.ports.objects import ObjectStore, PartAddress, StoredObject, Unfinished


class ProxiedStore(OwnAddresses):
    """Meets `steelyard.ports.objects.ObjectStore`. All bytes pass this process, streamed."""

    def __init__(self, inner: ObjectStore, signer: UrlSigner) -> None:
        super().__init__(signer)
        self._inner = inner

    async def put(self, key: str, body: AsyncIterator[bytes], *, md5: bytes | None = None) -> StoredObject:
        return await self._inner.put(key, body, md5=md5)

    async def stat(self, key: str) -> StoredObject | None:
        return await self._inner.stat(key)

    async def stat_many(self, keys: Sequence[str]) -> dict[str, StoredObject]:
        return await self._inner.stat_many(keys)

    def get(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        return self._inner.get(key, start, end)

    async def read_ranges(self, key: str, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        return await self._inner.read_ranges(key, ranges)

    async def delete(self, key: str) -> None:
        await self._inner.delete(key)

    def list(self, prefix: str) -> AsyncIterator[StoredObject]:
        return self._inner.list(prefix)

    async def start_parts(self, key: str) -> str:
        return await self._inner.start_parts(key)

    async def put_part(
        self, part: PartAddress, body: AsyncIterator[bytes], *, size_bytes: int, md5: bytes | None = None
    ) -> str:
        return await self._inner.put_part(part, body, size_bytes=size_bytes, md5=md5)

    async def complete_parts(self, key: str, upload_id: str, parts: Sequence[tuple[int, str]]) -> StoredObject:
        return await self._inner.complete_parts(key, upload_id, parts)

    async def abort_parts(self, key: str, upload_id: str) -> None:
        await self._inner.abort_parts(key, upload_id)

    def list_unfinished(self, prefix: str, before: datetime) -> AsyncIterator[Unfinished]:
        return self._inner.list_unfinished(prefix, before)

    async def close(self) -> None:
        await self._inner.close()

"""The bucket of a team: a store whose keys begin with the bucket's name for everybody but itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from steelyard.adapters.objects.local import LocalStore, Opened
from steelyard.adapters.objects.signing import OwnAddresses, UrlSigner
from steelyard.ports.objects import Grant, ObjectStore, PartAddress, SignedRequest, StoredObject, Unfinished
from steelyard.ports.team_buckets import in_bucket


class MarkedSigner(UrlSigner):
    """Signs URLs of our own address for the objects of a team's bucket, which are asked for by their whole keys."""

    def __init__(self, secret: str, bucket: str) -> None:
        super().__init__(secret)
        self._bucket = bucket

    def sign(self, method: str, key: str, grant: Grant, extra: Mapping[str, str]) -> str:
        return super().sign(method, in_bucket(self._bucket, key), grant, extra)


class MarkedStore:
    """Meets `steelyard.ports.objects.ObjectStore`. `inner` signs with a `MarkedSigner`."""

    def __init__(self, bucket: str, inner: ObjectStore) -> None:
        self._inner = inner
        self._mark = in_bucket(bucket, "")

    @property
    def leads_to_us(self) -> bool:
        """Whether clients reach its objects through this server only."""
        return isinstance(self._inner, OwnAddresses)

    def _within(self, key: str) -> str:
        return key[len(self._mark) :]

    def _whole(self, stored: StoredObject) -> StoredObject:
        return replace(stored, key=self._mark + stored.key)

    async def put(self, key: str, body: AsyncIterator[bytes], *, md5: bytes | None = None) -> StoredObject:
        return self._whole(await self._inner.put(self._within(key), body, md5=md5))

    async def stat(self, key: str) -> StoredObject | None:
        found = await self._inner.stat(self._within(key))
        return found and self._whole(found)

    async def stat_many(self, keys: Sequence[str]) -> dict[str, StoredObject]:
        found = await self._inner.stat_many([self._within(key) for key in keys])
        return {self._mark + key: self._whole(stored) for key, stored in found.items()}

    async def open(self, key: str) -> Opened | StoredObject | None:
        return await opened(self._inner, self._within(key))

    def get(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        return self._inner.get(self._within(key), start, end)

    async def read_ranges(self, key: str, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        return await self._inner.read_ranges(self._within(key), ranges)

    async def delete(self, key: str) -> None:
        await self._inner.delete(self._within(key))

    async def list(self, prefix: str) -> AsyncIterator[StoredObject]:
        async for stored in self._inner.list(self._within(prefix)):
            yield self._whole(stored)

    async def sign_get(self, key: str, grant: Grant, *, filename: str, content_type: str) -> SignedRequest:
        return await self._inner.sign_get(self._within(key), grant, filename=filename, content_type=content_type)

    async def sign_read(self, key: str, grant: Grant, *, filename: str, content_type: str) -> SignedRequest:
        return await self._inner.sign_read(self._within(key), grant, filename=filename, content_type=content_type)

    async def sign_put(self, key: str, grant: Grant, *, md5: bytes | None = None) -> SignedRequest:
        return await self._inner.sign_put(self._within(key), grant, md5=md5)

    async def freeze(self, key: str, fresh: str) -> str:
        return self._mark + await self._inner.freeze(self._within(key), self._within(fresh))

    async def start_parts(self, key: str) -> str:
        return await self._inner.start_parts(self._within(key))

    def _part(self, part: PartAddress) -> PartAddress:
        return replace(part, key=self._within(part.key))

    async def sign_part(self, part: PartAddress, grant: Grant, *, md5: bytes | None = None) -> SignedRequest:
        return await self._inner.sign_part(self._part(part), grant, md5=md5)

    async def put_part(
        self, part: PartAddress, body: AsyncIterator[bytes], *, size_bytes: int, md5: bytes | None = None
    ) -> str:
        return await self._inner.put_part(self._part(part), body, size_bytes=size_bytes, md5=md5)

    async def complete_parts(self, key: str, upload_id: str, parts: Sequence[tuple[int, str]]) -> StoredObject:
        return self._whole(await self._inner.complete_parts(self._within(key), upload_id, parts))

    async def abort_parts(self, key: str, upload_id: str) -> None:
        await self._inner.abort_parts(self._within(key), upload_id)

    async def list_unfinished(self, prefix: str, before: datetime) -> AsyncIterator[Unfinished]:
        async for found in self._inner.list_unfinished(self._within(prefix), before):
            yield replace(found, key=self._mark + found.key)

    async def close(self) -> None:
        await self._inner.close()


async def opened(store: ObjectStore, key: str) -> Opened | StoredObject | None:
    """Return what a reader is answered from: a folder is visited once, for what it knows of it and for its bytes."""
    return await (store.open(key) if isinstance(store, LocalStore) else store.stat(key))

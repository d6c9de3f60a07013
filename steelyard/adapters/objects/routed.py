"""The main store and the buckets of teams as one: which of them an object lies in is part of its key."""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from datetime import datetime
from typing import Any, NoReturn

import structlog

from steelyard.adapters.objects.local import Opened
from steelyard.adapters.objects.marked import MarkedStore, opened
from steelyard.adapters.objects.signing import UrlSigner
from steelyard.kernel.errors import SteelyardError, Unavailable
from steelyard.ports.objects import (
    Grant,
    ObjectStore,
    PartAddress,
    SignedRequest,
    StoredObject,
    Unfinished,
)
from steelyard.ports.team_buckets import MARK, bucket_of_key, in_bucket

log = structlog.get_logger()


class TakenOut(SteelyardError):
    """The operator has taken the bucket of a team out of the settings: nobody can read there until it is back."""

    status = 409
    code = "bucket_taken_out"


class RoutedStore:
    """Meets `steelyard.ports.objects.ObjectStore`; an object of the main store costs no more than there.

    Of a bucket that is not in the settings readers are told by `TakenOut`, for they may go on without. All else
    raises `Unavailable`: who writes keeps what he has until the bucket is back, and nothing goes anywhere else.
    """

    def __init__(self, main: ObjectStore, signer: UrlSigner, teams: Mapping[str, MarkedStore] | None = None) -> None:
        self.signer = signer
        self.main = main
        self._teams = dict(teams or {})

    def leads_to_us(self, bucket: str) -> bool:
        """Tell whether clients reach the objects of a team's bucket through this server only."""
        return self._team(in_bucket(bucket, "")).leads_to_us

    def _of(self, key: str) -> ObjectStore:
        return self._team(key) if key[:1] == MARK else self.main

    def _read(self, key: str) -> ObjectStore:
        return self._team(key, reads=True) if key[:1] == MARK else self.main

    def _team(self, key: str, *, reads: bool = False) -> MarkedStore:
        bucket = bucket_of_key(key)
        return self._teams.get(bucket) or _refuse(bucket, reads=reads)

    def put(
        self, key: str, body: AsyncIterator[bytes], *, md5: bytes | None = None
    ) -> Coroutine[Any, Any, StoredObject]:
        return self._of(key).put(key, body, md5=md5)

    def stat(self, key: str) -> Coroutine[Any, Any, StoredObject | None]:
        return self._of(key).stat(key)

    async def stat_many(self, keys: Sequence[str]) -> dict[str, StoredObject]:
        if not any(key[:1] == MARK for key in keys):
            return await self.main.stat_many(keys)
        by_bucket: dict[str, list[str]] = {}
        for key in keys:
            by_bucket.setdefault(bucket_of_key(key), []).append(key)
        found: dict[str, StoredObject] = {}
        for some in by_bucket.values():
            found |= await self._of(some[0]).stat_many(some)
        return found

    async def open(self, key: str) -> Opened | StoredObject | None:
        """Return the object for a reader at our own address, None when it is not there. Whoever asks closes it."""
        if key[:1] == MARK:
            return await self._team(key, reads=True).open(key)
        return await opened(self.main, key)

    def get(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        return self._of(key).get(key, start, end)

    def read_ranges(self, key: str, ranges: Sequence[tuple[int, int]]) -> Coroutine[Any, Any, list[bytes]]:
        return self._read(key).read_ranges(key, ranges)

    def delete(self, key: str) -> Coroutine[Any, Any, None]:
        return self._of(key).delete(key)

    async def list(self, prefix: str) -> AsyncIterator[StoredObject]:
        """Yield what lies below the prefix in the store that it names; below an empty one, what lies in all of them."""
        async for stored in self._of(prefix).list(prefix):
            yield stored
        for bucket, store in self._teams.items() if not prefix else ():
            async for stored in store.list(in_bucket(bucket, "")):
                yield stored

    def sign_get(
        self, key: str, grant: Grant, *, filename: str, content_type: str
    ) -> Coroutine[Any, Any, SignedRequest]:
        return self._read(key).sign_get(key, grant, filename=filename, content_type=content_type)

    def sign_read(
        self, key: str, grant: Grant, *, filename: str, content_type: str
    ) -> Coroutine[Any, Any, SignedRequest]:
        return self._read(key).sign_read(key, grant, filename=filename, content_type=content_type)

    def sign_put(self, key: str, grant: Grant, *, md5: bytes | None = None) -> Coroutine[Any, Any, SignedRequest]:
        return self._of(key).sign_put(key, grant, md5=md5)

    def freeze(self, key: str, fresh: str) -> Coroutine[Any, Any, str]:
        """`fresh` lies in the bucket of `key`."""
        return self._of(key).freeze(key, fresh)

    def start_parts(self, key: str) -> Coroutine[Any, Any, str]:
        return self._of(key).start_parts(key)

    def sign_part(
        self, part: PartAddress, grant: Grant, *, md5: bytes | None = None
    ) -> Coroutine[Any, Any, SignedRequest]:
        return self._of(part.key).sign_part(part, grant, md5=md5)

    def put_part(
        self, part: PartAddress, body: AsyncIterator[bytes], *, size_bytes: int, md5: bytes | None = None
    ) -> Coroutine[Any, Any, str]:
        return self._of(part.key).put_part(part, body, size_bytes=size_bytes, md5=md5)

    def complete_parts(
        self, key: str, upload_id: str, parts: Sequence[tuple[int, str]]
    ) -> Coroutine[Any, Any, StoredObject]:
        return self._of(key).complete_parts(key, upload_id, parts)

    def abort_parts(self, key: str, upload_id: str) -> Coroutine[Any, Any, None]:
        return self._of(key).abort_parts(key, upload_id)

    async def list_unfinished(self, prefix: str, before: datetime) -> AsyncIterator[Unfinished]:
        """Yield the uploads under `prefix` in every store; one of a team that does not answer is passed over."""
        async for found in self.main.list_unfinished(prefix, before):
            yield found
        for bucket, store in self._teams.items():
            try:
                async for found in store.list_unfinished(in_bucket(bucket, prefix), before):
                    yield found
            except Exception:
                log.exception("the bucket of a team cannot be looked through", bucket=bucket)

    async def close(self) -> None:
        for store in (self.main, *self._teams.values()):
            await store.close()


def _refuse(bucket: str, *, reads: bool) -> NoReturn:
    message = (
        f"the bucket {bucket!r} of a team is not in the server's settings; its operator can put it there"
        " (STEELYARD_OBJECTS_TEAM_BUCKETS)"
    )
    raise TakenOut(message) if reads else Unavailable(message)

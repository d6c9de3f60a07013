"""What buckets of all kinds have in common: their bytes move through obstore.

Clients reach them by signed URLs, which each kind makes in its own way; bytes do not pass us.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import obstore
from obstore.exceptions import GenericError, JoinError, UnauthenticatedError

from steelyard.adapters.objects.multipart import md5_of_etag
from steelyard.adapters.objects.signing import OwnReads, UrlSigner
from steelyard.kernel.errors import Invalid, NotFound, Unavailable
from steelyard.ports.objects import StoredObject
from steelyard.telemetry.meters import METERS
from steelyard.telemetry.traces import TRACES

# Bodies up to this size go up in one request; longer ones in parts of it.
_PART_BYTES = 8 << 20
_CHUNK_BYTES = 1 << 20
# What buckets list in one answer, and how many objects of it make it cheaper than asking for each of them.
_PAGE_KEYS, _WORTH_A_PAGE = 1000, 12
# Questions at a time: enough to hide the distance, few enough for rate limits.
_STATS_AT_ONCE = 32
# A store that is gone is told of within seconds: whoever asked repeats the request, and background work waits longer.
CONNECT_TIMEOUT_S = 5.0
# Nothing heard for this long, the writing of one part included: it hangs.
READ_TIMEOUT_S = 20.0
_RETRIES: Any = {
    "max_retries": 4,
    "retry_timeout": timedelta(seconds=20),
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=3), "base": 2},
}
# A large object that a slow client reads through us may take this long; one that stands still ends much sooner.
_TOTAL_TIMEOUT = timedelta(hours=6)
# How the library names `BucketAccount` in its errors.
_NO_KEYS = "External AWS credential provider"
_REFUSED = re.compile(r"non-2xx status code: 4(?!08|29)[0-9]{2}")


class BucketObjects(OwnReads):
    """The half of `steelyard.ports.objects.ObjectStore` that moves bytes.

    `etags_are_md5` says whether the ETag of what came in one request is its MD5, `lists_from` whether a list may begin
    behind a name.
    """

    def __init__(
        self, store: Any, prefix: str, signer: UrlSigner, *, etags_are_md5: bool = True, lists_from: bool = True
    ) -> None:
        super().__init__(signer)
        self._store = store
        self._prefix = f"{prefix}/" if prefix else ""
        self._etags_are_md5 = etags_are_md5
        self._worth_a_page = _WORTH_A_PAGE if lists_from else sys.maxsize

    async def put(self, key: str, body: AsyncIterator[bytes], *, md5: bytes | None = None) -> StoredObject:
        digest = hashlib.md5(usedforsecurity=False)
        first, rest = await _head_of(body, digest)
        if rest is None:
            _check(digest, md5)
            with _reaching("put"):
                await obstore.put_async(self._store, self._prefix + key, first, use_multipart=False)
        else:
            # Nothing shows before the last part, and what is there stays when the body ends with an error.
            parts = _joined(first, rest, digest, md5)
            with _reaching("put"):
                await obstore.put_async(
                    self._store, self._prefix + key, parts, chunk_size=_PART_BYTES, max_concurrency=2
                )
        stored = await self.stat(key)
        if stored is None:
            raise Unavailable("the bucket does not show an object that it has just taken")
        return replace(stored, md5=digest.digest())

    async def stat(self, key: str) -> StoredObject | None:
        return await self._stat_whole(self._prefix + key)

    async def stat_many(self, keys: Sequence[str]) -> dict[str, StoredObject]:
        folders: dict[str, list[str]] = {}
        for key in sorted(set(keys)):
            folders.setdefault(key.rpartition("/")[0], []).append(key)
        found: dict[str, StoredObject] = {}
        for folder, some in folders.items():
            left = await self._stat_by_list(folder, some, found)
            for start in range(0, len(left), _STATS_AT_ONCE):
                stats = await asyncio.gather(*map(self.stat, left[start : start + _STATS_AT_ONCE]))
                found |= {stored.key: stored for stored in stats if stored is not None}
        return found

    async def _stat_by_list(self, folder: str, keys: list[str], found: dict[str, StoredObject]) -> list[str]:
        """Look for the keys, in their order, on pages of the list, as long as each page holds enough of them.

        Return those that were not looked for.
        """
        prefix = f"{self._prefix}{folder}"
        while len(keys) >= self._worth_a_page:
            # The list begins behind this text, which is the last one before the first key.
            pages = obstore.list(self._store, prefix, offset=(self._prefix + keys[0])[:-1], chunk_size=_PAGE_KEYS)
            with _reaching("list"):
                page = [self._stored(meta) async for batch in _first(pages) for meta in batch]
            seen = {stored.key: stored for stored in page}
            is_last = len(page) < _PAGE_KEYS
            looked_for = keys if is_last else [key for key in keys if key <= page[-1].key]
            hits = {key: seen[key] for key in looked_for if key in seen}
            found |= hits
            keys = keys[len(looked_for) :]
            if len(hits) < self._worth_a_page:
                break
        return keys

    async def _stat_whole(self, whole_key: str) -> StoredObject | None:
        try:
            with _reaching("head"):
                return self._stored(await obstore.head_async(self._store, whole_key))
        except FileNotFoundError:
            return None

    def _stored(self, meta: Any) -> StoredObject:
        etag = meta.get("e_tag") or ""
        digest = md5_of_etag(etag) if self._etags_are_md5 else None
        key = meta["path"].removeprefix(self._prefix)
        return StoredObject(key, meta["size"], meta["last_modified"], bytes.fromhex(digest) if digest else None, etag)

    async def get(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        options: Any = {}
        if start or end is not None:
            options["range"] = {"offset": start} if end is None else (start, end)
        try:
            with _reaching("get"):
                found = await obstore.get_async(self._store, self._prefix + key, options=options)
        except FileNotFoundError:
            raise NotFound("the object is not there") from None
        with _reaching("read"):
            async for chunk in found.stream(min_chunk_size=_CHUNK_BYTES):
                yield bytes(chunk)

    async def read_ranges(self, key: str, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        starts, ends = [start for start, _ in ranges], [end for _, end in ranges]
        if not ranges:
            return []
        try:
            # Ranges less than 1 MB apart come in one request, others up to ten at a time.
            with _reaching("get ranges"):
                found = await obstore.get_ranges_async(self._store, self._prefix + key, starts=starts, ends=ends)
        except FileNotFoundError:
            raise NotFound("the object is not there") from None
        parts = [bytes(part) for part in found]
        if any(len(part) < end - start for part, (start, end) in zip(parts, ranges, strict=True)):
            raise NotFound("the object ends before the range asked for")
        return parts

    async def delete(self, key: str) -> None:
        try:
            with _reaching("delete"):
                await obstore.delete_async(self._store, self._prefix + key)
        except FileNotFoundError:
            return

    async def list(self, prefix: str) -> AsyncIterator[StoredObject]:
        with _reaching("list"):
            async for batch in obstore.list(self._store, self._prefix + prefix):
                for meta in batch:
                    yield self._stored(meta)


def client_options(read_timeout_s: float) -> dict[str, Any]:
    """Return what obstore's stores are opened with."""
    return {
        "client_options": {
            "allow_http": True,
            "connect_timeout": timedelta(seconds=CONNECT_TIMEOUT_S),
            "read_timeout": timedelta(seconds=read_timeout_s),
            "timeout": _TOTAL_TIMEOUT,
        },
        "retry_config": _RETRIES,
    }


async def _first(pages: Any) -> AsyncIterator[Any]:
    """Yield the first page, if there is one: the others are not asked for."""
    async for page in pages:
        yield page
        return


@contextmanager
def _reaching(call: str) -> Iterator[None]:
    """Tell of a bucket that does not answer as `Unavailable`; one that refuses us is a fault of ours or our settings.

    Answers with a status come as one kind of error with all the others, so their text is read.
    """
    began = time.perf_counter()
    try:
        with TRACES.step(f"bucket {call}"):
            yield
    except UnauthenticatedError as error:
        METERS.bucket_failures["refused"] += 1
        if _NO_KEYS not in str(error):
            raise
        raise Unavailable("the bucket's credentials cannot be had; the request may be repeated") from error
    except (GenericError, JoinError) as error:
        if _REFUSED.search(str(error)):
            METERS.bucket_failures["refused"] += 1
            raise
        METERS.bucket_failures["no answer"] += 1
        raise Unavailable("the object store does not answer; the request may be repeated") from error
    finally:
        METERS.bucket_calls.add(time.perf_counter() - began)


async def _head_of(body: AsyncIterator[bytes], digest: Any) -> tuple[bytes, AsyncIterator[bytes] | None]:
    """Return up to one part of `body`, and the iterator of the rest when there is more."""
    parts: list[bytes] = []
    size = 0
    async for chunk in body:
        digest.update(chunk)
        parts.append(chunk)
        size += len(chunk)
        if size >= _PART_BYTES:
            return b"".join(parts), body
    return b"".join(parts), None


async def _joined(first: bytes, rest: AsyncIterator[bytes], digest: Any, md5: bytes | None) -> AsyncIterator[bytes]:
    """Yield the whole body. Raises `Invalid` at its end when it is not of that MD5."""
    yield first
    async for chunk in rest:
        digest.update(chunk)
        yield chunk
    _check(digest, md5)


def _check(digest: Any, md5: bytes | None) -> None:
    if md5 is not None and digest.digest() != md5:
        raise Invalid("the MD5 of the body is not the one announced")

"""The port of object stores: named, immutable-by-convention blobs in a folder or a bucket, reached by signed URLs.

Keys are relative, `/`-separated UTF-8 texts made by us; they never hold `..` and never begin with `/`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

# What S3 holds to: parts of one upload, and the size of all but the last.
PARTS_MAX = 10_000
PART_BYTES_MIN = 5 << 20


@dataclass(frozen=True)
class StoredObject:
    """What the store knows of one object. `md5` is raw bytes, None when the store cannot tell."""

    key: str
    size_bytes: int
    modified_at: datetime
    md5: bytes | None = None
    # As HTTP has it, with its quotes; empty when the store gives none.
    etag: str = ""


@dataclass(frozen=True)
class PartAddress:
    """Where a part belongs; `number` is from 1 to `PARTS_MAX`."""

    key: str
    upload_id: str
    number: int


@dataclass(frozen=True)
class Unfinished:
    """An upload in parts that was neither completed nor aborted. It keeps its parts until then."""

    key: str
    upload_id: str
    started_at: datetime


@dataclass(frozen=True)
class SignedRequest:
    """A URL that carries its own permission, and the headers that must be sent along."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Grant:
    """What a signed URL is made under: our public URL, how long it is good, and who asked, for readers of logs.

    One that leads to ourselves is good no longer than `proof` is, by which that one was known (`Identity.proof`).
    """

    origin: str
    ttl_s: int
    requester: str = ""
    proof: str = ""


class ObjectStore(Protocol):
    """Every method raises `Unavailable` while the store cannot be reached or does not answer.

    A folder raises `OSError` (sql/failures.py says which of them pass), a bucket that refuses us an error of its own.
    """

    async def put(self, key: str, body: AsyncIterator[bytes], *, md5: bytes | None = None) -> StoredObject:
        """Store `body` whole or not at all, replacing what was there. Raises `Invalid` when `md5` does not match."""
        ...

    async def stat(self, key: str) -> StoredObject | None: ...

    async def stat_many(self, keys: Sequence[str]) -> dict[str, StoredObject]:
        """Return what is known of those of the objects that are there, by key; for much less than one by one.

        A bucket may leave out one that was just written: whoever has to be sure asks for it alone.
        """
        ...

    def get(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield bytes `start` to `end` (exclusive). Raises `NotFound` before the first byte when absent."""
        ...

    async def read_ranges(self, key: str, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        """Return the bytes of each range, start to end (exclusive), in the order asked; no range is empty.

        One visit to the store, whose answers are held whole in memory: for many small pieces of one object. Raises
        `NotFound` when the object is absent or ends before a range does.
        """
        ...

    async def delete(self, key: str) -> None:
        """Remove the object; absent ones are fine."""
        ...

    def list(self, prefix: str) -> AsyncIterator[StoredObject]:
        """Yield the objects below `prefix`, which is empty or ends with a `/`."""
        ...

    async def sign_get(self, key: str, grant: Grant, *, filename: str, content_type: str) -> SignedRequest:
        """Return a URL that reads `key`, by anybody, as long as it is granted.

        `filename` is the name a browser saves it under.
        """
        ...

    async def sign_read(self, key: str, grant: Grant, *, filename: str, content_type: str) -> SignedRequest:
        """Return a URL as `sign_get` does that answers HEAD as well, for readers that ask for the size first.

        Where a bucket signs one method only, it leads to ourselves, and the bytes pass this process.
        """
        ...

    async def sign_put(self, key: str, grant: Grant, *, md5: bytes | None = None) -> SignedRequest:
        """Return a URL that writes `key` once or again. With `md5` the store refuses other content.

        One whose signatures know no content refuses it only of those who send the headers along (`freeze`).
        """
        ...

    async def freeze(self, key: str, fresh: str) -> str:
        """Return a key under which no signed URL for a content can change what `key` is now: `key` itself, or `fresh`.

        Call it before the content is checked. Where it returns `fresh`, both are there, and nobody may have had URLs of
        that one. Raises `NotFound` when the object is absent, or leaves it to who reads it.
        """
        ...

    async def start_parts(self, key: str) -> str:
        """Begin an upload of `key` in parts and return its id. Nothing shows under `key` until it is completed."""
        ...

    async def sign_part(self, part: PartAddress, grant: Grant, *, md5: bytes | None = None) -> SignedRequest:
        """Return a URL that writes the part, once or again; its answer carries an ETag.

        With `md5` other content is refused. All parts but the last must have at least `PART_BYTES_MIN`: some stores
        refuse to complete smaller ones.
        """
        ...

    async def put_part(
        self, part: PartAddress, body: AsyncIterator[bytes], *, size_bytes: int, md5: bytes | None = None
    ) -> str:
        """Store a part that came to our own address, and return its ETag.

        Raises `NotFound` when there is no such upload, `Invalid` when `size_bytes` or `md5` do not match.
        """
        ...

    async def complete_parts(self, key: str, upload_id: str, parts: Sequence[tuple[int, str]]) -> StoredObject:
        """Make the parts, each its number and the ETag its answer carried, one object: `key`, whole or not at all.

        Numbers ascend. Raises `Invalid` when a part is missing or has another ETag, and when there is no such upload;
        the upload goes on then. Once done, the same call again returns the same object.
        """
        ...

    async def abort_parts(self, key: str, upload_id: str) -> None:
        """Give up an upload and drop its parts; absent and completed ones are fine, and keep what they have made."""
        ...

    def list_unfinished(self, prefix: str, before: datetime) -> AsyncIterator[Unfinished]:
        """Yield the uploads under `prefix` that were started before that moment."""
        ...

    async def close(self) -> None: ...

"""Stored content of a project: one object per digest, found or prepared for upload.

Uploads go to the store by signed URLs and nobody tells us when they are done: content counts as stored once it has
been seen there with the right digest, and is looked up again before a client is told that it need not upload.

What a client is told is a promise: `prepare` notes its moment, and the collection (lifecycle/collecting.py) leaves
content alone for as long as a version that is still being written may build on it.

A store mostly knows the MD5 of what came in one request. Where it does not, and for XXH128, the content is read once.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import xxhash
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.artifacts import content_queries, queries
from steelyard.domains.artifacts.model import MD5, XXH128, Blob, Space, State
from steelyard.domains.files import purging
from steelyard.kernel.errors import NotFound
from steelyard.kernel.ids import random_name
from steelyard.ports.objects import SignedRequest, StoredObject
from steelyard.ports.team_buckets import in_bucket, split_key

_KINDS = {MD5: "", XXH128: "xxh128-"}
_KEY = re.compile(r"artifacts/(?P<project>\d{1,18})/content/(?P<kind>|xxh128-)(?P<digest>[0-9a-f]{32})-[^/]+")
# Questions to the store at a time: enough to hide the distance to a bucket, few enough for its rate limits.
_PARALLEL = 32
# Rows of content that are looked for at once; a transaction notes those that are there.
_NOTICED_AT_ONCE = 2000
# Objects read at a time to check their digests; each holds a piece or two.
_READING = 8
# What is read to answer a client that is about to upload: for more it is cheaper to say "send it again".
_READ_AT_ONCE_BYTES = 64 << 20


@dataclass(frozen=True)
class Announced:
    """Content that a version brings. `md5` (hex) is said of what has a digest of another kind."""

    artifact_id: int
    md5: str | None = None


async def prepare(ctx: Context, space: Space, announced: Mapping[str, Announced]) -> dict[str, Blob]:
    """Return digest → content for the given digests (hex).

    Content that the store has is marked stored; the rest waits for its upload. Either stays until those versions are
    committed or given up.
    """
    now = ctx.ports.clock()
    rows = [
        {
            "project_id": space.project_id,
            "algorithm": space.algorithm,
            "digest": digest,
            "object_key": fresh_key(space, digest),
            "md5": item.md5,
            "birth_artifact_id": item.artifact_id,
            "created_at": now,
            "promised_at": now,
        }
        # One order for everybody, so that two transactions never wait for each other.
        for digest, item in sorted(announced.items())
    ]
    async with ctx.database.write() as conn:
        await content_queries.ensure_blobs(conn, rows)
        blobs = await content_queries.find_blobs(conn, space, list(announced))
        blobs |= await _adopt_orphans(conn, blobs, announced)
        blobs |= await _begin_anew(ctx, conn, blobs, announced)
        await queries.touch_pending(conn, sorted({item.artifact_id for item in announced.values()}), now)
    fresh = {str(row["object_key"]) for row in rows}
    known = [blob for blob in blobs.values() if blob.object_key not in fresh]
    looked_up = await look_up(ctx, known, read_bytes=_READ_AT_ONCE_BYTES)
    return blobs | {blob.digest: blob for blob in looked_up}


def fresh_key(space: Space, digest: str) -> str:
    """The random part keeps a later upload of the same content apart from an object that is being deleted."""
    name = f"{_KINDS[space.algorithm]}{digest}-{random_name(6)}"
    return in_bucket(space.bucket, f"artifacts/{space.project_id}/content/{name}")


def find_space(key: str) -> tuple[Space, str] | None:
    """Return where the object of this key belongs, and its digest; None for a key of something else."""
    bucket, within = split_key(key)
    found = _KEY.fullmatch(within)
    if found is None:
        return None
    algorithm = next(name for name, kind in _KINDS.items() if kind == found["kind"])
    return Space(int(found["project"]), algorithm, bucket), found["digest"]


async def _begin_anew(
    ctx: Context, conn: AsyncConnection, blobs: Mapping[str, Blob], announced: Mapping[str, Announced]
) -> dict[str, Blob]:
    """Give another key to content that is not stored and comes with another MD5 now.

    So whoever was given an address to upload it to can store nothing but what is of the MD5 he announced.
    """
    anew = {
        digest: replace(blob, md5=announced[digest].md5, object_key=fresh_key(blob.space, digest))
        for digest, blob in blobs.items()
        if blob.stored_at is None and blob.md5 != announced[digest].md5
    }
    for blob in anew.values():
        await content_queries.update_blob(conn, blob.id, md5=blob.md5, object_key=blob.object_key)
    await purging.forget_uploads(ctx, conn, [blobs[digest].object_key for digest in anew])
    return anew


async def _adopt_orphans(
    conn: AsyncConnection, blobs: Mapping[str, Blob], announced: Mapping[str, Announced]
) -> dict[str, Blob]:
    """Give content whose first version was deleted to the one that brings it now: clients download by that id."""
    firsts = list({blob.birth_artifact_id for blob in blobs.values()})
    known = [item for some in queries.chunks(firsts) for item in await queries.list_artifacts_by_id(conn, some)]
    alive = {item.id for item in known if item.state is not State.DELETED}
    adopted = {
        digest: replace(blob, birth_artifact_id=announced[digest].artifact_id)
        for digest, blob in blobs.items()
        if blob.birth_artifact_id not in alive
    }
    for blob in adopted.values():
        await content_queries.update_blob(conn, blob.id, birth_artifact_id=blob.birth_artifact_id)
    return adopted


# ---- what the store shows -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Sight:
    """What the store shows of some content; `doubtful` until somebody has read it."""

    blob: Blob
    stored: StoredObject | None = None
    doubtful: bool = False


async def look_up(ctx: Context, blobs: Sequence[Blob], *, read_bytes: int | None = None) -> list[Blob]:
    """Return the same content as the store shows it now, and note what changed: stored, or lost.

    Costs one question to the store about all of them, one more for each that it does not show, and one reading of
    those whose digest nobody has checked: of all of them, or of `read_bytes` in all, and what is beyond counts as not
    stored.
    """
    keys = [blob.object_key for blob in blobs]
    shown = await ctx.ports.objects.stat_many(keys)
    shown |= await _stat_each(ctx, [key for key in keys if key not in shown])
    now = ctx.ports.clock()
    sights = [_sight(blob, shown.get(blob.object_key), now) for blob in blobs]
    found = await _settle(ctx, sights, read_bytes)
    # In the order of all who hold rows of several digests.
    pairs = sorted(zip(blobs, found, strict=True), key=lambda pair: pair[0].digest)
    stored = [now for was, now in pairs if now.stored_at and was != now]
    lost = [now for was, now in pairs if was.stored_at and not now.stored_at]
    if stored or lost:
        async with ctx.database.write() as conn:
            await content_queries.mark_stored(conn, stored, ctx.ports.clock())
            await content_queries.mark_lost(conn, lost)
    return found


async def notice_arrived(ctx: Context, space: Space) -> None:
    """Note all content of the space that has arrived and that the store vouches for; the rest is for `look_up`.

    For those who are about to ask for much of it: in the order of its keys, a bucket tells of a thousand at a time.
    """
    last = ""
    while True:
        async with ctx.database.read() as conn:
            blobs = await content_queries.list_unseen(conn, space, last, _NOTICED_AT_ONCE)
        if not blobs:
            return
        last = blobs[-1].digest
        shown = await ctx.ports.objects.stat_many([blob.object_key for blob in blobs])
        now = ctx.ports.clock()
        sights = [_sight(blob, shown.get(blob.object_key), now) for blob in blobs]
        arrived = [sight.blob for sight in sights if sight.stored is not None and not sight.doubtful]
        if arrived:
            async with ctx.database.write() as conn:
                await content_queries.mark_stored(conn, arrived, now)


async def _stat_each(ctx: Context, keys: Sequence[str]) -> dict[str, StoredObject]:
    """Ask for each alone what a question about many may leave out."""
    found: dict[str, StoredObject] = {}
    for start in range(0, len(keys), _PARALLEL):
        stats = await asyncio.gather(*map(ctx.ports.objects.stat, keys[start : start + _PARALLEL]))
        found |= {stored.key: stored for stored in stats if stored is not None}
    return found


def _sight(blob: Blob, stored: StoredObject | None, now: datetime) -> _Sight:
    if stored is None:
        return _Sight(replace(blob, stored_at=None))
    if blob.stored_at and blob.size_bytes == stored.size_bytes:
        return _Sight(blob)
    vouched = blob.algorithm == MD5 and stored.md5 == bytes.fromhex(blob.digest)
    seen = replace(blob, stored_at=now, size_bytes=stored.size_bytes)
    return _Sight(seen, stored, doubtful=not vouched)


async def _settle(ctx: Context, sights: Sequence[_Sight], read_bytes: int | None) -> list[Blob]:
    gate, left = asyncio.Semaphore(_READING), read_bytes

    async def settled(sight: _Sight) -> Blob:
        nonlocal left
        if sight.stored is None or not sight.doubtful:
            return sight.blob
        if left is not None:
            left -= sight.stored.size_bytes
            if left < 0:
                return replace(sight.blob, stored_at=None)
        async with gate:
            return await _checked(ctx, sight.blob)

    return list(await asyncio.gather(*(settled(sight) for sight in sights)))


async def _checked(ctx: Context, blob: Blob) -> Blob:
    """Return the content as it is once its object has been read. What was checked is never replaced afterwards."""
    fresh = fresh_key(blob.space, blob.digest)
    with suppress(NotFound):
        if await ctx.ports.objects.freeze(blob.object_key, fresh) == fresh:
            return await _adopt_copy(ctx, blob, fresh)
        if await _read(ctx, blob.object_key, blob.algorithm) == bytes.fromhex(blob.digest):
            return blob
    return replace(blob, stored_at=None)


async def _adopt_copy(ctx: Context, blob: Blob, key: str) -> Blob:
    """Let the copy be the content, and what clients have addresses of go once these have ended."""
    adopted = await adopt(ctx, replace(blob, stored_at=None), key)
    if adopted is None or adopted.object_key != key:  # not of its digest, or somebody else was faster
        await ctx.ports.objects.delete(key)
        return adopted or replace(blob, stored_at=None)
    async with ctx.database.write() as conn:
        await purging.forget_uploads(ctx, conn, [blob.object_key])
    return adopted


async def has_md5(ctx: Context, key: str, md5: bytes) -> bool:
    """Tell whether the store has this object with this digest, reading it where the store does not say so itself."""
    stored = await ctx.ports.objects.stat(key)
    return stored is not None and (stored.md5 == md5 or await _read(ctx, key, MD5) == md5)


async def adopt(ctx: Context, blob: Blob, key: str) -> Blob | None:
    """Make the object of this key that of the content, when it has its digest; None when it has not.

    Where another one has become that meanwhile, it stays. Costs one reading of the object.
    """
    digest, stored = bytes.fromhex(blob.digest), await ctx.ports.objects.stat(key)
    vouched = stored is not None and blob.algorithm == MD5 and stored.md5 == digest
    if stored is None or not (vouched or await _read(ctx, key, blob.algorithm) == digest):
        return None
    now = ctx.ports.clock()
    async with ctx.database.write() as conn:
        await content_queries.adopt_object(conn, blob, key, stored.size_bytes, now)
        return (await content_queries.find_blobs(conn, blob.space, [blob.digest])).get(blob.digest)


async def _read(ctx: Context, key: str, algorithm: str) -> bytes | None:
    """Return the digest of an object, None when it is gone meanwhile. Reads in pieces and hashes in threads."""
    hashed: Any = hashlib.md5(usedforsecurity=False) if algorithm == MD5 else xxhash.xxh128()
    try:
        async for piece in ctx.ports.objects.get(key):
            await asyncio.to_thread(hashed.update, piece)
    except NotFound:
        return None
    return bytes(hashed.digest())


async def upload_request(ctx: Context, blob: Blob) -> SignedRequest:
    """Return the request that stores the content; the store refuses what is not of its MD5."""
    md5 = bytes.fromhex(blob.md5 or blob.digest)
    return await ctx.ports.objects.sign_put(blob.object_key, ctx.may_write, md5=md5)

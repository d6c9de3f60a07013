"""Stored content of a project: one object per digest, found or prepared for upload.

Uploads go to the store by signed URLs and nobody tells us when they are done: content counts as stored once it has
been seen there with the right MD5, and is looked up again before a client is told that it need not upload.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.artifacts import content_queries, queries
from steelyard.domains.artifacts.model import Blob, State
from steelyard.kernel.ids import random_name
from steelyard.ports.objects import SignedRequest

# Questions to the store at a time: enough to hide the distance to a bucket, few enough for its rate limits.
_PARALLEL = 32


async def prepare(ctx: Context, project_id: int, born_in: dict[str, int]) -> dict[str, Blob]:
    """Return digest → content for the given digests (hex MD5) with the version that brings each.

    Content that the store has is marked stored; the rest waits for its upload.
    """
    now = ctx.ports.clock()
    rows = [
        {
            "project_id": project_id,
            "digest": digest,
            # The random part keeps a later upload of the same content apart from an object that is being deleted.
            "object_key": f"artifacts/{project_id}/content/{digest}-{random_name(6)}",
            "birth_artifact_id": artifact_id,
            "created_at": now,
        }
        # One order for everybody, so that two transactions never wait for each other.
        for digest, artifact_id in sorted(born_in.items())
    ]
    async with ctx.database.write() as conn:
        await content_queries.ensure_blobs(conn, rows)
        blobs = await content_queries.find_blobs(conn, project_id, list(born_in))
        blobs = await _adopt_orphans(conn, blobs, born_in)
    fresh = {str(row["object_key"]) for row in rows}
    looked_up = await look_up(ctx, [blob for blob in blobs.values() if blob.object_key not in fresh])
    return blobs | {blob.digest: blob for blob in looked_up}


async def _adopt_orphans(conn: AsyncConnection, blobs: dict[str, Blob], born_in: dict[str, int]) -> dict[str, Blob]:
    """Give content whose first version was deleted to the one that brings it now: clients download by that id."""
    firsts = list({blob.birth_artifact_id for blob in blobs.values()})
    known = [item for some in queries.chunks(firsts) for item in await queries.list_artifacts_by_id(conn, some)]
    alive = {item.id for item in known if item.state is not State.DELETED}
    adopted = {
        digest: replace(blob, birth_artifact_id=born_in[digest])
        for digest, blob in blobs.items()
        if blob.birth_artifact_id not in alive
    }
    for blob in adopted.values():
        await content_queries.set_birth(conn, blob.id, blob.birth_artifact_id)
    return blobs | adopted


async def look_up(ctx: Context, blobs: Sequence[Blob]) -> list[Blob]:
    """Return the same content as the store shows it now, and note what changed: stored, or lost.

    Costs one question to the store per item.
    """
    gate = asyncio.Semaphore(_PARALLEL)
    found = list(await asyncio.gather(*(_seen(ctx, blob, gate) for blob in blobs)))
    pairs = list(zip(blobs, found, strict=True))
    stored = [(now.id, now.size_bytes or 0) for was, now in pairs if now.stored_at and was != now]
    lost = [now.id for was, now in pairs if was.stored_at and not now.stored_at]
    if stored or lost:
        async with ctx.database.write() as conn:
            await content_queries.mark_stored(conn, stored, ctx.ports.clock())
            await content_queries.mark_lost(conn, lost)
    return found


async def _seen(ctx: Context, blob: Blob, gate: asyncio.Semaphore) -> Blob:
    async with gate:
        stored = await ctx.ports.objects.stat(blob.object_key)
    if stored is None or (stored.md5 is not None and stored.md5.hex() != blob.digest):
        return replace(blob, stored_at=None)
    if blob.stored_at and blob.size_bytes == stored.size_bytes:
        return blob
    return replace(blob, stored_at=ctx.ports.clock(), size_bytes=stored.size_bytes)


async def upload_request(ctx: Context, blob: Blob) -> SignedRequest:
    """Return the request that stores the content; the store refuses any other."""
    return await ctx.ports.objects.sign_put(
        blob.object_key, origin=ctx.origin, ttl_s=ctx.ports.policy.url_ttl_s, md5=bytes.fromhex(blob.digest)
    )

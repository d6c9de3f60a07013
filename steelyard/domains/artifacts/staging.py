"""The list of a version's files while a commit makes it: from uploaded manifests, in batches, seen by nobody.

Each batch is a transaction of its own, so that the database is never held for long. One process makes the list; the
time in its row, renewed every few seconds, shows the others that it is alive.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.artifacts import access, content, content_queries, queries, rules
from steelyard.domains.artifacts import tables as t
from steelyard.domains.artifacts.manifest import (
    WRITE_TAIL,
    ManifestEntry,
    ManifestHeader,
    ManifestReader,
    write_entries,
    write_head,
)
from steelyard.domains.artifacts.model import Artifact, Entry, Manifest, ManifestKind, State
from steelyard.domains.artifacts.uploads import manifest_key
from steelyard.kernel.errors import Conflict, Invalid, NotFound, Unavailable
from steelyard.kernel.ids import encode_global_id, find_global_id
from steelyard.sql.dialect import insert_row, is_duplicate

_BATCH = 2000
# From so many files of a batch on, everything that has arrived in the project is looked for in one go.
_MANY_UNSEEN = 500
_FULL_NAME = "wandb_manifest.json"
_BEAT_S = 5.0
# Without a sign of life for this long, whoever was making the list has died.
_GIVEN_UP_AFTER = timedelta(seconds=30)

# Of a process that was thought dead, or of one whose artifact was deleted: who asks again is told which.
TAKEN_OVER = "another process has taken over the commit; ask again"


class Staged:
    """A list under way: a manifest row of its own and the entries written for it so far."""

    def __init__(self, ctx: Context, artifact: Artifact, manifest: Manifest) -> None:
        self.manifest = manifest
        self.header = ManifestHeader()
        self.size_bytes = 0
        self.stored_bytes = 0
        self.count = 0
        self._ctx = ctx
        self._space = artifact.space
        self._noticed = False

    async def add(self, entries: Sequence[ManifestEntry], *, is_top: bool) -> None:
        """Append the entries. Below the top layer those of known paths are left out.

        Raises `Invalid` for a file without content, and for a path that comes twice.
        """
        for start in range(0, len(entries), _BATCH):
            batch = entries[start : start + _BATCH]
            await self._add(batch if is_top else await self._unknown(batch))

    async def _unknown(self, batch: Sequence[ManifestEntry]) -> list[ManifestEntry]:
        keys = [rules.path_digest(entry.path) for entry in batch]

        async def find(conn: AsyncConnection) -> set[str]:
            return await content_queries.known_paths(conn, self.manifest.id, keys)

        known = await self._ctx.database.read_at_once(find)
        return [entry for entry, key in zip(batch, keys, strict=True) if key not in known]

    async def _add(self, batch: Sequence[ManifestEntry]) -> None:
        files = await asyncio.to_thread(_files, batch)
        blobs = await self._blob_ids(files)
        rows = await asyncio.to_thread(_rows, self.manifest.id, batch, self.count, blobs)

        async def write(conn: AsyncConnection) -> None:
            if not await content_queries.hold_manifest(conn, self.manifest.id):
                raise Unavailable(TAKEN_OVER)
            held = await content_queries.hold_stored(conn, list(blobs.values()))
            if any(held.get(number) != digest for digest, number in blobs.items()):
                raise Conflict("a file of the artifact was deleted meanwhile; upload it again")
            await content_queries.insert_entries(conn, rows)

        try:
            await self._ctx.database.write_at_once(write)
        except IntegrityError as error:
            if not is_duplicate(error):
                raise Unavailable(TAKEN_OVER) from error
            raise Invalid("the manifest lists a path twice") from error
        self.count += len(rows)
        self.size_bytes += sum(entry.size_bytes or 0 for entry in batch)
        self.stored_bytes += sum(entry.size_bytes or 0 for entry in batch if entry.ref is None)

    async def _blob_ids(self, files: dict[str, str]) -> dict[str, int]:
        """Return digest → id of the stored content of all files, given as digest → path."""

        async def find(conn: AsyncConnection) -> dict[str, int]:
            return await content_queries.find_stored(conn, self._space, list(files))

        known = await self._ctx.database.read_at_once(find)
        missing = [digest for digest in files if digest not in known]
        if len(missing) >= _MANY_UNSEEN and not self._noticed:
            self._noticed = True
            await content.notice_arrived(self._ctx, self._space)
            known = await self._ctx.database.read_at_once(find)
            missing = [digest for digest in files if digest not in known]
        if missing:
            async with self._ctx.database.read() as conn:
                unseen = list((await content_queries.find_blobs(conn, self._space, missing)).values())
            known |= {blob.digest: blob.id for blob in await content.look_up(self._ctx, unseen) if blob.stored_at}
            for digest in missing:
                if digest not in known:
                    raise Invalid(f"the file {files[digest]!r} has not been uploaded with the content of its digest")
        return known


def _files(batch: Sequence[ManifestEntry]) -> dict[str, str]:
    """Return hex digest → path of the files among the entries."""
    return {rules.hex_of_digest(entry.digest): entry.path for entry in batch if entry.ref is None}


def _rows(manifest_id: int, batch: Sequence[ManifestEntry], first: int, blobs: dict[str, int]) -> list[dict[str, Any]]:
    births = {text: find_global_id("Artifact", text) for text in {entry.birth_artifact_id or "" for entry in batch}}
    return [
        {
            "manifest_id": manifest_id,
            "position": position,
            "path": entry.path,
            "path_digest": rules.path_digest(entry.path),
            "digest": entry.digest,
            "size_bytes": entry.size_bytes,
            "ref": entry.ref,
            "extra": entry.extra,
            "birth_artifact_id": births[entry.birth_artifact_id or ""],
            "blob_id": None if entry.ref is not None else blobs[rules.hex_of_digest(entry.digest)],
        }
        for position, entry in enumerate(batch, start=first)
    ]


# ---- who makes the list ---------------------------------------------------------------------------------------


async def claim(ctx: Context, artifact: Artifact, top: Manifest) -> Staged | None:
    """Begin the list of the version, None while somebody else is at work on it or when it is committed.

    What the dead left is removed.
    """
    async with ctx.database.write() as conn:
        await queries.lock_collection(conn, artifact.sequence_id)
        current = await queries.find_artifact(conn, artifact.id)
        if current is not None and current.state is State.COMMITTED:
            return None
        now = ctx.ports.clock()
        begun = await content_queries.list_staged(conn, artifact.id)
        if any(item.created_at > now - _GIVEN_UP_AFTER for item in begun):
            return None
        whole = top.kind is ManifestKind.FULL
        list_id = await insert_row(
            conn,
            t.artifact_manifests,
            artifact_id=artifact.id,
            kind=ManifestKind.STAGED,
            name=_FULL_NAME,
            # Without a digest it is none that a client uploaded.
            digest="",
            object_key=top.object_key if whole else manifest_key(artifact),
            created_at=now,
        )
        (manifest,) = await content_queries.list_manifests_by_id(conn, [list_id])
    for item in begun:
        await discard(ctx, item.id)
    return Staged(ctx, artifact, manifest)


@asynccontextmanager
async def kept(ctx: Context, staged: Staged) -> AsyncIterator[None]:
    """Show other processes that the list is being made. It is removed when the block fails, and left to others, at
    once, when this process ends.
    """
    done = asyncio.Event()
    beating = asyncio.create_task(_beat(ctx, staged.manifest.id, done))
    try:
        yield
    except asyncio.CancelledError:
        await _renew(ctx, staged.manifest.id, ctx.ports.clock() - _GIVEN_UP_AFTER)
        raise
    except BaseException:
        await discard(ctx, staged.manifest.id)
        raise
    finally:
        done.set()
        await beating


async def _beat(ctx: Context, manifest_id: int, done: asyncio.Event) -> None:
    while not done.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), _BEAT_S)
            return
        with suppress(SQLAlchemyError):  # one sign of life less
            await _renew(ctx, manifest_id, ctx.ports.clock())


async def _renew(ctx: Context, manifest_id: int, moment: datetime) -> None:
    async with ctx.database.write() as conn:
        await content_queries.update_manifest(conn, manifest_id, created_at=moment)


async def discard(ctx: Context, manifest_id: int) -> None:
    """Give up a list and remove its entries. The collection takes the rest: the row, what is left, the object."""
    async with ctx.database.write() as conn:
        await content_queries.condemn_manifest(conn, manifest_id, ctx.ports.clock())
    left = True
    while left:
        async with ctx.database.write() as conn:
            left = await content_queries.delete_some_entries(conn, manifest_id)


# ---- what it is made of ---------------------------------------------------------------------------------------


async def choose(ctx: Context, artifact: Artifact) -> list[Manifest]:
    """Return the manifests that make up the version, the one that counts first in front.

    Of whole ones that is the newest that has arrived: two clients may be writing the same content at once.
    Raises `Invalid` when none has.
    """
    async with ctx.database.read() as conn:
        announced = await content_queries.list_uploaded_manifests(conn, artifact.id)
    chosen: list[Manifest] = []
    for manifest in announced:
        if chosen and not (chosen[0].kind is manifest.kind is ManifestKind.PATCH):
            continue
        arrived = await _arrived(ctx, artifact, manifest)
        if arrived is not None:
            chosen.append(arrived)
    if not chosen:
        raise Invalid("the manifest of the artifact has not been uploaded")
    return chosen


async def _arrived(ctx: Context, artifact: Artifact, manifest: Manifest) -> Manifest | None:
    """Return the manifest, with an object that nobody can replace any more; None when it is not of its digest."""
    fresh = manifest_key(artifact)
    try:
        key = await ctx.ports.objects.freeze(manifest.object_key, fresh)
    except NotFound:
        return None
    if not await content.has_md5(ctx, key, base64.b64decode(manifest.digest)):
        if key == fresh:
            await ctx.ports.objects.delete(fresh)
        return None
    if key == fresh:
        async with ctx.database.write() as conn:
            await content_queries.condemn_object_of(conn, manifest, ctx.ports.clock())
            await content_queries.update_manifest(conn, manifest.id, object_key=fresh)
    return replace(manifest, object_key=key)


async def stage(ctx: Context, staged: Staged, uploaded: Sequence[Manifest]) -> None:
    """Fill the list from the manifests that make up the version, the one that counts first in front."""
    top = uploaded[0]
    for manifest in uploaded:
        await _read(ctx, manifest, staged, is_top=manifest is top)
    if top.kind is not ManifestKind.FULL:
        await _add_base(ctx, top, staged)
        await _write_full(ctx, staged)


async def _read(ctx: Context, manifest: Manifest, staged: Staged, *, is_top: bool) -> None:
    reader = ManifestReader()
    async for piece in ctx.ports.objects.get(manifest.object_key):
        await staged.add(await asyncio.to_thread(reader.feed, piece), is_top=is_top)
    header = reader.close()
    if is_top:
        staged.header = header


async def _add_base(ctx: Context, top: Manifest, staged: Staged) -> None:
    if top.base_artifact_id is None:
        return
    async with ctx.database.read() as conn:
        base = await access.load_readable(ctx, conn, top.base_artifact_id)
    if base.manifest_id is None:
        raise Invalid("the base of an incremental artifact must be committed")
    async for batch in _listed(ctx, base.manifest_id):
        await staged.add(batch, is_top=False)


async def _listed(ctx: Context, manifest_id: int) -> AsyncIterator[list[ManifestEntry]]:
    after = -1
    while True:

        async def find(conn: AsyncConnection, after: int = after) -> list[Entry]:
            return await content_queries.list_entries(conn, manifest_id, after, _BATCH)

        page = await ctx.database.read_at_once(find)
        if not page:
            await _check_whole(ctx, manifest_id)
            return
        yield [_as_manifest_entry(entry) for entry in page]
        after = page[-1].position


async def _check_whole(ctx: Context, manifest_id: int) -> None:
    """Raise `Conflict` when the list that was read is being deleted: entries go in portions, so some may be missing."""

    async def is_kept(conn: AsyncConnection) -> bool:
        return await content_queries.hold_manifest(conn, manifest_id)

    if not await ctx.database.read_at_once(is_kept):
        raise Conflict("the artifact that this one builds on was deleted meanwhile")


def _as_manifest_entry(entry: Entry) -> ManifestEntry:
    born = None if entry.birth_artifact_id is None else encode_global_id("Artifact", entry.birth_artifact_id)
    return ManifestEntry(entry.path, entry.digest, entry.size_bytes, entry.ref, born, entry.extra)


async def _write_full(ctx: Context, staged: Staged) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield write_head(staged.header)
        first = True
        async for batch in _listed(ctx, staged.manifest.id):
            yield write_entries(batch, first=first)
            first = False
        yield WRITE_TAIL

    await ctx.ports.objects.put(staged.manifest.object_key, pieces())

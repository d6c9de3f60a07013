"""The commit: from uploaded manifests to a version that everybody sees, and that never changes again.

The manifest is read in pieces into a staged listing that nobody sees, each entry checked against the stored content.
One short transaction then publishes the version: number, aliases, size and listing appear together or not at all.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

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
from steelyard.domains.artifacts.model import Artifact, Entry, Manifest, ManifestKind, Membership, State
from steelyard.domains.artifacts.uploads import manifest_key
from steelyard.domains.runs import changes
from steelyard.domains.runs.changes import Kind as ChangeKind
from steelyard.kernel.errors import Invalid, NotFound
from steelyard.kernel.ids import encode_global_id, find_global_id

Layer = AsyncIterator[list[ManifestEntry]]

# Entries written or copied by one transaction, so that the database is never held for long.
_BATCH = 2000
_FULL_NAME = "wandb_manifest.json"


async def commit_version(ctx: Context, artifact_id: int) -> Artifact:
    """Publish the version; again is fine.

    Raises `Invalid` when the manifest or a file that it lists has not been uploaded. Costs time with the number of
    files; nothing of it is visible before the end.
    """
    async with ctx.database.read() as conn:
        artifact = await access.load_writable(ctx, conn, artifact_id)
    if artifact.state is State.COMMITTED:
        return artifact
    staged = await _stage(ctx, artifact)
    try:
        return await _publish(ctx, artifact, staged)
    except BaseException:
        await staged.discard()
        raise


class _Staged:
    """A listing under way: a manifest row of its own and the entries written for it so far."""

    def __init__(self, ctx: Context, artifact: Artifact, manifest: Manifest) -> None:
        self.manifest = manifest
        self.header = ManifestHeader()
        self.size_bytes = 0
        self.count = 0
        self._ctx = ctx
        self._project_id = artifact.project_id

    async def add(self, entries: list[ManifestEntry], *, is_top: bool) -> None:
        """Append the entries. Below the top layer those of known paths are left out."""
        for start in range(0, len(entries), _BATCH):
            batch = entries[start : start + _BATCH]
            blobs = await self._blob_ids(batch)
            async with self._ctx.database.write() as conn:
                if not is_top:
                    batch = await self._unknown(conn, batch)
                rows = [self._row(entry, position, blobs) for position, entry in enumerate(batch, start=self.count)]
                await content_queries.insert_entries(conn, rows)
            self.count += len(batch)
            self.size_bytes += sum(entry.size_bytes or 0 for entry in batch)

    async def _unknown(self, conn: AsyncConnection, batch: list[ManifestEntry]) -> list[ManifestEntry]:
        digests = [rules.path_digest(entry.path) for entry in batch]
        known = await content_queries.known_paths(conn, self.manifest.id, digests)
        return [entry for entry, digest in zip(batch, digests, strict=True) if digest not in known]

    async def _blob_ids(self, batch: list[ManifestEntry]) -> dict[str, int]:
        """Return digest → id of the stored content of all files. Raises `Invalid`, naming a file without content."""
        files = {rules.hex_of_digest(entry.digest): entry.path for entry in batch if entry.ref is None}
        async with self._ctx.database.read() as conn:
            blobs = await content_queries.find_blobs(conn, self._project_id, list(files))
        unseen = [blob for blob in blobs.values() if blob.stored_at is None]
        blobs |= {blob.digest: blob for blob in await content.look_up(self._ctx, unseen)}
        for digest, path in files.items():
            if digest not in blobs or blobs[digest].stored_at is None:
                raise Invalid(f"the file {path!r} has not been uploaded")
        return {digest: blob.id for digest, blob in blobs.items()}

    def _row(self, entry: ManifestEntry, position: int, blobs: dict[str, int]) -> dict[str, Any]:
        return {
            "manifest_id": self.manifest.id,
            "position": position,
            "path": entry.path,
            "path_digest": rules.path_digest(entry.path),
            "digest": entry.digest,
            "size_bytes": entry.size_bytes,
            "ref": entry.ref,
            "extra": entry.extra,
            "birth_artifact_id": find_global_id("Artifact", entry.birth_artifact_id or ""),
            "blob_id": None if entry.ref is not None else blobs[rules.hex_of_digest(entry.digest)],
        }

    async def discard(self) -> None:
        async with self._ctx.database.write() as conn:
            await content_queries.delete_manifest(conn, self.manifest.id)


# ---- staging --------------------------------------------------------------------------------------------------


async def _stage(ctx: Context, artifact: Artifact) -> _Staged:
    uploaded = await _choose(ctx, artifact)
    top = uploaded[0]
    staged = _Staged(ctx, artifact, await _insert_listing(ctx, artifact, top))
    try:
        for manifest in uploaded:
            await _read(ctx, manifest, staged, is_top=manifest is top)
        if top.kind is not ManifestKind.FULL:
            await _add_base(ctx, top, staged)
            await _write_full(ctx, staged)
    except BaseException:
        await staged.discard()
        raise
    return staged


async def _choose(ctx: Context, artifact: Artifact) -> list[Manifest]:
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
        stored = await ctx.ports.objects.stat(manifest.object_key)
        if stored and stored.md5 in {None, base64.b64decode(manifest.digest)}:
            chosen.append(manifest)
    if not chosen:
        raise Invalid("the manifest of the artifact has not been uploaded")
    return chosen


async def _insert_listing(ctx: Context, artifact: Artifact, top: Manifest) -> Manifest:
    whole = top.kind is ManifestKind.FULL
    async with ctx.database.write() as conn:
        listing_id = await queries.insert_row(
            conn,
            t.artifact_manifests,
            artifact_id=artifact.id,
            kind=ManifestKind.FULL,
            name=_FULL_NAME,
            # Without a digest it is none that a client uploaded.
            digest="",
            object_key=top.object_key if whole else manifest_key(artifact),
            created_at=ctx.ports.clock(),
        )
        return (await content_queries.list_manifests_by_id(conn, [listing_id]))[0]


async def _read(ctx: Context, manifest: Manifest, staged: _Staged, *, is_top: bool) -> None:
    reader = ManifestReader()
    async for piece in ctx.ports.objects.get(manifest.object_key):
        entries = await asyncio.to_thread(reader.feed, piece)
        await staged.add(entries, is_top=is_top)
    header = reader.close()
    if is_top:
        staged.header = header


async def _add_base(ctx: Context, top: Manifest, staged: _Staged) -> None:
    if top.base_artifact_id is None:
        return
    async with ctx.database.read() as conn:
        base = await access.load_readable(ctx, conn, top.base_artifact_id)
    if base.manifest_id is None:
        raise Invalid("the base of an incremental artifact must be committed")
    async for batch in _listed(ctx, base.manifest_id):
        await staged.add(batch, is_top=False)


async def _listed(ctx: Context, manifest_id: int) -> Layer:
    after = -1
    while True:
        async with ctx.database.read() as conn:
            page = await content_queries.list_entries(conn, manifest_id, after, _BATCH)
        if not page:
            return
        yield [_as_manifest_entry(entry) for entry in page]
        after = page[-1].position


def _as_manifest_entry(entry: Entry) -> ManifestEntry:
    born = None if entry.birth_artifact_id is None else encode_global_id("Artifact", entry.birth_artifact_id)
    return ManifestEntry(entry.path, entry.digest, entry.size_bytes, entry.ref, born, entry.extra)


async def _write_full(ctx: Context, staged: _Staged) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield write_head(staged.header)
        first = True
        async for batch in _listed(ctx, staged.manifest.id):
            yield write_entries(batch, first=first)
            first = False
        yield WRITE_TAIL

    await ctx.ports.objects.put(staged.manifest.object_key, pieces())


# ---- publishing -----------------------------------------------------------------------------------------------


async def _publish(ctx: Context, artifact: Artifact, staged: _Staged) -> Artifact:
    now = ctx.ports.clock()
    async with ctx.database.write() as conn:
        number = await queries.lock_collection(conn, artifact.sequence_id)
        current = await queries.find_artifact(conn, artifact.id)
        if current is None or current.state is State.DELETED:
            raise NotFound("artifact not found")
        if current.state is State.COMMITTED:  # by another request meanwhile
            await content_queries.delete_manifest(conn, staged.manifest.id)
            return current
        await queries.update_artifact(
            conn,
            artifact.id,
            state=State.COMMITTED,
            size_bytes=staged.size_bytes,
            file_count=staged.count,
            manifest_id=staged.manifest.id,
            committed_at=now,
            updated_at=now,
        )
        await queries.update_collection(conn, artifact.sequence_id, next_version=number + 1, updated_at=now)
        place = await _insert_place(ctx, conn, artifact, number)
        wanted = json.loads(await queries.requested_aliases(conn, artifact.id))
        await queries.set_aliases(conn, place, {*wanted, rules.LATEST}, now)
        if artifact.run_id is not None:
            await changes.record(conn, artifact.project_id, artifact.run_id, ChangeKind.ARTIFACTS, now)
        committed = await queries.find_artifact(conn, artifact.id)
    assert committed is not None, "it was just written"
    return committed


async def _insert_place(ctx: Context, conn: AsyncConnection, artifact: Artifact, number: int) -> Membership:
    place = Membership(0, artifact.sequence_id, artifact.id, number, ctx.ports.clock())
    values = {name: value for name, value in vars(place).items() if name != "id"}
    return replace(place, id=await queries.insert_row(conn, t.artifact_memberships, **values))

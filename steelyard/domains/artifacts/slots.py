"""Use cases of uploading the files of a version: where each goes, as one or in parts, and putting parts together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from steelyard.context import Context
from steelyard.domains.artifacts import access, content, content_queries, rules
from steelyard.domains.artifacts.content import Announced
from steelyard.domains.artifacts.model import MD5, Artifact, Blob, FileSpec, Space
from steelyard.kernel.errors import Invalid, NotFound, TooLarge
from steelyard.ports.objects import PARTS_MAX, PartAddress, SignedRequest

# Parts in one request. A file of 5 TB has 10,000.
_PARTS_AT_ONCE = 100_000
# Addresses that are signed before others have their turn.
_SIGNED_AT_ONCE = 100


@dataclass(frozen=True)
class PartsRequest:
    """Where the parts of a file go: an address by number."""

    object_key: str
    upload_id: str
    urls: Sequence[tuple[int, str]]


@dataclass(frozen=True)
class FileSlot:
    """Where a file's content goes; `request` is None when the store has it already. `parts` is another way."""

    path: str
    blob: Blob
    request: SignedRequest | None = None
    parts: PartsRequest | None = None


async def open_files(ctx: Context, specs: Sequence[FileSpec], algorithm: str | None) -> list[FileSlot]:
    """Return a slot per file, in the given order. Content that the project has is not asked for again.

    Raises `Invalid` when `algorithm`, that of the digests as the client says, is not the version's.
    """
    digests = [rules.hex_of_digest(rules.check_entry_path(spec.path) and spec.digest) for spec in specs]
    if sum(len(_checked(spec).parts) for spec in specs) > _PARTS_AT_ONCE:
        raise TooLarge(f"files of more than {_PARTS_AT_ONCE} parts together have to be announced in several requests")
    owners: dict[int, Artifact] = {}
    async with ctx.database.read() as conn:
        for artifact_id in {spec.artifact_id for spec in specs}:
            owners[artifact_id] = _of_algorithm(await access.load_growing(ctx, conn, artifact_id), algorithm)
    wanted: dict[Space, dict[str, Announced]] = {}
    for spec, digest in zip(specs, digests, strict=True):
        space = owners[spec.artifact_id].space
        md5 = None if space.algorithm == MD5 else rules.hex_of_digest(_md5_of(spec))
        wanted.setdefault(space, {}).setdefault(digest, Announced(spec.artifact_id, md5))
    blobs = {space: await content.prepare(ctx, space, announced) for space, announced in wanted.items()}
    return await _slots(
        ctx, [(spec, blobs[owners[spec.artifact_id].space][d]) for spec, d in zip(specs, digests, strict=True)]
    )


def _of_algorithm(artifact: Artifact, algorithm: str | None) -> Artifact:
    if algorithm not in {None, artifact.digest_algorithm}:
        raise Invalid(f"the artifact has {artifact.digest_algorithm} digests, not {algorithm}")
    return artifact


def _md5_of(spec: FileSpec) -> str:
    """Return what the upload must have, so that its address is good for this content only."""
    if not spec.md5:
        raise Invalid(f"{spec.path!r} needs its MD5 beside the digest")
    return spec.md5


def _checked(spec: FileSpec) -> FileSpec:
    if len(spec.parts) > PARTS_MAX:
        raise Invalid(f"{spec.path!r} has more than {PARTS_MAX} parts")
    if [number for number, _ in spec.parts] != list(range(1, len(spec.parts) + 1)):
        raise Invalid(f"the parts of {spec.path!r} are not numbered from 1 on")
    for number, md5 in spec.parts:
        rules.check_hex(md5, f"MD5 of part {number} of {spec.path!r}")
    return spec


async def _slots(ctx: Context, items: Sequence[tuple[FileSpec, Blob]]) -> list[FileSlot]:
    slots = []
    for count, (spec, blob) in enumerate(items):
        if blob.stored_at:
            slots.append(FileSlot(spec.path, blob))
            continue
        parts = await _open_parts(ctx, blob, spec.parts) if len(spec.parts) > 1 else None
        slots.append(FileSlot(spec.path, blob, await content.upload_request(ctx, blob), parts))
        if count % _SIGNED_AT_ONCE == 0:
            await asyncio.sleep(0)
    return slots


# ---- in parts -------------------------------------------------------------------------------------------------


async def _open_parts(ctx: Context, blob: Blob, parts: Sequence[tuple[int, str]]) -> PartsRequest:
    """Begin an upload in parts, of an object of its own: what has been checked is never replaced.

    One that was begun before is left to those who may be at it, and swept later.
    """
    objects, grant = ctx.ports.objects, ctx.may_write
    key = content.fresh_key(blob.space, blob.digest)
    upload_id, urls = await objects.start_parts(key), []
    for number, md5 in parts:
        part = PartAddress(key, upload_id, number)
        signed = await objects.sign_part(part, grant, md5=bytes.fromhex(md5))
        urls.append((number, signed.url))
        if number % _SIGNED_AT_ONCE == 0:
            await asyncio.sleep(0)
    return PartsRequest(key, upload_id, urls)


@dataclass(frozen=True)
class PartsUpload:
    """An upload in parts as the client names it; `parts` are numbers with the ETags that the store answered."""

    artifact_id: int
    object_key: str
    upload_id: str
    parts: Sequence[tuple[int, str]] = field(default_factory=tuple)


async def complete_file(ctx: Context, upload: PartsUpload) -> Blob:
    """Put the parts together and check the digest of the whole; again is fine.

    Raises `Invalid` when a part is missing or not the one uploaded, and when the whole is not of its digest;
    `StillRunning` when it takes longer than clients wait. Costs one reading of the content.
    """
    blob = await _load_blob(ctx, upload)
    attempt = ("complete", upload.object_key, upload.upload_id)
    return await ctx.ports.lasting.result(attempt, lambda: _complete(ctx, blob, upload), "the upload of the file")


async def _complete(ctx: Context, blob: Blob, upload: PartsUpload) -> Blob:
    if blob.stored_at is None:
        await ctx.ports.objects.complete_parts(upload.object_key, upload.upload_id, upload.parts)
        adopted = await content.adopt(ctx, blob, upload.object_key)
        if adopted is None:
            await ctx.ports.objects.delete(upload.object_key)
            raise Invalid("the parts together do not have the digest of the file")
        blob = adopted
    if blob.object_key != upload.object_key:  # another client was faster
        await ctx.ports.objects.abort_parts(upload.object_key, upload.upload_id)
        await ctx.ports.objects.delete(upload.object_key)
    return blob


async def abort_file(ctx: Context, upload: PartsUpload) -> None:
    """Give the upload up; again is fine."""
    await _load_blob(ctx, upload)
    await ctx.ports.objects.abort_parts(upload.object_key, upload.upload_id)


async def _load_blob(ctx: Context, upload: PartsUpload) -> Blob:
    """Return the content that the upload brings. Raises `NotFound` when it is none of the artifact's project."""
    space, digest = content.find_space(upload.object_key) or (None, "")
    async with ctx.database.read() as conn:
        artifact = await access.load_growing(ctx, conn, upload.artifact_id)
        if space == artifact.space:
            blob = (await content_queries.find_blobs(conn, artifact.space, [digest])).get(digest)
            if blob is not None:
                return blob
    raise NotFound("there is no such upload")

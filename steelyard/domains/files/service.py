"""Use cases of run files: signed uploads, completion, listing, download, deletion.

Bytes go between the client and the store by signed URLs and never pass through here. A file counts as stored once its
content has been seen in the store: at our own upload route, when the client reports it, or at the latest when asked.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts.access import Permission
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action
from steelyard.domains.files import queries
from steelyard.domains.files.events import OBJECTS_DELETED
from steelyard.domains.files.model import RunFile, clean_name, handle, is_document, is_run_key
from steelyard.domains.runs import queries as runs
from steelyard.domains.runs.model import AnyRun, Run
from steelyard.kernel import jsontext
from steelyard.kernel.errors import Invalid, NotFound
from steelyard.ports.objects import SignedRequest, StoredObject

# Uploads that nobody reported, looked for per listing: a bound on what one question may cost.
_PENDING_LOOKED_FOR = 200
# Addresses that are signed before others have their turn.
_SIGNED_AT_ONCE = 100
# Comparing costs more with every wildcard; people type a few.
PATTERN_MAX_CHARS = 1000
METADATA = "wandb-metadata.json"
# What clients write is some kilobytes.
METADATA_MAX_BYTES = 1 << 20


async def load_writable_run(ctx: Context, entity: str, project: str, run_id: str) -> Run:
    """Return the run that uploads are for. Raises `NotFound` or `Denied`."""
    access.require_account(ctx)
    async with ctx.database.read() as conn:
        run = await runs.find_run(conn, entity, project, run_id)
    if run is None:
        raise NotFound(f"run {run_id!r} not found")
    access.require(ctx, Permission.APPEND, run.target)
    return run


async def open_uploads(ctx: Context, run: Run, names: Sequence[str]) -> list[RunFile]:
    """Return a file per name, in the given order, ready for its content. Raises `Invalid` for unfit names."""
    access.require(ctx, Permission.APPEND, run.target)
    cleaned = [clean_name(name) for name in names]
    async with ctx.database.write() as conn:
        await queries.ensure_files(conn, run.bucket, run.id, dict.fromkeys(cleaned), ctx.ports.clock())
        known = {item.name: item for item in await queries.list_named(conn, run.id, cleaned)}
    return [known[name] for name in cleaned]


async def upload_url(ctx: Context, item: RunFile) -> SignedRequest:
    return await ctx.ports.objects.sign_put(item.object_key, ctx.may_write)


async def upload_urls(ctx: Context, items: Sequence[RunFile]) -> list[SignedRequest]:
    """Return where each goes. Others have their turn in between: clients ask for thousands."""
    signed = []
    for count, item in enumerate(items, 1):
        signed.append(await upload_url(ctx, item))
        if count % _SIGNED_AT_ONCE == 0:
            await asyncio.sleep(0)
    return signed


async def download_url(ctx: Context, item: RunFile) -> str:
    """Return a signed absolute URL, good without any credentials."""
    objects = ctx.ports.objects
    sign = objects.sign_read if is_document(item.mimetype) else objects.sign_get
    signed = await sign(
        item.object_key,
        ctx.may_read,
        filename=PurePosixPath(item.name).name,
        content_type=item.mimetype,
    )
    return signed.url


async def object_stored(ctx: Context, stored: StoredObject) -> None:
    """Take note of content that arrived at our own upload route; keys of other slices are ignored."""
    if not is_run_key(stored.key):
        return
    async with ctx.database.write() as conn:
        await queries.mark_stored(conn, stored.key, stored.size_bytes, _md5_text(stored), stored.modified_at)


def _md5_text(stored: StoredObject) -> str:
    return base64.b64encode(stored.md5).decode() if stored.md5 else ""


async def mark_uploaded(ctx: Context, run_id: int, names: Sequence[str]) -> None:
    """Look up the reported files in the store. The caller has checked that it may write; unknown names are ignored."""
    async with ctx.database.read() as conn:
        items = await queries.list_named(conn, run_id, names)
    await _look_up(ctx, items)


async def _look_up(ctx: Context, items: Sequence[RunFile]) -> int:
    found = [stored for item in items if (stored := await ctx.ports.objects.stat(item.object_key))]
    if found:
        async with ctx.database.write() as conn:
            for stored in found:
                await queries.mark_stored(conn, stored.key, stored.size_bytes, _md5_text(stored), stored.modified_at)
    return len(found)


async def find_files(ctx: Context, run: AnyRun, names: Sequence[str]) -> list[RunFile]:
    """Return one file per name, in order; a name without content comes back as a handle (`uploaded_at` None).

    Clients look up a file before they upload it (docs/protocol/verify.md, run check).
    """
    cleaned = [clean_name(name) for name in names]
    async with ctx.database.read() as conn:
        known = {item.name: item for item in await queries.list_named(conn, run.id, cleaned)}
    pending = [item for item in known.values() if item.uploaded_at is None]
    if pending and await _look_up(ctx, pending):
        async with ctx.database.read() as conn:
            known = {item.name: item for item in await queries.list_named(conn, run.id, cleaned)}
    return [known.get(name) or handle(run.bucket, run.id, name) for name in cleaned]


async def list_files(ctx: Context, run: Run, pattern: str, after: str, limit: int) -> list[RunFile]:
    """Return stored files by name, those after the name `after`; `pattern` is SQL LIKE, empty for all."""
    if len(pattern) > PATTERN_MAX_CHARS:
        raise Invalid(f"a pattern may have {PATTERN_MAX_CHARS} characters")
    await _settle(ctx, run)
    async with ctx.database.read() as conn:
        return await queries.list_stored(conn, run.id, pattern, after, limit)


async def count_files(ctx: Context, run: Run, pattern: str = "") -> int:
    await _settle(ctx, run)
    async with ctx.database.read() as conn:
        return await queries.count_stored(conn, run.id, pattern)


async def _settle(ctx: Context, run: Run) -> None:
    async with ctx.database.read() as conn:
        pending = await queries.list_pending(conn, run.id, _PENDING_LOOKED_FOR)
    if pending:
        await _look_up(ctx, pending)


async def delete_files(ctx: Context, ids: Sequence[int]) -> None:
    """Delete files of runs that the caller may write to. Raises `NotFound` when one is not there."""
    access.require_account(ctx)
    async with ctx.database.read() as conn:
        items = await queries.list_by_ids(conn, ids)
        owners = [await runs.find_run_by_id(conn, run_id) for run_id in {item.run_id for item in items}]
    if len(items) != len(set(ids)) or None in owners:
        raise NotFound("one of the files is not there")
    for run in owners:
        assert run is not None, "checked above"
        access.require(ctx, Permission.DELETE, run.target)
    async with ctx.database.write() as conn:
        await queries.delete_files(conn, [item.id for item in items if item.id is not None])
        await OBJECTS_DELETED.happen(ctx, conn, [item.object_key for item in items])
        for run in owners:
            assert run is not None, "checked above"
            names = [item.name for item in items if item.run_id == run.id]
            await audit.note(ctx, conn, Action.FILE_DELETE, run.subject, **audit.listed(names))
    for item in items:
        await ctx.ports.objects.delete(item.object_key)


async def read_metadata(ctx: Context, run: Run) -> dict[str, Any] | None:
    """Return what the client wrote about its machine and command, None when it wrote nothing that can be read."""
    (item,) = await find_files(ctx, run, [METADATA])
    if item.uploaded_at is None or item.size_bytes > METADATA_MAX_BYTES:
        return None
    try:
        text = b"".join([chunk async for chunk in ctx.ports.objects.get(item.object_key)])
        value = jsontext.loads(text)
    except (NotFound, ValueError):
        return None
    return value if isinstance(value, dict) else None


async def weigh_runs(ctx: Context, run_ids: Sequence[int]) -> dict[int, int]:
    """Return run → bytes of its files. The caller has been shown the runs."""
    async with ctx.database.read() as conn:
        return await queries.sum_sizes_of_runs(conn, run_ids)

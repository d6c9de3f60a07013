"""GraphQL fields of run files (docs/protocol/ingest.md, run files; docs/protocol/queries.md, run files)."""

from __future__ import annotations

from typing import Any

from steelyard.context import Context
from steelyard.domains.files import service
from steelyard.domains.files.model import RunFile
from steelyard.domains.runs.model import Run
from steelyard.graphql.binding import ObjectBinding
from steelyard.graphql.connection import Connection, connection, decode_cursor, page_size, slice_page
from steelyard.kernel.errors import Invalid
from steelyard.kernel.ids import decode_global_id, encode_global_id

mutation, run_type, file_type = ObjectBinding("Mutation"), ObjectBinding("Run"), ObjectBinding("File", RunFile)
BINDINGS = [mutation, run_type, file_type]


@mutation.field("createRunFiles")
async def create_run_files(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    run = await _run_of(ctx, input)
    opened = await service.open_uploads(ctx, run, input["files"])
    signed = await service.upload_urls(ctx, opened)
    files = [
        {**_node(item), "name": name, "uploadUrl": request.url}
        for name, item, request in zip(input["files"], opened, signed, strict=True)
    ]
    # They are those of the bucket, the same for all.
    headers = [f"{name}:{value}" for name, value in signed[0].headers.items()] if signed else []
    return {"runID": encode_global_id("Run", run.id), "uploadHeaders": headers, "files": files}


def _node(item: RunFile) -> dict[str, Any]:
    return {"id": encode_global_id("File", item.id or 0), "displayName": item.name}


async def _run_of(ctx: Context, given: dict[str, Any]) -> Run:
    return await service.load_writable_run(ctx, given["entityName"], given["projectName"], given["runName"])


@mutation.field("markRunFilesUploaded")
async def mark_run_files_uploaded(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    run = await _run_of(ctx, input)
    await service.mark_uploaded(ctx, run.id, input["files"])
    return {"success": True}


@mutation.field("deleteFiles")
async def delete_files(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    await service.delete_files(ctx, [decode_global_id("File", text) for text in input["files"]])
    return {"success": True}


@run_type.field("files")
async def run_files(run: Run, ctx: Context, **args: Any) -> Connection:
    """Return the named files, or a page of those stored."""
    names = [name for name in args.get("names") or [] if name]
    if names:
        return slice_page(await service.find_files(ctx, run, names), args.get("first"), args.get("after"))
    pattern, size = args.get("pattern") or "", page_size(args.get("first"))
    items = await service.list_files(ctx, run, pattern, _name_of(args.get("after")), size + 1)
    total = await service.count_files(ctx, run, pattern)
    return connection(items, size, lambda _index, item: f"file:{item.name}", total)


def _name_of(cursor: str | None) -> str:
    """Cursors are names, so that files that come and go between pages move no others."""
    kind, _, name = (decode_cursor(cursor) or "file:").partition(":")
    if kind != "file":
        raise Invalid("the cursor belongs to another query")
    return name


@run_type.field("fileCount")
async def run_file_count(run: Run, ctx: Context) -> int:
    return await service.count_files(ctx, run)


# Other slices answer `File` too, with dicts under the wire's own keys and their addresses made.


@file_type.field("id")
def file_id(item: RunFile | dict[str, Any], _ctx: Context) -> str:
    return str(item["id"]) if isinstance(item, dict) else encode_global_id("File", item.id or 0)


@file_type.field("url")
async def file_url(item: RunFile | dict[str, Any], ctx: Context, *, upload: bool = False) -> str | None:
    if isinstance(item, dict):
        return item.get("url")
    return (await service.upload_url(ctx, item)).url if upload else await service.download_url(ctx, item)


@file_type.field("directUrl")
async def file_direct_url(item: RunFile | dict[str, Any], ctx: Context) -> str | None:
    return item.get("directUrl") if isinstance(item, dict) else await service.download_url(ctx, item)

"""Finds the files of a table that somebody may read: of a run, of a version, by reference; in parts, joined.

What the files of tables look like: docs/protocol/tables.md.
"""

from __future__ import annotations

import base64
import re
from typing import Any

from steelyard.columnar.tables.scan import NotATable
from steelyard.context import Context
from steelyard.domains.artifacts import content_queries
from steelyard.domains.artifacts import service as artifacts
from steelyard.domains.artifacts.browse import collections, versions
from steelyard.domains.artifacts.model import Artifact, Entry
from steelyard.domains.history.media import find_stored
from steelyard.domains.runs import service as runs
from steelyard.domains.tables.model import (
    FORMAT,
    Content,
    Join,
    LinkedSource,
    Located,
    RunSource,
    Source,
    VersionSource,
)
from steelyard.kernel import jsontext
from steelyard.kernel.errors import NotFound

TABLE, PARTITIONED, JOINED = ".table.json", ".partitioned-table.json", ".joined-table.json"
INCREMENTAL_TYPE = "wandb-run-incremental-table"
PARTS_MAX = 1_000
# Files that only name others.
_POINTER_MAX_BYTES = 1 << 20
_ENTRIES_AT_ONCE = 5_000
# References that lead to references.
_HOPS_MAX = 8
REFERENCES = _OWN, _CLIENTS = "wandb-artifact://", "wandb-client-artifact://"
_INCREMENT = re.compile(r"(\d+)-(\d+)\.")


async def locate(ctx: Context, source: Source) -> Located:
    """Return where the table is kept. Raises `NotFound` for what is absent or not the caller's to see, `NotATable`."""
    match source:
        case RunSource():
            return await _in_run(ctx, source)
        case VersionSource():
            place = (source.entity, source.project, source.type, source.collection)
            collection = await collections.find_collection(ctx, *place)
            artifact = await versions.load_readable(ctx, collection, source.version)
            return await _in_version(ctx, artifact, source.path, whole=source.whole)
        case LinkedSource():
            artifact, path = await follow(ctx, source.uri)
            return await _in_version(ctx, artifact, path, whole=True)


async def _in_run(ctx: Context, source: RunSource) -> Located:
    run = await runs.load_run(ctx, source.entity, source.project, source.run)
    found = (await find_stored(ctx, run, [source.path])).get(source.path)
    stored = await ctx.ports.objects.stat(found.object_key) if found else None
    if stored is None:
        raise NotFound(f"the run has no file {source.path!r}, or it has not arrived yet")
    # a file of a run may be replaced by another of its name
    digest = stored.md5.hex() if stored.md5 else f"{stored.modified_at.timestamp()}"
    return Located((Content(stored.key, f"{FORMAT}:{stored.size_bytes}:{digest}", stored.size_bytes),), run=run)


async def follow(ctx: Context, uri: str) -> tuple[Artifact, str]:
    """Return the version and the path that a reference of the client names. Raises `NotFound`."""
    scheme, _, rest = uri.partition("://")
    name, _, path = rest.partition("/")
    if f"{scheme}://" == _OWN:
        name = _global_id(name)
    elif f"{scheme}://" != _CLIENTS:
        raise NotFound("the reference does not lead to an artifact of this server")
    artifact = await artifacts.find_artifact(ctx, name)
    if artifact is None:
        raise NotFound("the artifact of the table was deleted, or is not yours to see")
    return artifact, path


def _global_id(text: str) -> str:
    """Return the id that clients write in hexadecimal."""
    try:
        return base64.b64encode(bytes.fromhex(text)).decode()
    except ValueError:
        return text


# ---- entries of a version -----------------------------------------------------------------------------------------


async def _in_version(ctx: Context, artifact: Artifact, path: str, *, whole: bool = False) -> Located:
    """Return the table at `path`; with `whole` one of several increments stands for all of them."""
    home, entry = await _entry(ctx, artifact, path)
    if path.endswith(JOINED):
        return await _joined(ctx, home, entry)
    if whole and home.type_name == INCREMENTAL_TYPE:
        return Located(await _increments(ctx, home))
    return Located(await _plain(ctx, home, entry, is_partitioned=path.endswith(PARTITIONED)))


async def _entry(ctx: Context, artifact: Artifact, path: str) -> tuple[Artifact, Entry]:
    """Return the entry that holds the file, and its version: another one where the entry is a reference to that."""
    for _ in range(_HOPS_MAX):
        found: list[Entry] = []
        if artifact.manifest_id is not None:
            async with ctx.database.read() as conn:
                found = await content_queries.find_entries(conn, artifact.manifest_id, [path])
        if not found:
            raise NotFound(f"the artifact has no file {path!r}")
        (entry,) = found
        if entry.ref is None or not entry.ref.startswith(REFERENCES):
            return artifact, entry
        artifact, path = await follow(ctx, entry.ref)
    raise NotATable("the file is a reference that leads nowhere")


async def _plain(ctx: Context, home: Artifact, entry: Entry, *, is_partitioned: bool = False) -> tuple[Content, ...]:
    if not is_partitioned:
        return (_content(home, entry),)
    folder = str((await _read_pointer(ctx, entry)).get("parts_path", "")).rstrip("/")
    parts = await _list_tables(ctx, home, f"{folder}/" if folder else "")
    return tuple([_content(*await _entry(ctx, home, part.path)) for part in parts])


def _content(home: Artifact, entry: Entry) -> Content:
    if entry.object_key is None:
        raise NotATable("the file is a reference: the server has its address, not its content")
    # content of artifacts never changes under its key
    return Content(entry.object_key, f"{FORMAT}:", entry.size_bytes or 0, home)


async def _joined(ctx: Context, home: Artifact, entry: Entry) -> Located:
    pointer = await _read_pointer(ctx, entry)
    keys = pointer.get("join_key")
    left, right = keys if isinstance(keys, list) and len(keys) == 2 else (keys, keys)
    sides = []
    for name in ("table1", "table2"):
        path = str(pointer.get(name, ""))
        at, found = await _entry(ctx, home, path)
        sides.append(await _plain(ctx, at, found, is_partitioned=path.endswith(PARTITIONED)))
    if not isinstance(left, str) or not isinstance(right, str):
        raise NotATable("the file is no joined table: it names no column to join by")
    return Located(sides[0], Join(sides[1], left, right))


async def _read_pointer(ctx: Context, entry: Entry) -> dict[str, Any]:
    """Return the JSON of a file that names others."""
    if entry.object_key is None or (entry.size_bytes or 0) > _POINTER_MAX_BYTES:
        raise NotATable("the file names no tables")
    parts = [part async for part in ctx.ports.objects.get(entry.object_key, 0, _POINTER_MAX_BYTES)]
    try:
        value = jsontext.loads(b"".join(parts))
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise NotATable("the file names no tables")
    return value


async def _increments(ctx: Context, artifact: Artifact) -> tuple[Content, ...]:
    """Return the increments of a table in the order in which they were logged; each version holds all so far."""
    return tuple(_content(artifact, entry) for entry in sorted(await _list_tables(ctx, artifact, ""), key=_number))


def _number(entry: Entry) -> tuple[int, int]:
    """Return number and time of an increment; the first was named otherwise by some clients."""
    found = _INCREMENT.match(entry.path)
    return (int(found[1]), int(found[2])) if found else (-1, 0)


async def _list_tables(ctx: Context, artifact: Artifact, prefix: str) -> list[Entry]:
    """Return the tables below `prefix`, by path. Reads the whole manifest."""
    found: list[Entry] = []
    position = -1
    while artifact.manifest_id is not None:
        async with ctx.database.read() as conn:
            some = await content_queries.list_entries(conn, artifact.manifest_id, position, _ENTRIES_AT_ONCE)
        found += [entry for entry in some if entry.path.startswith(prefix) and entry.path.endswith(TABLE)]
        if len(found) > PARTS_MAX:
            raise NotATable(f"the table has more than {PARTS_MAX:,} parts")
        if len(some) < _ENTRIES_AT_ONCE:
            break
        position = some[-1].position
    if not found:
        raise NotATable("the table has no parts")
    return sorted(found, key=lambda entry: entry.path)

"""The files of a version as a tree: one folder at a time, or those that are searched for.

Entries lie in the order of their paths, so that a folder is a range: what a listing shows of a subfolder is its first
entry, and the rest of it is passed over by one step in the index.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.artifacts.browse import entry_queries as queries
from steelyard.domains.artifacts.browse.entry_queries import PathRow, Span
from steelyard.domains.artifacts.model import Artifact
from steelyard.sql.paths import key_after, path_key

# Entries whose sizes may be added up for one listing: what is beyond is shown without.
_WEIGHED_MAX = 20_000
# Entries that one step of a search looks at, and how long one request goes on making steps.
_SEARCHED = 20_000
_SEARCH_S = 0.4


@dataclass(frozen=True)
class Folder:
    """`file_count` and `size_bytes` are None where adding them up would take too long."""

    path: str
    file_count: int | None
    size_bytes: int | None


@dataclass(frozen=True)
class Listing:
    """What lies in a folder, in the order of bytes. `next` is the key where the next page begins, None at the end."""

    items: list[Folder | PathRow]
    next: bytes | None


async def list_folder(ctx: Context, artifact: Artifact, folder: str, start: bytes, limit: int) -> Listing:
    """Return a page of a folder of the version ("" is the top), from the key `start` on. The caller may read it.

    Costs one step in an index per subfolder and one read per file, and at most `_WEIGHED_MAX` reads for the sizes.
    """
    if artifact.manifest_id is None:
        return Listing([], None)
    prefix = f"{folder}/" if folder else ""
    async with ctx.database.read() as conn:
        children = await _children(conn, artifact.manifest_id, prefix, start, limit + 1)
        shown = children[:limit]
        weights = await _weigh(conn, artifact.manifest_id, prefix, [child for child in shown if isinstance(child, str)])
    items = [Folder(child, *weights.get(child, (None, None))) if isinstance(child, str) else child for child in shown]
    return Listing(items, _behind(shown[-1]) if len(children) > limit else None)


async def _children(
    conn: AsyncConnection, manifest_id: int, prefix: str, start: bytes, limit: int
) -> list[str | PathRow]:
    """Return what lies in a folder: the paths of folders and the rows of files."""
    end = key_after(path_key(prefix))
    span = Span(max(start, path_key(prefix)), end)
    found: list[str | PathRow] = []
    window = limit
    while len(found) < limit:
        rows = await queries.list_rows(conn, manifest_id, span, window)
        before = len(found)
        for row in rows:
            child = _child(row, prefix)
            if not isinstance(child, str) or not found or found[-1] != child:
                found.append(child)
        if len(rows) < window:
            break
        span = Span(_behind(found[-1]), end)
        # a window that showed little was spent on the inside of folders: step over the next ones instead
        window = min(limit, 2 * (len(found) - before))
    return found[:limit]


def _child(row: PathRow, prefix: str) -> str | PathRow:
    """Return the row of a file that lies in the folder itself, else the path of the subfolder that holds it."""
    name, slash, _ = row.path[len(prefix) :].partition("/")
    return prefix + name if slash else row


def _behind(child: str | PathRow) -> bytes:
    """Return the least key behind a file, or behind all that lies in a folder."""
    if not isinstance(child, str):
        return child.key + b"\x01"
    behind = key_after(path_key(f"{child}/"))
    assert behind is not None, "a name is not empty"
    return behind


async def _weigh(
    conn: AsyncConnection, manifest_id: int, prefix: str, folders: Sequence[str]
) -> dict[str, tuple[int, int]]:
    """Return folder → (files, bytes) for those that are whole among the first entries from the first folder on."""
    if not folders:
        return {}
    last = key_after(path_key(f"{folders[-1]}/"))
    span = Span(path_key(f"{folders[0]}/"), last)
    weights = await queries.list_weights(conn, manifest_id, span, _WEIGHED_MAX)
    found: dict[str, tuple[int, int]] = {}
    for path, size in weights:
        name, slash, _ = path[len(prefix) :].partition("/")
        if slash:
            count, total = found.get(prefix + name, (0, 0))
            found[prefix + name] = (count + 1, total + (size or 0))
    if len(weights) == _WEIGHED_MAX:  # the last of them may go on
        name, slash, _ = weights[-1][0][len(prefix) :].partition("/")
        found.pop(prefix + name if slash else "", None)
    return found


# ---- search ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Matches:
    """Files that were found among about `searched` entries; `next` is the key where to go on, None at the end."""

    files: list[PathRow]
    searched: int
    next: bytes | None


async def find_files(ctx: Context, artifact: Artifact, words: Sequence[str], start: bytes, limit: int) -> Matches:
    """Return files whose path has all the words, up to `limit`, as far as some tenths of a second reach."""
    if artifact.manifest_id is None or not words:
        return Matches([], 0, None)
    found: list[PathRow] = []
    searched, until = 0, time.monotonic() + _SEARCH_S
    async with ctx.database.read() as conn:
        while True:
            span = Span(start, await queries.find_key(conn, artifact.manifest_id, Span(start), _SEARCHED))
            found += await queries.find_rows(conn, artifact.manifest_id, span, words, limit - len(found))
            searched += _SEARCHED
            if len(found) == limit:
                return Matches(found, searched, _behind(found[-1]))
            if span.end is None or time.monotonic() > until:
                return Matches(found, searched, span.end)
            start = span.end

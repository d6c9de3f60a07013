"""Histories as Parquet files: the segments themselves, by signed URLs (docs/protocol/queries.md, Parquet).

Clients read files in their own way, which is not that of pages: rows without a key come back with a null in a scan for
that key, keys below an object are not found by their dotted name, and rows that are not in files yet come twice where
a page holds some of both. So files are handed out for a whole history or not at all, and by default only where no
scan can tell them from pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from steelyard.columnar.directory import Directory
from steelyard.columnar.paths import components
from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts.access import Permission
from steelyard.domains.history import segment_queries
from steelyard.domains.history.model import Segment, Stream
from steelyard.domains.history.reading import Part, read_parts
from steelyard.domains.history.segments import open_segments
from steelyard.domains.runs.model import Lineage, Run

# Types of values that are one column each; objects are several, and read otherwise by every version of the client.
_PLAIN_TYPES = {"number", "string", "boolean", "list"}
_CONTENT_TYPE = "application/vnd.apache.parquet"


@dataclass(frozen=True, slots=True)
class Exports:
    """Files that hold the whole history, in order of steps; or none, and the first step that no file holds."""

    urls: tuple[str, ...] = ()
    live_from: int | None = None


async def find_exports(ctx: Context, run: Run) -> Exports:
    """Return URLs of the history's files, good for the time of reading; a file, once handed out, is always the same.

    There are none while rows are in the journal or in segments that may still be merged, where lines have to be merged
    into rows, where a fork or a rewind cut a file, nor after a rewind that took a file away.
    """
    access.require(ctx, Permission.READ, run.target)
    return await read_parts(ctx, run.id, Stream.HISTORY, partial(_export, ctx, run))


async def _export(ctx: Context, run: Run, parts: Sequence[Part]) -> Exports:
    if not parts:
        return Exports()
    segments = [part.plain for part in parts if part.plain is not None]
    if len(segments) < len(parts) or await _is_rewound(ctx, run) or not await _are_final(ctx, segments):
        return Exports(live_from=parts[0].step_min)
    directories = [item.directory for item in await open_segments(ctx, segments)]
    is_exact = ctx.ports.policy.history.exports == "exact"
    if any(map(_is_no_file, directories)) or (is_exact and not _read_like_pages(directories)):
        return Exports(live_from=parts[0].step_min)
    return Exports(tuple([await _sign(ctx, run, at, segment) for at, segment in enumerate(segments)]))


async def _are_final(ctx: Context, segments: Sequence[Segment]) -> bool:
    """Tell whether each file keeps its content and its place among the others, by which clients cache it."""
    arrivals = [(segment.journal_id, segment.id) for segment in segments]
    if arrivals != sorted(arrivals):
        return False
    ids = [segment.id for segment in segments]
    return await ctx.database.read_at_once(partial(segment_queries.are_sealed, ids=ids))


async def _is_rewound(ctx: Context, run: Run) -> bool:
    """Tell whether a client may have a file, by its number, whose rows were taken out of the run."""
    if Lineage.REWOUND not in run.lineage:
        return False
    known = partial(segment_queries.has_sealed_archive, run=run.id, stream=Stream.HISTORY)
    return await ctx.database.read_at_once(known)


def _is_no_file(directory: Directory) -> bool:
    """Tell of a segment that would show a client other values than pages, or is in the place of a file it may have."""
    return directory.has_texts or directory.rewritten


def _read_like_pages(directories: Sequence[Directory]) -> bool:
    """Tell whether every row has every key, all plain values: then scans of files and of pages give the same rows."""
    keys = directories[0].keys.keys()
    return all(directory.keys.keys() == keys and _is_dense(directory) for directory in directories)


def _is_dense(directory: Directory) -> bool:
    return all(
        key.count == directory.row_count
        and key.nulls == 0
        and len(components(path)) == 1
        and key.type_counts.keys() <= _PLAIN_TYPES
        for path, key in directory.keys.items()
    )


async def _sign(ctx: Context, run: Run, number: int, segment: Segment) -> str:
    signed = await ctx.ports.objects.sign_read(
        segment.object_key,
        ctx.may_read,
        filename=f"{run.run_id}_{number}.runhistory.parquet",
        content_type=_CONTENT_TYPE,
    )
    return signed.url

"""Stored lines: blocks of segments and chunks of the journal. Neither ever changes, so both are kept in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.columnar.log_directory import LogDirectory
from steelyard.columnar.log_lines import NO_TIME, Kind, LogLines, unpack_lines
from steelyard.context import Context
from steelyard.domains.history import segment_queries
from steelyard.domains.history.console.spans import Source
from steelyard.domains.history.console.wire import read_lines
from steelyard.domains.history.memory import memory_of
from steelyard.domains.history.segments import SegmentGone
from steelyard.domains.history.tails import TailMoved
from steelyard.kernel.errors import NotFound

_SOURCE_COST_BYTES = 400
# Bounds what is decoded at a time of a journal that nobody has flushed for long.
_CHUNKS_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class LogSegment:
    """A live segment of console lines."""

    id: int
    object_key: str
    journal_id: int
    directory: LogDirectory


@dataclass(frozen=True, slots=True)
class BlockKey:
    segment: LogSegment
    block: int

    def __hash__(self) -> int:
        return hash((self.segment.id, self.block))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BlockKey) and (self.segment.id, self.block) == (other.segment.id, other.block)


@dataclass(frozen=True, slots=True)
class JournalKey:
    chunk: int


async def load_segments(ctx: Context, ids: Sequence[int]) -> list[LogSegment]:
    """Return segments in the order in which their lines came. Raises `TailMoved` when one was swept away."""
    memory = memory_of(ctx)
    found: dict[int, LogSegment] = {n: kept for n in ids if (kept := memory.get(("log", n))) is not None}
    missing = sorted(set(ids) - found.keys())
    if missing:

        async def look(conn: AsyncConnection) -> tuple[Mapping[int, Any], Mapping[int, bytes]]:
            rows = await segment_queries.load_segments(conn, missing)
            return rows, await segment_queries.load_directories(conn, missing)

        rows, directories = await ctx.database.read_at_once(look)
        for number in missing:
            if number not in rows or not directories.get(number):
                raise TailMoved
            directory = LogDirectory.from_bytes(directories[number])
            found[number] = LogSegment(number, rows[number].object_key, rows[number].journal_id, directory)
            memory.put(("log", number), found[number], directory.size_bytes)
    return sorted((found[number] for number in ids), key=lambda item: (item.journal_id, item.id))


def list_blocks(segment: LogSegment) -> list[tuple[str, Source]]:
    """Return writer and source of each block."""
    told = segment.directory
    kinds: list[dict[Kind, int]] = [{} for _ in range(len(told.firsts))]
    places = zip(told.kind_blocks.tolist(), told.kind_places.tolist(), told.kind_counts.tolist(), strict=True)
    for block, place, count in places:
        kinds[block][told.kinds[place]] = count
    columns = (told.of_writer, told.firsts, told.counts, told.lows, told.highs)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [
        (told.writers[writer], Source(BlockKey(segment, at), first, count, low, high, kinds[at]))
        for at, (writer, first, count, low, high) in enumerate(rows)
    ]


async def load_lines(ctx: Context, sources: Iterable[Source]) -> dict[Hashable, LogLines]:
    """Return the lines of each source by its key. Holds all of them.

    What is not in memory is read by one visit per segment and one statement.
    Raises `TailMoved` when a chunk was flushed meanwhile, `SegmentGone` when a segment is gone.
    """
    memory = memory_of(ctx)
    wanted = {source.key for source in sources}
    found: dict[Hashable, LogLines] = {key: kept for key in wanted if (kept := memory.get(key)) is not None}
    missing = wanted - found.keys()
    blocks = await _read_blocks(ctx, [key for key in missing if isinstance(key, BlockKey)])
    chunks = await _read_chunks(ctx, [key for key in missing if isinstance(key, JournalKey)])
    for key, lines in (blocks | chunks).items():
        memory.put(key, lines, lines.size_bytes)
        found[key] = lines
    return found


async def _read_blocks(ctx: Context, keys: Iterable[BlockKey]) -> dict[Hashable, LogLines]:
    by_segment: dict[int, list[BlockKey]] = {}
    for key in keys:
        by_segment.setdefault(key.segment.id, []).append(key)
    found: dict[Hashable, LogLines] = {}
    for group in by_segment.values():
        found |= await read_segment(ctx, group[0].segment, sorted(key.block for key in group))
    return found


async def read_segment(ctx: Context, segment: LogSegment, blocks: Sequence[int]) -> dict[Hashable, LogLines]:
    """Return blocks of one segment past every cache. Raises `SegmentGone`."""
    ranges = [segment.directory.range_of(block) for block in blocks]
    try:
        bodies = await ctx.ports.objects.read_ranges(segment.object_key, ranges)
    except NotFound as error:
        raise SegmentGone from error
    names = segment.directory.kinds

    def decode() -> dict[Hashable, LogLines]:
        pairs = zip(blocks, bodies, strict=True)
        return {BlockKey(segment, block): unpack_lines(body, names) for block, body in pairs}

    return decode() if len(blocks) == 1 else await asyncio.to_thread(decode)


async def _read_chunks(ctx: Context, keys: Iterable[JournalKey]) -> dict[Hashable, LogLines]:
    ids = sorted(key.chunk for key in keys)
    if not ids:
        return {}
    bodies = await ctx.database.read_at_once(partial(segment_queries.load_bodies, ids=ids))
    if len(bodies) != len(ids):
        raise TailMoved

    def decode() -> dict[Hashable, LogLines]:
        return {JournalKey(number): read_lines(body.split(b"\n")) for number, body in bodies.items()}

    return await asyncio.to_thread(decode)


async def describe(ctx: Context, sources: Sequence[Source]) -> list[Source]:
    """Return chunks of the journal with the times and kinds of their lines; what was known stays as it was.

    Raises `TailMoved`.
    """
    memory = memory_of(ctx)
    found: dict[Hashable, Source] = {}
    unknown: list[Source] = []
    for source in sources:
        kept = memory.get(("log-source", source.key))
        if kept is None:
            unknown.append(source)
        else:
            found[source.key] = kept
    for start in range(0, len(unknown), _CHUNKS_AT_ONCE):
        batch = unknown[start : start + _CHUNKS_AT_ONCE]
        lines = await load_lines(ctx, batch)
        for source in batch:
            found[source.key] = _described(source, lines[source.key])
            memory.put(("log-source", source.key), found[source.key], _SOURCE_COST_BYTES)
    return [found[source.key] for source in sources]


def _described(source: Source, lines: LogLines) -> Source:
    known = lines.times[lines.times != NO_TIME]
    low, high = (int(known.min()), int(known.max())) if len(known) else (NO_TIME, NO_TIME)
    return Source(source.key, source.first, source.count, low, high, count_kinds(lines))


def count_kinds(lines: LogLines) -> dict[Kind, int]:
    counts = np.bincount(lines.kinds, minlength=len(lines.names)).tolist()
    return {kind: count for kind, count in zip(lines.names, counts, strict=True) if count}

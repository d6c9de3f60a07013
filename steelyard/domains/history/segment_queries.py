"""Questions about segments and the tails behind them, one function each. They never commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.columnar.coverage import decode_coverage
from steelyard.domains.history import tables as t
from steelyard.domains.history.model import ChunkKey, Encoding, Segment, SegmentState, Stream, TailMark

_segments, _chunks = t.history_segments.c, t.history_chunks.c


async def mark_tails(conn: AsyncConnection, runs: Sequence[int], stream: Stream) -> dict[int, TailMark]:
    """Return how far the journal of each run reaches; runs without chunks are absent. Reads an index alone."""
    totals = (func.min(_chunks.id), func.max(_chunks.id), func.count(), func.sum(_chunks.size_bytes))
    statement = select(_chunks.run, *totals).where(_chunks.stream == int(stream), _chunks.run.in_(runs))
    rows = await conn.execute(statement.group_by(_chunks.run))
    return {row[0]: TailMark(row[1], row[2], row[3], int(row[4])) for row in rows}


async def list_live_ids(conn: AsyncConnection, runs: Sequence[int], stream: Stream) -> dict[int, list[int]]:
    """Return the live segments of each run; runs without any are absent. Reads an index alone."""
    statement = select(_segments.run, _segments.id).where(
        _segments.run.in_(runs), _segments.stream == int(stream), _segments.state == int(SegmentState.LIVE)
    )
    found: dict[int, list[int]] = {}
    for row in await conn.execute(statement.order_by(_segments.id)):
        found.setdefault(row[0], []).append(row[1])
    return found


_COLUMNS: tuple[Any, ...] = (
    _segments.id,
    _segments.run,
    _segments.stream,
    _segments.object_key,
    _segments.journal_id,
    _segments.row_count,
    _segments.value_count,
    _segments.size_bytes,
    _segments.step_min,
    _segments.step_max,
    _segments.same_steps,
    _segments.coverage,
    _segments.cut_step,
)


async def load_segments(conn: AsyncConnection, ids: Sequence[int]) -> dict[int, Segment]:
    """Return segments; those that the sweeper removed meanwhile are absent."""
    statement: Select[Any] = select(*_COLUMNS).where(_segments.id.in_(ids), _segments.run.is_not(None))
    return {row.id: _segment(row) for row in await conn.execute(statement)}


async def are_sealed(conn: AsyncConnection, ids: Sequence[int]) -> bool:
    """Tell whether all of these segments are sealed."""
    statement = select(func.count()).where(_segments.id.in_(ids), _segments.sealed.is_(True))
    return (await conn.execute(statement)).scalar() == len(ids)


async def has_sealed_archive(conn: AsyncConnection, run: int, stream: Stream) -> bool:
    """Tell whether rewinding took a sealed segment out of the stream: clients may know it as a file."""
    statement = select(_segments.id).where(
        _segments.run == run,
        _segments.stream == int(stream),
        _segments.state == int(SegmentState.ARCHIVED),
        _segments.sealed.is_(True),
    )
    return (await conn.execute(statement.limit(1))).first() is not None


async def load_directories(conn: AsyncConnection, ids: Sequence[int]) -> dict[int, bytes]:
    """Return the stored directories of segments; those that the sweeper removed meanwhile are absent."""
    rows = await conn.execute(select(_segments.id, _segments.directory).where(_segments.id.in_(ids)))
    return {row.id: row.directory for row in rows}


def _segment(row: Any) -> Segment:
    return Segment(
        id=row.id,
        run=row.run,
        stream=Stream(row.stream),
        object_key=row.object_key,
        journal_id=row.journal_id,
        row_count=row.row_count,
        value_count=row.value_count,
        size_bytes=row.size_bytes,
        step_min=row.step_min,
        step_max=row.step_max,
        same_steps=row.same_steps,
        coverage=decode_coverage(row.coverage),
        cut_step=row.cut_step,
    )


async def load_chunks(
    conn: AsyncConnection, ranges: Mapping[int, tuple[int, int]], stream: Stream
) -> dict[int, list[tuple[ChunkKey, bytes]]]:
    """Return the chunks of each run from the first to the last id of its range, both included, in order of arrival."""
    wanted = [and_(_chunks.run == run, _chunks.id.between(*span)) for run, span in ranges.items()]
    statement = select(
        _chunks.run,
        _chunks.id,
        _chunks.writer,
        _chunks.first_line,
        _chunks.line_count,
        _chunks.encoding,
        _chunks.body,
    ).where(_chunks.stream == int(stream), or_(*wanted))
    found: dict[int, list[tuple[ChunkKey, bytes]]] = {}
    for row in await conn.execute(statement):
        found.setdefault(row[0], []).append((ChunkKey(*row[1:5], Encoding(row.encoding)), row.body))
    return {run: sorted(chunks, key=_by_id) for run, chunks in found.items()}


def _by_id(chunk: tuple[ChunkKey, bytes]) -> int:
    return chunk[0].id


async def load_bodies(conn: AsyncConnection, ids: Sequence[int]) -> dict[int, bytes]:
    """Return the bodies of chunks; flushed ones are absent."""
    rows = await conn.execute(select(_chunks.id, _chunks.body).where(_chunks.id.in_(ids)))
    return {row.id: row.body for row in rows}


async def sum_sizes_of_runs(conn: AsyncConnection, runs: Sequence[int]) -> dict[int, int]:
    """Return run → bytes of its segments, archived ones too, and of what the journal holds, deleted runs too.

    Objects that came from other runs are not counted.
    """
    held = select(_segments.run, func.sum(_segments.size_bytes)).where(
        _segments.run.in_(runs),
        _segments.state.in_([int(SegmentState.LIVE), int(SegmentState.ARCHIVED)]),
        _segments.shared.is_(False),
        _segments.cut_step.is_(None),
    )
    waiting = select(_chunks.run, func.sum(_chunks.size_bytes)).where(_chunks.run.in_(runs))
    sizes: dict[int, int] = {}
    for statement in (held.group_by(_segments.run), waiting.group_by(_chunks.run)):
        for run, size in await conn.execute(statement):
            sizes[run] = sizes.get(run, 0) + int(size)
    return sizes


async def list_known_keys(conn: AsyncConnection, keys: Sequence[str]) -> set[str]:
    """Return those of the objects that a segment, in whatever state, leads to."""
    statement = select(_segments.object_key).where(_segments.object_key.in_(keys))
    return set((await conn.execute(statement)).scalars())

"""Statements by which chunks and segments become other segments, one function each. They never commit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import HistoryPolicy
from steelyard.domains.history import tables as t
from steelyard.domains.history.model import Due, SegmentState, Sized, Stream, TailMark
from steelyard.domains.runs.rules import ENDED
from steelyard.domains.runs.tables import runs
from steelyard.ports.team_buckets import in_bucket
from steelyard.sql.dialect import insert_row

_segments, _chunks = t.history_segments, t.history_chunks
# What a chunk of a release that noted no sizes is taken for, bytes.
_UNKNOWN_BYTES = 1 << 16
# Chunks of one segment at most; it bounds what is read of a journal that nobody has flushed for long.
_PREFIX_MAX = 4096
# States that a segment does not leave by itself while its run is there.
_KEPT = (int(SegmentState.LIVE), int(SegmentState.ARCHIVED))
_FLUSHED = tuple(int(stream) for stream in Stream)


def _due(row: Any) -> Due:
    return Due(row.run, Stream(row.stream), row.state in ENDED)


async def list_flush_due(conn: AsyncConnection, policy: HistoryPolicy, limit: int) -> list[Due]:
    """Return streams whose journal is long, or whose run has ended, the longest first. Reads an index of chunks alone.

    Costs about a microsecond per chunk in the journal.
    """
    count, size = func.count().label("count"), func.sum(_chunks.c.size_bytes).label("size")
    held = select(_chunks.c.stream, _chunks.c.run, count, size).where(_chunks.c.stream.in_(_FLUSHED))
    each = held.group_by(_chunks.c.stream, _chunks.c.run).subquery()
    long = or_(each.c.count >= policy.flush_chunks, each.c.size >= policy.flush_bytes)
    statement = (
        select(each.c.run, each.c.stream, runs.c.state)
        .join(runs, runs.c.id == each.c.run)
        .where(or_(long, runs.c.state.in_(sorted(ENDED))))
        .order_by(each.c.size.desc())
    )
    return [_due(row) for row in await conn.execute(statement.limit(limit))]


async def list_merge_due(conn: AsyncConnection, policy: HistoryPolicy, limit: int) -> list[Due]:
    """Return streams with many segments that are not sealed, or with any once the run has ended."""
    count = func.count().label("count")
    loose = select(_segments.c.run, _segments.c.stream, count).where(
        _segments.c.state == int(SegmentState.LIVE), _segments.c.sealed.is_(False), _segments.c.run.is_not(None)
    )
    each = loose.group_by(_segments.c.run, _segments.c.stream).subquery()
    statement = (
        select(each.c.run, each.c.stream, runs.c.state)
        .join(runs, runs.c.id == each.c.run)
        .where(or_(each.c.count >= policy.merge_fan_in, runs.c.state.in_(sorted(ENDED))))
        .order_by(each.c.count.desc())
    )
    return [_due(row) for row in await conn.execute(statement.limit(limit))]


async def list_claims(conn: AsyncConnection, since: datetime) -> set[tuple[int, Stream]]:
    """Return the streams that somebody began to work on after `since`."""
    statement = select(_segments.c.run, _segments.c.stream).where(
        _segments.c.state == int(SegmentState.PENDING), _segments.c.created_at > since
    )
    return {(row.run, Stream(row.stream)) for row in await conn.execute(statement)}


async def list_sized(conn: AsyncConnection, run: int, stream: Stream) -> list[Sized]:
    """Return the live segments of a stream, ascending by step."""
    columns = (_segments.c[name] for name in Sized.__dataclass_fields__)
    statement = select(*columns).where(
        _segments.c.run == run, _segments.c.stream == int(stream), _segments.c.state == int(SegmentState.LIVE)
    )
    rows = await conn.execute(statement.order_by(_segments.c.step_min, _segments.c.id))
    return [Sized(*row) for row in rows]


async def find_prefix(conn: AsyncConnection, run: int, stream: Stream, max_bytes: int) -> TailMark | None:
    """Return the oldest chunks of a stream, up to `max_bytes` but one at least; None when it has none."""
    statement = select(_chunks.c.id, _chunks.c.size_bytes).where(_chunks.c.stream == int(stream), _chunks.c.run == run)
    first = last = count = size = 0
    for row in await conn.execute(statement.order_by(_chunks.c.id).limit(_PREFIX_MAX)):
        more = row.size_bytes or _UNKNOWN_BYTES
        if count and size + more > max_bytes:
            break
        first, last, count, size = first or row.id, row.id, count + 1, size + more
    return TailMark(first, last, count, size) if count else None


async def insert_pending(conn: AsyncConnection, run: int, stream: Stream, object_key: str, now: datetime) -> int:
    """Announce a segment whose object is about to be written; return its id."""
    zeros = dict.fromkeys(("journal_id", "row_count", "value_count", "size_bytes", "step_min", "step_max"), 0)
    values = {
        "run": run,
        "stream": int(stream),
        "state": int(SegmentState.PENDING),
        "sealed": False,
        "same_steps": False,
        "object_key": object_key,
        "created_at": now,
        "coverage": "{}",
        "directory": b"",
    }
    return await insert_row(conn, _segments, **values, **zeros)


async def publish(conn: AsyncConnection, segment: int, **values: Any) -> bool:
    """Make a pending segment live; return False when it is pending no more."""
    statement = update(_segments).where(_segments.c.id == segment, _segments.c.state == int(SegmentState.PENDING))
    return (await conn.execute(statement.values(state=int(SegmentState.LIVE), **values))).rowcount == 1


async def give_up(conn: AsyncConnection, segment: int, now: datetime) -> bool:
    """Take an announcement back; return False when the segment is live, or gone."""
    statement = update(_segments).where(_segments.c.id == segment, _segments.c.state == int(SegmentState.PENDING))
    return (await conn.execute(statement.values(state=int(SegmentState.DROPPED), dropped_at=now))).rowcount == 1


async def drop_live(conn: AsyncConnection, ids: Sequence[int], now: datetime) -> bool:
    """Take live segments out of their stream; return False when not all of them were live."""
    if not ids:
        return True
    statement = update(_segments).where(_segments.c.id.in_(ids), _segments.c.state == int(SegmentState.LIVE))
    done = await conn.execute(statement.values(state=int(SegmentState.DROPPED), dropped_at=now))
    return done.rowcount == len(ids)


async def delete_chunks(conn: AsyncConnection, run: int, stream: Stream, first: int, last: int) -> int:
    """Delete the chunks of a stream from id `first` to `last`; return how many there were."""
    statement = delete(_chunks).where(
        _chunks.c.stream == int(stream), _chunks.c.run == run, _chunks.c.id.between(first, last)
    )
    return (await conn.execute(statement)).rowcount


async def seal(conn: AsyncConnection, segment: int) -> None:
    statement = update(_segments).where(_segments.c.id == segment, _segments.c.state == int(SegmentState.LIVE))
    await conn.execute(statement.values(sealed=True))


async def delete_segment(conn: AsyncConnection, segment: int, state: SegmentState) -> None:
    await conn.execute(delete(_segments).where(_segments.c.id == segment, _segments.c.state == int(state)))


async def list_waste(
    conn: AsyncConnection, pending_before: datetime, dropped_before: datetime, limit: int, without: Sequence[str] = ()
) -> list[tuple[int, str, SegmentState]]:
    """Return id, object and state of segments that nobody writes or reads any more, but of these teams' buckets."""
    columns = _segments.c
    given_up = and_(columns.state == int(SegmentState.PENDING), columns.created_at < pending_before)
    dropped = and_(columns.state == int(SegmentState.DROPPED), columns.dropped_at < dropped_before)
    statement = select(columns.id, columns.object_key, columns.state).where(or_(given_up, dropped))
    for bucket in without:
        statement = statement.where(~columns.object_key.startswith(in_bucket(bucket, ""), autoescape=True))
    statement = statement.limit(limit)
    return [(row.id, row.object_key, SegmentState(row.state)) for row in await conn.execute(statement)]


async def list_orphans(conn: AsyncConnection, limit: int) -> list[int]:
    """Return live and archived segments of runs that are gone for good."""
    # Both values of `sealed` are named so that the index leads straight to them.
    orphan = _segments.c.state.in_(_KEPT) & _segments.c.sealed.in_([True, False])
    statement = select(_segments.c.id).where(orphan, _segments.c.run.is_(None)).limit(limit)
    return list((await conn.execute(statement)).scalars())


async def drop_orphans(conn: AsyncConnection, ids: Sequence[int], now: datetime) -> None:
    """Give up what `list_orphans` returned; whoever was faster did the same."""
    statement = update(_segments).where(_segments.c.id.in_(ids), _segments.c.state.in_(_KEPT))
    await conn.execute(statement.values(state=int(SegmentState.DROPPED), dropped_at=now))


async def delete_sharer(conn: AsyncConnection, segment: int, object_key: str) -> bool:
    """Delete a dropped segment if others lead to the same object, and return whether it was so.

    Of several that are deleted at once one stays behind. When there is no other, there will never be one: only live
    segments are shared.
    """
    same = select(_segments.c.id).where(_segments.c.object_key == object_key)
    ids = set((await conn.execute(same.order_by(_segments.c.id).with_for_update())).scalars())
    if not ids - {segment}:
        return False
    await delete_segment(conn, segment, SegmentState.DROPPED)
    return True


async def drop_segments_of(conn: AsyncConnection, run: int, now: datetime) -> None:
    of_run = update(_segments).where(_segments.c.run == run, _segments.c.state.in_(_KEPT))
    await conn.execute(of_run.values(state=int(SegmentState.DROPPED), dropped_at=now))


async def delete_journal_of(conn: AsyncConnection, run: int, limit: int) -> int:
    """Delete up to `limit` chunks of any stream of a run; return how many."""
    ids = (await conn.execute(select(_chunks.c.id).where(_chunks.c.run == run).limit(limit))).scalars().all()
    if ids:
        await conn.execute(delete(_chunks).where(_chunks.c.id.in_(ids)))
    return len(ids)


async def delete_past_of(conn: AsyncConnection, run: int) -> None:
    """Forget where a run comes from, and its archives; their segments are dropped by `drop_segments_of`."""
    for table in (t.run_branches, t.run_archives):
        await conn.execute(delete(table).where(table.c.run == run))


async def delete_positions_of(conn: AsyncConnection, run: int) -> None:
    await conn.execute(delete(t.stream_positions).where(t.stream_positions.c.run == run))

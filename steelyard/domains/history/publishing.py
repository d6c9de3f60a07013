"""How a segment comes to be, in steps that may be interrupted between any two: announce, store, publish.

A row says that an object is about to be written; the object is written; one transaction makes the segment live and
takes away what it replaces. Whoever dies in between leaves a pending row, which the sweeper clears with its object,
and nothing else. Two who replace the same chunks or segments cannot both publish.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.columnar.coverage import Coverage
from steelyard.columnar.gather import gather
from steelyard.columnar.segment_writer import write_segment
from steelyard.columnar.slots import Piece
from steelyard.context import Context
from steelyard.domains.history import publish_queries as queries
from steelyard.domains.history.model import SegmentState, Stream, TailMark
from steelyard.domains.runs import queries as runs
from steelyard.kernel.errors import Conflict
from steelyard.ports.team_buckets import in_bucket

# An object is handed to the store in pieces of this size.
_PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Announced:
    """A segment that is being written."""

    id: int
    run: int
    stream: Stream
    object_key: str


class Contents(Protocol):
    """What the catalog asks of a directory."""

    @property
    def row_count(self) -> int: ...
    @property
    def step_min(self) -> int: ...
    @property
    def step_max(self) -> int: ...
    @property
    def same_steps(self) -> bool: ...
    def to_bytes(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Made:
    """A finished segment: its file, and what the catalog keeps of it."""

    body: bytes
    directory: Contents
    coverage: Coverage
    value_count: int


@dataclass(frozen=True, slots=True)
class Replaced:
    """What a segment takes the place of. `journal_id` is the highest chunk whose lines it holds."""

    journal_id: int
    chunks: TailMark | None = None
    segments: tuple[int, ...] = ()


def make(pieces: Sequence[Piece], last_steps: Mapping[str, int], *, rewritten: bool) -> Made | None:
    """Return the living lines of `pieces` as a segment, None when there are none. For a thread."""
    lines, coverage = gather(pieces, last_steps)
    if not len(lines):
        return None
    body, directory = write_segment(lines)
    directory = replace(directory, rewritten=rewritten)
    return Made(body, directory, coverage, sum(key.count for key in directory.keys.values()))


@asynccontextmanager
async def announced(ctx: Context, run: int, stream: Stream) -> AsyncIterator[Announced]:
    """Announce a segment; where the block fails, take the announcement and the object back, as far as possible."""
    item = await announce(ctx, run, stream)
    try:
        yield item
    except Exception:
        await withdraw(ctx, item)
        raise


async def announce(ctx: Context, run: int, stream: Stream) -> Announced:
    """Note that an object is about to be written; the note is also a claim to the stream."""
    key = f"segments/{run}/{uuid.uuid4().hex}.{'log' if stream is Stream.CONSOLE else 'parquet'}"
    now = ctx.ports.clock()

    async def insert(conn: AsyncConnection) -> Announced:
        placed = in_bucket(await runs.find_bucket(conn, run), key)
        number = await queries.insert_pending(conn, run=run, stream=stream, object_key=placed, now=now)
        return Announced(number, run, stream, placed)

    return await ctx.database.write_at_once(insert)


async def store(ctx: Context, item: Announced, made: Made) -> None:
    await ctx.ports.objects.put(item.object_key, _pieces(made.body))


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), _PIECE_BYTES):
        yield body[start : start + _PIECE_BYTES]


async def publish(ctx: Context, item: Announced, made: Made | None, replaced: Replaced, *, sealed: bool) -> None:
    """Make the segment part of its stream in the place of what it replaces; None: nothing remained of that.

    Raises `Conflict` when somebody else replaced any of it: then nothing has changed.
    """
    now = ctx.ports.clock()
    columns = None if made is None else _columns(made, replaced, sealed=sealed)

    async def change(conn: AsyncConnection) -> None:
        if columns is None:
            await queries.delete_segment(conn, item.id, SegmentState.PENDING)
        elif not await queries.publish(conn, item.id, **columns):
            raise Conflict("the announced segment was swept away")
        if not await queries.drop_live(conn, replaced.segments, now):
            raise Conflict("a segment was replaced by somebody else")
        chunks = replaced.chunks
        if chunks is not None:
            gone = await queries.delete_chunks(conn, item.run, item.stream, chunks.first_id, chunks.last_id)
            if gone != chunks.count:
                raise Conflict("the journal was flushed by somebody else")

    await ctx.database.write_at_once(change)


def _columns(made: Made, replaced: Replaced, *, sealed: bool) -> dict[str, object]:
    directory = made.directory
    return {
        "sealed": sealed,
        "journal_id": replaced.journal_id,
        "row_count": directory.row_count,
        "value_count": made.value_count,
        "size_bytes": len(made.body),
        "step_min": directory.step_min,
        "step_max": directory.step_max,
        "same_steps": directory.same_steps,
        "coverage": made.coverage.encode(),
        "directory": directory.to_bytes(),
    }


async def withdraw(ctx: Context, item: Announced) -> None:
    """Undo an announcement unless it was published, for a commit may succeed and yet look failed.

    Where this fails too, the sweeper does it later.
    """
    given_up = partial(queries.give_up, segment=item.id, now=ctx.ports.clock())
    if not await ctx.database.write_at_once(given_up):
        return
    await ctx.ports.objects.delete(item.object_key)
    dropped = partial(queries.delete_segment, segment=item.id, state=SegmentState.DROPPED)
    await ctx.database.write_at_once(dropped)

"""Questions about chunks and positions, one function each. They never commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.history import tables as t
from steelyard.domains.history.model import CHUNK_MAX_LINES, Encoding, Position, Stream
from steelyard.domains.runs.tables import runs
from steelyard.sql.many import insert_many, select_in, upsert_many

StreamKey = tuple[int, str, Stream]  # run, writer, stream


@dataclass(frozen=True, slots=True)
class NewChunk:
    key: StreamKey
    first_line: int
    line_count: int
    encoding: Encoding
    body: bytes
    created_at: datetime


async def count_chunks(conn: AsyncConnection) -> int:
    """Return how many chunks the journal holds. Reads an index, of a table that is kept small."""
    return (await conn.execute(select(func.count()).select_from(t.history_chunks))).scalar() or 0


async def find_derived(conn: AsyncConnection, run: int) -> tuple[str, str, str]:
    """Return a run's summary, its config, and what else is kept of a summary that we make."""
    state = t.derived_summaries
    statement = select(runs.c.summary, runs.c.config, state.c.state).where(runs.c.id == run)
    row = (await conn.execute(statement.outerjoin_from(runs, state, state.c.run == runs.c.id))).one()
    return row.summary or "{}", row.config or "{}", row.state or ""


async def put_derived(conn: AsyncConnection, states: Mapping[int, str]) -> None:
    rows = [{"run": run, "state": state} for run, state in states.items()]
    await upsert_many(conn, t.derived_summaries, rows, ("run",), ("state",))


_positions = t.stream_positions.c
_POSITIONS = select(
    _positions.run,
    _positions.writer,
    _positions.stream,
    _positions.next_line,
    _positions.last_first_line,
    _positions.last_line_count,
    _positions.last_checksum,
    _positions.rewound_to,
).where(_positions.run.in_(bindparam("ids", expanding=True)))


async def find_positions(conn: AsyncConnection, ids: Sequence[int]) -> dict[StreamKey, Position]:
    rows = await select_in(conn, _POSITIONS, ids)
    return {(row[0], row[1], Stream(row[2])): Position(*row[3:]) for row in rows}


async def put_positions(conn: AsyncConnection, positions: Mapping[StreamKey, Position]) -> None:
    columns = ("next_line", "last_first_line", "last_line_count", "last_checksum")
    rows = [
        {
            "run": run,
            "writer": writer,
            "stream": int(stream),
            "next_line": position.next_line,
            "last_first_line": position.last_first_line,
            "last_line_count": position.last_line_count,
            "last_checksum": position.last_checksum,
        }
        for (run, writer, stream), position in positions.items()
    ]
    await upsert_many(conn, t.stream_positions, rows, ("run", "writer", "stream"), columns)


async def insert_chunks(conn: AsyncConnection, chunks: Sequence[NewChunk]) -> None:
    """Add chunks in their order, in one statement."""
    rows = [
        {
            "run": chunk.key[0],
            "writer": chunk.key[1],
            "stream": int(chunk.key[2]),
            "first_line": chunk.first_line,
            "line_count": chunk.line_count,
            "encoding": int(chunk.encoding),
            "body": chunk.body,
            "created_at": chunk.created_at,
            "size_bytes": len(chunk.body),
        }
        for chunk in chunks
    ]
    await insert_many(conn, t.history_chunks, rows)


async def line_counts(conn: AsyncConnection, run: int) -> dict[Stream, int]:
    """Return for each stream the number of lines, of all writers: where a resuming client continues."""
    table = t.stream_positions.c
    statement = select(table.stream, func.sum(table.next_line)).where(table.run == run).group_by(table.stream)
    return {Stream(row[0]): int(row[1]) for row in await conn.execute(statement)}


async def line_counts_of(
    conn: AsyncConnection, runs: Sequence[int], writer: str | None = None
) -> dict[int, dict[Stream, int]]:
    """Return `line_counts` of several runs, in one statement; with `writer` those of that writer alone."""
    table = t.stream_positions.c
    statement = select(table.run, table.stream, func.sum(table.next_line)).where(table.run.in_(runs))
    if writer is not None:
        statement = statement.where(table.writer == writer)
    found: dict[int, dict[Stream, int]] = {run: {} for run in runs}
    for row in await conn.execute(statement.group_by(table.run, table.stream)):
        found[row[0]][Stream(row[1])] = int(row[2])
    return found


async def list_writers(conn: AsyncConnection, run: int, stream: Stream) -> dict[str, int]:
    """Return writer → number of lines, in order of appearance."""
    table = t.stream_positions.c
    statement = select(table.writer, table.next_line).where(table.run == run, table.stream == int(stream))
    return {row.writer: row.next_line for row in await conn.execute(statement.order_by(table.id))}


async def list_console_chunks(
    conn: AsyncConnection, run: int, lines: tuple[int, int] | None = None
) -> list[tuple[int, str, int, int]]:
    """Return id, writer, first line and count of the chunks of console output, in order of arrival.

    With `lines` only those that hold lines from its first to below its second number.
    """
    table = t.history_chunks.c
    statement = select(table.id, table.writer, table.first_line, table.line_count)
    statement = statement.where(table.run == run, table.stream == int(Stream.CONSOLE))
    if lines is not None:
        statement = statement.where(table.first_line < lines[1], table.first_line > lines[0] - CHUNK_MAX_LINES)
    rows = await conn.execute(statement.order_by(table.id))
    return [(row.id, row.writer, row.first_line, row.line_count) for row in rows]

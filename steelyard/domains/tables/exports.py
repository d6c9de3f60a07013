"""Rows of a table as a CSV file, written while they are read: all that match, in the order asked for.

Rows in the order of the file are read through once. In any other order the file is copied to this machine's disk first,
for a bucket would be asked for each row apart.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import IO, TYPE_CHECKING, Any

from steelyard.columnar.groups import Indexes
from steelyard.columnar.tables.cells import csv_line
from steelyard.context import Context
from steelyard.domains.tables.model import Making, Source
from steelyard.domains.tables.opening import Opened, with_table
from steelyard.domains.tables.rules import Question, read_question
from steelyard.domains.tables.service import find_rows
from steelyard.domains.tables.types import is_time
from steelyard.kernel.errors import Conflict, TooLarge

if TYPE_CHECKING:
    from steelyard.columnar.tables.frame import Frame, Read

_ROWS_AT_ONCE = 2_000
_CELLS_AT_ONCE = 200_000
# What may be copied to the disk for one export.
COPIED_MAX_BYTES = 8 << 30
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def export_csv(ctx: Context, source: Source, body: dict[str, Any]) -> AsyncIterator[bytes]:
    """Return the lines of the file, some thousand at a time; the first are the names of the columns.

    Raises `Conflict` while the index of the table is not ready, `TooLarge`; nothing once lines have been written.
    """

    async def begin(table: Opened) -> AsyncIterator[bytes]:
        question = read_question(body, len(table.frame.names))
        rows = await find_rows(ctx, table, question)
        if sum(content.size_bytes for content in table.located.all_contents) > COPIED_MAX_BYTES and question.order:
            raise TooLarge("the table is too large to be exported in another order than its own")
        return _lines(ctx, table, question, rows)

    lines = await with_table(ctx, source, begin)
    if isinstance(lines, Making):
        raise Conflict("the table is still being prepared; try again when it shows")
    return lines


async def _lines(ctx: Context, table: Opened, question: Question, rows: Indexes) -> AsyncIterator[bytes]:
    names = [table.frame.names[column] for column in question.columns]
    times = [at for at, column in enumerate(question.columns) if is_time(table.types[column])]
    yield csv_line(names).encode()
    size = max(1, min(_ROWS_AT_ONCE, _CELLS_AT_ONCE // max(1, len(names))))
    async with _readable(ctx, table, is_scattered=bool(question.order)) as frame:
        for start in range(0, len(rows), size):
            cells = await frame.cells(rows[start : start + size], question.columns)
            yield await asyncio.to_thread(_text, cells, times)


def _text(rows: Sequence[list[Any]], times: Sequence[int]) -> bytes:
    for at in times:
        for row in rows:
            row[at] = _iso(row[at])
    return "".join(map(csv_line, rows)).encode()


def _iso(value: Any) -> Any:
    """Return a moment, milliseconds since 1970, as people write it; anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    try:
        return (_EPOCH + timedelta(milliseconds=value)).isoformat().replace("+00:00", "Z")
    except (OverflowError, ValueError):
        return value


@asynccontextmanager
async def _readable(ctx: Context, table: Opened, *, is_scattered: bool) -> AsyncIterator[Frame]:
    if not is_scattered:
        yield table.frame
        return
    async with AsyncExitStack() as files:
        reads: dict[str, Read] = {}
        for content, key in zip(table.located.all_contents, table.indexes, strict=True):
            file = files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
            async for chunk in ctx.ports.objects.get(content.object_key):
                await asyncio.to_thread(file.write, chunk)
            file.flush()
            reads[key] = _reader(file)
        yield table.frame.reading_from(reads)


def _reader(file: IO[bytes]) -> Read:
    handle = file.fileno()

    def read(ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        return [os.pread(handle, end - start, start) for start, end in ranges]

    async def read_off_loop(ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        return await asyncio.to_thread(read, ranges)

    return read_off_loop

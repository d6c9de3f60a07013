"""Use cases of logged tables: what a table is, a window of its rows, one row whole, and what a column holds.

Each asks who may read the file itself, and answers `Making` while the index of a large table is made.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from steelyard.columnar.groups import Indexes
from steelyard.context import Context
from steelyard.domains.history.memory import memory_of
from steelyard.domains.tables.media import sign_media
from steelyard.domains.tables.model import Making, Source
from steelyard.domains.tables.opening import Opened, computing, with_table
from steelyard.domains.tables.rules import CELLS_MAX, ROWS_MAX, Question, read_column, read_number, read_question
from steelyard.kernel.errors import Invalid, NotFound

if TYPE_CHECKING:
    from steelyard.columnar.tables.summary import Summary

_VALUES_MAX = 1_000


@dataclass(frozen=True)
class Window:
    """Rows of those that match; `numbers` are their places in the table, `urls` lead to the media in them."""

    total: int
    matched: int
    numbers: list[int]
    cells: list[list[Any]]
    urls: dict[str, str]


async def describe(ctx: Context, source: Source) -> Opened | Making:
    """Return the table: its columns with what is known of them, and the number of its rows."""

    async def look(table: Opened) -> Opened:
        return table

    return await with_table(ctx, source, look)


async def read_window(ctx: Context, source: Source, body: dict[str, Any]) -> Window | Making:
    """Return a window of rows as `body` asks for it. Raises `Invalid`.

    The first question after a filter or an order costs a pass over the columns they name, the next ones a few reads.
    """

    async def read(table: Opened) -> Window:
        question = read_question(body, len(table.frame.names))
        offset, limit = read_number(body, "offset", 0, 1 << 40), read_number(body, "limit", 100, ROWS_MAX)
        if limit * len(question.columns) > CELLS_MAX:
            raise Invalid(f"ask for fewer rows or columns: an answer has at most {CELLS_MAX:,} cells")
        rows = await find_rows(ctx, table, question)
        return await _window(ctx, table, (rows[offset : offset + limit], question.columns), len(rows))

    return await with_table(ctx, source, read)


async def read_row(ctx: Context, source: Source, row: int) -> Window | Making:
    """Return one row with all its cells. Raises `NotFound`."""

    async def read(table: Opened) -> Window:
        if row >= table.frame.row_count:
            raise NotFound(f"the table has no row {row}")
        return await _window(ctx, table, (np.array([row]), range(len(table.frame.names))), 1)

    return await with_table(ctx, source, read)


async def _window(ctx: Context, table: Opened, wanted: tuple[Indexes, Sequence[int]], matched: int) -> Window:
    rows, columns = wanted
    cells = await table.frame.cells(rows, columns)
    return Window(table.frame.row_count, matched, rows.tolist(), cells, await sign_media(ctx, table.located, cells))


async def summarize(ctx: Context, source: Source, body: dict[str, Any]) -> Summary | Making:
    """Return what a column holds in the rows that `body` asks for: kinds, most frequent values, bins of numbers."""
    from steelyard.columnar.tables.questions import summarize_column

    async def read(table: Opened) -> Summary:
        width = len(table.frame.names)
        column, question = read_column(body, width), read_question(body | {"sort": None, "columns": []}, width)
        count = read_number(body, "values", 20, _VALUES_MAX)
        rows = await find_rows(ctx, table, question)
        async with computing(ctx):
            return await summarize_column(table.frame, column, rows, count)

    return await with_table(ctx, source, read)


async def find_rows(ctx: Context, table: Opened, question: Question) -> Indexes:
    """Return the rows that match, in order. Those of the last questions are kept."""
    from steelyard.columnar.tables.questions import select_rows, sort_rows

    async def select() -> Indexes:
        return await select_rows(table.frame, question.asked)

    async def sort() -> Indexes:
        return await sort_rows(table.frame, question.order, await selected())

    async def selected() -> Indexes:
        return await _kept(ctx, (table.key, question.asked, ()), select)

    async with computing(ctx):
        return await (_kept(ctx, (table.key, question.asked, question.order), sort) if question.order else selected())


async def _kept(ctx: Context, key: Hashable, compute: Callable[[], Awaitable[Indexes]]) -> Indexes:
    """Return rows from memory, or compute them. They are kept in half their size: tables have less than 2^32."""
    memory = memory_of(ctx)
    rows = memory.get(("table rows", key))
    if rows is None:
        rows = (await compute()).astype(np.uint32)
        memory.put(("table rows", key), rows, rows.nbytes)
    return rows.astype(np.int64)

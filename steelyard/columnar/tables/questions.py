"""Questions to a table: which rows, in which order, and what the cells of a column are like.

All computing is in threads; the event loop only waits. A filter costs memory for one span of rows, an order for the
whole columns it goes by.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np

from steelyard.columnar.groups import Indexes
from steelyard.columnar.tables.conditions import Filter, meets
from steelyard.columnar.tables.frame import Frame
from steelyard.columnar.tables.ordering import order_rows
from steelyard.columnar.tables.summary import Summary, summarize


async def select_rows(frame: Frame, asked: Filter) -> Indexes:
    """Return the rows that are asked for, ascending."""
    if not asked:
        return np.arange(frame.row_count, dtype=np.int64)
    found = [np.empty(0, np.int64)]
    columns = asked.columns
    for number, span in enumerate(frame.spans):
        pieces = await frame.pieces(number, columns)
        mask = await asyncio.to_thread(meets, asked, pieces, len(span))
        found.append(np.flatnonzero(mask) + span.start)
    return np.concatenate(found)


async def sort_rows(frame: Frame, keys: Sequence[tuple[int, bool]], rows: Indexes) -> Indexes:
    """Return `rows` ordered by columns, each ascending or (True) descending. Raises `TooLarge`."""
    pieces = [(await frame.column(column), descends) for column, descends in keys]
    if not pieces or len(rows) < 2:
        return rows
    is_all = len(rows) == frame.row_count

    def order() -> Indexes:
        return order_rows([(piece if is_all else piece.take(rows), descends) for piece, descends in pieces], rows)

    return await asyncio.to_thread(order)


async def summarize_column(frame: Frame, column: int, rows: Indexes, value_count: int) -> Summary:
    """Return what the cells of a column are like in these rows. Raises `TooLarge`."""
    piece = await frame.column(column)
    is_all = len(rows) == frame.row_count
    return await asyncio.to_thread(lambda: summarize(piece if is_all else piece.take(rows), value_count))

"""Reading rows back: as texts, as sampled columns, as a catalogue of keys (docs/protocol/queries.md, history reads)."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import orjson

from steelyard.columnar.columns import Column
from steelyard.columnar.groups import Indexes
from steelyard.columnar.row_texts import render_rows
from steelyard.columnar.sampling import evenly
from steelyard.columnar.table import Table
from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts.access import Permission
from steelyard.domains.history import queries
from steelyard.domains.history.keys import describe_keys
from steelyard.domains.history.model import Stream
from steelyard.domains.history.reading import load_table
from steelyard.domains.history.spec import SampleSpec
from steelyard.domains.runs.model import AnyRun
from steelyard.kernel import jsontext

DEFAULT_SAMPLES = 500
# Rows of one answer, however many were asked for.
ROWS_MAX = 100_000
# Rows in a tail: a resuming client reads the last one only.
TAIL_ROWS = 1


async def count_lines(ctx: Context, run: AnyRun) -> dict[Stream, int]:
    """Return the number of lines of each stream."""
    access.require(ctx, Permission.READ, run.target)
    async with ctx.database.read() as conn:
        return await queries.line_counts(conn, run.id)


async def find_last_step(ctx: Context, run: AnyRun) -> int | None:
    """Return the highest step, None before the first row."""
    access.require(ctx, Permission.READ, run.target)
    table = await load_table(ctx, run.id, Stream.HISTORY)
    return int(table.steps[-1]) if len(table) else None


async def sample_texts(ctx: Context, run: AnyRun, stream: Stream, samples: int | None) -> list[str]:
    """Return at most `samples` rows evenly spread over the stream, first and last included, as JSON texts."""
    access.require(ctx, Permission.READ, run.target)
    table = await load_table(ctx, run.id, stream)
    wanted = DEFAULT_SAMPLES if samples is None else max(0, min(samples, ROWS_MAX))
    return await _texts(table, evenly(len(table), wanted))


async def range_texts(
    ctx: Context, run: AnyRun, step_min: int | None, step_end: int | None, samples: int | None
) -> list[str]:
    """Return the rows from `step_min` to below `step_end`, as JSON texts.

    `samples` is the width of the page; it bounds the rows only where it is less than the range of steps, for rows of
    several writers may share a step.
    """
    access.require(ctx, Permission.READ, run.target)
    table = await load_table(ctx, run.id, Stream.HISTORY)
    start, end = table.row_range(step_min, step_end)
    covers = step_end is not None and samples is not None and samples >= step_end - (step_min or 0)
    limit = ROWS_MAX if covers or samples is None else max(0, min(samples, ROWS_MAX))
    return await _texts(table, np.arange(start, min(end, start + limit), dtype=np.int64))


async def tail_texts(ctx: Context, run: AnyRun, stream: Stream) -> list[str]:
    """Return the last row as a list of JSON texts, an empty list before the first."""
    access.require(ctx, Permission.READ, run.target)
    table = await load_table(ctx, run.id, stream)
    return await _texts(table, np.arange(max(0, len(table) - TAIL_ROWS), len(table), dtype=np.int64))


async def _texts(table: Table, wanted: Indexes) -> list[str]:
    return await asyncio.to_thread(render_rows, table, wanted)


async def list_keys(ctx: Context, run: AnyRun) -> dict[str, Any]:
    """Return `historyKeys`: every key with its types and last value, and the last step."""
    access.require(ctx, Permission.READ, run.target)
    return describe_keys(await load_table(ctx, run.id, Stream.HISTORY))


async def sample_rows(ctx: Context, run: AnyRun, spec: SampleSpec) -> orjson.Fragment:
    """Return as JSON the rows that have all keys of `spec`, with just these keys, at most `spec.samples`."""
    access.require(ctx, Permission.READ, run.target)
    table = await load_table(ctx, run.id, Stream.HISTORY)
    columns = _columns(table, spec)
    if columns is None:
        return orjson.Fragment(b"[]")
    present = _common_rows(columns, *table.row_range(spec.step_min, spec.step_end))
    chosen = present[evenly(len(present), min(spec.samples, ROWS_MAX))]
    values = [_strict_values(column, chosen) for column in columns]
    return orjson.Fragment(orjson.dumps([dict(zip(spec.keys, row, strict=True)) for row in zip(*values, strict=True)]))


def _columns(table: Table, spec: SampleSpec) -> list[Column] | None:
    columns = [table.find_column(key) for key in spec.keys]
    found = [column for column in columns if column is not None]
    return found if found and len(found) == len(columns) else None


def _common_rows(columns: list[Column], start: int, end: int) -> Indexes:
    common = columns[0].rows
    for column in columns[1:]:
        if column.rows is not common:
            common = np.intersect1d(common, column.rows, assume_unique=True)
    return common[np.searchsorted(common, start) : np.searchsorted(common, end)]


def _strict_values(column: Column, rows: Indexes) -> list[Any]:
    chosen = column.take(np.searchsorted(column.rows, rows))
    values = chosen.values()
    if chosen.numbers is not None and np.isfinite(chosen.numbers).all():
        return values
    return [jsontext.strict_safe(value) for value in values]

"""Reading rows back: as texts, as sampled columns, as a catalogue of keys (docs/protocol/queries.md, history reads)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson

from steelyard.columnar.columns import Column, no_rows
from steelyard.columnar.groups import Indexes
from steelyard.columnar.row_texts import render_rows
from steelyard.columnar.sampling import evenly, spread
from steelyard.columnar.table import Table
from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts.access import Permission
from steelyard.domains.history import facts, queries, segment_queries
from steelyard.domains.history.keys import describe_keys
from steelyard.domains.history.model import Stream
from steelyard.domains.history.reading import Part, load_rows, read_many, read_parts
from steelyard.domains.history.spec import SampleSpec
from steelyard.domains.runs.model import AnyRun
from steelyard.kernel import jsontext

DEFAULT_SAMPLES = 500
# Rows of one answer, however many were asked for.
ROWS_MAX = 100_000
# Rows in a tail: a resuming client reads the last one only.
TAIL_ROWS = 1


async def count_lines(ctx: Context, runs: Sequence[AnyRun]) -> dict[int, dict[Stream, int]]:
    """Return the number of lines of each stream, run by run."""
    for run in runs:
        access.require(ctx, Permission.READ, run.target)
    async with ctx.database.read() as conn:
        return await queries.line_counts_of(conn, [run.id for run in runs])


async def find_last_steps(ctx: Context, runs: Sequence[AnyRun]) -> dict[int, int | None]:
    """Return the highest step of each run, None before its first row."""
    for run in runs:
        access.require(ctx, Permission.READ, run.target)

    async def load(found: dict[int, list[Part]]) -> dict[int, int | None]:
        return {run: await facts.find_last_step(ctx, of_run) for run, of_run in found.items()}

    return await read_many(ctx, [run.id for run in runs], Stream.HISTORY, load)


async def sample_texts(ctx: Context, run: AnyRun, stream: Stream, samples: int | None) -> list[str]:
    """Return at most `samples` rows evenly spread over the stream, first and last included, as JSON texts."""
    access.require(ctx, Permission.READ, run.target)
    wanted = DEFAULT_SAMPLES if samples is None else max(0, min(samples, ROWS_MAX))

    async def load(found: list[Part]) -> list[str]:
        counts = [await facts.count_rows(ctx, part) for part in found]
        return await _texts(ctx, found, spread(evenly(sum(counts), wanted), counts))

    return await read_parts(ctx, run.id, stream, load)


async def range_texts(
    ctx: Context, run: AnyRun, step_min: int | None, step_end: int | None, samples: int | None
) -> list[str]:
    """Return the rows from `step_min` to below `step_end`, as JSON texts.

    `samples` is the width of the page; it bounds the rows only where it is less than the range of steps, for rows of
    several writers may share a step.
    """
    access.require(ctx, Permission.READ, run.target)
    covers = step_end is not None and samples is not None and samples >= step_end - (step_min or 0)
    limit = ROWS_MAX if covers or samples is None else max(0, min(samples, ROWS_MAX))

    async def load(found: list[Part]) -> list[str]:
        touched = _touched(found, step_min, step_end)
        chosen: list[Indexes] = []
        left = limit
        for part in touched:
            rows = await load_rows(ctx, part, ())
            start, end = rows.row_range(step_min, step_end) if left else (0, 0)
            chosen.append(np.arange(start, min(end, start + left), dtype=np.int64))
            left -= len(chosen[-1])
        return await _texts(ctx, touched, chosen)

    return await read_parts(ctx, run.id, Stream.HISTORY, load)


def _touched(found: Sequence[Part], step_min: int | None, step_end: int | None) -> list[Part]:
    return [
        part
        for part in found
        if (step_min is None or part.step_max >= step_min) and (step_end is None or part.step_min < step_end)
    ]


async def tail_texts(ctx: Context, run: AnyRun, stream: Stream) -> list[str]:
    """Return the last row as a list of JSON texts, an empty list before the first."""
    access.require(ctx, Permission.READ, run.target)

    async def load(found: list[Part]) -> list[str]:
        counts = [await facts.count_rows(ctx, part) for part in found]
        total = sum(counts)
        return await _texts(ctx, found, spread(np.arange(max(0, total - TAIL_ROWS), total, dtype=np.int64), counts))

    return await read_parts(ctx, run.id, stream, load)


async def _texts(ctx: Context, found: Sequence[Part], chosen: Sequence[Indexes]) -> list[str]:
    """Return the chosen rows of each part; one part after the other, so that only its columns are held."""
    texts: list[str] = []
    for part, rows in zip(found, chosen, strict=True):
        if len(rows):
            texts += await asyncio.to_thread(render_rows, await load_rows(ctx, part), rows)
    return texts


async def list_keys(ctx: Context, run: AnyRun) -> dict[str, Any]:
    """Return `historyKeys`: every key with its types and last value, and the last step."""
    access.require(ctx, Permission.READ, run.target)

    async def load(found: list[Part]) -> dict[str, Any]:
        return describe_keys(await facts.load_facts(ctx, found), await facts.find_last_step(ctx, found))

    return await read_parts(ctx, run.id, Stream.HISTORY, load)


async def sample_rows(ctx: Context, run: AnyRun, spec: SampleSpec) -> orjson.Fragment:
    """Return as JSON the rows that have all keys of `spec`, with just these keys, at most `spec.samples`."""
    access.require(ctx, Permission.READ, run.target)
    wanted = min(spec.samples, ROWS_MAX)

    async def load(found: list[Part]) -> list[dict[str, Any]]:
        touched = _touched(found, spec.step_min, spec.step_end)
        present = [await _present(ctx, part, spec) for part in touched]
        counts = [len(where) for where in present]
        rows: list[dict[str, Any]] = []
        for part, where, chosen in zip(touched, present, spread(evenly(sum(counts), wanted), counts), strict=True):
            if len(chosen):
                columns = _columns(await load_rows(ctx, part, spec.keys), spec)
                picked = chosen if isinstance(where, range) else where[chosen]
                rows += await asyncio.to_thread(_rows, columns, picked, spec.keys)
        return rows

    return orjson.Fragment(orjson.dumps(await read_parts(ctx, run.id, Stream.HISTORY, load)))


async def _present(ctx: Context, part: Part, spec: SampleSpec) -> Indexes | range:
    """Return the rows of a part that are in the range and have all keys; all of them most often, without reading."""
    is_within = spec.step_min is None or spec.step_min <= part.step_min
    is_within &= spec.step_end is None or part.step_max < spec.step_end
    if part.plain is not None and is_within and await facts.are_full(ctx, part.plain, spec.keys):
        return range(part.plain.row_count)
    table = await load_rows(ctx, part, spec.keys)
    columns = _columns(table, spec)
    return _common_rows(columns, *table.row_range(spec.step_min, spec.step_end)) if columns else no_rows()


def _columns(table: Table, spec: SampleSpec) -> list[Column]:
    """Return the columns of all keys, none when one was never logged."""
    columns = [table.find_column(key) for key in spec.keys]
    found = [column for column in columns if column is not None]
    return found if len(found) == len(columns) else []


def _common_rows(columns: list[Column], start: int, end: int) -> Indexes:
    common = columns[0].rows
    for column in columns[1:]:
        if column.rows is not common and not np.array_equal(column.rows, common):
            common = np.intersect1d(common, column.rows, assume_unique=True)
    return common[np.searchsorted(common, start) : np.searchsorted(common, end)]


def _rows(columns: Sequence[Column], rows: Indexes, keys: Sequence[str]) -> list[dict[str, Any]]:
    values = [_strict_values(column, rows) for column in columns]
    return [dict(zip(keys, row, strict=True)) for row in zip(*values, strict=True)]


def _strict_values(column: Column, rows: Indexes) -> list[Any]:
    chosen = column.take(np.searchsorted(column.rows, rows))
    values = chosen.values()
    if chosen.numbers is not None and np.isfinite(chosen.numbers).all():
        return values
    return [jsontext.strict_safe(value) for value in values]


async def weigh_runs(ctx: Context, runs: Sequence[int]) -> dict[int, int]:
    """Return run → bytes of its streams. The caller has been shown the runs."""
    async with ctx.database.read() as conn:
        return await segment_queries.sum_sizes_of_runs(conn, runs)

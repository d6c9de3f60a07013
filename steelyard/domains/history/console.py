"""Console output, read by line number. A number that never came is an empty line, so that numbers have no gaps."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts.access import Permission
from steelyard.domains.history import queries
from steelyard.domains.history.console_lines import parse_line
from steelyard.domains.history.model import ConsoleLine, Stream
from steelyard.domains.runs.model import AnyRun
from steelyard.kernel.errors import Invalid

# Lines of one answer, however many were asked for.
PAGE_MAX = 10_000
# Lines of all writers that a run of several writers shows; they must be put in order of time together.
SHARED_MAX = 200_000
SEARCH_MATCHES_MAX = 10_000
# A pattern that takes longer than this over a log is cut short, and the answer says so.
SEARCH_MAX_S = 5.0


@dataclass(frozen=True, slots=True)
class ConsolePage:
    """Consecutive lines from number `first` on, out of `total`."""

    total: int
    first: int
    lines: tuple[ConsoleLine, ...]


@dataclass(frozen=True, slots=True)
class Matches:
    numbers: tuple[int, ...]
    truncated: bool


async def load_page(ctx: Context, run: AnyRun, first: int, limit: int) -> ConsolePage:
    """Return at most `limit` lines from number `first` on."""
    access.require(ctx, Permission.READ, run.target)
    async with ctx.database.read() as conn:
        writers = await queries.list_writers(conn, run.id, Stream.CONSOLE)
        return await _page(conn, run.id, writers, first, first + min(limit, PAGE_MAX))


async def load_tail(ctx: Context, run: AnyRun, count: int, end: int | None = None) -> ConsolePage:
    """Return the newest `count` lines, or those before number `end`."""
    access.require(ctx, Permission.READ, run.target)
    async with ctx.database.read() as conn:
        writers = await queries.list_writers(conn, run.id, Stream.CONSOLE)
        stop = sum(writers.values()) if end is None else end
        return await _page(conn, run.id, writers, stop - max(0, min(count, PAGE_MAX)), stop)


async def search(ctx: Context, run: AnyRun, query: str, *, is_regex: bool) -> Matches:
    """Return the numbers of the lines that contain `query`, ignoring case. Raises `Invalid` for a bad pattern."""
    access.require(ctx, Permission.READ, run.target)
    try:
        pattern = re.compile(query if is_regex else re.escape(query), re.IGNORECASE)
    except re.error as error:
        raise Invalid(f"the pattern cannot be read: {error}") from error
    found: list[int] = []
    deadline = time.monotonic() + SEARCH_MAX_S
    first, total = 0, 1
    while first < total:
        page = await load_page(ctx, run, first, PAGE_MAX)
        found += await asyncio.to_thread(_matching, page.lines, pattern, deadline)
        first, total = first + PAGE_MAX, page.total
        if len(found) > SEARCH_MATCHES_MAX or time.monotonic() > deadline:
            return Matches(tuple(found[:SEARCH_MATCHES_MAX]), truncated=True)
    return Matches(tuple(found), truncated=False)


def _matching(lines: Sequence[ConsoleLine], pattern: re.Pattern[str], deadline: float) -> list[int]:
    found = []
    for line in lines:
        if pattern.search(line.text):
            found.append(line.number)
        if time.monotonic() > deadline:
            break
    return found


async def _page(conn: AsyncConnection, run: int, writers: dict[str, int], first: int, end: int) -> ConsolePage:
    total = sum(writers.values())
    first, end = max(0, first), max(0, min(end, total))
    if len(writers) > 1:
        merged = await _merged(conn, run, writers)
        return ConsolePage(len(merged), first, tuple(merged[first:end]))
    lines: list[ConsoleLine] = []
    for writer in writers:
        lines = await _lines(conn, run, writer, first, end)
    return ConsolePage(total, first, tuple(lines))


async def _lines(conn: AsyncConnection, run: int, writer: str, first: int, end: int) -> list[ConsoleLine]:
    if first >= end:
        return []
    stored = await queries.load_lines(conn, (run, writer, Stream.CONSOLE), first, end)
    return [parse_line(number, stored.get(number, b"")) for number in range(first, end)]


async def _merged(conn: AsyncConnection, run: int, writers: dict[str, int]) -> list[ConsoleLine]:
    """Return the lines of all writers in order of time; a line without a time stays with the one before it."""
    timed: list[tuple[str, ConsoleLine]] = []
    for writer, count in writers.items():
        moment = ""
        for line in await _lines(conn, run, writer, max(0, count - SHARED_MAX), count):
            moment = line.ts or moment
            timed.append((moment, line))
    timed.sort(key=lambda item: item[0])
    return [replace(line, number=number) for number, (_, line) in enumerate(timed)]

"""Console output for readers: pages by place, the tail, which labels there are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts.access import Permission
from steelyard.domains.history.console.reading import EVERYTHING, Filter, Shown, View, find_labels, read_view
from steelyard.domains.history.model import ConsoleLine
from steelyard.domains.runs.model import AnyRun

# Lines of one answer, however many were asked for.
PAGE_MAX = 10_000


@dataclass(frozen=True, slots=True)
class ConsolePage:
    """Consecutive lines from place `first` on, out of `total` that pass the filter."""

    total: int
    first: int
    lines: tuple[ConsoleLine, ...]


async def load_page(ctx: Context, run: AnyRun, first: int, limit: int, wanted: Filter = EVERYTHING) -> ConsolePage:
    """Return at most `limit` lines from place `first` on.

    Of a run of one writer at most a block before and after the page is read; of several, about two blocks of each.
    """
    access.require(ctx, Permission.READ, run.target)
    first, end = max(0, first), max(0, first) + max(0, min(limit, PAGE_MAX))

    async def load(view: View) -> ConsolePage:
        return _page(view.total, min(first, view.total), await view.load(first, end))

    return await read_view(ctx, run.id, load, wanted, (first, end))


async def load_tail(
    ctx: Context, run: AnyRun, count: int, end: int | None = None, wanted: Filter = EVERYTHING
) -> ConsolePage:
    """Return the newest `count` lines, or those before place `end`."""
    access.require(ctx, Permission.READ, run.target)
    count = max(0, min(count, PAGE_MAX))

    async def load(view: View) -> ConsolePage:
        stop = view.total if end is None else min(end, view.total)
        first = max(0, stop - count)
        return _page(view.total, first, await view.load(first, stop))

    lines = (None, count) if end is None else (max(0, end - count), end)
    return await read_view(ctx, run.id, load, wanted, lines)


def _page(total: int, first: int, shown: Shown) -> ConsolePage:
    return ConsolePage(total, first, tuple(lines_of(shown)))


def lines_of(shown: Shown) -> list[ConsoleLine]:
    each = zip(shown.numbers.tolist(), shown.lines.each(), strict=True)
    return [ConsoleLine(None if number < 0 else number, text, time, *kind) for number, (text, time, kind) in each]


async def list_labels(ctx: Context, run: AnyRun) -> list[str]:
    """Return the labels of a run's lines, in order of the alphabet."""
    access.require(ctx, Permission.READ, run.target)
    return sorted(await find_labels(ctx, run.id))


def read_texts(ctx: Context, run: AnyRun, wanted: Filter, *, times: bool, labels: bool) -> AsyncIterator[bytes]:
    """Return all lines as text, page by page, each as the output stands when its turn comes."""
    access.require(ctx, Permission.READ, run.target)
    return _texts(ctx, run.id, wanted, times=times, labels=labels)


async def _texts(ctx: Context, run: int, wanted: Filter, *, times: bool, labels: bool) -> AsyncIterator[bytes]:
    first, count = 0, 1
    while count:

        async def load(view: View, first: int = first) -> Shown:
            return await view.load(first, first + PAGE_MAX)

        shown = await read_view(ctx, run, load, wanted, (first, first + PAGE_MAX))
        count = len(shown.numbers)
        first += count
        if count:
            yield await asyncio.to_thread(_text, shown, times=times, labels=labels)


def _text(shown: Shown, *, times: bool, labels: bool) -> bytes:
    if not times and not labels:
        return shown.lines.text
    parts = []
    for text, time, (_, label) in shown.lines.each():
        stamp = f"{time}Z " if times and time else ""
        parts.append(f"{stamp}{f'[{label}] ' if labels and label else ''}{text}\n")
    return "".join(parts).encode()

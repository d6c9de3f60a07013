"""Search in console output, a stretch of it at a time: whoever asks goes on where the answer says, or does not.

Patterns are RE2's, which read any text in one pass, so that no pattern holds the server up.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import re2

from steelyard.columnar.log_lines import LogLines
from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts.access import Permission
from steelyard.domains.history.console.reading import EVERYTHING, Filter, View, read_view
from steelyard.domains.runs.model import AnyRun
from steelyard.kernel.errors import Invalid

MATCHES_MAX = 10_000
PATTERN_MAX_CHARS = 1_000
# One answer takes about as long as this; then the reader sees how far it has come.
TURN_S = 0.3
# Lines searched without looking at the clock.
_BATCH = 10_000
# What RE2 may take for a pattern; beyond, it refuses the pattern or goes slower.
_MEMORY_MAX_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class Query:
    text: str
    is_regex: bool = False


@dataclass(frozen=True, slots=True)
class Matches:
    """Places of the lines that match, out of those searched. `next` is where to go on, None at the end of `total`."""

    places: tuple[int, ...]
    next: int | None
    total: int


async def search(ctx: Context, run: AnyRun, query: Query, first: int = 0, wanted: Filter = EVERYTHING) -> Matches:
    """Look for a text, ignoring case, from place `first` on, for some tenths of a second. Raises `Invalid`."""
    access.require(ctx, Permission.READ, run.target)
    pattern = compile_query(query)
    deadline = time.monotonic() + TURN_S

    async def look(view: View) -> Matches:
        found: list[int] = []
        at = first
        while at < view.total and (at == first or time.monotonic() < deadline):
            shown = await view.load(at, at + _BATCH)
            places = await asyncio.to_thread(matching, pattern, shown.lines, MATCHES_MAX - len(found))
            found += [at + place for place in places]
            if len(found) == MATCHES_MAX:
                at = found[-1] + 1
                break
            at += len(shown.lines)
        return Matches(tuple(found), at if at < view.total else None, view.total)

    return await read_view(ctx, run.id, look, wanted)


def compile_query(query: Query) -> Any:
    if len(query.text) > PATTERN_MAX_CHARS:
        raise Invalid(f"a pattern may have at most {PATTERN_MAX_CHARS} characters")
    options = re2.Options()
    options.case_sensitive = False
    options.never_nl = True
    options.log_errors = False
    options.max_mem = _MEMORY_MAX_BYTES
    try:
        text = f"(?m:{query.text})" if query.is_regex else re2.escape(query.text)
        return re2.compile(text.encode(), options)
    except (re2.error, UnicodeEncodeError) as error:
        raise Invalid(f"the pattern cannot be read: {error}") from error


def matching(pattern: Any, lines: LogLines, limit: int) -> list[int]:
    """Return the places of the first `limit` lines that match."""
    found: list[int] = []
    at, end = 0, len(lines.text)
    while at < end and len(found) < limit:
        match = pattern.search(lines.text, at)
        if match is None:
            break
        place = int(np.searchsorted(lines.ends, match.start()))
        if place >= len(lines):
            break
        found.append(place)
        at = int(lines.ends[place]) + 1
    return found

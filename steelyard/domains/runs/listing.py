"""Lists of a project's runs: filtered, searched, ordered, counted and grouped over an index that is never stale."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts.access import Permission
from steelyard.domains.projects.model import Project
from steelyard.domains.runs import queries
from steelyard.domains.runs.facts import RunFacts
from steelyard.domains.runs.index import arrange, compare
from steelyard.domains.runs.index.column import Column, Ints
from steelyard.domains.runs.index.keeping import current_index, off_loop
from steelyard.domains.runs.index.project_index import Need, ProjectIndex
from steelyard.domains.runs.keys import Key, Source, read_key
from steelyard.domains.runs.model import Run
from steelyard.graphql.connection import Connection, Edge, PageInfo, decode_cursor, encode_cursor, page_size
from steelyard.kernel.errors import Invalid
from steelyard.sql import filters
from steelyard.sql.filters import EVERYTHING, Filter, Op, OrderKey, Test

_OLDEST_FIRST = [OrderKey("created_at")]
# More keys than people order or group by; each costs a sort.
ORDER_MAX = 20

# What only a higher slice knows of runs, by the name of its key: it returns texts by run.
Outside = Callable[[Context, Project], Awaitable[Mapping[int, Sequence[str]]]]
OUTSIDE: dict[str, Outside] = {}


@dataclass(frozen=True)
class RunQuery:
    """Which runs, and in which order. `search` looks for a text in title and id, as a pattern with `regex`."""

    filter: Filter = EVERYTHING
    order: list[OrderKey] = field(default_factory=lambda: list(_OLDEST_FIRST))
    search: str = ""
    regex: bool = False
    # Names the question; cursors carry it.
    label: str = field(default="", compare=False)

    @classmethod
    def parse(cls, filter_text: str | None, order: str | None) -> RunQuery:
        """Read the arguments of the wire. Raises `Invalid`, also for keys that runs do not have."""
        given = filters.parse(filter_text)
        label = hashlib.blake2b(f"{filter_text}\n{order}".encode(errors="replace"), digest_size=6).hexdigest()
        return cls(given, filters.parse_order(order) or list(_OLDEST_FIRST), label=label).checked()

    def checked(self) -> RunQuery:
        if len(self.order) > ORDER_MAX:
            raise Invalid(f"runs can be ordered by at most {ORDER_MAX} keys")
        for item in self.order:
            read_key(item.key)
        for test in tests_of(self.filter):
            if read_key(test.key).is_moment:
                compare.check_moments(test)
        if self.regex:
            filters.compile_pattern(self.search)
        return self

    def needed(self) -> list[tuple[Key, Need]]:
        ordered = [(read_key(item.key), Need.VALUES) for item in self.order]
        return [*ordered, *((read_key(test.key), _need(test)) for test in tests_of(self.filter))]


def tests_of(given: Filter) -> Iterator[Test]:
    if isinstance(given, Test):
        yield given
        return
    for part in (given.part,) if isinstance(given, filters.Negation) else given.parts:
        yield from tests_of(part)


def _need(test: Test) -> Need:
    if test.op is Op.EXISTS:
        return Need.EXISTENCE
    return Need.OBJECTS if _has_object(test.operand) else Need.VALUES


def _has_object(operand: Any) -> bool:
    return isinstance(operand, dict) or (isinstance(operand, list) and any(map(_has_object, operand)))


# ---- finding --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """Ids of the runs that match, in order; `total` counts all of the project."""

    total: int
    ids: Ints


async def find_runs(ctx: Context, project: Project, query: RunQuery) -> Found:
    """Return the runs that match, in order. Costs one question to an index, and what changed since the last list."""
    access.require(ctx, Permission.READ, project.target)
    outside = await outside_values(ctx, project, query.needed())
    async with current_index(ctx, project.id, query.needed()) as index:
        slots = await off_loop(index.size * 2, arranged, index, query, outside)
        return Found(len(index.base), index.ids[slots])


async def find_run_ids(ctx: Context, project: Project, query: RunQuery) -> list[str]:
    """Return the run ids, as people see them, of all that match, in order."""
    access.require(ctx, Permission.READ, project.target)
    outside = await outside_values(ctx, project, query.needed())
    async with current_index(ctx, project.id, query.needed()) as index:
        slots = await off_loop(index.size * 2, arranged, index, query, outside)
        names = index.column(Key(Source.COLUMN, "run_id"))
        return [names.value(int(slot)) for slot in slots]


async def count_runs(ctx: Context, project: Project, query: RunQuery) -> int:
    """Return how many runs match."""
    access.require(ctx, Permission.READ, project.target)
    outside = await outside_values(ctx, project, query.needed())
    async with current_index(ctx, project.id, query.needed()) as index:
        return len(await off_loop(index.size, _matching, index, query, outside))


async def list_columns(ctx: Context, project: Project) -> tuple[list[str], list[str]]:
    """Return the flattened names that a table can show, of the config and of the summary."""
    access.require(ctx, Permission.READ, project.target)
    async with current_index(ctx, project.id, [(Key(Source.CONFIG, ""), Need.EXISTENCE)]) as index:
        return index.shown_names(Source.CONFIG), index.shown_names(Source.SUMMARY)


async def outside_values(
    ctx: Context, project: Project, needed: Sequence[tuple[Key, Need]]
) -> dict[str, Mapping[int, Sequence[str]]]:
    names = {key.name for key, _ in needed if key.source is Source.OUTSIDE}
    return {name: await OUTSIDE[name](ctx, project) for name in names if name in OUTSIDE}


def column_of(index: ProjectIndex, key: Key, outside: Mapping[str, Mapping[int, Sequence[str]]]) -> Column:
    if key.source is not Source.OUTSIDE:
        return index.column(key)
    values = {index.slots[run]: tuple(texts) for run, texts in outside.get(key.name, {}).items() if run in index.slots}
    return index.temporary_column(values)


def _tested(index: ProjectIndex, outside: Mapping[str, Any], test: Test) -> Column:
    return column_of(index, read_key(test.key), outside)


def _matching(index: ProjectIndex, query: RunQuery, outside: Mapping[str, Any]) -> Ints:
    slots = index.base
    if query.filter != EVERYTHING:
        matching = compare.matching(query.filter, partial(_tested, index, outside), index.size)
        slots = slots[matching[slots]]
    if query.search:
        columns = [index.column(Key(Source.COLUMN, name)) for name in ("title", "run_id")]
        slots = slots[compare.found_in(columns, query.search, regex=query.regex)[slots]]
    return slots


def arranged(index: ProjectIndex, query: RunQuery, outside: Mapping[str, Any]) -> Ints:
    """Return matching slots in order; what lacks a key comes last whichever the direction, ties are as created."""
    slots = _matching(index, query, outside)
    for item in reversed(query.order):
        key = read_key(item.key)
        column = column_of(index, key, outside)
        if key.is_creation:
            # of runs made in the same microsecond the number decides, in either direction
            order = np.lexsort((index.numbers[slots], column.numbers[slots]))
            slots = slots[order[::-1] if item.descending else order]
        else:
            slots = arrange.ordered(slots, column, descending=item.descending)
    return slots


# ---- pages ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    """What part of a list is asked for; cursors mean "after" and "before this item"."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None


async def list_runs(ctx: Context, project: Project, query: RunQuery, page: Page) -> Connection:
    """Return one page of whole runs. A cursor holds its place although runs come, go and change meanwhile."""
    label = f"{project.id}-{query.label}"
    for cursor in (page.after, page.before):
        _read_cursor(cursor, label)
    ids = (await find_runs(ctx, project, query)).ids
    start, stop = bounds(ids, page, label)
    shown = ids[start:stop].tolist()
    runs = await ctx.database.read_at_once(lambda conn: queries.list_runs_by_id(conn, shown))
    edges = [Edge(run, cursor_at(start + index, run.id, label)) for index, run in enumerate(runs)]
    info = PageInfo(
        end_cursor=edges[-1].cursor if edges else None,
        has_next_page=stop < len(ids),
        start_cursor=edges[0].cursor if edges else None,
        has_previous_page=start > 0,
    )
    return Connection(edges, info, len(ids))


async def load_found(ctx: Context, ids: list[int]) -> dict[int, Run]:
    """Return whole runs that the caller has been shown, those that are still there."""
    access.require_reader(ctx)
    found = await ctx.database.read_at_once(lambda conn: queries.list_runs_by_id(conn, ids))
    return {run.id: run for run in found}


async def list_facts(ctx: Context, project: Project, ids: Sequence[int], *, documents: bool = False) -> list[RunFacts]:
    """Return what a table shows of runs that were found in the project, in that order."""
    access.require(ctx, Permission.READ, project.target)
    return await ctx.database.read_at_once(
        lambda conn: queries.list_facts(conn, project.id, list(ids), documents=documents)
    )


def bounds(ids: Ints, page: Page, label: str) -> tuple[int, int]:
    start = _place(ids, page.after, label) + 1 if page.after else 0
    stop = _place(ids, page.before, label) if page.before else len(ids)
    if page.last is not None and page.first is None:
        return max(start, stop - page_size(page.last)), max(start, stop)
    return start, max(start, min(stop, start + page_size(page.first)))


def cursor_at(index: int, run: int, label: str) -> str:
    return encode_cursor(f"run:{run}:{index}:{label}")


def _read_cursor(cursor: str | None, label: str) -> tuple[int, int]:
    """Return run and place. Raises `Invalid` for the cursor of another question."""
    parts = (decode_cursor(cursor) or f"run:0:0:{label}").split(":")
    if len(parts) != 4 or parts[0] != "run" or not (_is_count(parts[1]) and _is_count(parts[2])) or parts[3] != label:
        raise Invalid("the cursor belongs to another query")
    return int(parts[1]), int(parts[2])


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _place(ids: Ints, cursor: str | None, label: str) -> int:
    """Return the index of the cursor's run; where it is gone from the list, the place it had."""
    run, index = _read_cursor(cursor, label)
    found = np.flatnonzero(ids == run)
    return int(found[0]) if len(found) else min(index, len(ids)) - 1

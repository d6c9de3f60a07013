"""Lists of a project's runs: filtered, searched and ordered in memory over facts that are kept between requests.

What is kept is brought up to date first, by asking one index which runs changed, so an answer is never stale.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts.access import Permission
from steelyard.domains.projects.model import Project
from steelyard.domains.runs import facts, queries
from steelyard.domains.runs.facts import RunFacts
from steelyard.domains.runs.model import Run
from steelyard.graphql.connection import Connection, Edge, PageInfo, decode_cursor, encode_cursor, page_size
from steelyard.kernel.errors import Invalid
from steelyard.sql import filters
from steelyard.sql.engine import Database
from steelyard.sql.filters import EVERYTHING, Filter, OrderKey

# Characters of documents kept for all projects together; parsed they take several times as much memory.
_KEPT_CHARS = 48_000_000
_KEPT_PROJECTS = 64
# Fewer runs than this are filtered at once, more in a thread, so that the event loop never waits for long.
_INLINE_RUNS = 200
_OLDEST_FIRST = [OrderKey("created_at")]


@dataclass(frozen=True)
class RunQuery:
    """Which runs, and in which order. `search` looks for a text in title and id, as a pattern with `regex`."""

    filter: Filter = EVERYTHING
    order: list[OrderKey] = field(default_factory=lambda: list(_OLDEST_FIRST))
    search: str = ""
    regex: bool = False

    @classmethod
    def parse(cls, filter_text: str | None, order: str | None) -> RunQuery:
        """Read the arguments of the wire. Raises `Invalid`, also for keys that runs do not have."""
        given = filters.parse(filter_text)
        return cls(given, filters.parse_order(order) or list(_OLDEST_FIRST)).checked()

    def checked(self) -> RunQuery:
        for key in self.compared():
            facts.reader(key)
        return self

    def compared(self) -> set[str]:
        return filters.keys_of(self.filter) | {item.key for item in self.order}


@dataclass
class _Known:
    """What is kept of one project: its living runs, and the version of each run, deleted ones included."""

    runs: dict[int, RunFacts] = field(default_factory=dict)
    versions: dict[int, int] = field(default_factory=dict)
    chars: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class _Cache:
    """Bounded by projects and by the size of their documents; the least lately used project goes first."""

    def __init__(self) -> None:
        self._known: OrderedDict[int, _Known] = OrderedDict()

    def of(self, project_id: int) -> _Known:
        known = self._known.setdefault(project_id, _Known())
        self._known.move_to_end(project_id)
        return known

    def trim(self) -> None:
        while len(self._known) > 1 and (
            len(self._known) > _KEPT_PROJECTS or sum(item.chars for item in self._known.values()) > _KEPT_CHARS
        ):
            self._known.popitem(last=False)


_caches: WeakKeyDictionary[Database, _Cache] = WeakKeyDictionary()


async def _facts_of(ctx: Context, project: Project, *, documents: bool) -> list[RunFacts]:
    """Return the living runs of the project, the oldest first, with their documents when a list needs them."""
    cache = _caches.setdefault(ctx.database, _Cache())
    known = cache.of(project.id)
    async with known.turn:
        async with ctx.database.read() as conn:
            await _refresh(conn, project.id, known)
            if documents:
                await _add_documents(conn, known)
        found = sorted(known.runs.values(), key=lambda run: run.number)
    cache.trim()
    return found


async def _refresh(conn: AsyncConnection, project_id: int, known: _Known) -> None:
    versions = await queries.list_versions(conn, project_id)
    changed = [run for run, version in versions.items() if known.versions.get(run) != version]
    for run in [*changed, *(known.versions.keys() - versions.keys())]:
        gone = known.runs.pop(run, None)
        if gone is not None and gone.config_text is not None:
            known.chars -= len(gone.config_text) + len(gone.summary_text or "")
    for item in await queries.list_facts(conn, changed):
        known.runs[item.id] = item
    known.versions = versions


async def _add_documents(conn: AsyncConnection, known: _Known) -> None:
    wanted = [run for run, item in known.runs.items() if item.config_text is None]
    async for run, config, summary in queries.iterate_documents(conn, wanted):
        item = known.runs[run]
        item.config_text, item.summary_text = config, summary
        item.cells.clear()
        known.chars += len(config) + len(summary)


async def select_runs(ctx: Context, project: Project, query: RunQuery) -> list[RunFacts]:
    """Return the runs that match, in order. Costs one index read, and what changed since the last list."""
    return (await search_runs(ctx, project, query))[1]


async def search_runs(
    ctx: Context, project: Project, query: RunQuery, *, documents: bool = False
) -> tuple[int, list[RunFacts]]:
    """Return the number of all runs, and those that match, in order; with `documents` these are at hand."""
    access.require(ctx, Permission.READ, project.target)
    needed = documents or any(facts.needs_documents(key) for key in query.compared())
    found = await _facts_of(ctx, project, documents=needed)
    if len(found) < _INLINE_RUNS:
        return len(found), arrange(found, query)
    return len(found), await asyncio.to_thread(arrange, found, query)


async def all_runs(ctx: Context, project: Project) -> list[RunFacts]:
    """Return every run with its documents, the oldest first."""
    access.require(ctx, Permission.READ, project.target)
    return await _facts_of(ctx, project, documents=True)


def arrange(runs: list[RunFacts], query: RunQuery) -> list[RunFacts]:
    """Return the matching ones of `runs` (the oldest first) in the order of the query. Pure.

    What lacks a key of the order comes last whichever the direction; ties keep the order of creation.
    """
    wanted = _search(query)
    found = [run for run in runs if wanted(run) and filters.matches(query.filter, _lookup(run))]
    for key in reversed(query.order):
        read = facts.reader(key.key)
        ranked = [(filters.sort_rank(read(run)), run) for run in found]
        placed = [item for item in ranked if item[0] is not None]
        if facts.is_creation(key.key) and key.descending:
            placed.reverse()  # of runs made in the same microsecond the later one comes first as well
        placed.sort(key=lambda item: item[0], reverse=key.descending)  # type: ignore[arg-type, return-value]
        found = [run for _, run in placed] + [run for rank, run in ranked if rank is None]
    return found


def _lookup(run: RunFacts) -> filters.Lookup:
    return lambda key: facts.reader(key)(run)


def _search(query: RunQuery) -> Callable[[RunFacts], bool]:
    if not query.search:
        return lambda _run: True
    if query.regex:
        pattern = filters.compile_pattern(query.search, ignore_case=True)
        return lambda run: any(pattern.search(text) is not None for text in (run.title, run.run_id))
    text = query.search.casefold()
    return lambda run: text in run.title.casefold() or text in run.run_id.casefold()


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
    found = await select_runs(ctx, project, query)
    start, stop = _bounds([run.id for run in found], page)
    runs = await load_runs(ctx, found[start:stop])
    edges = [Edge(run, _cursor(start + index, run.id)) for index, run in enumerate(runs)]
    info = PageInfo(
        end_cursor=edges[-1].cursor if edges else None,
        has_next_page=stop < len(found),
        start_cursor=edges[0].cursor if edges else None,
        has_previous_page=start > 0,
    )
    return Connection(edges, info, len(found))


async def load_runs(ctx: Context, found: list[RunFacts]) -> list[Run]:
    async with ctx.database.read() as conn:
        return await queries.list_runs_by_id(conn, [run.id for run in found])


def _bounds(ids: list[int], page: Page) -> tuple[int, int]:
    start = _place(ids, page.after) + 1 if page.after else 0
    stop = _place(ids, page.before) if page.before else len(ids)
    if page.last is not None and page.first is None:
        return max(start, stop - page_size(page.last)), max(start, stop)
    return start, max(start, min(stop, start + page_size(page.first)))


def _cursor(index: int, run: int) -> str:
    return encode_cursor(f"run:{run}:{index}")


def _place(ids: list[int], cursor: str | None) -> int:
    """Return the index of the cursor's run; where it is gone from the list, the place it had."""
    kind, _, rest = (decode_cursor(cursor) or "").partition(":")
    run, _, index = rest.partition(":")
    if kind != "run" or not (run.isdigit() and index.isdigit()):
        raise Invalid("the cursor belongs to another query")
    try:
        return ids.index(int(run))
    except ValueError:
        return min(int(index), len(ids)) - 1

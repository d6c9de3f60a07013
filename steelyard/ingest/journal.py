"""Makes stream requests durable: one transaction for all that wait, answered only after its commit.

While one transaction commits, further requests gather; the next takes them all. Under load a commit is shared by
dozens of requests, and a single writer waits for nobody. The state and the summary of a run change in the same
transaction as its rows, so that after an answered final request all of it can be read.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.columnar.rows import Row
from steelyard.context import Ports
from steelyard.domains.history import queries
from steelyard.domains.history.metrics import parse_definitions
from steelyard.domains.history.model import Position
from steelyard.domains.runs import changes, progress
from steelyard.domains.runs.changes import Change, Kind
from steelyard.domains.runs.model import Progress
from steelyard.ingest import fold, offsets
from steelyard.ingest.derive import DerivedSummary
from steelyard.ingest.frames import Chunk, Frame
from steelyard.kernel.errors import Gone, SteelyardError, Unavailable
from steelyard.sql.dialect import is_passing
from steelyard.telemetry.meters import METERS
from steelyard.telemetry.traces import TRACES

# Requests waiting beyond this are asked to come back; it bounds the memory that a slow disk can cost.
WAITING_MAX_BYTES = 128 << 20
WAITING_MAX_COUNT = 2_000
# One transaction takes at most this, so that the first of a large crowd is not kept waiting by the last.
GROUP_MAX_BYTES = 16 << 20
GROUP_MAX_COUNT = 256
# A deadlock or a lost connection rolled everything back; trying again at once usually succeeds.
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """One request of one writer."""

    run: int
    project_id: int
    writer: str
    frame: Frame


@dataclass(slots=True)
class _Waiting:
    entry: Entry
    answer: asyncio.Future[bool]


class Journal:
    """The one way in for streamed data of this process. Other processes may write to the same runs."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._waiting: deque[_Waiting] = deque()
        self._waiting_bytes = 0
        self._committer: asyncio.Task[None] | None = None

    async def append(self, entry: Entry) -> bool:
        """Make the request durable; return whether somebody asked the program to stop.

        Sending the same request again is harmless. Raises `Malformed` for an impossible offset, `Gone` when the run
        was deleted meanwhile, `Unavailable` when too much waits or the database fails: the client sends again.
        """
        size = entry.frame.size_bytes
        if self._waiting_bytes + size > WAITING_MAX_BYTES or len(self._waiting) >= WAITING_MAX_COUNT:
            raise Unavailable("the server is busy storing earlier data; send again in a few seconds")
        waiting = _Waiting(entry, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._waiting_bytes += size
        if self._committer is None:
            self._committer = asyncio.create_task(self._commit_all(), name="journal")
        return await waiting.answer

    async def close(self) -> None:
        """Wait until everything accepted so far is durable."""
        while self._committer is not None:
            await asyncio.wait([self._committer])

    async def _commit_all(self) -> None:
        try:
            while self._waiting:
                await self._commit_group(self._take_group())
        finally:
            self._committer = None

    def _take_group(self) -> list[_Waiting]:
        group: list[_Waiting] = []
        size = 0
        while self._waiting and len(group) < GROUP_MAX_COUNT and size < GROUP_MAX_BYTES:
            item = self._waiting.popleft()
            size += item.entry.frame.size_bytes
            group.append(item)
        self._waiting_bytes -= size
        METERS.waiting_requests, METERS.waiting_bytes = len(self._waiting), self._waiting_bytes
        return group

    async def _commit_group(self, group: list[_Waiting]) -> None:
        began = time.perf_counter()
        try:
            # of all their requests together, so within none of them
            with TRACES.work("journal commit", requests=len(group)):
                outcomes = await self._store([item.entry for item in group])
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must hear of it
            outcomes = [error] * len(group)
        METERS.commits.add(time.perf_counter() - began)
        METERS.commit_requests += len(group)
        for item, outcome in zip(group, outcomes, strict=True):
            if item.answer.done():  # the client has gone; its rows are stored all the same
                continue
            if isinstance(outcome, Exception):
                item.answer.set_exception(outcome)
            else:
                item.answer.set_result(outcome)

    async def _store(self, entries: Sequence[Entry]) -> list[bool | Exception]:
        work = partial(store_entries, entries=entries, now=self._ports.clock())
        for attempt in range(ATTEMPTS):
            try:
                return await self._ports.database.write_at_once(work)
            except OperationalError as error:
                if attempt == ATTEMPTS - 1 or not is_passing(error):
                    raise
        raise AssertionError("the last attempt returns or raises")


async def store_entries(conn: AsyncConnection, entries: Sequence[Entry], now: datetime) -> list[bool | Exception]:
    """Store the entries in their order; return for each the stop flag, or why nothing of it was stored."""
    conditions = await progress.lock_conditions(conn, (entry.run for entry in entries))
    positions = await queries.find_positions(conn, list(conditions))
    group = _Group(positions)
    outcomes: list[bool | Exception] = []
    for index, entry in enumerate(entries):
        try:
            if entry.run not in conditions:
                raise Gone("the run was deleted; start again under a new run id")
            group.take(index, entry, now)
            outcomes.append(False)
        except SteelyardError as error:
            outcomes.append(error)
    await queries.insert_chunks(conn, group.chunks)
    await queries.put_positions(conn, group.moved())
    await changes.record_many(conn, group.changes(), now)
    stored = [index for index, outcome in enumerate(outcomes) if not isinstance(outcome, Exception)]
    told = await _tell(conn, [(entries[index], group.fresh[index]) for index in stored])
    after = await progress.record_progress(conn, conditions, told, now)
    for index in stored:
        outcomes[index] = after[entries[index].run].stop_requested
    return outcomes


async def _tell(conn: AsyncConnection, stored: Sequence[tuple[Entry, Sequence[Row]]]) -> list[tuple[int, Progress]]:
    """Return what the stored entries tell of their runs; with each come the rows that nobody had brought before."""
    summaries = await _derive(conn, stored)
    return [(entry.run, fold.progress_of(entry.frame, summaries.get(entry.run))) for entry, _ in stored]


async def _derive(conn: AsyncConnection, stored: Sequence[tuple[Entry, Sequence[Row]]]) -> dict[int, str]:
    """Return the summaries of runs whose clients leave them to us. Costs a statement or two for each such run."""
    found: dict[int, DerivedSummary] = {}
    for entry, rows in stored:
        own = entry.frame.summary
        if not entry.frame.derives or (own is None and not rows and not entry.frame.complete):
            continue
        if entry.run not in found:
            summary, config, state = await queries.find_derived(conn, entry.run)
            found[entry.run] = DerivedSummary.load(summary, state, parse_definitions(config))
        found[entry.run].fold(rows)
        if own is not None:
            found[entry.run].overlay(entry.writer, own)
    dumped = {run: summary.dump() for run, summary in found.items()}
    await queries.put_derived(conn, {run: state for run, (_, state) in dumped.items()})
    return {run: summary for run, (summary, _) in dumped.items()}


def _new_chunk(key: queries.StreamKey, chunk: Chunk, now: datetime) -> queries.NewChunk:
    return queries.NewChunk(key, chunk.first_line, chunk.line_count, chunk.encoding, chunk.body, now)


class _Group:
    """What a transaction will write, gathered entry by entry."""

    def __init__(self, positions: dict[queries.StreamKey, Position]) -> None:
        self._before = positions
        self._after = dict(positions)
        self._changes: dict[tuple[int, int], Change] = {}
        # Rows that no request had brought before, by the place of their entry.
        self.fresh: dict[int, list[Row]] = {}
        self.chunks: list[queries.NewChunk] = []

    def take(self, index: int, entry: Entry, now: datetime) -> None:
        """Add an entry whole or not at all. Raises `Malformed`."""
        after: dict[queries.StreamKey, Position] = {}
        chunks: list[queries.NewChunk] = []
        fresh: list[Row] = []
        change = Change(Kind.RUN | Kind.FILES) if entry.frame.uploaded else None
        for chunk in entry.frame.chunks:
            key = (entry.run, entry.writer, chunk.stream)
            position = after.get(key) or self._after.get(key) or Position()
            after[key], is_new = offsets.reconcile(position, chunk.first_line, chunk.line_count, chunk.checksum)
            if is_new:
                # rows that are written over take other keys and steps with them
                is_next = chunk.first_line >= position.next_line
                told = chunk.change if is_next else Change(chunk.change.kinds)
                change = told if change is None else change | told
                chunks.append(_new_chunk(key, chunk, now))
                fresh += chunk.rows[max(0, position.next_line - chunk.first_line) :]
        self._after.update(after)
        self.chunks += chunks
        self.fresh[index] = fresh
        run = (entry.project_id, entry.run)
        change = change or Change(Kind.RUN)
        known = self._changes.get(run)
        self._changes[run] = change if known is None else known | change

    def moved(self) -> dict[queries.StreamKey, Position]:
        return {key: position for key, position in self._after.items() if self._before.get(key) != position}

    def changes(self) -> list[tuple[int, int, Change]]:
        return [(project, run, change) for (project, run), change in self._changes.items()]

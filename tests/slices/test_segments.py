"""The journal becomes segments, and no reader can tell: before, after, in between, whoever dies meanwhile."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import delete, func, select, update

from steelyard.context import Context, HistoryPolicy
from steelyard.domains.history import publishing, sweep
from steelyard.domains.history.flush import flush_stream
from steelyard.domains.history.jobs import tend_segments
from steelyard.domains.history.memory import memory_of
from steelyard.domains.history.merge import merge_stream
from steelyard.domains.history.model import Due, SegmentState, Stream
from steelyard.domains.history.reading import parts
from steelyard.domains.history.tables import history_chunks, history_segments
from steelyard.domains.runs.tables import runs
from steelyard.kernel.errors import Conflict, Unavailable
from steelyard.ports.objects import ObjectStore, StoredObject
from tests.harness.site import Caller, Site
from tests.slices.streamed import START, Run

pytestmark = pytest.mark.asyncio(loop_scope="module")

SMALL = HistoryPolicy(flush_chunks=4, seal_values=60, merge_fan_in=3)
DONE: dict[str, Any] = {"complete": True, "exitcode": 0}


class Stored(Run):
    """A run with sight of what keeps it."""

    def __init__(self, caller: Caller, name: str, ctx: Context, number: int) -> None:
        super().__init__(caller, name)
        self.ctx, self.number = ctx, number

    def due(self, *, ended: bool = False) -> Due:
        return Due(self.number, Stream.HISTORY, ended)

    async def seen(self) -> list[Any]:
        """Everything that readers are told of the run."""
        fields = "historyKeys historyTail eventsTail history(samples: 100000) events(samples: 1000) historyLineCount"
        told = await self.ask(fields)
        keys = {
            key: {**facts, "typeCounts": sorted(map(str, facts["typeCounts"]))}
            for key, facts in told["historyKeys"]["keys"].items()
        }
        texts = [told["history"], told["events"], *(json.loads(told[tail]) for tail in ("historyTail", "eventsTail"))]
        pages = [await self.rows(f"minStep: {low}, maxStep: {low + 7}, samples: 7") for low in range(0, 60, 7)]
        return [
            keys,
            told["historyKeys"]["lastStep"],
            [[json.dumps(json.loads(text), sort_keys=True) for text in found] for found in texts],
            [json.dumps(page, sort_keys=True) for page in pages],
            [json.dumps(row, sort_keys=True) for page in pages for row in page],
            await self.sampled(keys=["_step", "a"], samples=1000),
            await self.sampled(keys=["b.c", "a"], minStep=3, maxStep=30, samples=5),
        ]

    async def segments(self, state: SegmentState = SegmentState.LIVE) -> list[Any]:
        table = history_segments.c
        statement = select(table.id, table.object_key, table.sealed, table.row_count, table.directory)
        statement = statement.where(table.run == self.number, table.state == int(state)).order_by(table.id)
        async with self.ctx.database.read() as conn:
            return list(await conn.execute(statement))

    async def chunks(self) -> int:
        statement = select(func.count()).where(history_chunks.c.run == self.number)
        async with self.ctx.database.read() as conn:
            return (await conn.execute(statement)).scalar() or 0

    async def objects(self) -> list[str]:
        return [item.key async for item in self.ctx.ports.objects.list(f"segments/{self.number}/")]

    def forget(self) -> None:
        """Let nothing be answered from memory."""
        memory = memory_of(self.ctx)
        for key in list(memory._entries):
            memory.drop(key)


@pytest_asyncio.fixture(loop_scope="module")
async def run(site: Site, user: Caller) -> AsyncIterator[Stored]:
    await user.graphql(START, name="r", entity=user.name)
    async with site.ports.database.read() as conn:
        number = (await conn.execute(select(func.max(runs.c.id)))).scalar() or 0
    ports = replace(site.ports, policy=replace(site.ports.policy, history=SMALL))
    yield Stored(user, "r", replace(site.system, ports=ports), number)
    async with site.ports.database.write() as conn:  # what one test leaves is not due in the next
        await sweep.queries.delete_journal_of(conn, number, 10_000)
        await conn.execute(update(runs).where(runs.c.id == number).values(state="running"))


def row(step: int, **more: Any) -> dict[str, Any]:
    odd = {0: {"b": {"c": step / 3, "d.e": "x"}}, 1: {"n": None}, 2: {"l": [1, step], "t": f"{step}"}}[step % 3]
    return {"_step": step, "_runtime": step / 2, "a": step if step % 5 else step / 7, **odd, **more}


async def log(run: Run, first: int, count: int, per_request: int = 3, **headers: str) -> None:
    for start in range(first, first + count, per_request):
        rows = [row(step) for step in range(start, min(start + per_request, first + count))]
        await run.send(start, rows, **headers)


async def test_rows_read_the_same_from_the_journal_and_from_a_segment(run: Stored) -> None:
    await log(run, 0, 20)
    await run.send(0, [{"_runtime": i / 4, "system.cpu": i} for i in range(9)], "wandb-events.jsonl")
    before = await run.seen()
    assert await flush_stream(run.ctx, run.due())
    assert await flush_stream(run.ctx, Due(run.number, Stream.EVENTS, ended=False))
    assert await run.chunks() == 0
    run.forget()
    assert await run.seen() == before
    await log(run, 20, 5)
    rows = [json.dumps(item, sort_keys=True) for item in map(row, range(25))]
    assert [json.dumps(item, sort_keys=True) for item in await run.rows()] == rows
    assert not await flush_stream(run.ctx, Due(run.number, Stream.EVENTS, ended=False))


async def test_many_segments_become_few_and_rows_stay(run: Stored) -> None:
    for part in range(9):
        await log(run, part * 6, 6)
        await flush_stream(run.ctx, run.due())
    before = await run.seen()
    assert len(await run.segments()) == 9
    while await merge_stream(run.ctx, run.due()):
        run.forget()
        assert await run.seen() == before
    live = await run.segments()
    assert 1 < len(live) < 6
    await run.post(DONE)
    while await merge_stream(run.ctx, run.due(ended=True)):
        assert await run.seen() == before
    assert all(segment.sealed for segment in await run.segments())
    assert sum(segment.row_count for segment in await run.segments()) == 54


async def test_a_sealed_segment_never_changes(run: Stored) -> None:
    await log(run, 0, 40)
    await flush_stream(run.ctx, run.due())
    (sealed,) = await run.segments()
    assert sealed.sealed
    for part in range(4):
        await log(run, 40 + part * 6, 6)
        await flush_stream(run.ctx, run.due())
    while await merge_stream(run.ctx, run.due(ended=True)):
        pass
    assert sealed in await run.segments()
    assert sealed.object_key in await run.objects()


@pytest.mark.parametrize(
    ("first", "steps"),
    [(3, [30, 31, 4]), (16, [16, 17, 18]), (18, [18, 19, 20, 21]), (0, [5])],
    ids=["out of order", "inside", "over the end", "one line"],
)
async def test_lines_written_over_flushed_ones_replace_them(run: Stored, first: int, steps: list[int]) -> None:
    for part in range(2):
        await log(run, part * 10, 10)
        await flush_stream(run.ctx, run.due())
    await run.send(first, [row(step, again=True) for step in steps])
    before = await run.seen()
    expected = {line: row(line) for line in range(20)}
    expected |= {first + i: row(step, again=True) for i, step in enumerate(steps)}
    assert sorted(json.dumps(item, sort_keys=True) for item in await run.rows()) == sorted(
        json.dumps(item, sort_keys=True) for item in _merged(expected)
    )
    await flush_stream(run.ctx, run.due())
    run.forget()
    assert await run.seen() == before
    assert await run.chunks() == 0
    assert len(await run.segments(SegmentState.DROPPED)) >= 1


def _merged(lines: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for _, item in sorted(lines.items()):
        found[item["_step"]] = found.get(item["_step"], {}) | item
    return list(found.values())


async def test_writers_of_a_shared_run_keep_their_rows(run: Stored) -> None:
    for part in range(3):
        for writer in ("one", "two"):
            await log(run, part * 4, 4, ASYNC_CLIENT_ID=writer)
        before = await run.seen()
        await flush_stream(run.ctx, run.due())
        assert await run.seen() == before
    assert len(await run.rows()) == 24
    before = await run.seen()
    assert await merge_stream(run.ctx, run.due(ended=True))
    run.forget()
    assert await run.seen() == before


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_any_history_reads_like_that_of_a_run_that_was_never_flushed(
    run: Stored, user: Caller, seed: int
) -> None:
    dice = random.Random(seed)
    await user.graphql(START, name="twin", entity=user.name)
    twin = Stored(user, "twin", run.ctx, 0)
    next_line = {"": 0, "w": 0}
    for _ in range(24):
        act, writer = dice.choice(["send", "send", "send", "over", "flush", "merge"]), dice.choice(["", "", "w"])
        if act == "flush":
            await flush_stream(run.ctx, run.due())
        elif act == "merge":
            await merge_stream(run.ctx, run.due(ended=dice.random() < 0.5))
        else:
            end = next_line[writer]
            first = dice.randint(0, end) if act == "over" else end
            steps = [dice.choice([line, line, line, dice.randint(0, 40)]) for line in range(first, first + 4)]
            rows = [{**row(step), "again": dice.random()} for step in steps]
            if dice.random() < 0.1:
                rows[1].pop("_step")
            for either in (run, twin):
                await either.send(first, rows, **({"ASYNC_CLIENT_ID": writer} if writer else {}))
            next_line[writer] = max(end, first + 4)
            if dice.random() < 0.3:
                run.forget()
    assert len(await run.segments()) > 0
    assert await run.seen() == await twin.seen()


async def test_of_two_who_flush_at_once_one_wins_and_nothing_is_doubled(run: Stored) -> None:
    await log(run, 0, 12)
    before = await run.seen()
    other = replace(run.ctx)
    done = await asyncio.gather(
        *(flush_stream(ctx, run.due()) for ctx in (run.ctx, other, run.ctx)), return_exceptions=True
    )
    assert all(isinstance(item, Conflict) or item in {True, False} for item in done), done
    assert done.count(True) == 1
    assert await run.seen() == before
    assert len(await run.segments()) == len(await run.objects()) == 1
    assert not await run.segments(SegmentState.PENDING)


async def test_of_a_flush_over_lines_and_a_merge_of_the_same_segments_one_wins(run: Stored) -> None:
    for part in range(3):
        await log(run, part * 4, 4)
        await flush_stream(run.ctx, run.due())
    await run.send(2, [row(2, again=True)])
    before = await run.seen()
    await asyncio.gather(
        flush_stream(run.ctx, run.due()), merge_stream(run.ctx, run.due(ended=True)), return_exceptions=True
    )
    assert await run.seen() == before
    while await flush_stream(run.ctx, run.due()):
        pass
    assert await run.seen() == before


@pytest.mark.parametrize("stage", ["announced", "stored"])
async def test_who_dies_while_writing_leaves_nothing_but_waste(site: Site, run: Stored, stage: str) -> None:
    await log(run, 0, 12)
    before = await run.seen()
    item = await publishing.announce(run.ctx, run.number, Stream.HISTORY)
    made = None
    if stage == "stored":
        (part,) = (await parts(run.ctx, [run.number], Stream.HISTORY))[run.number]
        made = publishing.make(part.blocks, {}, rewritten=False)
        assert made is not None
        await publishing.store(run.ctx, item, made)
    await tend_segments(run.ctx)
    assert await run.chunks() > 0, "the claim of the dead still holds"
    site.clock.move(60)
    await tend_segments(run.ctx)
    assert await run.chunks() == 0
    assert await run.seen() == before
    site.clock.move(sweep.GIVEN_UP_AFTER_S)
    await sweep.sweep_segments(run.ctx)
    assert not await run.segments(SegmentState.PENDING)
    assert await run.objects() == [segment.object_key for segment in await run.segments()]
    if made is not None:
        with pytest.raises(Conflict):
            await publishing.publish(run.ctx, item, made, publishing.Replaced(0), sealed=False)


@dataclass
class Unreachable:
    """A store that takes no object while it is down."""

    store: ObjectStore
    is_down: bool = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    async def put(self, key: str, body: AsyncIterator[bytes], *, md5: bytes | None = None) -> StoredObject:
        if self.is_down:
            raise Unavailable("the store is down")
        return await self.store.put(key, body, md5=md5)


async def test_rows_are_kept_and_read_while_the_store_is_down(run: Stored) -> None:
    store = Unreachable(run.ctx.ports.objects)
    ctx = replace(run.ctx, ports=replace(run.ctx.ports, objects=store))
    await log(run, 0, 12)
    before = await run.seen()
    with pytest.raises(Unavailable):
        await flush_stream(ctx, run.due())
    await tend_segments(ctx)
    assert await run.seen() == before
    assert await run.chunks() == 4
    assert not await run.segments(SegmentState.PENDING)
    store.is_down = False
    await tend_segments(ctx)
    assert await run.chunks() == 4, "what failed is left alone for a while"
    await flush_stream(ctx, run.due())
    assert await run.chunks() == 0
    assert await run.seen() == before


async def test_what_was_replaced_is_readable_until_nobody_can_ask_for_it(site: Site, run: Stored) -> None:
    for part in range(3):
        await log(run, part * 4, 4)
        await flush_stream(run.ctx, run.due())
    old = await parts(run.ctx, [run.number], Stream.HISTORY)
    await merge_stream(run.ctx, run.due(ended=True))
    await sweep.sweep_segments(run.ctx)
    assert len(await run.objects()) == 4
    assert len(old[run.number]) == 3
    before = await run.seen()
    site.clock.move(run.ctx.ports.policy.url_ttl_s + sweep.GRACE_S + 1)
    await sweep.sweep_segments(run.ctx)
    assert len(await run.objects()) == 1
    assert await run.seen() == before


async def test_the_worker_flushes_what_is_long_or_over_and_merges_it(run: Stored) -> None:
    await log(run, 0, 6)
    await tend_segments(run.ctx)
    assert await run.chunks() == 2, "too short, and the run goes on"
    await log(run, 6, 6)
    await tend_segments(run.ctx)
    assert await run.chunks() == 0
    await run.post({"files": {"output.log": {"offset": 0, "content": ["hello"]}}, **DONE})
    await tend_segments(run.ctx)
    assert await run.chunks() == 0
    assert [segment.sealed for segment in await run.segments()] == [True, True], "of history, and of the console"


async def test_a_run_that_is_resumed_again_and_again_stays_a_few_segments(run: Stored) -> None:
    for part in range(9):
        await log(run, part * 2, 2)
        await run.post(DONE)
        await tend_segments(run.ctx)
    assert len(await run.segments()) <= SMALL.merge_fan_in
    assert [item["_step"] for item in await run.rows()] == list(range(18))


async def test_a_purged_run_leaves_no_object(site: Site, run: Stored) -> None:
    await log(run, 0, 8)
    await flush_stream(run.ctx, run.due())
    await log(run, 8, 4)
    await sweep.purge_streams(run.ctx, run.number)
    assert await run.rows() == []
    assert await run.segments() == []
    site.clock.move(run.ctx.ports.policy.url_ttl_s + sweep.GRACE_S + 1)
    await sweep.sweep_segments(run.ctx)
    assert await run.objects() == []


async def test_the_segments_of_a_run_that_is_gone_for_good_are_swept(site: Site, run: Stored) -> None:
    await log(run, 0, 8)
    await flush_stream(run.ctx, run.due())
    async with site.ports.database.write() as conn:
        await conn.execute(delete(runs).where(runs.c.id == run.number))
    await sweep.sweep_segments(run.ctx)
    site.clock.move(run.ctx.ports.policy.url_ttl_s + sweep.GRACE_S + 1)
    await sweep.sweep_segments(run.ctx)
    assert await run.objects() == []

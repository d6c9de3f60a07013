"""Rewound runs: what is left, what is archived, and that the old attempt cannot come back."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import update

from steelyard.domains.runs.tables import runs
from tests.harness.site import Caller, Site
from tests.slices.branched import Branched, lost_objects, start, sweep_all, texts_of
from tests.slices.streamed import REWIND, START
from tests.slices.test_branches import logged
from tests.slices.test_segments import DONE

pytestmark = pytest.mark.asyncio(loop_scope="module")

ARCHIVES = "archives { id step lastStep lineCount createdAt history(samples: 1000) }"


@pytest_asyncio.fixture(loop_scope="module")
async def run(site: Site, user: Caller) -> AsyncIterator[Branched]:
    yield await start(user)
    async with site.ports.database.write() as conn:  # what one test leaves is not due in the next
        await conn.execute(update(runs).values(state="running"))


async def archived(run: Branched) -> list[tuple[int, list[str]]]:
    """Each archive's step and rows."""
    run.forget()
    found = (await run.ask(ARCHIVES))["archives"]
    for item in found:
        steps = [json.loads(text)["_step"] for text in item["history"]]
        assert (item["lineCount"], item["lastStep"]) == (len(steps), max(steps))
    return [
        (item["step"], [json.dumps(json.loads(text), sort_keys=True) for text in item["history"]]) for item in found
    ]


@pytest.mark.parametrize("kept", ["journal", "segments", "both", "merged"])
@pytest.mark.parametrize("step", [-1, 0, 8, 11, 29])
async def test_a_rewound_run_reads_like_one_that_never_went_on(site: Site, run: Branched, kept: str, step: int) -> None:
    await logged(run, kept)
    await run.post(DONE)
    told = await run.rewind(step)
    twin = await start(run.caller, "twin")
    if step >= 0:
        await twin.log(0, list(range(step + 1)))
    assert (told["state"], told["historyLineCount"], told["name"]) == ("running", step + 1, "r")
    assert json.loads(told["summaryMetrics"]).get("_step", -1) == step
    assert await run.seen_afresh() == await twin.seen()
    for either in (run, twin):
        await either.log(step + 1, list(range(step + 1, step + 9)), own=True)
    assert await run.seen_afresh() == await twin.seen()
    expected = [] if step == 29 else [(step, texts_of(list(range(step + 1, 30))))]
    assert await archived(run) == expected
    await run.post(DONE)
    await run.settle()
    await sweep_all(site)
    assert await run.seen_afresh() == await twin.seen()
    assert await archived(run) == expected
    assert await lost_objects(site) == set()


async def test_a_cut_segment_becomes_whole_again(run: Branched) -> None:
    await logged(run, "merged")
    await run.rewind(8)
    await run.log(9, list(range(9, 20)), own=True)
    await run.post(DONE)
    await run.settle()
    assert sum(segment.row_count for segment in await run.segments()) == 20
    assert await run.shared_objects() == set()
    keys = {item.object_key for item in await run.segments()}
    assert len(keys) == len(await run.segments())


async def test_the_old_attempt_cannot_come_back(run: Branched) -> None:
    for first in (0, 3, 6):
        await run.log(first, [first, first + 1, first + 2], late=True)
    await run.rewind(3)
    expected = texts_of([0, 1, 2, 3], late=True)
    for first in (0, 3, 6, 9, 5):
        assert await run.refuses(first, [first, first + 1, first + 2]), first
    assert await run.texts() == expected
    await run.log(4, [4, 5], own=True)
    assert await run.refuses(6 + 1, [9])
    assert await run.refuses(0, [0, 1, 2])
    await run.log(4, [4, 5], own=True)  # its own resend
    assert await run.texts() == expected + texts_of([4, 5], own=True)


async def test_the_resend_of_the_last_request_before_is_not_taken_for_a_new_one(run: Branched) -> None:
    await run.log(0, [0, 1, 2])
    await run.log(3, [3, 4], late=True)
    await run.rewind(2)
    assert await run.refuses(3, [3, 4])
    assert await run.texts() == texts_of([0, 1, 2])
    await run.log(3, [3, 4], own=True)
    assert await run.texts() == texts_of([0, 1, 2]) + texts_of([3, 4], own=True)


async def test_writers_of_shared_mode_are_shut_out(run: Branched) -> None:
    for writer in ("one", "two"):
        await run.send(0, [{"_step": step, writer: 1} for step in range(4)], ASYNC_CLIENT_ID=writer)
    assert (await run.rewind(1))["historyLineCount"] == 4
    for writer in ("one", "two"):
        assert await run.refuses(4, [4], ASYNC_CLIENT_ID=writer)
        assert await run.refuses(0, [9], ASYNC_CLIENT_ID=writer)
    await run.send(4, [{"_step": 2, "new": 1}])
    await run.send(0, [{"_step": 3, "other": 1}], ASYNC_CLIENT_ID="three")
    assert [row["_step"] for row in await run.rows()] == [0, 0, 1, 1, 2, 3]


async def test_rewinding_again_and_again(run: Branched) -> None:
    await logged(run, "segments")
    await run.rewind(20)
    assert (await run.rewind(20))["historyLineCount"] == 21
    assert len(await archived(run)) == 1, "asked again"
    await run.log(21, [21, 22], own=True)
    await run.rewind(21)
    await run.rewind(7)
    await run.rewind(99)
    assert await run.texts() == texts_of(list(range(8)))
    assert await archived(run) == [
        (20, texts_of(list(range(21, 30)))),
        (21, texts_of([22], own=True)),
        (7, texts_of(list(range(8, 21))) + texts_of([21], own=True)),
    ]
    await run.rewind(-5)
    assert await run.rows() == []
    assert (await run.ask("summaryMetrics historyKeys historyTail"))["summaryMetrics"] == "{}"
    await run.log(0, [0, 1], own=True)
    assert await run.texts() == texts_of([0, 1], own=True)


async def test_a_fork_below_its_fork_point(site: Site, run: Branched) -> None:
    await logged(run, "segments")
    child = await run.fork_at(20)
    await child.log(21, [21, 22], own=True)
    await child.rewind(8)
    assert await child.texts() == texts_of(list(range(9)))
    assert await archived(child) == [(8, texts_of(list(range(9, 21))) + texts_of([21, 22], own=True))]
    await run.vanish()
    await sweep_all(site)
    await child.log(9, [9], own=True)
    await child.settle()
    assert await child.texts() == texts_of(list(range(9))) + texts_of([9], own=True)
    assert len((await archived(child))[0][1]) == 14
    (told,) = (await child.ask("forkedFrom { runName displayName }")).values()
    assert told == {"runName": "r", "displayName": None}


async def test_archives_go_with_their_run(site: Site, run: Branched) -> None:
    await logged(run, "segments")
    await run.rewind(8)
    await run.vanish()
    await sweep_all(site)
    assert await run.objects() == []


async def test_a_rewind_begins_a_new_attempt(run: Branched) -> None:
    await run.log(0, [0, 1])
    number = (await run.ask("id"))["id"]
    await run.caller.graphql("mutation($id: ID!) { stopRun(input: {id: $id}) { success } }", id=number)
    await run.post({"complete": True, "exitcode": 3})
    await run.rewind(0)
    assert await run.ask("state exitcode stopped") == {"state": "running", "exitcode": None, "stopped": False}


async def test_who_may_rewind(site: Site, run: Branched) -> None:
    await run.log(0, [0, 1])
    variables = {"name": "r", "entity": run.caller.name, "to": 0}
    stranger = await site.user()
    assert (await stranger.graphql(REWIND, **variables)).data["rewindRun"]["rewoundRun"] is None
    assert (await run.caller.graphql(REWIND, **variables | {"name": "absent"})).data["rewindRun"]["rewoundRun"] is None
    wrong = await run.caller.graphql(REWIND, **variables, metric="loss")
    assert wrong.body["errors"][0]["extensions"]["code"] == "invalid"
    viewer, member, admin = await site.user(), await site.user(), await site.user()
    team = await site.team(admin, viewer=viewer, member=member)
    await member.graphql(START, name="t", entity=team)
    there = {"name": "t", "entity": team, "to": 0}
    assert (await viewer.graphql(REWIND, **there)).body["errors"][0]["extensions"]["code"] == "denied"
    assert (await member.graphql(REWIND, **there)).data["rewindRun"]["rewoundRun"]["name"] == "t"


async def test_a_rewind_while_the_old_attempt_writes_and_segments_are_made(run: Branched) -> None:
    await run.log(0, list(range(12)))
    stop = asyncio.Event()

    async def old_attempt() -> None:
        first = 12
        while not stop.is_set() and not await run.refuses(first, [first, first + 1]):
            first += 2
            await asyncio.sleep(0.2)

    async def work() -> None:
        while not stop.is_set():
            await asyncio.gather(run.settle(), return_exceptions=True)
            await asyncio.sleep(0.3)

    others = [asyncio.create_task(old_attempt()), asyncio.create_task(work())]
    try:
        assert (await run.rewind(5))["historyLineCount"] == 6
        await run.log(6, [6, 7], own=True)
        await asyncio.wait_for(others[0], 20)
    finally:
        stop.set()
        await asyncio.gather(*others)
    assert await run.texts() == texts_of(list(range(6))) + texts_of([6, 7], own=True)
    ((step, rows),) = await archived(run)
    assert step == 5
    assert rows[:6] == texts_of(list(range(6, 12)))

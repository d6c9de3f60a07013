"""Forked runs: readers see one run, whatever becomes of the one that its first rows came from."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import update

from steelyard.domains.runs.tables import runs
from tests.harness.site import Caller, Site
from tests.slices.branched import Branched, lost_objects, start, sweep_all, texts_of
from tests.slices.streamed import START
from tests.slices.test_segments import DONE

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def run(site: Site, user: Caller) -> AsyncIterator[Branched]:
    yield await start(user)
    async with site.ports.database.write() as conn:  # what one test leaves is not due in the next
        await conn.execute(update(runs).values(state="running"))


async def logged(run: Branched, kept: str) -> None:
    """Log steps 0 to 29 so that they are kept in one of several ways."""
    for part in range(5):
        await run.log(part * 6, list(range(part * 6, part * 6 + 6)))
        if kept in {"segments", "merged"} or (kept == "both" and part == 2):
            await run.flush()
    if kept == "merged":
        await run.settle()


@pytest.mark.parametrize("kept", ["journal", "segments", "both", "merged"])
@pytest.mark.parametrize("step", [0, 8, 11, 29])
async def test_a_fork_reads_like_a_run_of_its_own(run: Branched, kept: str, step: int) -> None:
    await logged(run, kept)
    before = await run.seen()
    child = await run.fork_at(step)
    twin = await start(run.caller, "twin")
    await twin.log(0, list(range(step + 1)))
    assert await child.seen_afresh() == await twin.seen()
    for either in (child, twin):
        await either.log(step + 1, list(range(step + 1, step + 9)), own=True)
    assert await child.seen_afresh() == await twin.seen()
    await child.post(DONE)
    await child.settle()
    assert await child.seen_afresh() == await twin.seen()
    assert await run.seen_afresh() == before


async def test_the_summary_is_that_of_the_inherited_rows(run: Branched) -> None:
    await run.send(0, [{"_step": 0, "a": 1, "d": {"x": 1, "y.z": "t"}, "_runtime": 7.9}])
    await run.send(1, [{"_step": 1, "a": float("nan")}])
    await run.flush()
    await run.send(2, [{"_step": 2, "b": [1, 2], "a": None}, {"_step": 3, "a": 9, "big": "x" * 5000}])
    told = (await run.fork("child", 2)).data["upsertBucket"]["bucket"]
    summary = json.loads(told["summaryMetrics"])
    assert str(summary.pop("a")) == "nan"
    own = {"_wandb": {"runtime": 7}, "_runtime": 7.9, "_step": 2}
    assert summary == {"d": {"x": 1, "y.z": "t"}, "b": [1, 2], **own}
    assert type(summary["_step"]) is int
    told = (await run.fork("grown", 3)).data["upsertBucket"]["bucket"]
    assert json.loads(told["summaryMetrics"])["big"] == "x" * 5000


async def test_nothing_of_the_parent_is_copied(run: Branched) -> None:
    await logged(run, "segments")
    child = await run.fork_at(20)
    shared = await child.shared_objects()
    assert len(shared) == len(await child.segments()) == 4
    for part in range(6):
        await child.log(21 + part * 2, [21 + part * 2, 22 + part * 2])
        await child.flush()
    await child.post(DONE)
    await child.settle()
    assert await child.shared_objects() == shared <= set(await run.objects())
    assert sum(segment.row_count for segment in await child.segments()) == 33
    assert await child.texts() == texts_of(list(range(33)))


async def rewritten(parent: Branched) -> None:
    await parent.log(0, list(range(10)), other=True)
    await parent.settle()


async def gone(parent: Branched) -> None:
    await parent.vanish()


async def rewound(parent: Branched) -> None:
    await parent.rewind(2)
    await parent.log(3, [3, 4, 5], other=True)
    await parent.settle()


@pytest.mark.parametrize("fate", [logged, rewritten, rewound, gone])
@pytest.mark.parametrize("step", [11, 14])
async def test_whatever_becomes_of_the_parent_its_rows_stay(
    site: Site, run: Branched, fate: Callable[..., Awaitable[None]], step: int
) -> None:
    await logged(run, "segments")
    child = await run.fork_at(step)
    grandchild = await child.fork_at(step - 1, "grandchild")
    before = [await each.seen() for each in (child, grandchild)]
    await (fate(run, "merged") if fate is logged else fate(run))
    await sweep_all(site)
    assert [await each.seen_afresh() for each in (child, grandchild)] == before
    assert await child.texts() == texts_of(list(range(step + 1)))
    assert await lost_objects(site) == set()
    await child.vanish()
    await sweep_all(site)
    assert await grandchild.seen_afresh() == before[1]
    await grandchild.vanish()
    await sweep_all(site)
    if fate is gone:
        assert await run.objects() == []
    assert await lost_objects(site) == set()


async def test_an_inherited_line_that_is_written_over_is_so_in_the_fork_alone(run: Branched) -> None:
    """As clients do that begin again at line 0 under an id that exists."""
    await logged(run, "segments")
    child = await run.fork_at(14)
    await child.log(0, [0, 1, 2], again=True)
    expected = texts_of([0, 1, 2], again=True) + texts_of(list(range(3, 15)))
    assert await child.texts() == expected
    await child.settle()
    assert await child.texts() == expected
    assert await run.texts() == texts_of(list(range(30)))


async def test_a_repeated_upsert_finds_the_fork(run: Branched) -> None:
    await logged(run, "journal")
    await run.fork_at(4)
    again = (await run.fork("child", 4)).data["upsertBucket"]
    assert (again["inserted"], again["bucket"]["historyLineCount"]) == (False, 5)
    told = await run.ask("forkedFrom { step } archives { id }")
    assert told == {"forkedFrom": None, "archives": []}
    child = Branched(run.caller, "child", run.ctx, 0)
    told = await child.ask("forkedFrom { runName step displayName } archives { id } lastHistoryStep: historyKeys")
    assert (told["forkedFrom"]["runName"], told["forkedFrom"]["step"]) == ("r", 4)
    page = (await run.caller.send("GET", f"/app/runs/{run.caller.name}/p/child")).body
    title = (await run.ask("displayName"))["displayName"]
    assert (page["forkedFrom"], page["archives"]) == ({"run": "r", "step": 4, "title": title}, [])
    await child.rewind(2)
    page = (await run.caller.send("GET", f"/app/runs/{run.caller.name}/p/child")).body
    assert [(item["step"], item["lastStep"], item["rows"]) for item in page["archives"]] == [(2, 4, 2)]


@pytest.mark.parametrize(
    ("parent", "step", "code"),
    [
        ("r", 30, "invalid"),
        ("r", -1, "invalid"),
        ("r", "4", "invalid"),
        ("r", None, "invalid"),
        ("r", 1e300, "invalid"),
        (7, 3, "invalid"),
        ("child", 3, "invalid"),
        ("absent", 3, "not_found"),
        ("empty", 0, "invalid"),
        ("deleted", 3, "not_found"),
        ("elsewhere", 3, "not_found"),
    ],
)
async def test_what_cannot_be_forked_is_refused_and_makes_no_run(
    run: Branched, parent: Any, step: Any, code: str
) -> None:
    user = run.caller
    await logged(run, "journal")
    for name in ("empty", "deleted"):
        await start(user, name)
    deleted = Branched(user, "deleted", run.ctx, 0)
    await deleted.log(0, [0, 1, 2, 3])
    number = (await deleted.ask("id"))["id"]
    await user.graphql("mutation($id: ID!) { deleteRun(input: {id: $id}) { success } }", id=number)
    elsewhere = START.replace('"p"', '"other"')
    await user.graphql(elsewhere, name="elsewhere", entity=user.name)
    source = Branched(user, parent, run.ctx, 0)
    answer = await source.fork("child", step)
    assert answer.body["errors"][0]["extensions"]["code"] == code
    assert await Branched(user, "child", run.ctx, 0).ask("id") is None


async def test_a_run_that_exists_is_no_fork(run: Branched) -> None:
    await logged(run, "journal")
    other = await start(run.caller, "other")
    await other.log(0, [0, 1])
    answer = await run.fork("other", 3)
    assert "exists already" in answer.message
    assert await other.texts() == texts_of([0, 1])


async def test_others_neither_fork_nor_see(site: Site, run: Branched) -> None:
    await logged(run, "journal")
    stranger = await site.user()
    mine = Branched(stranger, "r", run.ctx, 0)
    assert (await mine.fork("child", 3)).body["errors"][0]["extensions"]["code"] == "not_found"


async def test_forks_while_the_parent_is_written_flushed_and_merged(run: Branched) -> None:
    """Each has a beginning of the parent, whole, as it was at some moment."""
    await run.log(0, list(range(10)))

    async def write() -> None:
        for part in range(10, 40, 3):
            await run.log(part, list(range(part, part + 3)))
            await asyncio.gather(run.settle(), asyncio.sleep(0), return_exceptions=True)

    async def branch(number: int) -> Branched:
        await asyncio.sleep(number / 30)
        return await run.fork_at(5 + number % 5, f"child-{number}")

    done, *children = await asyncio.gather(write(), *map(branch, range(12)), return_exceptions=True)
    assert done is None
    for number, child in enumerate(children):
        assert isinstance(child, Branched), child
        assert (await child.texts())[: 6 + number % 5] == texts_of(list(range(6 + number % 5)))
        assert len(await child.rows()) == 6 + number % 5
    assert await run.texts() == texts_of(list(range(40)))


async def test_pictures_of_inherited_rows_are_those_of_the_parent(run: Branched) -> None:
    user = run.caller
    paths = [f"media/images/{name}.png" for name in "ab"]
    for path in paths:
        await store_file(run, path, path.encode())
    await run.send(0, [{"_step": i, "image": {"_type": "image-file", "path": path}} for i, path in enumerate(paths)])
    child = await run.fork_at(0)
    grandchild = await child.fork_at(0, "grandchild")
    for each, count in ((run, 2), (child, 1), (grandchild, 1)):
        asked = {"entity": user.name, "project": "p", "run": each.name, "key": "image"}
        items = (await user.send("POST", "/app/media:query", asked)).body["items"]
        async with storage(user, items[0]["urls"][paths[0]]) as http:
            found = await http.get(items[0]["urls"][paths[0]])
        assert (len(items), found.content) == (count, paths[0].encode())


@asynccontextmanager
async def storage(caller: Caller, url: str) -> AsyncIterator[httpx.AsyncClient]:
    """Who takes requests to this URL: the site, or the bucket."""
    if url.startswith("http://site.test"):
        yield caller.site.http
        return
    async with httpx.AsyncClient() as bucket:
        yield bucket


async def store_file(run: Branched, name: str, content: bytes) -> None:
    document = """mutation($e: String!, $r: String!, $f: [String!]!) {
      createRunFiles(input: {entityName: $e, projectName: "p", runName: $r, files: $f}) { files { uploadUrl } } }"""
    answer = await run.caller.graphql(document, e=run.caller.name, r=run.name, f=[name])
    (file,) = answer.data["createRunFiles"]["files"]
    async with storage(run.caller, file["uploadUrl"]) as http:
        assert (await http.put(file["uploadUrl"], content=content)).status_code == 200
    assert (await run.post({"uploaded": [name]})).status == 200

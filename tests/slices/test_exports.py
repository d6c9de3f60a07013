"""`parquetHistory`: whole histories as files, and none where files would be read otherwise than pages."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import pytest_asyncio
from sqlalchemy import func, select

from steelyard.context import HistoryPolicy
from steelyard.domains.history.exports import find_exports
from steelyard.domains.history.flush import flush_stream
from steelyard.domains.history.jobs import tend_segments
from steelyard.domains.runs import service
from steelyard.domains.runs.tables import runs
from tests.harness.site import Caller, Site
from tests.slices.streamed import START
from tests.slices.test_segments import DONE, Stored

pytestmark = pytest.mark.asyncio(loop_scope="module")

SMALL = HistoryPolicy(flush_chunks=1, seal_values=60, merge_fan_in=3)


class Exported(Stored):
    async def log(self, first: int, rows: list[dict[str, Any]]) -> None:
        """Send rows and make them a segment of its own."""
        await self.send(first, rows)
        await flush_stream(self.ctx, self.due())

    async def end(self) -> None:
        await self.post(DONE)
        await tend_segments(self.ctx)

    async def exports(self) -> tuple[list[str], list[Any]]:
        found = (await self.ask('parquetHistory(liveKeys: ["_step"]) { parquetUrls liveData }'))["parquetHistory"]
        return found["parquetUrls"], found["liveData"]

    async def all_exports(self) -> list[str]:
        """The files where the site wants them whatever they hold."""
        policy = replace(self.ctx.ports.policy, history=replace(SMALL, exports="all"))
        ctx = replace(self.ctx, ports=replace(self.ctx.ports, policy=policy), origin="http://site.test")
        run = await service.load_run(ctx, self.caller.name, "p", self.name)
        return list((await find_exports(ctx, run)).urls)

    async def download(self, urls: list[str]) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for url in urls:
            answer = await self.caller.site.http.get(url)
            rows += pq.read_table(pa.BufferReader(answer.content)).to_pylist()
        return rows


@pytest_asyncio.fixture(loop_scope="module")
async def run(site: Site, user: Caller) -> AsyncIterator[Exported]:
    await user.graphql(START, name="r", entity=user.name)
    async with site.ports.database.read() as conn:
        number = (await conn.execute(select(func.max(runs.c.id)))).scalar() or 0
    ports = replace(site.ports, policy=replace(site.ports.policy, history=SMALL))
    yield Exported(user, "r", replace(site.system, ports=ports), number)


def rows_of(first: int, count: int) -> list[dict[str, Any]]:
    steps = range(first, first + count)
    return [{"_step": i, "_runtime": i / 4, "a": i / 3, "b": i, "t": f"{i}", "on": i % 2 == 0} for i in steps]


async def test_a_run_without_rows_is_exported_with_nothing(run: Exported) -> None:
    assert await run.exports() == ([], [])


async def test_the_files_of_a_finished_run_are_its_rows(run: Exported) -> None:
    for part in range(3):
        await run.log(part * 20, rows_of(part * 20, 20))
    await run.end()
    urls, live = await run.exports()
    assert len(urls) == 3
    assert live == []
    assert await run.download(urls) == await run.rows() == rows_of(0, 60)
    assert [url.partition("?")[0] for url in urls] == [url.partition("?")[0] for url in (await run.exports())[0]]


async def test_as_long_as_rows_are_in_no_file_there_are_no_files(run: Exported) -> None:
    """Clients would read a page twice that is partly in files and partly not."""
    await run.log(0, rows_of(5, 20))
    assert len((await run.exports())[0]) == 1, "everything is sealed just now"
    await run.send(20, rows_of(25, 3))
    assert await run.exports() == ([], [{"_step": 5}])
    await flush_stream(run.ctx, run.due())
    assert await run.exports() == ([], [{"_step": 5}]), "the last segment may still be merged"
    await run.end()
    assert await run.download((await run.exports())[0]) == rows_of(5, 23)


@pytest.mark.parametrize(
    "odd",
    [{"c": 1}, {"a": None}, {"d": {"x": 1}}, {"m": {"_type": "image-file", "path": "p"}}],
    ids=["absent in others", "null", "object", "media"],
)
async def test_what_scans_of_files_and_pages_would_read_differently_is_no_file_by_default(
    run: Exported, odd: dict[str, Any]
) -> None:
    await run.log(0, [*rows_of(0, 20), {**rows_of(20, 1)[0], **odd}])
    await run.end()
    assert await run.exports() == ([], [{"_step": 0}])
    urls = await run.all_exports()
    assert len(urls) == 1
    (last,) = [row for row in await run.download(urls) if row["_step"] == 20]
    assert {key: value for key, value in last.items() if key in odd} == odd


async def test_mixed_types_are_never_files(run: Exported) -> None:
    await run.log(0, [*rows_of(0, 20), {**rows_of(20, 1)[0], "t": 1}])
    await run.end()
    assert await run.exports() == ([], [{"_step": 0}])
    assert await run.all_exports() == []


async def test_lines_that_become_one_row_are_no_file(run: Exported) -> None:
    await run.log(0, [*rows_of(0, 20), *rows_of(19, 1)])
    await run.end()
    assert await run.exports() == ([], [{"_step": 0}])
    assert len(await run.rows()) == 20


async def test_a_file_that_would_come_before_others_ends_all(run: Exported) -> None:
    """Clients know files by their number."""
    await run.log(0, rows_of(100, 20))
    await run.log(20, rows_of(0, 20))
    await run.end()
    assert await run.exports() == ([], [{"_step": 0}])
    assert await run.rows() == rows_of(0, 20) + rows_of(100, 20)


async def test_a_file_that_was_handed_out_does_not_change(run: Exported) -> None:
    """Clients keep files and do not ask again, so that lines written over later are told by pages from then on."""
    for part in range(2):
        await run.log(part * 20, rows_of(part * 20, 20))
    assert len((await run.exports())[0]) == 2
    again = [{**row, "a": -1.5} for row in rows_of(38, 6)]
    await run.log(38, again)
    await run.log(44, rows_of(44, 3))
    await run.end()
    assert await run.exports() == ([], [{"_step": 0}])
    assert await run.rows() == rows_of(0, 38) + again + rows_of(44, 3)


async def test_a_fork_hands_out_files_as_long_as_it_cuts_none(run: Exported) -> None:
    for part in range(3):
        await run.log(part * 20, rows_of(part * 20, 20))
    await run.end()
    urls, _ = await run.exports()
    whole = await forked(run, "whole", 39)
    assert [address(url) for url in (await whole.exports())[0]] == [address(url) for url in urls[:2]]
    await whole.log(40, rows_of(40, 5))
    await whole.end()
    assert await whole.download((await whole.exports())[0]) == rows_of(0, 45)
    cut = await forked(run, "cut", 33)
    assert await cut.exports() == ([], [{"_step": 0}])
    assert await cut.all_exports() == []
    assert await cut.rows() == rows_of(0, 34)
    assert [address(url) for url in (await run.exports())[0]] == [address(url) for url in urls]


@pytest.mark.parametrize("step", [39, 33])
async def test_a_rewound_run_has_no_files_any_more_that_could_be_taken_for_old_ones(run: Exported, step: int) -> None:
    """Clients keep file `i` of a run, and do not ask again."""
    for part in range(3):
        await run.log(part * 20, rows_of(part * 20, 20))
    await run.end()
    urls, _ = await run.exports()
    assert len(urls) == 3
    await run.rewind(step)
    assert await run.exports() == ([], [{"_step": 0}])
    await run.log(step + 1, [{**row, "a": -1.0} for row in rows_of(step + 1, 30)])
    await run.end()
    assert await run.exports() == ([], [{"_step": 0}])
    assert [row["a"] for row in await run.rows()][step + 1 :] == [-1.0] * 30
    assert await run.download(urls) == rows_of(0, 60), "who has the addresses reads on"


async def test_a_run_that_was_rewound_before_it_had_files_has_them_at_its_end(run: Exported) -> None:
    await run.log(0, rows_of(0, 8))
    assert await run.exports() == ([], [{"_step": 0}])
    await run.rewind(4)
    await run.log(5, rows_of(5, 20))
    await run.end()
    assert await run.download((await run.exports())[0]) == rows_of(0, 25)


async def forked(run: Exported, name: str, step: int) -> Exported:
    assert (await run.fork(name, step)).data["upsertBucket"]["inserted"]
    async with run.ctx.database.read() as conn:
        number = (await conn.execute(select(func.max(runs.c.id)))).scalar() or 0
    return Exported(run.caller, name, run.ctx, number)


def address(url: str) -> str:
    return url.partition("?")[0]

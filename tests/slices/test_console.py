"""Console output of any length: the newest copy of each line, wherever it is stored, in whatever order it came."""

import json
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import func, select

from steelyard.context import Context, HistoryPolicy
from steelyard.domains.history.console.moving import flush_console, merge_console
from steelyard.domains.history.jobs import tend_segments
from steelyard.domains.history.memory import memory_of
from steelyard.domains.history.model import Due, SegmentState, Stream
from steelyard.domains.history.tables import history_chunks, history_segments
from steelyard.domains.runs.tables import runs
from steelyard.kernel.errors import Conflict
from tests.harness.site import Caller, Site
from tests.slices.streamed import START, Run

pytestmark = pytest.mark.asyncio(loop_scope="module")

SMALL = HistoryPolicy(flush_chunks=4, seal_values=60, merge_fan_in=3)
BLANK = ("", None, None, None)
Line = tuple[str, str | None, str | None, str | None]  # text, time, level, label


@dataclass
class Model:
    """What was printed: the newest copy of each line, writer by writer."""

    lines: dict[str, dict[int, Line]] = field(default_factory=dict)

    def shown(self, keep: Callable[[Line], bool] | None = None) -> list[tuple[int | None, Line]]:
        """Lines with the numbers that they are shown with."""
        keyed, is_merged = [], len(self.lines) > 1
        for place, written in enumerate(self.lines.values()):
            moment = ""
            for number in range(max(written, default=-1) + 1):
                line = written.get(number, BLANK)
                moment = max(moment, line[1] or "")
                keyed.append((moment, place, number, line))
        numbered = [(at, item[3]) for at, item in enumerate(sorted(keyed) if is_merged else keyed)]
        if keep is None:
            return list(numbered)
        return [(None if is_merged else at, line) for at, line in numbered if keep(line)]


class Printing(Run):
    """A run that prints, and what must be read of it."""

    def __init__(self, caller: Caller, ctx: Context, number: int) -> None:
        super().__init__(caller, "r")
        self.ctx, self.number = ctx, number
        self.model = Model()
        self.ticks = 0

    async def print(self, first: int, texts: list[str], writer: str = "", **more: str) -> None:
        lines: list[str] = []
        for at, text in enumerate(texts):
            self.ticks += 1
            stamp = f"2026-01-01T00:00:{self.ticks // 1000:02d}.{self.ticks % 1000:03d}000"
            lines.append(json.dumps({"ts": stamp, "content": text, **more}))
            told: Line = (text, stamp, more.get("level"), more.get("label"))
            self.model.lines.setdefault(writer, {})[first + at] = told
        await self.send(first, lines, "output.log", **({"ASYNC_CLIENT_ID": writer} if writer else {}))

    async def flush(self) -> bool:
        return await flush_console(self.ctx, Due(self.number, Stream.CONSOLE, ended=False))

    async def merge(self, *, ended: bool = False) -> bool:
        return await merge_console(self.ctx, Due(self.number, Stream.CONSOLE, ended=ended))

    def forget(self) -> None:
        memory = memory_of(self.ctx)
        for key in list(memory._entries):
            memory.drop(key)

    async def get(self, path: str) -> Any:
        answer = await self.caller.send("GET", f"/app/runs/{self.caller.name}/p/r/logs{path}")
        assert answer.status == 200, answer.body
        return answer.body

    async def download(self, query: str) -> httpx.Response:
        path = f"/app/runs/{self.caller.name}/p/r/logs/download{query}"
        return await self.caller.site.http.get(path, auth=("api", self.caller.key or ""))

    async def page(self, query: str = "") -> tuple[int, list[tuple[int | None, Line]]]:
        told = await self.get(f"?{query}")
        lines = [
            (line["n"], (line["text"], line["ts"] and line["ts"].removesuffix("Z"), line["level"], line["label"]))
            for line in told["lines"]
        ]
        return told["total"], lines

    async def matches(self, query: str) -> list[int]:
        found: list[int] = []
        at: int | None = 0
        while at is not None:
            told = await self.get(f"/search?from={at}&{query}")
            found, at = found + told["matches"], told["next"]
        return found

    async def check(self) -> None:
        """Read everything in several ways."""
        shown = self.model.shown()
        assert await self.page("limit=10000") == (len(shown), shown)
        assert await self.page("from=-1&limit=5") == (len(shown), shown[-5:])
        for first in range(0, len(shown), 7):
            assert (await self.page(f"from={first}&limit=7"))[1] == shown[first : first + 7]
        wrong = self.model.shown(lambda line: line[2] == "error")
        assert await self.page("level=error&limit=10000") == (len(wrong), wrong)
        right = self.model.shown(lambda line: line[2] is None)
        assert await self.page("level=output&limit=10000") == (len(right), right)
        mine = self.model.shown(lambda line: line[3] == "a")
        assert await self.page("label=a&from=2&limit=6") == (len(mine), mine[2:8])
        assert await self.matches("q=X1") == [at for at, (_, line) in enumerate(shown) if "x1" in line[0]]
        found = [at for at, (_, line) in enumerate(wrong) if line[0].startswith("x2")]
        assert await self.matches("q=^x2.*$&regex=1&level=error") == found

    async def segments(self, state: SegmentState = SegmentState.LIVE) -> list[Any]:
        table = history_segments.c
        statement = select(table.id, table.object_key, table.sealed, table.row_count)
        async with self.ctx.database.read() as conn:
            return list(await conn.execute(statement.where(table.run == self.number, table.state == int(state))))

    async def chunks(self) -> int:
        async with self.ctx.database.read() as conn:
            statement = select(func.count()).where(history_chunks.c.run == self.number)
            return (await conn.execute(statement)).scalar() or 0


@pytest_asyncio.fixture(loop_scope="module")
async def run(site: Site, user: Caller) -> AsyncIterator[Printing]:
    await user.graphql(START, name="r", entity=user.name)
    async with site.ports.database.read() as conn:
        number = (await conn.execute(select(func.max(runs.c.id)))).scalar() or 0
    ports = replace(site.ports, policy=replace(site.ports.policy, history=SMALL))
    yield Printing(user, replace(site.system, ports=ports), number)


def texts(first: int, count: int) -> list[str]:
    return [f"x{number} says {number * 7919 % 101}" for number in range(first, first + count)]


async def test_lines_read_the_same_from_the_journal_and_from_a_segment(run: Printing) -> None:
    await run.print(0, texts(0, 30))
    await run.print(30, texts(30, 9), level="error", label="a")
    await run.check()
    assert await run.flush()
    assert await run.chunks() == 0
    run.forget()
    await run.check()
    await run.print(39, texts(39, 5))
    await run.check()


async def test_rewritten_lines_win_wherever_the_older_copies_are(run: Printing) -> None:
    await run.print(0, texts(0, 20))
    await run.flush()
    await run.print(18, ["x100 %", "done", "after"])
    await run.check()
    await run.flush()
    await run.print(3, ["x1 progress"], level="error")
    await run.flush()
    run.forget()
    await run.check()
    while await run.merge(ended=True):
        run.forget()
        await run.check()
    assert [(item.row_count, item.sealed) for item in await run.segments()] == [(21, True)]


async def test_lines_that_never_came_are_blank_and_counted(run: Printing) -> None:
    await run.print(0, texts(0, 3))
    await run.print(10, texts(10, 3))
    await run.check()
    await run.flush()
    await run.print(20, texts(20, 1))
    await run.check()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("writers", [1, 4], ids=["one writer", "shared"])
async def test_any_history_of_printing_and_moving_reads_as_printed(run: Printing, seed: int, writers: int) -> None:
    dice = random.Random(f"{seed}/{writers}")
    names = [f"w{number}" for number in range(writers)] if writers > 1 else [""]
    ends = dict.fromkeys(names, 0)
    for _ in range(40):
        act = dice.random()
        if act < 0.2:
            await run.flush()
        elif act < 0.3:
            await run.merge()
        else:
            name = dice.choice(names)
            first = max(0, ends[name] + dice.choice([0, 0, 0, -1, -5, 2]))
            lines = texts(first, dice.randint(1, 9))
            kind = {"level": "error"} if dice.random() < 0.3 else {}
            await run.print(first, lines, name, **kind, **({"label": dice.choice("abc")} if writers > 1 else {}))
            ends[name] = max(ends[name], first + len(lines))
    await run.check()
    run.forget()
    await run.check()
    while await run.flush() or await run.merge(ended=True):
        pass
    run.forget()
    await run.check()


async def test_the_worker_moves_and_seals_the_lines_of_an_ended_run(run: Printing) -> None:
    await run.print(0, texts(0, 50))
    await run.post({"complete": True, "exitcode": 0})
    await tend_segments(run.ctx)
    assert await run.chunks() == 0
    assert [item.sealed for item in await run.segments()] == [True]
    await run.check()


async def test_two_workers_cannot_both_publish(run: Printing, monkeypatch: pytest.MonkeyPatch) -> None:
    await run.print(0, texts(0, 9))
    store = run.ctx.ports.objects
    put = store.put

    async def meanwhile(*args: Any, **more: Any) -> Any:
        monkeypatch.setattr(store, "put", put)
        assert await run.flush()
        return await put(*args, **more)

    monkeypatch.setattr(store, "put", meanwhile)
    with pytest.raises(Conflict):
        await run.flush()
    assert len(await run.segments()) == 1
    await run.check()


async def test_a_log_is_saved_as_text(run: Printing) -> None:
    await run.print(0, ["one", "zwei ü"])
    await run.flush()
    await run.print(2, ["three"], label="gpu-1")
    plain = await run.download("")
    assert plain.content == "one\nzwei ü\nthree\n".encode()
    assert plain.headers["content-disposition"].startswith("attachment;")
    told = await run.download("?times=1&labels=1")
    assert told.text.splitlines()[1:] == [
        "2026-01-01T00:00:00.002000Z zwei ü",
        "2026-01-01T00:00:00.003000Z [gpu-1] three",
    ]
    assert (await run.get("/labels")) == {"labels": ["gpu-1"]}


async def test_a_pattern_that_explodes_is_no_danger_and_a_wrong_one_is_told(run: Printing) -> None:
    await run.print(0, ["a" * 4000] * 50)
    assert await run.matches("q=(a*)*b&regex=1") == []
    for query in ("q=(&regex=1", "q=", "q=x&from=soon", "q=x&level=loud", f"q={'x' * 2000}", "q=a{1000}{1000}&regex=1"):
        answer = await run.caller.send("GET", f"/app/runs/{run.caller.name}/p/r/logs/search?{query}")
        assert answer.status == 422, query


async def test_many_matches_come_in_parts(run: Printing) -> None:
    for first in range(0, 24_000, 8_000):
        await run.send(first, [f"x{number}" for number in range(first, first + 8_000)], "output.log")
    first = await run.get("/search?q=x")
    assert (len(first["matches"]), first["next"], first["total"]) == (10_000, 10_000, 24_000)
    assert len(await run.matches("q=x")) == 24_000
    assert await run.matches("q=x23999") == [23_999]


async def test_pages_of_clients_have_dense_numbers_and_end(run: Printing) -> None:
    await run.print(0, texts(0, 10))
    await run.flush()
    await run.print(15, texts(15, 1))
    for improved in ("true", "false"):
        after, numbers, more = "", [], True
        while more:
            fields = "edges { node { number } } pageInfo { endCursor hasNextPage }"
            arguments = f'first: 6, after: "{after}", useImprovedPagination: {improved}'
            page = (await run.ask(f"logLines({arguments}) {{ {fields} }}"))["logLines"]
            numbers += [edge["node"]["number"] for edge in page["edges"]]
            after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        assert numbers == list(range(16))
    told = await run.ask("logLineCount logLines(last: 3) { edges { node { number line } } }")
    assert told["logLineCount"] == 16
    assert [edge["node"]["line"] for edge in told["logLines"]["edges"]] == ["", "", "x15 says " + str(15 * 7919 % 101)]

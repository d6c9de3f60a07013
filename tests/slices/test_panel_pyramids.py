"""What is drawn of a run in segments is what its rows give: over steps and times, near and far.

The run is one of its own, one that begins with rows of another, or one that was rewound: with a segment that is cut.
"""

import json
import math
import random
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from steelyard.domains.history.flush import flush_stream
from steelyard.domains.history.memory import memory_of
from steelyard.domains.history.model import Due, Stream
from steelyard.domains.history.tables import history_segments
from steelyard.domains.runs.tables import runs
from tests.harness.frames import Line, read_lines
from tests.harness.site import Caller, Site
from tests.slices.streamed import START, Run

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROWS = 9_000
COLUMNS = ["last", "min", "max", "mean", "count"]


@dataclass
class Told:
    """A run of two segments and a tail, and its rows."""

    run: Run
    rows: list[dict[str, Any]]

    async def line(self, **panel: Any) -> Line:
        body = {"runs": [[self.run.caller.name, "p", self.run.name]]}
        body["panels"] = [{"id": "a", "columns": COLUMNS, **panel}]
        (line,) = read_lines((await self.run.caller.send("POST", "/app/panels:query", body)).body).values()
        return line

    def points(self, key: str, x: str) -> list[tuple[float, float]]:
        found = [(row[x], row[key]) for row in self.rows if key in row and x in row]
        return sorted(found, key=lambda point: point[0])


async def newest_run(site: Site) -> int:
    async with site.ports.database.read() as conn:
        return (await conn.execute(select(func.max(runs.c.id)))).scalar() or 0


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=["plain", "forked", "rewound"])
async def told(site: Site, request: pytest.FixtureRequest) -> Told:
    caller: Caller = await site.user()
    await caller.graphql(START, name="r", entity=caller.name)
    number = await newest_run(site)
    chance = random.Random(5)
    rows: list[dict[str, Any]] = []
    step, clock = 0, 0.0
    for at in range(ROWS):
        step, clock = step + chance.choice([1, 1, 1, 1, 40]), clock + chance.random()
        row: dict[str, Any] = {"_step": step, "_runtime": clock, "v": chance.gauss(0, 1), "x": chance.uniform(-5, 5)}
        if at % 7 == 0:
            row["sparse"] = chance.random()
        if 3_000 <= at < 3_400 or at % 500 == 0:
            row["v"] = chance.choice([math.nan, math.inf])
        rows.append(row)
    run = Run(caller, "r")
    for start in range(0, ROWS, 1_000):
        await run.send(start, [json.dumps(row) for row in rows[start : start + 1_000]])
        if start in {3_000, 7_000}:
            assert await flush_stream(site.system, Due(number, Stream.HISTORY, ended=False))
        if start == 7_000 and request.param != "plain":
            # goes on with the same rows: what is drawn must not tell
            run = await branch(run, request.param, rows, 6_543)
            await run.send(6_543, [json.dumps(row) for row in rows[6_543:8_000]])
    memory = memory_of(site.system)
    for key in list(memory._entries):
        memory.drop(key)
    return Told(run, rows)


async def branch(run: Run, how: str, rows: list[dict[str, Any]], count: int) -> Run:
    """Return the run with only the first `count` rows."""
    step = rows[count - 1]["_step"]
    if how == "rewound":
        assert (await run.rewind(step))["historyLineCount"] == count
        return run
    assert (await run.fork("fork", step)).data["upsertBucket"]["bucket"]["historyLineCount"] == count
    return Run(run.caller, "fork")


def check(line: Line, points: list[tuple[float, float]], low: float, high: float, buckets: int) -> None:
    """Assert that the buckets are consecutive stretches of the points and say what these give."""
    finite = [point for point in points if math.isfinite(point[1])]
    if line.header["raw"]:
        drawn = list(zip(line.points["x"], line.points["last"], strict=True))
        start = finite.index(drawn[0])
        assert drawn == finite[start : start + len(drawn)]
        # over steps a bucket at an end of the range is given whole
        assert {point for point in finite if low <= point[0] <= high} <= set(drawn)
        return
    assert len(line.points["x"]) <= buckets
    told = zip(*(line.points[name] for name in ("x", *COLUMNS)), strict=True)
    before: int | None = None
    for x, last, least, greatest, mean, count in told:
        end = max(at for at, point in enumerate(points) if point[0] <= x and math.isfinite(point[1])) + 1
        # points that are not finite count, though nothing shows where they end
        stretch = [end + more for more in range(int(count) + 1)]
        assert any(_gives(points[at - int(count) : at], (last, least, greatest, mean)) for at in stretch)
        assert before is None or end > before
        before = end
    inside = [point for point in finite if low <= point[0] <= high]
    assert line.points["x"][-1] >= inside[-1][0]
    assert line.header["totals"] >= len([point for point in points if low <= point[0] <= high])


def _gives(stretch: list[tuple[float, float]], told: tuple[float, float, float, float]) -> bool:
    values = [y for _, y in stretch if math.isfinite(y)]
    if not values or (values[-1], min(values), max(values)) != told[:3]:
        return False
    return math.isclose(sum(values) / len(values), told[3], rel_tol=1e-9, abs_tol=1e-9)


@pytest.mark.parametrize("x", ["_step", "_runtime", "x"])
@pytest.mark.parametrize("key", ["v", "sparse"])
@pytest.mark.parametrize("buckets", [7, 60, 1_000])
@pytest.mark.parametrize("share", [(0.0, 1.0), (0.1, 0.9), (0.3, 0.45), (0.62, 0.64)])
async def test_every_bucket_is_what_its_rows_give(
    told: Told, x: str, key: str, buckets: int, share: tuple[float, float]
) -> None:
    points = told.points(key, x)
    least, greatest = points[0][0], points[-1][0]
    low, high = (least + part * (greatest - least) for part in share)
    line = await told.line(key=key, x=x, buckets=buckets, xMin=low, xMax=high)
    check(line, points, low, high, buckets)


async def test_no_point_is_counted_twice_or_left_out(told: Told) -> None:
    for x in ("_step", "_runtime", "x"):
        line = await told.line(key="v", x=x, buckets=20)
        assert line.header["totals"] == ROWS
        assert len(line.marks) == 100
        assert {math.isnan(y) for _, y in line.marks} == {True, False}


async def test_a_group_of_one_run_is_its_line(told: Told) -> None:
    groups = [{"name": "g", "runs": [0]}]
    panel = {"id": "a", "key": "v", "buckets": 30, "groups": groups, "statistics": ["mean", "min", "max"]}
    body = {"runs": [[told.run.caller.name, "p", told.run.name]], "panels": [panel]}
    (frame,) = (await told.run.caller.send("POST", "/app/panels:query", body)).body
    line = await told.line(key="v", buckets=30)
    for name in ("x", "mean", "min", "max"):
        assert frame.columns[name] == pytest.approx(line.points[name])


async def test_a_run_whose_segment_is_lost_hides_no_other(site: Site) -> None:
    caller = await site.user()
    for name in ("whole", "lost"):
        await caller.graphql(START, name=name, entity=caller.name)
        await Run(caller, name).send(0, [json.dumps({"_step": step, "v": step}) for step in range(2_000)])
        number = await newest_run(site)
        assert await flush_stream(site.system, Due(number, Stream.HISTORY, ended=False))
    async with site.ports.database.read() as conn:
        statement = select(history_segments.c.object_key).where(history_segments.c.run == number)
        await site.ports.objects.delete((await conn.execute(statement)).scalar_one())
    panels = [{"id": "lines", "key": "v"}, {"id": "group", "key": "v", "groups": [{"name": "g", "runs": [0, 1]}]}]
    body = {"runs": [[caller.name, "p", name] for name in ("whole", "lost")], "panels": panels}
    lines, group = (await caller.send("POST", "/app/panels:query", body)).body
    assert (lines.header["runs"], lines.header["totals"]) == ([0], [2_000])
    assert [(error["run"], error["code"]) for error in lines.header["errors"]] == [(1, "unavailable")]
    assert group.header["groups"] == []
    assert {error["code"] for error in group.header["errors"]} == {"unavailable"}

"""The web app's panel query: what it draws, in which order, and what it refuses (docs/protocol/panels.md)."""

import asyncio
import base64
import json
import math
from typing import Any

import pytest
import pytest_asyncio

from steelyard.domains.history.curves import pieces
from tests.harness.frames import Frame, Line, read_lines
from tests.harness.site import Answer, Caller, Site

pytestmark = pytest.mark.asyncio(loop_scope="module")

START = """mutation($name: String, $entity: String) {
  upsertBucket(input: {name: $name, modelName: "p", entityName: $entity}) { bucket { id } } }"""


class Lab:
    """One user's project, into which rows are streamed."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.runs: list[list[str]] = []

    async def log(self, run: str, rows: list[dict[str, Any]], file: str = "wandb-history.jsonl") -> None:
        await self.caller.graphql(START, name=run, entity=self.caller.name)
        if (address := [self.caller.name, "p", run]) not in self.runs:
            self.runs.append(address)
        body = {"files": {file: {"offset": 0, "content": [json.dumps(row) for row in rows]}}}
        answer = await self.caller.send("POST", f"/files/{self.caller.name}/p/{run}/file_stream", body)
        assert answer.status == 200

    async def ask(self, *panels: dict[str, Any]) -> Answer:
        return await self.caller.send("POST", "/app/panels:query", {"runs": self.runs, "panels": list(panels)})

    async def line(self, **panel: Any) -> Line:
        (line,) = read_lines((await self.ask({"id": "a", **panel})).body).values()
        return line


@pytest_asyncio.fixture(loop_scope="module")
async def lab(user: Caller) -> Lab:
    return Lab(user)


def rows(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"_step": step, "_runtime": step / 10, "v": float(step), **more} for step in range(count)]


async def test_buckets_say_what_the_rows_in_them_give(lab: Lab) -> None:
    await lab.log("r", rows(100))
    line = await lab.line(key="v", buckets=10, columns=["last", "min", "max", "mean", "count"])
    assert (line.header["totals"], line.header["raw"]) == (100, False)
    assert line.header["points"] <= 10
    before = -1.0
    names = ("last", "min", "max", "mean", "count")
    for last, low, high, mean, count in zip(*(line.points[name] for name in names), strict=True):
        assert (low, high, count) == (before + 1, last, last - before)
        assert mean == pytest.approx((low + high) / 2)
        before = last
    assert before == 99.0
    assert line.points["x"] == line.points["last"]


async def test_a_range_of_few_points_is_drawn_with_the_points_themselves(lab: Lab) -> None:
    await lab.log("r", rows(100))
    line = await lab.line(key="v", x="_runtime", xMin=1.0, xMax=1.2)
    assert line.header["raw"]
    assert line.points == {"x": [1.0, 1.1, 1.2], "last": [10.0, 11.0, 12.0]}


async def test_any_logged_number_may_be_x(lab: Lab) -> None:
    await lab.log("r", [{"_step": step, "epoch": 3 - step, "v": float(step)} for step in range(4)])
    line = await lab.line(key="v", x="epoch")
    assert line.points == {"x": [0.0, 1.0, 2.0, 3.0], "last": [3.0, 2.0, 1.0, 0.0]}


async def test_system_metrics_are_drawn_over_their_runtime(lab: Lab) -> None:
    await lab.log("r", [{"_runtime": 1.5, "system.cpu": 5}], "wandb-events.jsonl")
    line = await lab.line(key="system.cpu")
    assert line.points == {"x": [1.5], "last": [5.0]}


async def test_points_that_are_not_finite_are_marked(lab: Lab) -> None:
    await lab.log("r", [{"_step": 0, "v": 1.0}, {"_step": 1, "v": math.nan}, {"_step": 2, "v": -math.inf}])
    line = await lab.line(key="v")
    assert line.header["totals"] == 3
    assert line.points == {"x": [0.0], "last": [1.0]}
    assert [at for at, _ in line.marks] == [1.0, 2.0]
    assert math.isnan(line.marks[0][1])
    assert line.marks[1][1] == -math.inf


async def test_a_metric_that_was_never_logged_has_an_empty_line(lab: Lab) -> None:
    await lab.log("r", rows(3))
    line = await lab.line(key="other")
    assert (line.header["totals"], line.points["x"]) == (0, [])


async def test_buckets_of_equal_ratio(lab: Lab) -> None:
    await lab.log("r", rows(1_000))
    line = await lab.line(key="v", buckets=10, scale="log", columns=["last", "count"])
    assert line.header["totals"] == 999, "nothing at zero has a place on such an axis"
    counts = line.points["count"]
    assert len(counts) <= 10
    assert counts == sorted(counts)


async def test_the_runs_of_a_group_are_one_line(lab: Lab) -> None:
    for run, offset in enumerate((0.0, 2.0, 7.0)):
        await lab.log(f"r{run}", [{"_step": step, "v": step + offset} for step in range(3)])
    statistics = ["mean", "median", "min", "max", "sum", "std", "stderr", "n"]
    groups = [{"name": "all", "runs": [0, 1, 2]}, {"name": "one", "runs": [1]}, {"name": "none", "runs": []}]
    lab.runs.append([lab.caller.name, "p", "absent"])
    groups[0]["runs"] = [0, 1, 2, 3]
    whole, one, none = (await lab.ask({"id": "a", "key": "v", "groups": groups, "statistics": statistics})).body
    assert [frame.header["done"] for frame in (whole, one, none)] == [False, False, True]
    assert (whole.header["groups"], whole.header["totals"], whole.header["runCounts"]) == ([0], [9], [3])
    assert [error["run"] for error in whole.header["errors"]] == [3]
    assert whole.columns["x"] == [0.0, 1.0, 2.0]
    first = {name: values[0] for name, values in whole.columns.items() if name != "x"}
    assert first.pop("std") == pytest.approx(math.sqrt(13))
    assert first.pop("stderr") == pytest.approx(math.sqrt(13 / 3))
    assert first == {"mean": 3.0, "median": 2.0, "min": 0.0, "max": 7.0, "sum": 9.0, "n": 3}
    assert one.columns["mean"] == [2.0, 3.0, 4.0]
    assert (none.header["points"], none.columns["mean"]) == ([0], [])


async def test_one_run_that_is_not_there_hides_no_other(site: Site, lab: Lab) -> None:
    stranger = Lab(await site.user())
    await stranger.log("theirs", rows(3))
    await lab.log("r", rows(3))
    lab.runs += [*stranger.runs, [lab.caller.name, "p", "absent"]]
    (frame,) = (await lab.ask({"id": "a", "key": "v"})).body
    assert frame.header["runs"] == [0]
    told = {error["run"]: (error["code"], error["message"]) for error in frame.header["errors"]}
    assert told == {
        1: ("not_found", f"run {stranger.caller.name}/p/theirs not found"),
        2: ("not_found", f"run {lab.caller.name}/p/absent not found"),
    }


async def test_a_line_that_was_drawn_before_has_what_came_since(lab: Lab) -> None:
    await lab.log("r", rows(3))
    before = await lab.line(key="v")
    assert (await lab.line(key="v")).points == before.points
    await lab.log("r", rows(5))
    assert (await lab.line(key="v")).points["last"] == [0.0, 1.0, 2.0, 3.0, 4.0]
    await lab.log("other", rows(2))
    (frame,) = (await lab.ask({"id": "a", "key": "v", "runs": [1, 0, 1]})).body
    assert (frame.header["runs"], frame.header["points"]) == ([1, 0, 1], [2, 5, 2])


async def test_panels_are_answered_in_the_order_asked_each_until_it_is_done(lab: Lab) -> None:
    for run in range(3):
        await lab.log(f"r{run}", rows(5))
    many = [run % 3 for run in range(pieces.LINES_AT_ONCE + 1)]
    asked = [{"id": "b", "key": "v", "runs": many}, {"id": "none", "key": "v", "runs": []}, {"id": "a", "key": "v"}]
    frames: list[Frame] = (await lab.ask(*asked)).body
    told = [(frame.header["panel"], frame.header["id"], frame.header["done"]) for frame in frames]
    assert told == [(0, "b", False), (0, "b", True), (1, "none", True), (2, "a", True)]
    assert frames[0].header["runs"] + frames[1].header["runs"] == many


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"key": 5}, "panels[0]: key must be a text"),
        ({"buckets": 0}, "panels[0]: buckets must be a whole number from 1 to 10000"),
        ({"buckets": 10_001}, "panels[0]: buckets must be a whole number from 1 to 10000"),
        ({"xMin": "a"}, "panels[0]: xMin must be a number"),
        ({"xMin": 2, "xMax": 1}, "panels[0]: xMin must not lie above xMax"),
        ({"scale": "cubic"}, "panels[0]: scale must be linear or log"),
        ({"columns": ["first"]}, "panels[0]: columns must be a list out of last, min, max, mean, count"),
        ({"runs": [7]}, "panels[0]: runs must be a list of positions in the batch's runs"),
        ({"runs": [-1]}, "panels[0]: runs must be a list of positions in the batch's runs"),
        ({"groups": "lr"}, "panels[0]: groups must be a list of objects"),
        ({"groups": [{"name": "g"}], "statistics": ["mode"]}, "panels[0]: statistics must be a list out of"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_name(lab: Lab, change: dict[str, Any], message: str) -> None:
    await lab.log("r", rows(1))
    answer = await lab.ask({"id": "a", "key": "v", **change})
    assert answer.status == 422
    assert answer.message.startswith(message)


async def test_a_batch_is_bounded(lab: Lab) -> None:
    await lab.log("r", rows(1))
    wide = {"id": "a", "key": "v", "runs": [0] * 1_000}
    answer = await lab.ask(*[wide] * 101)
    assert (answer.status, answer.message[:46]) == (422, "a batch may ask for at most 100000 curves, not")
    assert (await lab.ask(*[{"id": "a", "key": "v"}] * 1_001)).status == 422
    lab.runs = [["e", "p", "r"]] * 10_001
    assert (await lab.ask({"id": "a", "key": "v"})).status == 422
    for broken in (["e", "p"], ["e", "p", 3], "e/p/r"):
        lab.runs = [broken]  # type: ignore[list-item]
        assert (await lab.ask({"id": "a", "key": "v"})).message == "runs[0] must be [entity, project, run]"


async def test_what_a_browser_no_longer_waits_for_is_not_made(lab: Lab, site: Site) -> None:
    await lab.log("r", rows(10))
    panels = [{"id": str(number), "key": "v", "runs": [0] * pieces.LINES_AT_ONCE} for number in range(1_000)]
    sent: list[dict[str, Any]] = []
    body = json.dumps({"runs": lab.runs, "panels": panels}).encode()
    gone = asyncio.Event()
    incoming = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if incoming:
            return incoming.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)
        if len(sent) == 4:
            gone.set()
        await asyncio.sleep(0.001)

    await asyncio.wait_for(site.app(_scope(lab.caller), receive, send), 30)
    assert sent[0]["status"] == 200
    assert len(sent) < 20


def _scope(caller: Caller) -> dict[str, Any]:
    path, credentials = "/app/panels:query", base64.b64encode(f"api:{caller.key}".encode())
    return {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "scheme": "http",
        "headers": [(b"authorization", b"Basic " + credentials), (b"host", b"site.test")],
    }

"""What is streamed is durable, and read back exactly, at once."""

import asyncio
import json
import math

import pytest
import pytest_asyncio

from steelyard.domains.history import live
from steelyard.domains.history.live import News
from steelyard.domains.projects import service as projects
from steelyard.domains.runs.changes import Change, Kind
from tests.harness.site import Caller, Site
from tests.slices.streamed import START, Run

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def run(user: Caller) -> Run:
    await user.graphql(START, name="r", entity=user.name)
    return Run(user, "r")


async def test_a_last_request_tells_everything_at_once(run: Run) -> None:
    answer = await run.post(
        {
            "files": {
                "wandb-history.jsonl": {"offset": 0, "content": ['{"_step":0,"loss":0.5}', '{"_step":1,"loss":0.25}']},
                "wandb-events.jsonl": {"offset": 0, "content": ['{"_runtime":1,"system.cpu":7.5}']},
                "wandb-summary.json": {"offset": 0, "content": ['{"loss":0.25,"x":NaN,"_wandb":{"runtime":3}}']},
                "output.log": {"offset": 0, "content": ["hello"]},
            },
            "complete": True,
            "exitcode": 0,
        }
    )
    assert answer.status == 200
    assert await run.ask(
        "state exitcode summaryMetrics systemMetrics historyLineCount eventsLineCount logLineCount "
        "historyTail eventsTail"
    ) == {
        "state": "finished",
        "exitcode": 0,
        "summaryMetrics": '{"loss":0.25,"x":NaN,"_wandb":{"runtime":3}}',
        "systemMetrics": '{"system.cpu":7.5}',
        "historyLineCount": 2,
        "eventsLineCount": 1,
        "logLineCount": 1,
        "historyTail": json.dumps(['{"_step":1,"loss":0.25}'], separators=(",", ":")),
        "eventsTail": json.dumps(['{"_runtime":1,"system.cpu":7.5}'], separators=(",", ":")),
    }


async def test_an_empty_run_reads_as_empty(run: Run) -> None:
    got = await run.ask(
        "history events historyKeys historyTail historyLineCount logLines(last: 5) { edges { cursor } }"
    )
    assert got == {
        "history": [],
        "events": [],
        "historyKeys": {"sets": [], "keys": {}, "lastStep": -1},
        "historyTail": "[]",
        "historyLineCount": 0,
        "logLines": {"edges": []},
    }


async def test_history_keys_tell_types_last_values_and_the_last_step(run: Run) -> None:
    await run.send(0, [{"_step": step, "loss": 1 / step, "d": {"v": step}} for step in (1, 2, 3)])
    await run.send(3, [{"_step": 11, "html": {"_type": "html-file", "path": "media/a.html"}, "s": "x"}])
    keys = (await run.ask("historyKeys"))["historyKeys"]
    assert keys["lastStep"] == 11
    assert keys["keys"]["loss"] == {
        "typeCounts": [{"type": "number", "count": 3}],
        "monotonic": False,
        "previousValue": 1 / 3,
    }
    assert keys["keys"]["d.v"]["monotonic"]
    assert keys["keys"]["html"]["typeCounts"] == [{"type": "html-file", "count": 1}]
    assert keys["keys"]["s"]["typeCounts"] == [{"type": "string", "count": 1}]


async def test_pages_of_steps_end_before_their_maximum(run: Run) -> None:
    await run.send(0, [{"_step": step} for step in range(0, 100, 2)])
    assert [row["_step"] for row in await run.rows("minStep: 10, maxStep: 16, samples: 6")] == [10, 12, 14]
    assert [row["_step"] for row in await run.rows("samples: 3")] == [0, 48, 98]
    assert [row["_step"] for row in await run.rows("minStep: 90, samples: 2")] == [90, 92]


async def test_sampled_rows_have_all_keys_of_the_spec(run: Run) -> None:
    await run.send(0, ['{"_step":0,"a":1,"b":NaN}', '{"_step":1,"a":2}', '{"_step":2,"a":3,"b":null}'])
    await run.send(3, ['{"_step":3,"a":4.5,"b":-Infinity,"c":{"d":true}}', '{"_step":4,"b":7}'])
    assert await run.sampled(keys=["_step", "a", "b", "_step"], samples=9) == [
        {"_step": 0, "a": 1, "b": "NaN"},
        {"_step": 3, "a": 4.5, "b": "-Infinity"},
    ]
    assert await run.sampled(keys=["c.d"]) == [{"c.d": True}]
    assert await run.sampled(keys=["c\\.d"]) == [{"c\\.d": True}]
    assert await run.sampled(keys=["a", "absent"]) == []
    assert await run.sampled() == []


@pytest.mark.parametrize(("samples", "steps"), [(3, [0, 1, 2]), (2, [0, 1])])
async def test_the_maximum_of_a_spec_counts_except_for_old_clients(run: Run, samples: int, steps: list[int]) -> None:
    await run.send(0, [{"_step": step} for step in range(5)])
    assert [row["_step"] for row in await run.sampled(keys=["_step"], minStep=0, maxStep=2, samples=samples)] == steps


async def test_values_come_back_bit_by_bit(run: Run) -> None:
    values = [0.1, 1e-300, 5e-324, 1.7976931348623157e308, -0.0, 2**53, 2**63 - 1, 3, True, "text", [1, [2]]]
    await run.send(0, [{"_step": step, "v": value} for step, value in enumerate(values)])
    for rows in (await run.rows(), await run.sampled(keys=["v"])):
        assert [repr(row["v"]) for row in rows] == [repr(value) for value in values]


async def test_a_run_is_read_while_it_grows(run: Run) -> None:
    for step in range(30):
        await run.send(step, [{"_step": step, "v": step}])
        assert [row["v"] for row in await run.rows()] == list(range(step + 1))


async def test_requests_of_many_at_once_are_all_stored(run: Run) -> None:
    parts = [run.send(step * 3, [{"_step": step * 3 + i} for i in range(3)]) for step in range(40)]
    await asyncio.gather(*parts)
    assert [row["_step"] for row in await run.rows()] == list(range(120))
    assert (await run.ask("historyLineCount"))["historyLineCount"] == 120


async def test_writers_of_a_shared_run_count_lines_each_for_themselves(run: Run) -> None:
    for writer in ("one", "two"):
        rows = [{"_step": step, "v": f"{writer}{step}"} for step in range(2)]
        await run.send(0, rows, ASYNC_CLIENT_ID=writer)
        tenth = int(writer == "two")
        lines = [f'{{"ts":"2026-01-01T00:00:0{i}.{tenth}","content":"{writer}{i}"}}' for i in range(2)]
        await run.send(0, lines, "output.log", ASYNC_CLIENT_ID=writer)
    assert sorted(row["v"] for row in await run.rows()) == ["one0", "one1", "two0", "two1"]
    edges = (await run.ask("logLines(first: 10) { edges { node { number line } } }"))["logLines"]["edges"]
    assert [edge["node"]["number"] for edge in edges] == [0, 1, 2, 3]
    assert [edge["node"]["line"] for edge in edges] == ["one0", "two0", "one1", "two1"]


async def test_a_writer_of_a_shared_run_leaves_the_steps_to_the_server(run: Run) -> None:
    for first in (0, 2, 0):
        await run.send(first, [{"v": first}, {"v": first + 1}], ASYNC_CLIENT_ID="one")
    assert [(row["_step"], row["v"]) for row in await run.rows()] == [(number, number) for number in range(4)]
    assert await run.sampled(keys=["_step", "v"], samples=9) == [{"_step": number, "v": number} for number in range(4)]


async def test_the_server_makes_the_summary_when_asked(run: Run) -> None:
    rows = [{"_step": 0, "a": 1, "d": {"x": 1}}, {"_step": 1, "a": 2, "d": {"y": 2}}]
    await run.send(0, rows, SERVER_SIDE_DERIVED_SUMMARY="true")
    await run.send(2, [{"_step": 2, "a": math.nan}], SERVER_SIDE_DERIVED_SUMMARY="true")
    summary = json.loads((await run.ask("summaryMetrics"))["summaryMetrics"])
    assert math.isnan(summary.pop("a"))
    assert summary == {"_step": 2, "d": {"x": 1, "y": 2}}


async def test_console_lines_are_paged_without_gaps(run: Run) -> None:
    await run.send(0, [f"2026-01-01T00:00:00.000001 line {n}" for n in range(5)], "output.log")
    await run.send(8, ["ERROR 2026-01-01T00:00:00.000001 eight"], "output.log")
    await run.send(1, ['{"ts":"2026-01-01T00:00:00.000002","label":"gpu","content":"one"}'], "output.log")
    page, after, seen = None, "", []
    while page is None or page["pageInfo"]["hasNextPage"]:
        fields = "edges { node { number line level label timestamp } } pageInfo { endCursor hasNextPage }"
        arguments = f'first: 4, after: "{after}", useImprovedPagination: true'
        page = (await run.ask(f"logLines({arguments}) {{ {fields} }}"))["logLines"]
        seen += [edge["node"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
    assert [node["number"] for node in seen] == list(range(9))
    assert [node["line"] for node in seen] == ["line 0", "one", "line 2", "line 3", "line 4", "", "", "", "eight"]
    assert (seen[8]["level"], seen[1]["label"], seen[1]["timestamp"]) == ("error", "gpu", "2026-01-01T00:00:00.000002")
    last = (await run.ask("logLines(last: 2) { edges { node { number } } }"))["logLines"]["edges"]
    assert [edge["node"]["number"] for edge in last] == [7, 8]


async def test_the_pages_of_the_web_app(run: Run) -> None:
    await run.send(0, [{"_step": step, "_runtime": step / 10, "v": step, "_x": 1} for step in range(100)])
    await run.send(0, ["2026-01-01T00:00:00.000001 needle", "hay"], "output.log")
    await run.send(0, [{"_runtime": 1.5, "system.cpu": 5}], "wandb-events.jsonl")
    caller = run.caller
    metrics = (await caller.send("POST", f"/app/projects/{caller.name}/p/metrics", {"runs": ["r", "absent"]})).body
    assert [(m["key"], m["type"], m["system"], m["count"]) for m in metrics["metrics"]] == [
        ("v", "number", False, 100),
        ("system.cpu", "number", True, 1),
    ]
    base = f"/app/runs/{caller.name}/p/r/logs"
    assert (await caller.send("GET", f"{base}/search?q=NEEDLE")).body == {"matches": [0], "next": None, "total": 2}
    tail = (await caller.send("GET", f"{base}?from=-1&limit=1")).body
    assert (tail["total"], tail["from"], tail["lines"][0]["text"]) == (2, 1, "hay")


async def test_news_come_to_those_who_listen(site: Site, run: Run) -> None:
    project = await projects.load_project(site.system, run.caller.name, "p")
    news = live.follow(site.system, project, None)
    start = await anext(news)
    await run.send(0, [{"_step": 7, "a/b": 1, "c": {"d": 2}}])
    heard = await asyncio.wait_for(anext(news), 10)
    assert heard.cursor > start.cursor
    rows = Change(Kind.RUN | Kind.HISTORY, frozenset({"_step", "a/b", "c.d"}), 7)
    assert heard.runs == {"r": rows}
    await news.aclose()
    missed = await live.read_news(site.system, project, start.cursor)
    assert missed == News(heard.cursor, {"r": rows})
    path = f"/app/projects/{run.caller.name}/p/changes?since={start.cursor}"
    told = {"run": "r", "kinds": ["run", "history"], "keys": ["_step", "a/b", "c.d"], "fromStep": 7}
    assert (await run.caller.send("GET", path)).body["runs"] == [told]
    await run.send(0, [{"_step": 8, "e": 1}])
    everything = (await run.caller.send("GET", f"{path[: -len(str(start.cursor))]}{heard.cursor}")).body["runs"]
    assert everything == [{"run": "r", "kinds": ["run", "history"]}], "rows that are written over had keys of their own"


async def test_a_stranger_and_a_deleted_run(site: Site, run: Run) -> None:
    stranger = await site.user()
    theirs = await stranger.send("POST", f"/files/{run.caller.name}/p/r/file_stream", {})
    assert theirs.status in {403, 404}
    await run.send(0, [{"_step": 0}])
    number = (await run.ask("id"))["id"]
    await run.caller.graphql("mutation($id: ID!) { deleteRun(input: {id: $id}) { success } }", id=number)
    answer = await run.post({})
    assert answer.status == 410, "noticed at once, though the run's address is remembered for seconds"

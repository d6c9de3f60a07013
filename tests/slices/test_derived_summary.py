"""Summaries that the server makes: last values and defined aggregates, each row counted once however it came."""

import json
import math
import random
from typing import Any

import pytest
import pytest_asyncio

from tests.harness.site import Caller
from tests.slices.streamed import START, Run

pytestmark = pytest.mark.asyncio(loop_scope="module")

DERIVED = {"SERVER_SIDE_DERIVED_SUMMARY": "true"}
DEFINED = [
    {"1": "epoch", "6": [2, 3]},
    {"1": "all", "5": 1, "7": [1, 2, 3, 5, 8]},
    {"1": "few", "7": [3]},
    {"1": "none", "7": [6]},
    {"1": "goal", "7": [4], "8": 1},
    {"2": "val/*", "5": 1, "7": [2]},
    {"1": "n\\.x", "7": [1]},
    {"1": "copied", "7": [7]},
]
UPSERT = """mutation($n: String, $e: String, $c: JSONString) {
  upsertBucket(input: {name: $n, modelName: "p", entityName: $e, config: $c}) { bucket { id } } }"""


@pytest_asyncio.fixture(loop_scope="module")
async def run(user: Caller) -> Run:
    await user.graphql(START, name="r", entity=user.name)
    config = json.dumps({"_wandb": {"value": {"m": DEFINED}}})
    await user.graphql(UPSERT, n="r", e=user.name, c=config)
    return Run(user, "r")


async def summary_of(run: Run) -> Any:
    return json.loads((await run.ask("summaryMetrics"))["summaryMetrics"])


def row(step: int) -> dict[str, Any]:
    value = (step * 7919) % 13 - 6
    odd = {"few": value} if step % 2 else {"n.x": -step}
    more = {"goal": abs(value), "copied": value, "text": f"t{step}", "epoch": step // 3, "n": {"x": value, "y": step}}
    return {"_step": step, "all": value, "none": 1, "val/acc": {"top": value}, **odd, **more}


def expected(rows: list[dict[str, Any]]) -> dict[str, Any]:
    every = [item["all"] for item in rows]
    few = [item["few"] for item in rows if "few" in item]
    dotted = [item["n.x"] for item in rows if "n.x" in item]
    last = rows[-1]
    return {
        "_step": last["_step"],
        "all": {
            "min": min(every),
            "max": max(every),
            "mean": sum(every) / len(every),
            "last": every[-1],
            "first": every[0],
        },
        "few": {"mean": sum(few) / len(few)},
        "goal": {"best": min(map(abs, every))},
        "val/acc": {"top": {"max": max(every)}},
        "n": {"x": {"min": min(every)}, "y": last["n"]["y"]},
        "n.x": {"min": min(dotted)},
        **{key: last[key] for key in ("copied", "text", "epoch")},
    }


async def test_every_row_counts_once_whatever_is_sent_again(run: Run) -> None:
    rows, at = [row(step) for step in range(60)], 0
    dice = random.Random(7)
    while at < len(rows):
        first, end = max(0, at - dice.choice([0, 0, 3, 9])), min(len(rows), at + dice.randint(1, 9))
        for _ in range(dice.choice([1, 1, 2])):
            await run.send(first, rows[first:end], **DERIVED)
        if dice.random() < 0.3:  # an old request that comes late
            await run.send(max(0, at - 5), rows[max(0, at - 5) : at], **DERIVED)
        at = end
    assert await summary_of(run) == expected(rows)


async def test_writers_of_a_shared_run_are_counted_together(run: Run) -> None:
    rows = [row(step) for step in range(20)]
    for start in range(0, 20, 4):
        for writer in range(2):
            mine = rows[start + 2 * writer : start + 2 * writer + 2]
            await run.send(start // 2, mine, **DERIVED, ASYNC_CLIENT_ID=f"w{writer}")
    assert await summary_of(run) == expected(rows)


async def test_what_a_program_says_itself_goes_before_until_rows_say_more(run: Run) -> None:
    own = "wandb-summary.json"

    async def tell(first: int, rows: list[Any], summary: dict[str, Any]) -> None:
        history = {"offset": first, "content": [json.dumps(item) for item in rows]}
        files = {"wandb-history.jsonl": history, own: {"offset": 0, "content": [json.dumps(summary)]}}
        answer = await run.post({"files": files}, **DERIVED)
        assert answer.status == 200

    await tell(0, [{"_step": 0, "copied": 1}], {"mine": {"a": 1}, "copied": 99})
    assert await summary_of(run) == {"_step": 0, "copied": 99, "mine": {"a": 1}}
    # a resumed program tells all that it found, and goes on telling it
    await tell(1, [], {"_step": 0, "mine": {"a": 1}, "copied": 99})
    await tell(1, [{"_step": 1, "copied": 7}], {"_step": 0, "mine": {"a": 2}, "copied": 99})
    assert await summary_of(run) == {"_step": 1, "copied": 7, "mine": {"a": 2}}


async def test_definitions_may_come_after_rows(run: Run) -> None:
    user, rows = run.caller, [row(step) for step in range(20)]
    await user.graphql(UPSERT, n="r", e=user.name, c=json.dumps({"_wandb": {"value": {"m": DEFINED[:1]}}}))
    await run.send(0, rows[:12], **DERIVED)
    await user.graphql(UPSERT, n="r", e=user.name, c=json.dumps({"_wandb": {"value": {"m": DEFINED}}}))
    await run.send(12, rows[12:], **DERIVED)
    assert await summary_of(run) == expected(rows)
    await user.graphql(UPSERT, n="r", e=user.name, c=json.dumps({"_wandb": {"value": {"m": DEFINED[:1]}}}))
    await run.post({"complete": True, "exitcode": 0}, **DERIVED)
    assert (await summary_of(run))["all"] == rows[-1]["all"]


async def test_odd_values_are_no_numbers(run: Run) -> None:
    await run.send(0, [{"_step": 0, "all": 1, "val/acc": "x"}, {"_step": 1, "all": None}], **DERIVED)
    await run.send(2, [{"_step": 2, "all": "text", "few": True}, {"_step": 3, "all": math.nan}], **DERIVED)
    found = await summary_of(run)
    assert (found["_step"], sorted(found)) == (3, ["_step", "all"])
    assert found["all"]["first"] == 1
    assert all(math.isnan(found["all"][stat]) for stat in ("min", "max", "mean", "last"))

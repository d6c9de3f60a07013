"""What the web app's page of sweeps is told (web/src/api/contract.ts)."""

import json
from typing import Any

import pytest

from tests.harness.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")

CREATE = """mutation Create($entity: String, $project: String, $config: String) {
  upsertSweep(input: {entityName: $entity, projectName: $project, config: $config}) { sweep { name } } }"""
ADD_RUN = """mutation Run($entity: String, $project: String, $name: String, $sweep: String, $summary: JSONString) {
  upsertBucket(
    input: {entityName: $entity, modelName: $project, name: $name, sweep: $sweep, summaryMetrics: $summary}
  ) { bucket { id } } }"""
GRID = """method: grid
name: a search
metric: {name: score, goal: maximize}
parameters:
  x: {values: [1, 2]}
  model: {parameters: {depth: {values: [3, 4, 5]}, kind: {value: mlp}}}
"""


async def test_a_sweep_says_how_far_it_is_what_it_varies_and_its_best(site: Site) -> None:
    me = await site.user()
    place: dict[str, Any] = {"entity": me.name, "project": "demo"}
    made = (await me.graphql(CREATE, **place, config=GRID)).data
    sweep = made["upsertSweep"]["sweep"]["name"]
    for name, score in (("a", 0.5), ("b", 0.75), ("c", None)):
        summary = json.dumps({} if score is None else {"score": score})
        assert (await me.graphql(ADD_RUN, **place, name=name, sweep=sweep, summary=summary)).data

    (row,) = (await me.send("GET", f"/app/projects/{me.name}/demo/sweeps")).body["sweeps"]
    assert (row["id"], row["title"], row["method"], row["config"]) == (sweep, "a search", "grid", GRID)
    assert (row["runCount"], row["runCountExpected"]) == (3, 6)
    assert (row["metric"], row["goal"], row["bestValue"]) == ("score", "maximize", 0.75)
    assert row["parameters"] == ["x", "model.depth"]

    asked = {"filters": {"sweep": sweep}, "order": ["-summary_metrics.score"], "columns": [], "offset": 0, "limit": 10}
    runs = (await me.send("POST", f"/app/projects/{me.name}/demo/runs:query", asked)).body
    assert [run["id"] for run in runs["rows"]] == ["b", "a", "c"]


async def test_strangers_see_no_sweeps(site: Site) -> None:
    me, stranger = await site.user(), await site.user()
    assert (await me.graphql(CREATE, entity=me.name, project="demo", config=GRID)).data
    assert (await stranger.send("GET", f"/app/projects/{me.name}/demo/sweeps")).status == 404

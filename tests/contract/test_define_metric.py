"""define_metric: what the server makes of it is what the client's own rule gives, and pages draw it as defined."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.contract.runner import Programs
from tests.harness.server import Server

pytestmark = pytest.mark.compatibility("Metric definitions")

VERSIONS = ("0.28.2", "0.31.0")
PROJECT = "defined"
READ = """query($e: String!, $r: String!) { project(name: "defined", entityName: $e) {
  run(name: $r) { summaryMetrics config } } }"""
CLOCKS = ("_runtime", "_timestamp", "_wandb", "_step")


def run_it(programs: Programs, run: str, *, derived: bool, resume: bool = False) -> Any:
    settings = {"x_server_side_derived_summary": derived, "console": "off", "x_disable_stats": True}
    init = {"project": PROJECT, "id": run}
    programs.run("define_metrics", init=init, settings=settings, resume=resume)
    return read(programs, run)


def read(programs: Programs, run: str) -> Any:
    server, user = programs.client.env["WANDB_BASE_URL"], programs.user
    body = {"query": READ, "variables": {"e": user.name, "r": run}}
    answer = httpx.post(f"{server}/graphql", json=body, auth=("api", user.api_key), timeout=60, trust_env=False)
    found = answer.json()["data"]["project"]["run"]
    return json.loads(found["summaryMetrics"]), json.loads(found["config"])


def values(summary: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in summary.items() if key not in CLOCKS}


@pytest.mark.parametrize("version", VERSIONS)
def test_the_server_derives_what_the_client_would(programs_for: Callable[[str], Programs], version: str) -> None:
    programs = programs_for(version)
    own, _ = run_it(programs, "own", derived=False)
    made, config = run_it(programs, "made", derived=True)
    assert values(made) == values(own)
    assert made["_step"] == own["_step"] == 19
    assert own["val/acc"] == {"max": float("inf")}
    assert "m_none" not in made
    names = [entry.get("1") or entry.get("2") for entry in config["_wandb"]["value"]["m"]]
    assert "val/*" in names
    assert "val/acc" not in names, "patterns are left to the server"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_resumed_run_goes_on_with_its_aggregates(programs_for: Callable[[str], Programs], version: str) -> None:
    programs = programs_for(version)
    own, _ = run_it(programs, "whole", derived=True)
    made, _ = run_it(programs, "resumed", derived=True, resume=True)
    assert values(made) == {**values(own), "mine": {"a": 12}}


def test_pages_know_step_metrics_and_hidden_ones(programs: Programs, server: Server) -> None:
    run_it(programs, "pages", derived=False)
    auth = ("api", programs.user.api_key)
    url = f"{server.url}/app/projects/{programs.user.name}/{PROJECT}/metrics"
    told = httpx.post(url, json={"runs": ["pages"]}, auth=auth, timeout=60, trust_env=False).json()["metrics"]
    found = {metric["key"]: (metric["xKey"], metric["hidden"]) for metric in told}
    assert found["epoch"] == (None, True)
    assert found["plain"] == (None, False)
    for key in ("all", "stepped", "val/acc", "val/deep/x"):
        assert found[key] == ("epoch", False)

"""Sweeps as everyday use needs them: create, run an agent, read."""

from typing import Any

import pytest

from tests.contract.runner import Programs

pytestmark = pytest.mark.compatibility("Sweeps")

GRID = {"x": {"values": [0.5, 1, 2]}, "y": {"values": [1, 2]}}
RANDOM = {
    "x": {"distribution": "uniform", "min": -1.0, "max": 1.0},
    "y": {"distribution": "int_uniform", "min": 3, "max": 9},
}


def searched(programs: Programs, method: str, parameters: dict[str, Any], count: int) -> dict[str, Any]:
    goal = {"name": "score", "goal": "minimize"}
    config = {"name": f"{method} search", "method": method, "metric": goal, "parameters": parameters}
    found: dict[str, Any] = programs.run("search", timeout_s=200, project="searches", config=config, count=count)
    assert {run["state"] for run in found["runs"]} == {"finished"}
    best = min(found["runs"], key=lambda run: run["score"])
    assert found["best"] == best["id"]
    assert all(run["score"] == (run["config"]["x"] - 1) ** 2 + run["config"]["y"] for run in found["runs"])
    assert found["config"]["parameters"] == parameters
    return found


def test_a_grid_sweep_tries_every_combination_once_and_ends(programs: Programs) -> None:
    found = searched(programs, "grid", GRID, count=20)
    tried = sorted((run["config"]["x"], run["config"]["y"]) for run in found["runs"])
    assert tried == [(x, y) for x in (0.5, 1, 2) for y in (1, 2)]
    assert found["state"] == "FINISHED"


def test_a_random_sweep_draws_within_its_bounds(programs: Programs) -> None:
    found = searched(programs, "random", RANDOM, count=4)
    drawn = [(run["config"]["x"], run["config"]["y"]) for run in found["runs"]]
    assert len(set(drawn)) == 4
    assert all(-1 <= x <= 1 and isinstance(x, float) and y in range(3, 10) and isinstance(y, int) for x, y in drawn)

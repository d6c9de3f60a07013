"""Fifty processes write to one run, ten at a time; what each wrote is read back value by value."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.runner import Programs
from tests.services.clients import NEWEST

pytestmark = pytest.mark.compatibility("Shared mode: many processes, one run")

WRITERS, AT_ONCE, ROWS = 49, 10, 4
RUN = {"project": "shared", "id": "one"}


def writer(number: int, **more: Any) -> dict[str, Any]:
    rows = [{f"loss/{number}": number + step / 8, "rank": number, "everybody": step} for step in range(ROWS)]
    return {
        **RUN,
        "primary": False,
        "label": f"worker-{number}",
        "config": {f"seed_{number}": number, "lr": 0.1},
        "rows": rows,
        "line": f"line of {number}",
        **more,
    }


def test_many_processes_write_one_run(
    programs: Programs, programs_for: Callable[[str], Programs], tmp_path: Path
) -> None:
    ready, done = tmp_path / "ready", tmp_path / "done"
    own = {"primary": True, "label": "primary", "summary": {"best": 0.5}, "ready": str(ready), "until": str(done)}
    path = f"{programs.user.name}/shared/one"
    ask = {"facts": ["facts", {}], "rows": ["scan", {}]}
    with programs.running("shared_writer", **writer(0, **own)) as primary:
        primary.wait_for(ready)
        for first in range(1, WRITERS + 1, AT_ONCE):
            with contextlib.ExitStack() as stack:
                wave = [
                    stack.enter_context(programs.running("shared_writer", **writer(number)))
                    for number in range(first, min(first + AT_ONCE, WRITERS + 1))
                ]
                for started in wave:
                    started.answer()
        during = programs.run("read_run", path=path, ask={"facts": ["facts", {}]})["facts"]
        assert during["state"] == "running", "workers that end do not end the run"
        done.touch()
        primary.answer()
    found = programs.run("read_run", path=path, ask=ask)
    assert found["facts"]["state"] == "finished"
    expected = {(number, step): number + step / 8 for number in range(WRITERS + 1) for step in range(ROWS)}
    assert {(row["rank"], row["everybody"]): row[f"loss/{row['rank']}"] for row in found["rows"]} == expected
    assert len(found["rows"]) == len(expected), "every row once, none merged with another writer's"
    steps = [row["_step"] for row in found["rows"]]
    assert steps == sorted(steps)
    config = found["facts"]["config"]
    assert config == {"lr": 0.1} | {f"seed_{number}": number for number in range(WRITERS + 1)}
    # the newest client alone can ask for console lines
    logs = programs_for(NEWEST).run("read_run", path=path, ask={"logs": ["logs", {}]})["logs"]
    lines = [line["text"] for line in logs if line["text"].startswith("line of")]
    assert sorted(lines) == sorted(f"line of {number}" for number in range(WRITERS + 1))
    summary = {key: value for key, value in found["facts"]["summary"].items() if not key.startswith("_")}
    assert summary == {"best": 0.5, "loss/0": (ROWS - 1) / 8, "rank": 0, "everybody": ROWS - 1}, "that of the primary"

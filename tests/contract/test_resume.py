"""Runs that real clients go on with: resume in every mode, fork, rewind; every row compared with what was logged.

The server's segments are tiny, so that rows are flushed and merged all the time.
"""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.contract.runner import Programs
from tests.faults.campaign import SMALL
from tests.harness.client import make_client
from tests.harness.engines import SQLITE, Engine
from tests.harness.server import Server
from tests.services.clients import NEWEST, VERSIONS

pytestmark = pytest.mark.compatibility("Resume, fork, rewind")

# Fork and rewind are of clients from 0.18 on, resume of all.
BRANCHING = ("0.31.0", "0.28.2")
OLDEST = VERSIONS[-1]
RESUMING = (*BRANCHING, OLDEST)
# Some turns of the worker: of a finished run everything is merged then.
SETTLE: dict[str, Any] = {"wait": 5}
Make = Callable[..., Programs]


@pytest.fixture(scope="module")
def small_server(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with engine.fresh() as settings:
        server = Server(tmp_path_factory.mktemp("server") / "data", settings | SMALL)
        try:
            yield server.start()
        finally:
            server.stop()


@pytest.fixture
def make(small_server: Server, tmp_path: Path) -> Make:
    user = small_server.create_user()

    def programs(version: str = NEWEST) -> Programs:
        return Programs(make_client(version, tmp_path / version, small_server.url, user.api_key), user)

    return programs


def values(step: int, mark: str = "") -> dict[str, Any]:
    odd: dict[int, dict[str, Any]] = {
        0: {"nested": {"a.b": step / 7 + 0.1, "deep": {"on": step % 2 == 0}}},
        1: {"loss": math.nan, "list": [1, step, "x"]},
        2: {"text": f"é {step}", "big": 2**53 + step},
    }
    return {"v": step, "half": step / 2 + 0.25, "mark": mark, **odd[step % 3]}


def log(first: int, end: int, mark: str = "", **init: Any) -> dict[str, Any]:
    """The act of logging some steps."""
    return {"log": init, "rows": [values(step, mark) for step in range(first, end)]}


def flat(value: dict[str, Any], before: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, item in value.items():
        found |= flat(item, f"{before}{key}.") if isinstance(item, dict) else {before + key: item}
    return found


Part = tuple[int, int, str]


def wanted(parts: Sequence[Part]) -> list[str]:
    """The rows of these parts, each from a step to before another, as texts that are equal for equal values."""
    steps = [(step, mark) for first, end, mark in parts for step in range(first, end)]
    return [json.dumps({"_step": step, **flat(values(step, mark))}, sort_keys=True) for step, mark in steps]


def check(found: dict[str, Any], *parts: Part) -> None:
    """Assert that a run that was read has the rows of these parts and no other."""
    told = [{key: math.nan if value == "NaN" else value for key, value in row.items()} for row in found["rows"]]
    own = [{key: row[key] for key in row if key not in {"_runtime", "_timestamp"}} for row in told]
    assert [json.dumps(row, sort_keys=True) for row in own] == wanted(parts)
    marks = [(step, mark) for first, end, mark in parts for step in range(first, end)]
    assert [(row["_step"], row["v"], row["mark"]) for row in found["sampled"]] == [
        (step, step, mark) for step, mark in marks
    ]
    last = parts[-1][1] - 1
    assert (found["summary"]["_step"], found["summary"]["v"], found["summary"]["mark"]) == (last, last, parts[-1][2])
    assert (found["last_step"], found["state"]) == (last, "finished")


def started(found: dict[str, Any]) -> tuple[int, bool]:
    assert "error" not in found, found
    return found["first_step"], found["resumed"]


def go_on(programs: Programs, acts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Let one program do it all; 0.15 waits for ever where a process begins a second run after one that failed."""
    each = [[act] for act in acts] if programs.client.version == OLDEST else [acts]
    return [found for some in each for found in programs.run("go_on", acts=some)]


@pytest.mark.parametrize("version", RESUMING)
def test_resume_in_every_mode(engine: Engine, make: Make, version: str) -> None:
    if engine.name != SQLITE and version == OLDEST:
        pytest.skip("a process of the oldest client for each act takes minutes, and asks both engines the same")
    programs = make(version)
    entity = programs.user.name

    def resume(mode: str, run: str = "run") -> dict[str, Any]:
        return {"project": "resume", "id": run, "resume": mode}

    acts = [
        log(0, 7, project="resume", id="run"),
        log(7, 11, "1", **resume("must")),
        log(11, 15, "2", **resume("allow")),
        SETTLE,
        log(15, 18, "3", **resume("must")),
        log(0, 1, **resume("never")),
        log(0, 1, **resume("must", "absent")),
        log(0, 3, **resume("never", "new")),
        log(0, 3, **resume("allow", "allowed")),
        {"read": f"{entity}/resume/run"},
        {"read": f"{entity}/resume/new"},
        SETTLE,
        {"read": f"{entity}/resume/run"},
    ]
    found = go_on(programs, acts)
    assert [started(found[at]) for at in (0, 1, 2, 4)] == [(0, False), (7, True), (11, True), (15, True)]
    assert [started(found[at]) for at in (7, 8)] == [(0, False), (0, False)]
    assert "exist" in found[5]["error"]
    assert "resum" in found[6]["error"].lower()
    parts = [(0, 7, ""), (7, 11, "1"), (11, 15, "2"), (15, 18, "3")]
    check(found[9], *parts)
    check(found[10], (0, 3, ""))
    check(found[12], *parts)


@pytest.mark.parametrize("version", BRANCHING)
def test_a_fork_goes_on_from_the_rows_of_another(make: Make, version: str) -> None:
    programs = make(version)
    place = f"{programs.user.name}/fork"
    acts = [
        log(0, 25, project="fork", id="parent"),
        log(10, 22, "child", project="fork", id="child", fork_from="parent?_step=9"),
        {"read": f"{place}/child"},
        log(22, 26, "resumed", project="fork", id="child", resume="must"),
        log(23, 25, "grandchild", project="fork", id="grandchild", fork_from="child?_step=22"),
        SETTLE,
        {"read": f"{place}/parent"},
        {"delete": f"{place}/parent"},
        {"read": f"{place}/child"},
        {"read": f"{place}/grandchild"},
    ]
    found = programs.run("go_on", acts=acts)
    assert [started(found[at])[0] for at in (0, 1, 3, 4)] == [0, 10, 22, 23]
    child = [(0, 10, ""), (10, 22, "child"), (22, 26, "resumed")]
    check(found[2], *child[:2])
    check(found[6], (0, 25, ""))
    check(found[8], *child)
    check(found[9], *child[:2], (22, 23, "resumed"), (23, 25, "grandchild"))


@pytest.mark.parametrize("version", BRANCHING)
def test_a_rewound_run_goes_on_from_an_earlier_step(make: Make, version: str) -> None:
    programs = make(version)
    path = f"{programs.user.name}/rewind"
    acts = [
        log(0, 25, project="rewind", id="run", tags=["kept"]),
        log(15, 23, "second", project="rewind", resume_from="run?_step=14"),
        {"read": f"{path}/run"},
        SETTLE,
        log(6, 14, "third", project="rewind", resume_from="run?_step=5"),
        log(8, 16, "fourth", project="rewind", resume_from="run?_step=7"),
        {"read": f"{path}/run"},
        log(8, 10, "child", project="rewind", id="child", fork_from="run?_step=7"),
        log(16, 18, "fifth", project="rewind", id="run", resume="must"),
        SETTLE,
        {"read": f"{path}/run"},
        {"read": f"{path}/child"},
    ]
    found = programs.run("go_on", acts=acts)
    assert [(started(found[at])[0], found[at]["id"]) for at in (1, 4, 5)] == [(15, "run"), (6, "run"), (8, "run")]
    check(found[2], (0, 15, ""), (15, 23, "second"))
    parts = [(0, 6, ""), (6, 8, "third"), (8, 16, "fourth")]
    check(found[6], *parts)
    check(found[10], *parts, (16, 18, "fifth"))
    check(found[11], *parts[:2], (8, 10, "child"))


@pytest.mark.parametrize("version", BRANCHING)
def test_what_cannot_be_forked_or_rewound_is_told_at_once(make: Make, version: str) -> None:
    acts = [
        log(0, 5, project="no", id="parent"),
        log(0, 1, project="no", fork_from="absent?_step=3"),
        log(0, 1, project="no", fork_from="parent?_step=5"),
        log(0, 1, project="no", resume_from="absent?_step=3"),
    ]
    absent, beyond, missing = (item["error"] for item in make(version).run("go_on", acts=acts)[1:])
    assert "absent to fork from not found" in absent
    assert "ends at step 4" in beyond
    assert missing

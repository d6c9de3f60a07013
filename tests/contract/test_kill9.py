"""The server dies hard ten times during one run; the client finishes by itself and nothing is missing or doubled."""

import random
import time
from pathlib import Path

import pytest

from tests.contract.runner import Programs
from tests.contract.wire import Wire
from tests.harness.server import Server

pytestmark = pytest.mark.compatibility("A server that dies while runs log")

RUN, STEPS, KILLS = "survivor", 20_000, 10
# the client's public settings: try again after a fraction of a second instead of two to sixty, send once a second
PATIENCE = {
    "x_file_stream_transmit_interval": 1,
    "x_file_stream_retry_wait_min_seconds": 0.2,
    "x_file_stream_retry_wait_max_seconds": 1,
    "x_graphql_retry_wait_min_seconds": 0.2,
    "x_graphql_retry_wait_max_seconds": 1,
    "x_file_transfer_retry_wait_min_seconds": 0.2,
    "x_file_transfer_retry_wait_max_seconds": 1,
}
PROGRESS_WAIT_MAX_S, FINISH_WAIT_MAX_S = 60, 300


def value_of(step: int) -> float:
    """What programs/long_run.py logs."""
    return (step * 2654435761 % 1_000_003) / 997.0


def accepted(wire: Wire, run: str) -> int:
    """How many rows the server says it has; 0 before the run exists."""
    document = "query($e:String!,$p:String!,$r:String!){project(entityName:$e,name:$p){run(name:$r){historyLineCount}}}"
    project = wire.data(document, e=wire.entity, p=wire.project, r=run)["project"]
    return ((project or {}).get("run") or {}).get("historyLineCount") or 0


def wait_for_more(wire: Wire, run: str, than: int) -> int:
    end = time.monotonic() + PROGRESS_WAIT_MAX_S
    while (now := accepted(wire, run)) <= than:
        assert time.monotonic() < end, f"no progress beyond {than} rows"
        time.sleep(0.05)
    return now


def kill_again_and_again(server: Server, wire: Wire, chance: random.Random, gates: Path) -> list[tuple[int, int]]:
    """Rows accepted before and after each kill; each at a random moment of its phase, once that has shown progress."""
    seen, before = [], 0
    for number in range(1, KILLS + 1):
        wait_for_more(wire, RUN, before)
        time.sleep(chance.uniform(0, 3))
        before = accepted(wire, RUN)
        server.kill9()
        (gates / str(number)).touch()
        time.sleep(chance.uniform(0, 0.5))
        server.start()
        seen.append((before, accepted(wire, RUN)))
    return seen


def test_a_long_run_outlives_ten_hard_deaths_of_the_server(programs: Programs, server: Server, tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    wire = Wire(server.url, programs.user.name, programs.user.api_key, project="long")
    gates = tmp_path / "gates"
    gates.mkdir()
    task = {"project": "long", "id": RUN, "steps": STEPS, "phases": KILLS + 1, "rate": 600, "gates": str(gates)}
    with programs.running("long_run", settings=PATIENCE, **task) as program:
        seen = kill_again_and_again(server, wire, random.Random(seed), gates)
        assert program.answer(timeout_s=FINISH_WAIT_MAX_S) == {"entity": programs.user.name}
    assert all(after >= before for before, after in seen), f"accepted rows were lost: {seen}"
    assert all(before < STEPS for before, _ in seen)
    assert_whole(programs, seen)


def assert_whole(programs: Programs, seen: list[tuple[int, int]]) -> None:
    found = programs.run(
        "read_run",
        timeout_s=200,
        path=f"{programs.user.name}/long/{RUN}",
        ask={"facts": ["facts", {}], "rows": ["scan", {}], "logs": ["logs", {}], "files": ["files", {}]},
    )
    assert [row["_step"] for row in found["rows"]] == list(range(STEPS)), seen
    assert all(row["step_again"] == row["_step"] for row in found["rows"])
    assert all(row["value"] == value_of(row["_step"]) for row in found["rows"])
    assert found["facts"]["state"] == "finished"
    assert found["facts"]["summary"]["step_again"] == STEPS - 1
    lines = [line["text"] for line in found["logs"] if line["text"].startswith("step ")]
    assert lines == [f"step {step}" for step in range(0, STEPS, 1000)]
    assert "output.log" in found["files"]

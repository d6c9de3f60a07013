"""The disaster drill (docs/operate/backup.md) step by step: a machine is lost, and another takes its name.

`pytest -s` prints how long each step took.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.contract.runner import PROGRAMS, Program, Programs
from tests.contract.wire import Wire
from tests.deployment.outages import PATIENCE
from tests.harness.catalog import wait_until
from tests.harness.client import Client
from tests.harness.engines import Engine
from tests.harness.server import Server

RATE, ARTIFACT_EVERY_ROWS = 20, 50
FEW = 40


@contextmanager
def timed(what: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"{what}: {time.monotonic() - began:.1f} s")


def command(server: Server, *arguments: str) -> dict[str, Any]:
    with timed(f"steelyard {arguments[0]}"):
        told: dict[str, Any] = json.loads(server.run_command(*arguments, "--json"))
    return told


def test_a_lost_machine_is_replaced_under_its_name(
    start_server: Callable[..., Server], client_of: Callable[..., Client], engine: Engine, tmp_path: Path
) -> None:
    old, place, end = start_server(), str(tmp_path / "backup"), tmp_path / "end"
    user = old.create_user()
    client = client_of(old, user=user)
    client.run(PROGRAMS / "log_for_backup.py", "finished")
    wire = Wire(old.url, user.name, user.api_key, project="drill")
    task = {"project": wire.project, "id": "living", "rate": RATE, "every": ARTIFACT_EVERY_ROWS}
    programs = Programs(client, user)
    with programs.running("outlive", settings=PATIENCE, end=str(end), **task) as living:
        wait_until(lambda: rows_of(wire) > FEW, "rows")
        saved = command(old, "backup", place)
        at_snapshot = rows_of(wire)
        wait_until(lambda: rows_of(wire) > at_snapshot + FEW, "rows that no snapshot has")
        lost_at = rows_of(wire)
        old.kill9()  # and it never comes back

        with engine.fresh() as settings:
            new = Server(tmp_path / "new machine" / "data", settings)
            assert command(new, "verify-backup", place, "--deep")["ok"]
            told = command(new, "restore", place)
            assert (told["rows"], told["objects"], told["missing"]) == (saved["rows"], saved["objects"], 0)
            levels = {item["level"] for item in command(new, "doctor", "--consistency")["findings"]}
            assert levels == {"ok"}
            new.port = old.port  # the name leads to it
            try:
                with timed("start"):
                    new.start()
                with timed("the client that still ran goes on"):
                    wait_until(lambda: rows_of(wire) > lost_at, "new rows")
                check_the_living(programs, living, wire, end)
            finally:
                new.stop()


def check_the_living(programs: Programs, living: Program, wire: Wire, end: Path) -> None:
    """It ends well, what lies between snapshot and loss is missing, and its own folder brings it back."""
    end.touch()
    logged = living.answer()
    steps = steps_of(wire)
    assert len(steps) == len(set(steps)) < logged["rows"]
    assert steps[-1] == logged["rows"] - 1
    (folder,) = programs.client.home.rglob("run-*-living")
    with timed("wandb sync"):
        programs.client.cli("sync", "--include-online", "--include-synced", str(folder))
    wait_until(lambda: len(steps_of(wire)) == logged["rows"], "all that was logged")
    assert steps_of(wire) == list(range(logged["rows"]))


def rows_of(wire: Wire) -> int:
    query = """query Count($e: String!, $p: String!) { project(entityName: $e, name: $p) {
      run(name: "living") { historyLineCount } } }"""
    answer = wire.graphql(query, e=wire.entity, p=wire.project).json()["data"]["project"]
    run = answer and answer["run"]
    return int(run["historyLineCount"]) if run else 0


def steps_of(wire: Wire) -> list[int]:
    return [json.loads(row)["step_again"] for row in wire.read("living")["history"]]

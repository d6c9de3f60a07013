"""The smaller examples run as their README says, online and offline. (`digits` has a test module of its own.)"""

from itertools import accumulate, repeat
from operator import mul
from pathlib import Path

from tests.contract.runner import Programs

EXAMPLES = Path(__file__).parents[2] / "examples"
LOSSES = list(enumerate(accumulate(repeat(0.9, 50), mul)))


def losses(programs: Programs) -> list[tuple[int, float]]:
    (run,) = programs.run("list_runs", entity=programs.user.name, project="quickstart")
    rows = programs.run("read_run", path=run["path"], ask={"rows": ["scan", {"keys": ["_step", "loss"]}]})["rows"]
    return [(row["_step"], row["loss"]) for row in rows]


def test_the_quick_start(programs: Programs) -> None:
    programs.client.run(EXAMPLES / "quickstart.py")
    assert losses(programs) == LOSSES


def test_the_quick_start_offline_and_synced_later(programs: Programs) -> None:
    programs.client.run(EXAMPLES / "quickstart.py", env={"WANDB_MODE": "offline"})
    (folder,) = (programs.client.home / "wandb").glob("offline-run-*")
    programs.client.cli("sync", str(folder))
    assert losses(programs) == LOSSES


def test_the_sweep(programs: Programs) -> None:
    programs.client.run(EXAMPLES / "sweep/sweep.py", "--method", "grid", "--count", "2")
    found = programs.run("list_runs", entity=programs.user.name, project="digits-sweep")
    assert [run["state"] for run in found] == ["finished"] * 2
    assert all(0.8 < run["summary"]["accuracy"] <= 1 for run in found)
    assert len({str(run["config"]) for run in found}) == 2

"""The same work logged by one run online and by one offline, and a small second run offline.

project   where
online    id of the first; offline: of the second
small     id → first step of small offline runs, each of ten steps
The answer has the folder of each offline run, by id; `wandb sync` is for the caller.
"""

import sys
import time
from pathlib import Path

import wandb
from exchange import answer_with

SAMPLED_S = 0.2


def work(project: str, run_id: str, mode: str) -> str:
    run = wandb.init(
        project=project,
        id=run_id,
        mode=mode,
        config={"lr": 0.1, "deep": {"list": [1, None, "ü"], "flag": True}},
        tags=["one", "two"],
        notes="line\nnext",
        group="twins",
        job_type="work",
        settings=_sampling(),
    )
    folder = Path(run.dir)
    run.define_metric("loss", step_metric="epoch", summary="min")
    for step in range(30):
        run.log(
            {"loss": 1 / (step + 3), "epoch": step // 10, "odd": float("nan") if step % 3 else 1.5, "d": {"x": step}}
        )
    print("hello console")
    print("warned", file=sys.stderr)
    table = wandb.Table(columns=["a", "b"], data=[[1, "x"], [2.5, "ü"]])
    run.log({"table": table, "bars": wandb.Histogram(list(range(10))), "page": wandb.Html("<b>x</b>", inject=False)})
    saved = folder / "notes.txt"
    saved.write_text("kept – ü")
    run.save(str(saved), base_path=str(folder), policy="end")
    artifact = wandb.Artifact(f"blob-{run_id}", "data", metadata={"n": 1})
    content = Path("a.txt").absolute()
    content.write_text("alpha")
    artifact.add_file(str(content), name="deep/a.txt")
    run.log_artifact(artifact, aliases=["first"])
    run.summary["by_hand"] = {"deep": [1, 2]}
    time.sleep(6 * SAMPLED_S)
    run.finish()
    return str(folder.parent)


def _sampling() -> wandb.Settings:
    """Sample so often that a run of a second has system metrics, by the names that the versions have for it."""
    try:
        return wandb.Settings(x_stats_sampling_interval=SAMPLED_S)
    except Exception:  # noqa: BLE001 - an error of its own in each version
        return wandb.Settings(_stats_sample_rate_seconds=SAMPLED_S, _stats_samples_to_average=1)


def small(project: str, run_id: str, first: int) -> str:
    run = wandb.init(project=project, id=run_id, mode="offline")
    folder = Path(run.dir).parent
    for step in range(first, first + 10):
        run.log({"v": step}, step=step)
    run.finish()
    return str(folder)


def twins(given: dict) -> dict:
    project = given["project"]
    work(project, given["online"], "online")
    folders = {given["offline"]: work(project, given["offline"], "offline")}
    return folders | {run_id: small(project, run_id, first) for run_id, first in given["small"].items()}


answer_with(twins)

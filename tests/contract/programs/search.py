"""Create a sweep, run its agent in this process, and tell what the public API says afterwards.

project, config (of the sweep), count (runs at most)
"""

import wandb
from exchange import answer_with


def trial() -> None:
    with wandb.init() as run:
        x, y = run.config["x"], run.config["y"]
        run.log({"score": (x - 1) ** 2 + y})


def search(given: dict) -> dict:
    sweep_id = wandb.sweep(given["config"], project=given["project"])
    wandb.agent(sweep_id, function=trial, project=given["project"], count=given["count"])
    api = wandb.Api(timeout=60)
    sweep = api.sweep(f"{api.default_entity}/{given['project']}/{sweep_id}")
    best = sweep.best_run()
    return {
        "id": sweep.id,
        "state": sweep.state,
        "config": sweep.config,
        "runs": [
            {"id": run.id, "state": run.state, "config": dict(run.config), "score": run.summary.get("score")}
            for run in sweep.runs
        ],
        "best": best.id if best else None,
    }


answer_with(search)

"""The runs of a project in order of creation, by the public API. `filters` are its own, all runs without."""

import wandb
from exchange import answer_with


def list_runs(given: dict) -> list:
    path = f"{given['entity']}/{given['project']}"
    runs = wandb.Api(timeout=60).runs(path, filters=given.get("filters"), order="+created_at", per_page=2)
    return [
        {
            "path": "/".join(run.path),
            "job_type": run.job_type,
            "state": run.state,
            "config": dict(run.config),
            "summary": dict(run.summary._json_dict),
        }
        for run in runs
    ]


answer_with(list_runs)

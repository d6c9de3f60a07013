"""The runs of one group: job type → path, found by a filter of the public API."""

import wandb
from exchange import answer_with


def read_group(given: dict) -> dict:
    runs = wandb.Api(timeout=60).runs(f"{given['entity']}/{given['project']}", filters={"group": given["group"]})
    return {run.job_type: "/".join(run.path) for run in runs}


answer_with(read_group)

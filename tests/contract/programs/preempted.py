"""A run on a machine that is taken away: it announces so, then ends with an error."""

import wandb
from exchange import answer_with


def preempted(given: dict) -> dict:
    run = wandb.init(**given["init"])
    run.log({"v": 1})
    run.mark_preempting()
    run.finish(exit_code=1)
    return {"path": f"{run.entity}/{run.project}/{run.id}"}


answer_with(preempted)

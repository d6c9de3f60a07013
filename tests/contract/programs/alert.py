"""A run that sends alerts: `init`, then `alerts` as keyword arguments of run.alert; `wait_s` of each in seconds."""

from datetime import timedelta

import wandb
from exchange import answer_with


def alert(given: dict) -> dict:
    run = wandb.init(**given["init"])
    for item in given["alerts"]:
        wait = {"wait_duration": timedelta(seconds=item.pop("wait_s"))} if "wait_s" in item else {}
        run.alert(**item, **wait)
    run.finish()
    return {"path": f"{run.entity}/{run.project}/{run.id}"}


answer_with(alert)

"""A run whose metrics are defined in every way that this client knows.

init        keyword arguments of wandb.init
settings    keyword arguments of wandb.Settings
resume      log a second half in a second attempt
The answer is the summary as the program sees it at the end.
"""

import math

import wandb
from exchange import answer_with

STATS = ("min", "max", "mean", "first", "last", "none")


def define(run) -> None:
    run.define_metric("epoch", hidden=True)
    for stat in STATS:
        run.define_metric(f"m_{stat}", summary=stat)
    run.define_metric("all", summary="min,max,mean,first,last", step_metric="epoch")
    run.define_metric("val/*", summary="max", step_metric="epoch")
    run.define_metric("nested.a", summary="min")
    run.define_metric("stepped", step_metric="epoch")


def row(step: int) -> dict:
    value = (step * 7919) % 13 - 6.5
    found = {"epoch": step, "plain": value, "text": f"t{step}", "stepped": value, "all": value, "other/x": step}
    found |= {f"m_{stat}": value for stat in STATS} | {"nested": {"a": value, "b": {"c": step}}}
    found["val/acc"] = math.inf if step == 3 else value
    return found if step % 2 else {**found, "val/deep/x": -value}


def log(given: dict, steps: range) -> dict:
    run = wandb.init(settings=wandb.Settings(**given.get("settings", {})), **given["init"])
    define(run)
    for step in steps:
        run.log(row(step))
    run.summary["mine"] = {"a": len(steps)}
    run.finish()
    return dict(run.summary)


def main(given: dict) -> dict:
    if not given.get("resume"):
        log(given, range(20))
    else:
        log(given, range(8))
        log({**given, "init": {**given["init"], "resume": "must"}}, range(8, 20))
    return {"version": wandb.__version__}


answer_with(main)

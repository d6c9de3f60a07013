"""Runs that one program begins, goes on with and reads, one act after the other, with any client version.

acts   list of {"log": keyword arguments of wandb.init, "rows": list of values}
       | {"read": path of a run} | {"delete": path of a run} | {"wait": seconds}
The answer has one finding per act; of `log` that failed it is {"error": text}.
"""

import time

import wandb
from exchange import answer_with, flat


def log(init: dict, rows: list) -> dict:
    try:
        run = wandb.init(**init)
    except Exception as error:  # noqa: BLE001 - the kinds differ between versions
        return {"error": str(error)}
    path = f"{run.entity}/{run.project}/{run.id}"
    found = {"path": path, "id": run.id, "first_step": run.starting_step, "resumed": bool(run.resumed)}
    for values in rows:
        run.log(values)
    run.finish()
    return found


def read(path: str) -> dict:
    run = wandb.Api(timeout=60).run(path)
    return {
        "rows": [flat(row) for row in run.scan_history()],
        "sampled": [flat(row) for row in run.history(keys=["v", "mark"], samples=1000, pandas=False)],
        "summary": dict(run.summary._json_dict),
        "state": run.state,
        "last_step": run.lastHistoryStep,
    }


def go_on(given: dict) -> list:
    found = []
    for act in given["acts"]:
        if "log" in act:
            found.append(log(act["log"], act["rows"]))
        elif "read" in act:
            found.append(read(act["read"]))
        elif "delete" in act:
            found.append(wandb.Api(timeout=60).run(act["delete"]).delete())
        else:
            found.append(time.sleep(act["wait"]))
    return found


answer_with(go_on)

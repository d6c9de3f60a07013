"""An offline run that is synced again and again while it grows, by the command that the arguments hold.

project, id   of the run
command       with DIR in the place of the run's folder
phases, rows  how often it is synced before its end, and the rows between
The answer has what the server knows after each sync; the last two syncs are of the finished run.
"""

import os
import subprocess
from pathlib import Path

import wandb
from exchange import answer_with

# the client writes its log in blocks; a row of this text fills one in some dozen rows
FILLER = "x" * 500


def sync(command: list, folder: Path) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("WANDB_SERVICE")}
    filled = [word.replace("DIR", str(folder)) for word in command]
    subprocess.run(filled, env=env, check=True, stdin=subprocess.DEVNULL)


def known(path: str) -> dict:
    run = wandb.Api().run(path)
    rows = [row["v"] for row in run.scan_history(keys=["v"])]
    return {"rows": len(rows), "exact": rows == list(range(len(rows))), "state": run.state}


def grow(given: dict) -> list:
    run = wandb.init(project=given["project"], id=given["id"], mode="offline")
    folder, path = Path(run.dir).parent, f"{given['entity']}/{given['project']}/{given['id']}"
    found, value = [], 0
    for _ in range(given["phases"]):
        for _ in range(given["rows"]):
            run.log({"v": value, "text": FILLER})
            value += 1
        sync(given["command"], folder)
        found.append(known(path))
    run.finish()
    for _ in range(2):
        sync(given["command"], folder)
        found.append(known(path))
    return found


answer_with(grow)

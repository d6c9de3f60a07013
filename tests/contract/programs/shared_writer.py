"""One of many processes that write to the same run.

project, id, label; primary: whether it owns the run; rows: list of values; line: printed once; config, summary.
`ready` is a file that appears once it is under way, and with `until` it goes on until that file exists.
"""

import time
from pathlib import Path

import wandb
from exchange import answer_with


def shared_writer(given: dict) -> dict:
    settings = wandb.Settings(
        mode="shared",
        x_primary=given["primary"],
        x_label=given["label"],
        x_update_finish_state=given["primary"],
        x_disable_stats=True,
        x_file_stream_transmit_interval=1,
        disable_git=True,
        save_code=False,
    )
    run = wandb.init(project=given["project"], id=given["id"], config=given["config"], settings=settings)
    for row in given["rows"]:
        run.log(row)
    print(given["line"], flush=True)
    if given.get("summary"):
        run.summary.update(given["summary"])
    if given.get("ready"):
        Path(given["ready"]).touch()
    while given.get("until") and not Path(given["until"]).exists():
        time.sleep(0.2)
    run.finish()
    return {"id": run.id}


answer_with(shared_writer)

"""Change or delete a run through the public API.

path; then any of title, notes, tags, group, config (updates), summary (updates); `stop`; `delete`.
"""

import wandb
from exchange import answer_with


def edit_run(given: dict) -> None:
    run = wandb.Api(timeout=60).run(given["path"])
    if given.get("delete"):
        run.delete()
        return
    if given.get("stop"):
        run.stop()
        return
    for ours, theirs in (("title", "name"), ("notes", "notes"), ("tags", "tags"), ("group", "group")):
        if ours in given:
            setattr(run, theirs, given[ours])
    run.config.update(given.get("config", {}))
    run.update()
    if "summary" in given:
        run.summary.update(given["summary"])


answer_with(edit_run)

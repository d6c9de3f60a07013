"""Logs rows, lines and artifacts, whatever happens to the server, until the file `end` appears.

id, project, rate (rows per second), every (rows between two artifacts), end, settings. Answers what it has logged.
"""

import time
from pathlib import Path

import wandb
from exchange import answer_with

WAIT_MAX_S = 1800


def value_of(step: int) -> float:
    return (step * 2654435761 % 1_000_003) / 997.0


def outlive(given: dict) -> dict:
    run = wandb.init(project=given["project"], id=given["id"], settings=wandb.Settings(**given["settings"]))
    end, limit = Path(given["end"]), time.monotonic() + WAIT_MAX_S
    step = artifacts = 0
    while not end.exists() and time.monotonic() < limit:
        # At its first artifact the client asks who it is, and raises when nobody answers within ten seconds: so the
        # first one comes at once.
        if step % given["every"] == 0:
            artifact = wandb.Artifact(f"state-{run.id}", "state")
            with artifact.new_file("state.txt") as file:
                file.write(f"{run.id} {step}\n" * 1000)
            run.log_artifact(artifact)
            artifacts += 1
        run.log({"value": value_of(step), "step_again": step})
        print(f"step {step}")
        step += 1
        time.sleep(1 / given["rate"])
    run.finish()
    return {"rows": step, "artifacts": artifacts}


answer_with(outlive)

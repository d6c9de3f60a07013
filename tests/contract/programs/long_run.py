"""Many rows at an even pace; the last ones only after the file `gate` exists, so that the run outlives its trials.

id, project, steps, rate (rows per second), held (rows kept back), gate, settings
"""

import time
from pathlib import Path

import wandb
from exchange import answer_with

GATE_WAIT_MAX_S = 400


def value_of(step: int) -> float:
    return (step * 2654435761 % 1_000_003) / 997.0


def wait_for(gate: Path) -> None:
    end = time.monotonic() + GATE_WAIT_MAX_S
    while not gate.exists():
        if time.monotonic() > end:
            raise TimeoutError(f"{gate} did not appear")
        time.sleep(0.1)


def long_run(given: dict) -> dict:
    gate, begin = Path(given["gate"]), time.monotonic()
    run = wandb.init(project=given["project"], id=given["id"], settings=wandb.Settings(**given["settings"]))
    for step in range(given["steps"]):
        if step == given["steps"] - given["held"]:
            wait_for(gate)
        run.log({"value": value_of(step), "step_again": step})
        if step % 1000 == 0:
            print(f"step {step}")
        if step % 50 == 0 and step < given["steps"] - given["held"]:
            time.sleep(max(0.0, begin + step / given["rate"] - time.monotonic()))
    run.finish()
    return {"entity": run.entity}


answer_with(long_run)

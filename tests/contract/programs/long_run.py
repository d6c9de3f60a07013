"""Many rows in phases: each but the first begins when the file of its number appears in the folder `gates`.

id, project, steps, phases, rate (rows per second), gates, settings. So the run outlives its trials, however slow.
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
    run = wandb.init(project=given["project"], id=given["id"], settings=wandb.Settings(**given["settings"]))
    length = -(-given["steps"] // given["phases"])
    for step in range(given["steps"]):
        phase, place = divmod(step, length)
        if phase and not place:
            wait_for(Path(given["gates"]) / str(phase))
        run.log({"value": value_of(step), "step_again": step})
        if step % 1000 == 0:
            print(f"step {step}")
        if step % 50 == 0:
            time.sleep(50 / given["rate"])
    run.finish()
    return {"entity": run.entity}


answer_with(long_run)

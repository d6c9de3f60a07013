"""A sweep whose runs `wandb sweep-scheduler` asks Optuna for; an agent of this program carries them out."""

import os
import subprocess
import sys
from pathlib import Path

import wandb
from exchange import record

RUNS = 3
config = {
    "name": "searched outside",
    "method": "custom",
    "metric": {"name": "score", "goal": "minimize"},
    "run_cap": RUNS,
    "scheduler": {"engine": "optuna", "source": "search_space.py", "search_space": "space"},
    "parameters": {"x": {"min": -2.0, "max": 2.0}, "n": {"values": [1, 2, 3]}},
}
sweep = wandb.sweep(config, project="searches")
path = f"{wandb.Api().default_entity}/searches/{sweep}"
scored = []


def train() -> None:
    with wandb.init() as run:
        found = dict(run.config)
        score = (found["x"] - 1) ** 2 + found["n"]
        run.log({"score": score})
        scored.append({"id": run.id, "config": found, "score": score})


command = [str(Path(sys.executable).with_name("wandb")), "sweep-scheduler", "--batch-size", "1", path]
# a program of its own, which shares no background process with this one
alone = {name: value for name, value in os.environ.items() if name != "WANDB_SERVICE"}
place = Path(__file__).parent
scheduler = subprocess.Popen(command, cwd=place, env=alone, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
try:
    wandb.agent(sweep, train, project="searches")
    said, _ = scheduler.communicate(timeout=100)
finally:
    scheduler.kill()
record({"path": path, "scored": scored, "code": scheduler.returncode, "said": said.decode()})

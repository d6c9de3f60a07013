"""Runs in a client's own environment: one run as a user would log it; prints how long each part of it took, as JSON.

python client_run.py STEPS METRICS
"""

import json
import random
import sys
import time

import wandb


def main() -> None:
    steps, metrics = (int(one) for one in sys.argv[1:3])
    names = [f"train/metric_{number}" for number in range(metrics)]
    random.seed(steps)
    began = time.perf_counter()
    run = wandb.init(project="load")
    opened = time.perf_counter()
    for _ in range(steps):
        run.log({name: random.random() for name in names})
    logged = time.perf_counter()
    run.finish()
    ended = time.perf_counter()
    print(json.dumps({"run": run.id, "init_s": opened - began, "log_s": logged - opened, "finish_s": ended - logged}))


main()

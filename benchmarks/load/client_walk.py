"""Runs in a client's own environment: walks all runs of a project; prints their number and the seconds, as JSON.

python client_walk.py ENTITY/PROJECT
"""

import json
import sys
import time

import wandb


def main() -> None:
    began = time.perf_counter()
    names = {run.id for run in wandb.Api(timeout=120).runs(sys.argv[1], per_page=100)}
    print(json.dumps({"runs": len(names), "seconds": time.perf_counter() - began}))


main()

"""Runs in a client's own environment: reads a whole run by `scan_history`; prints rows, seconds and a digest, as JSON.

python client_scan.py ENTITY/PROJECT/RUN METRIC…
"""

import hashlib
import inspect
import json
import sys
import time

import wandb

NEVER_CACHED = {"use_cache": False}


def main() -> None:
    path, *names = sys.argv[1:]
    run = wandb.Api(timeout=120).run(path)
    has_cache = "use_cache" in inspect.signature(run.scan_history).parameters
    digest, count = hashlib.sha256(), 0
    began = time.perf_counter()
    for row in run.scan_history(**NEVER_CACHED if has_cache else {}):
        digest.update(repr([row["_step"], *(row[name] for name in names)]).encode())
        count += 1
    took_s = time.perf_counter() - began
    print(json.dumps({"rows": count, "seconds": took_s, "digest": digest.hexdigest()}))


main()

"""A run that sends a request for nearly every row: `init`, `rows` values of `v`, a pause of `pause_s` between them."""

import time

import wandb
from exchange import answer_with


def steady(given: dict) -> dict:
    settings = wandb.Settings(x_file_stream_transmit_interval=0.05, x_disable_stats=True)
    run = wandb.init(settings=settings, **given["init"])
    started = time.monotonic()
    for value in range(given["rows"]):
        run.log({"v": value})
        time.sleep(given["pause_s"])
    run.finish()
    return {"path": f"{run.entity}/{run.project}/{run.id}", "seconds": time.monotonic() - started}


answer_with(steady)

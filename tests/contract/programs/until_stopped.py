"""A run that logs until it is interrupted: the file `ready` appears once it runs; the answer tells how it ended."""

import signal
import time
from pathlib import Path

import wandb
from exchange import answer_with

STOP_WAIT_MAX_S = 90


def until_stopped(given: dict) -> dict:
    # As in a terminal: what starts the tests in the background may have set interrupts to be ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    settings = wandb.Settings(x_file_stream_transmit_interval=1)
    run = wandb.init(project=given["project"], id=given["id"], settings=settings)
    end, step = time.monotonic() + STOP_WAIT_MAX_S, 0
    try:
        while time.monotonic() < end:
            run.log({"step_again": step})
            print(f"at step {step}")
            step += 1
            if step == 5:
                Path(given["ready"]).touch()
            time.sleep(0.2)
    except KeyboardInterrupt:
        run.finish(exit_code=255)
        return {"interrupted": True, "steps": step}
    run.finish()
    return {"interrupted": False, "steps": step}


answer_with(until_stopped)

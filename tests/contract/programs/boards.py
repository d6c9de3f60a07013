"""Event files of TensorBoard: logged along by a run (`sync_tensorboard`), and written alone for `wandb sync`.

project   where
runs      id → mode of runs that log along
alone     folder for event files that no run sees
The answer has the folder of each run.
"""

from pathlib import Path

import numpy as np
import wandb
from exchange import answer_with
from tensorboardX import SummaryWriter

STEPS = 20


def write(folder: str) -> None:
    writer = SummaryWriter(folder)
    for step in range(STEPS):
        writer.add_scalar("train/loss", 1 / (step + 4), step)
        writer.add_scalar("accuracy", step / 16, step)
    writer.add_histogram("weights", np.arange(64) / 64, STEPS)
    writer.add_text("words", "hello", STEPS)
    writer.close()


def boards(given: dict) -> dict:
    folders = {}
    for run_id, mode in given["runs"].items():
        with wandb.init(project=given["project"], id=run_id, mode=mode, sync_tensorboard=True) as run:
            write(str(Path(f"events-{run_id}").absolute()))
            folders[run_id] = str(Path(run.dir).parent)
        wandb.tensorboard.unpatch()
    write(given["alone"])
    return folders


answer_with(boards)

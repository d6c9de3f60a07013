"""Logs a run with everything that a backup must keep. Argument: the run's id."""

import sys
from pathlib import Path

import numpy as np
import wandb

name = sys.argv[1]
folder = Path(f"data-{name}")
folder.mkdir()
for number in range(5):
    (folder / f"file {number}.bin").write_bytes(name.encode() * 1000 * (number + 1))
(folder / "same.bin").write_bytes(b"the same content in every run" * 1000)

with wandb.init(project="kept", id=name, config={"lr": 0.1, "nested": {"depth": [1, 2, {"x": None}]}}) as run:
    for step in range(300):
        run.log({"loss": 1 / (step + 1), "odd": float("nan") if step % 50 == 0 else step, "text": f"s{step}"})
        if step % 100 == 0:
            print(f"line {step} ü")
    run.log({"picture": wandb.Image(np.full((8, 8, 3), 77, np.uint8)), "table": wandb.Table(["a"], [[1], [2]])})
    run.tags = ("kept", name)
    kept = Path(run.dir) / "notes ü.txt"
    kept.write_text(f"notes of {name}")
    run.save(str(kept), base_path=run.dir)
    artifact = wandb.Artifact("dataset", "dataset", metadata={"of": name})
    artifact.add_dir(str(folder))
    run.log_artifact(artifact, aliases=["best", name]).wait()

"""Log a run with rows, a file and an artifact into a team, and read it all again."""

import json
import sys
from pathlib import Path

import wandb

team, folder = sys.argv[1], Path(sys.argv[2])
(folder / "model.bin").write_bytes(bytes(range(256)) * 40)
with wandb.init(entity=team, project="p", id="r1", dir=folder) as run:
    for step in range(300):
        run.log({"loss": step / 7})
    artifact = wandb.Artifact("weights", type="model")
    artifact.add_file(str(folder / "model.bin"))
    run.log_artifact(artifact).wait()
    run.save(str(folder / "model.bin"), base_path=str(folder))

api = wandb.Api()
read = api.run(f"{team}/p/r1")
got = Path(api.artifact(f"{team}/p/weights:latest").download(str(folder / "got"))) / "model.bin"
with read.file("model.bin").download(str(folder / "file"), replace=True) as file:
    saved = Path(file.name).read_bytes()
print(
    json.dumps(
        {
            "rows": len(list(read.scan_history())),
            "artifact": got.read_bytes() == (folder / "model.bin").read_bytes(),
            "file": saved == (folder / "model.bin").read_bytes(),
        }
    )
)

"""Versions with a time to live: set before they are logged, read back, changed, inherited, switched off."""

from datetime import timedelta
from pathlib import Path

import wandb
from exchange import answer_with


def log(project: str, name: str, ttl: float | None) -> None:
    path = Path(f"{name}.txt")
    path.write_text(name * 1000, encoding="utf-8")
    with wandb.init(project=project, settings=wandb.Settings(silent=True)) as run:
        artifact = wandb.Artifact(name, type="dataset")
        artifact.add_file(str(path), name="x.txt")
        if ttl is not None:
            artifact.ttl = timedelta(seconds=ttl)
        run.log_artifact(artifact).wait()


def seconds(artifact) -> float | None:
    return None if artifact.ttl is None else artifact.ttl.total_seconds()


def live(given: dict) -> dict:
    project = given["project"]
    for name, ttl in given["log"].items():
        log(project, name, ttl)
    api = wandb.Api(timeout=60)
    path = f"{api.default_entity}/{project}"
    found = {"logged": {name: seconds(api.artifact(f"{path}/{name}:v0")) for name in given["log"]}, "saved": []}
    for ttl in (timedelta(hours=3), None, wandb.ArtifactTTL.INHERIT):
        artifact = api.artifact(f"{path}/changed:v0")
        artifact.ttl = ttl
        artifact.save()
        found["saved"].append(seconds(api.artifact(f"{path}/changed:v0")))
    return found


answer_with(live)

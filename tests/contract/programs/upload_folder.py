"""A folder is logged as one artifact, which is waited for.

project, run, name   where, and what it is called
folder               what is logged
settings             keyword arguments of wandb.Settings
"""

import wandb
from exchange import answer_with


def upload_folder(given: dict) -> dict:
    settings = wandb.Settings(silent=True, **given.get("settings", {}))
    with wandb.init(project=given["project"], id=given["run"], resume="allow", settings=settings) as run:
        artifact = wandb.Artifact(given["name"], type="dataset")
        artifact.add_dir(given["folder"], policy="immutable")
        run.log_artifact(artifact).wait()
        return {"version": artifact.version, "count": artifact.file_count, "size": artifact.size}


answer_with(upload_folder)

"""What the public API says about artifact versions: `names` is a list of "entity/project/name:alias"."""

import hashlib
from pathlib import Path

import wandb
from exchange import answer_with


def describe(artifact, number: int) -> dict:
    root = Path(artifact.download(str(Path(f"artifact-{number}").absolute())))
    artifact.verify(str(root))
    return {
        "name": artifact.name,
        "type": artifact.type,
        "version": artifact.version,
        "aliases": sorted(artifact.aliases),
        "metadata": artifact.metadata,
        "description": artifact.description,
        "size": artifact.size,
        "digest": artifact.digest,
        "state": artifact.state,
        "files": {
            str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(root.rglob("*"))
            if path.is_file()
        },
        "logged_by": getattr(artifact.logged_by(), "id", None),
        "used_by": sorted(run.id for run in artifact.used_by()),
    }


def read_table(artifact, key: str) -> dict:
    table = artifact.get(key)
    return {"columns": table.columns, "rows": table.data}


def read_artifacts(given: dict) -> dict:
    api = wandb.Api(timeout=60)
    found = {name: describe(api.artifact(name), number) for number, name in enumerate(given["names"])}
    tables = {name: read_table(api.artifact(name), key) for name, key in given.get("tables", {}).items()}
    return {"artifacts": found, "tables": tables}


answer_with(read_artifacts)

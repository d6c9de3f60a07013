"""Prints all that the public API tells of the project, as one line of JSON."""

import hashlib
import json
import tempfile
from pathlib import Path

import wandb


def md5_of(path: Path) -> str:
    return hashlib.md5(path.read_bytes()).hexdigest()


def files_of(run) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        for file in run.files():
            file.download(root=folder, replace=True)
        return {
            str(path.relative_to(folder)): md5_of(path) for path in sorted(Path(folder).rglob("*")) if path.is_file()
        }


def artifacts_of(run) -> dict[str, object]:
    told = {}
    for artifact in run.logged_artifacts():
        with tempfile.TemporaryDirectory() as folder:
            artifact.download(root=folder)
            contents = {str(p.relative_to(folder)): md5_of(p) for p in sorted(Path(folder).rglob("*")) if p.is_file()}
        told[artifact.name] = [artifact.digest, sorted(artifact.aliases), artifact.metadata, artifact.size, contents]
    return told


told = {}
for run in wandb.Api().runs("kept", order="+created_at"):
    told[run.id] = {
        "name": run.name,
        "state": run.state,
        "tags": sorted(run.tags),
        "created": run.created_at,
        "config": run.config,
        "summary": dict(run.summary._json_dict),
        "history": [json.dumps(row, sort_keys=True) for row in run.scan_history(page_size=1000)],
        "files": files_of(run),
        "artifacts": artifacts_of(run),
    }
print(json.dumps(told, sort_keys=True, default=str))

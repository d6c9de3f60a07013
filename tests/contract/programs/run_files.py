"""A run's files through the public API: upload, list by pages, names and patterns, download, delete.

path    "entity/project/run"
files   name → text
pattern for one listing
delete  names to delete in the end
"""

from pathlib import Path

import wandb
from exchange import answer_with


def run_files(given: dict) -> dict:
    run = wandb.Api(timeout=60).run(given["path"])
    root = Path("upload")
    for name, text in given["files"].items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        run.upload_file(str(path), root=str(root))
    again = wandb.Api(timeout=60).run(given["path"])
    texts = {}
    for file in again.files(per_page=2):
        with file.download(root="down", replace=True) as opened:
            texts[file.name] = Path(opened.name).read_text(encoding="utf-8")
    names = list(given["files"])[:2]
    found = {
        "texts": texts,
        "order": [file.name for file in again.files(per_page=2)],
        "length": len(again.files(per_page=2)),
        "named": [file.name for file in again.files(names=names)],
        "sizes": {file.name: file.size for file in again.files()},
        "types": {file.name: file.mimetype for file in again.files()},
        "pattern": [file.name for file in again.files(pattern=given["pattern"])] if given.get("pattern") else None,
        "state": again.state,
    }
    for name in given["delete"]:
        again.file(name).delete()
    left = wandb.Api(timeout=60).run(given["path"])
    found["left"] = [file.name for file in left.files(per_page=2)]
    return found


answer_with(run_files)

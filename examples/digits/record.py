"""What the program logged, in its own words: numbers as they were, files by their SHA-256."""

import hashlib
import json
from pathlib import Path


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def scalars(row: dict, prefix: str = "") -> dict:
    """The numbers of `row`, nested ones under dotted keys; media left out."""
    found = {}
    for key, value in row.items():
        if isinstance(value, dict):
            found |= scalars(value, f"{prefix}{key}.")
        elif isinstance(value, int | float):
            found[prefix + key] = value
    return found


class Record:
    """Collects per run, by the name of the job; `write` saves it as one JSON document."""

    def __init__(self) -> None:
        self._runs: dict[str, dict] = {}
        self._open: dict = {}

    def begin(self, job: str, run) -> None:
        self._open = {
            "path": run.path,
            "name": run.name,
            "group": run.group,
            "tags": list(run.tags or ()),
            "notes": run.notes,
            "config": json.loads(json.dumps(dict(run.config))),
            "rows": [],
            "pictures": {},
            "tables": {},
            "artifacts": {},
            "files": {},
        }
        self._runs[job] = self._open

    def row(self, run, row: dict) -> None:
        self._open["rows"].append({"step": run.step, "values": scalars(row)})

    def pictures(self, key: str, pictures: list[tuple[Path, str]]) -> None:
        kept = [{"sha256": digest(path), "caption": caption} for path, caption in pictures]
        self._open["pictures"].setdefault(key, []).append(kept)

    def table(self, key: str, columns: list[str], rows: list[list]) -> None:
        self._open["tables"][key] = {"columns": columns, "rows": rows}

    def artifact(self, job: str, artifact, aliases: list[str], folder: Path, prefix: str = "") -> None:
        files = {
            prefix + str(path.relative_to(folder)): digest(path) for path in sorted(folder.iterdir()) if path.is_file()
        }
        self._open["artifacts"][job] = {
            "name": artifact.name.split(":")[0],
            "type": artifact.type,
            "aliases": aliases,
            "metadata": artifact.metadata,
            "files": files,
        }

    def file(self, name: str, path: Path) -> None:
        self._open["files"][name] = digest(path)

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(self._runs, indent=1, ensure_ascii=False), encoding="utf-8")

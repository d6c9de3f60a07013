"""One run of any client version, as the arguments describe it.

init        keyword arguments of wandb.init
settings    keyword arguments of wandb.Settings
rows        list of [step or null, values]
console     texts written to standard output as they are, with their own line ends
files       name → text, saved with the run
artifact    {name, type, aliases, files: name → text}, logged and waited for
use         "name:alias", fetched with use_artifact
summary     updates of the summary
The answer tells where the run is and, after `use`, the text of each file that came.
"""

import sys
from pathlib import Path

import wandb
from exchange import answer_with


def save_files(run, files: dict) -> None:
    for name, text in files.items():
        path = Path(run.dir) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        run.save(str(path), base_path=run.dir, policy="end")


def log_artifact(run, spec: dict, folder: Path) -> None:
    artifact = wandb.Artifact(spec["name"], type=spec["type"], metadata=spec.get("metadata"))
    for name, text in spec["files"].items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        artifact.add_file(str(path), name=name)
    run.log_artifact(artifact, aliases=spec.get("aliases")).wait()


def fetch_artifact(run, name: str, folder: Path) -> dict:
    root = Path(run.use_artifact(name).download(str(folder)))
    return {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in root.rglob("*") if path.is_file()}


def log_run(given: dict) -> dict:
    run = wandb.init(settings=wandb.Settings(**given.get("settings", {})), **given.get("init", {}))
    found = {
        "id": run.id,
        "entity": run.entity,
        "project": run.project,
        "title": run.name,
        "first_step": run.starting_step,
        "resumed": bool(run.resumed),
    }
    for step, values in given.get("rows", []):
        run.log(values, step=step)
    for text in given.get("console", []):
        sys.stdout.write(text)
        sys.stdout.flush()
    save_files(run, given.get("files", {}))
    if "artifact" in given:
        log_artifact(run, given["artifact"], Path("made").absolute())
    if "use" in given:
        found["fetched"] = fetch_artifact(run, given["use"], Path("fetched").absolute())
    run.summary.update(given.get("summary", {}))
    run.finish()
    return found


answer_with(log_run)

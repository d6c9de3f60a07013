"""Versions made from others: of many files, on top of a base, from a draft, and by several writers together."""

from pathlib import Path

import wandb
from exchange import answer_with


def start(project: str, run_id: str, **options):
    return wandb.init(project=project, id=run_id, settings=wandb.Settings(silent=True), **options)


def file(name: str, text: str) -> str:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return str(path)


def many(project: str, count: int) -> dict:
    folder = Path("many")
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:04}.txt").write_text(f"number {number}", encoding="utf-8")
    artifact = wandb.Artifact("heap", type="dataset")
    artifact.add_dir(str(folder))
    with start(project, "heaper") as run:
        run.log_artifact(artifact).wait()
        root = Path(run.use_artifact("heap:latest").download(str(Path("heap").absolute())))
    wrong = [path.name for path in root.iterdir() if path.read_bytes() != (folder / path.name).read_bytes()]
    return {"files": len(list(root.iterdir())), "wrong": wrong, "file_count": artifact.file_count}


def describe(artifact) -> dict:
    return {"version": artifact.version, "files": sorted(artifact.manifest.entries), "count": artifact.file_count}


def on_top(project: str) -> dict:
    with start(project, "grower") as run:
        artifact = wandb.Artifact("pile", type="dataset")
        artifact.add_file(file("a.txt", "a"))
        artifact.add_file(file("b.txt", "b"))
        run.log_artifact(artifact).wait()
        more = wandb.Artifact("pile", type="dataset", incremental=True)
        more.add_file(file("b.txt", "another b"))
        more.add_file(file("c.txt", "c"))
        run.log_artifact(more).wait()
        root = Path(run.use_artifact("pile:latest").download(str(Path("pile").absolute())))
        texts = {path.name: path.read_text(encoding="utf-8") for path in root.iterdir()}
        draft = run.use_artifact("pile:latest").new_draft()
        draft.remove("a.txt")
        draft.add_file(file("d.txt", "d"))
        run.log_artifact(draft).wait()
        return {"texts": texts, "incremental": describe(more), "draft": describe(draft)}


def together(project: str) -> dict:
    for number in (1, 2):
        with start(project, f"writer-{number}", group="crew") as run:
            part = wandb.Artifact("shared", type="dataset")
            part.add_file(file(f"part-{number}.txt", f"part {number}"))
            run.upsert_artifact(part, distributed_id="crew-1")
    with start(project, "finisher", group="crew") as run:
        last = wandb.Artifact("shared", type="dataset")
        last.add_file(file("part-3.txt", "part 3"))
        run.finish_artifact(last, distributed_id="crew-1").wait()
        root = Path(run.use_artifact("shared:latest").download(str(Path("shared").absolute())))
        return {path.name: path.read_text(encoding="utf-8") for path in root.iterdir()}


def grow(given: dict) -> dict:
    project = given["project"]
    return {"many": many(project, given["count"]), "on_top": on_top(project), "together": together(project)}


answer_with(grow)

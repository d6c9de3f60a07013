"""What people do with versions later: name, tag, describe, rename, link, delete. Reads back after every step."""

from pathlib import Path

import wandb
from exchange import answer_with


def log(project: str, run_id: str, text: str, **options) -> str:
    path = Path(f"{run_id}.txt")
    path.write_text(text, encoding="utf-8")
    with wandb.init(project=project, id=run_id, settings=wandb.Settings(silent=True)) as run:
        artifact = wandb.Artifact("thing", type="dataset")
        artifact.add_file(str(path), name="x.txt")
        run.log_artifact(artifact, **options).wait()
        return artifact.version


def describe(artifact) -> dict:
    return {
        "name": artifact.name,
        "aliases": sorted(artifact.aliases),
        "tags": sorted(artifact.tags),
        "metadata": artifact.metadata,
        "description": artifact.description,
    }


def edit(artifact) -> None:
    artifact.aliases = [*artifact.aliases, "champion"]
    artifact.aliases.remove("first")
    artifact.tags = [*artifact.tags, "two words"]
    artifact.metadata["seen"] = True
    artifact.description = "looked at"
    artifact.save()


def link(api, project: str) -> dict:
    api.artifact(f"{project}/thing:v0").link(f"{project}/shelf", aliases=["shown"])
    linked = api.artifact(f"{project}/shelf:shown")
    found = {"name": linked.name, "source": linked.source_name, "files": [item.name for item in linked.files()]}
    linked.unlink()
    return found | {"after": api.artifact_exists(f"{project}/shelf:shown")}


def delete(api, project: str) -> dict:
    newest = api.artifact(f"{project}/thing:v1")
    try:
        newest.delete()
    except wandb.errors.CommError as error:
        refused = str(error)
    newest.delete(delete_aliases=True)
    left = [item.name for item in api.artifacts("dataset", f"{project}/thing")]
    return {"refused": refused, "left": left, "latest": api.artifact(f"{project}/thing:latest").version}


def curate(given: dict) -> dict:
    name = given["project"]
    found = {"made": [log(name, "one", "1", aliases=["first"], tags=["raw"]), log(name, "two", "2")]}
    api = wandb.Api(timeout=60)
    project = f"{api.default_entity}/{name}"
    edit(api.artifact(f"{project}/thing:first"))
    found["edited"] = describe(api.artifact(f"{project}/thing:champion"))
    found["first_is_gone"] = not api.artifact_exists(f"{project}/thing:first")
    found["linked"] = link(api, project)
    found["deleted"] = delete(api, project)
    found["next"] = log(name, "three", "3")
    collection = api.artifact_collection("dataset", f"{project}/thing")
    collection.name, collection.tags = "renamed", ["kept"]
    collection.save()
    found["renamed"] = [api.artifact(f"{project}/renamed:latest").version, sorted(collection.tags)]
    api.artifact_collection("dataset", f"{project}/renamed").delete()
    found["collections"] = [item.name for item in api.artifact_collections(project, "dataset")]
    return found


answer_with(curate)

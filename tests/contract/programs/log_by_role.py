"""A program whose role in a team lets it log and no more: what it logs, and what it is told of all else.

team: where it logs
"""

from collections.abc import Callable

import wandb
from exchange import answer_with


def log_by_role(given: dict) -> dict:
    team = given["team"]
    with wandb.init(entity=team, project="p", settings=wandb.Settings(console="off")) as run:
        run.log({"a": 1})
        artifact = wandb.Artifact("made", type="dataset")
        with artifact.new_file("a.txt") as file:
            file.write("alpha")
        logged = run.log_artifact(artifact)
        logged.wait()
        path = f"{team}/p/{run.id}"
    api = wandb.Api(timeout=60)
    stored, version = api.run(path), api.artifact(f"{team}/p/made:latest")
    summary = stored.summary["a"]
    version.description = "changed"
    refused = {
        "delete a file": told(stored.file("wandb-summary.json").delete),
        "delete a run": told(stored.delete),
        "change an artifact": told(version.save),
        "delete an artifact": told(lambda: version.delete(delete_aliases=True)),
    }
    fresh = wandb.Api(timeout=60)
    return {
        "logged": {"a": summary, "artifact": version.state},
        "administers": next(item.admin for item in api.team(team).members if item.username == api.viewer.username),
        "refused": refused,
        "left": {
            "runs": len(fresh.runs(f"{team}/p")),
            "versions": len(list(fresh.artifacts("dataset", f"{team}/p/made"))),
        },
    }


def told(change: Callable[[], object]) -> str:
    """Return what the client makes of a refusal."""
    try:
        change()
    except Exception as error:  # noqa: BLE001 - whatever the client makes of it
        return f"{type(error).__name__}: {error}"
    return "it was done"


answer_with(log_by_role)

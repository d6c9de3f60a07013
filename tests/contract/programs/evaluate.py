"""A dataset grows and is cleaned, a model is trained on it, a third run judges both: what three runs leave behind.

Everything is found again by every form of its name, and by the command line.
"""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import wandb
from exchange import answer_with

QUIET = wandb.Settings(silent=True)


def file(name: str, text: str) -> str:
    path = Path(name).absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path)


def collect(project: str, page: str) -> dict:
    with wandb.init(project=project, id="collect", settings=QUIET) as run:
        data = wandb.Artifact("data", type="dataset", metadata={"rows": 2})
        data.add_file(file("raw/a.txt", "a"), name="a.txt")
        data.add_reference(page, name="page.txt")
        data.add_reference(Path(file("raw/near.txt", "near")).as_uri(), name="near.txt")
        data.ttl = timedelta(days=30)
        first = run.log_artifact(data, aliases=["raw"], tags=["checked"]).wait()
        more = wandb.Artifact("data", type="dataset", incremental=True)
        more.add_file(file("raw/b.txt", "b"), name="b.txt")
        second = run.log_artifact(more, aliases=["clean"]).wait()
        return {
            "versions": [first.version, second.version],
            "ttl": first.ttl.days,
            "files": sorted(second.manifest.entries),
            "entity": run.entity,
        }


def train(project: str) -> dict:
    with wandb.init(project=project, id="train", settings=QUIET) as run:
        data = run.use_artifact("data:clean")
        root = data.download(str(Path("training").absolute()))
        data.verify(root)
        model = wandb.Artifact("model", type="model")
        model.add_file(file("weights.bin", "weights"))
        model.add(wandb.Table(columns=["x"], data=[[1], [2]]), "table")
        run.log_artifact(model, aliases=["best"]).wait()
        texts = {path.name: path.read_text(encoding="utf-8") for path in Path(root).iterdir()}
        return {"texts": texts}


def judge(project: str) -> dict:
    with wandb.init(project=project, id="judge", settings=QUIET) as run:
        model, data = run.use_artifact("model:best"), run.use_artifact("data:v1")
        report = wandb.Artifact("report", type="evaluation")
        report.add_reference(model.get_entry("weights.bin"), name="judged.bin")
        report.add_file(file("score.txt", "0.9"))
        run.log_artifact(report).wait()
        root = Path(run.use_artifact("report:latest").download(str(Path("report").absolute())))
        table = model.get("table")
        return {
            "judged": (root / "judged.bin").read_text(encoding="utf-8"),
            "table": table.data,
            "entry": Path(data.get_entry("b.txt").download(str(Path("one").absolute()))).read_text(encoding="utf-8"),
        }


def names(api, entity: str, project: str) -> dict:
    forms = ["data:v0", "data:raw", "data:latest", "data:clean", "data"]
    places = [f"{entity}/{project}/{{}}", f"{project}/{{}}"]
    return {form: {api.artifact(place.format(form)).version for place in places}.pop() for form in forms}


def graph(api, project: str) -> dict:
    data, model = api.artifact(f"{project}/data:v1"), api.artifact(f"{project}/model:v0")
    judged = api.run(f"{project}/judge")
    return {
        "data": [data.logged_by().id, sorted(run.id for run in data.used_by())],
        "model": [model.logged_by().id, sorted(run.id for run in model.used_by())],
        "inputs": sorted(item.name for item in judged.used_artifacts()),
        "outputs": sorted(item.name for item in judged.logged_artifacts()),
        "types": sorted(kind.name for kind in api.artifact_types(project) if not kind.name.startswith("wandb-")),
        "tags": api.artifact(f"{project}/data:v0").tags,
    }


def command(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "wandb", "artifact", *words], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def by_hand(entity: str, project: str) -> dict:
    file("folder/deep/c.txt", "c")
    put = command("put", "folder", "--name", f"{entity}/{project}/by-hand", "--type", "dataset", "--alias", "mine")
    command("get", f"{entity}/{project}/by-hand:mine", "--root", "fetched")
    command("cache", "cleanup", "1GB")
    return {
        "put": "by-hand" in put,
        "got": Path("fetched/deep/c.txt").read_text(encoding="utf-8"),
        "listed": "by-hand:v0" in command("ls", f"{entity}/{project}"),
    }


def evaluate(given: dict) -> dict:
    project = given["project"]
    found = {"collected": collect(project, given["page"]), "trained": train(project), "judged": judge(project)}
    api, entity = wandb.Api(timeout=60), found["collected"]["entity"]
    found |= {"names": names(api, entity, project), "graph": graph(api, project), "by_hand": by_hand(entity, project)}
    return found


answer_with(evaluate)

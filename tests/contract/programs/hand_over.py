"""A dataset is logged, used by another run and becomes a model; then everything is read back.

project   where
files     name → text of the dataset
reference text of a file that the dataset only refers to
"""

from pathlib import Path

import wandb
from exchange import answer_with


def log(run, artifact, aliases=None):
    run.log_artifact(artifact, aliases=aliases)
    artifact.wait()
    return artifact


def make_dataset(given: dict, folder: Path):
    artifact = wandb.Artifact("corpus", type="dataset", metadata={"parts": [1, 2], "of": "text"}, description="words")
    for name, text in given["files"].items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    artifact.add_dir(str(folder))
    referred = folder.parent / "referred.txt"
    referred.write_text(given["reference"], encoding="utf-8")
    artifact.add_reference(referred.as_uri(), name="elsewhere.txt")
    return artifact


def texts(root: str) -> dict:
    files = (path for path in sorted(Path(root).rglob("*")) if path.is_file())
    return {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in files}


def contents(manifest) -> dict:
    return {path: [entry.digest, entry.size, entry.ref] for path, entry in manifest.entries.items()}


def hand_over(given: dict) -> dict:
    project, found = given["project"], {}
    with wandb.init(project=project, id="maker", settings=wandb.Settings(silent=True)) as run:
        made = log(run, make_dataset(given, Path("made").absolute()), ["clean"])
        found["made"] = {"version": made.version, "digest": made.digest, "contents": contents(made.manifest)}
        found["again"] = log(run, make_dataset(given, Path("made").absolute())).version
    with wandb.init(project=project, id="trainer", settings=wandb.Settings(silent=True)) as run:
        dataset = run.use_artifact("corpus:clean")
        root = dataset.download(str(Path("got").absolute()))
        dataset.verify(root)
        found["got"] = texts(root)
        found["contents"] = contents(dataset.manifest)
        model = wandb.Artifact("net", type="model")
        weights = Path("weights.bin")
        weights.write_bytes(bytes(range(256)))
        model.add_file(str(weights))
        log(run, model, ["best"])
        entity = run.entity
    found |= read_back(wandb.Api(timeout=60), f"{entity}/{project}")
    return found


def read_back(api, project: str) -> dict:
    names = ["corpus:v0", "corpus:latest", "corpus:clean", "net:best"]
    read = {name: api.artifact(f"{project}/{name}") for name in names}
    trainer = api.run(f"{project}/trainer")
    dataset = read["corpus:v0"]
    return {
        "versions": {name: [item.version, item.type, item.digest, item.size] for name, item in read.items()},
        "aliases": sorted(dataset.aliases),
        "metadata": dataset.metadata,
        "description": dataset.description,
        "used_by": [run.id for run in dataset.used_by()],
        "logged_by": [dataset.logged_by().id, read["net:best"].logged_by().id],
        "inputs": [item.name for item in trainer.used_artifacts()],
        "outputs": [item.name for item in trainer.logged_artifacts()],
    }


answer_with(hand_over)

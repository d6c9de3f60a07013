"""A version whose files are named by XXH128: made, used by another run, extended, and what refuses the other kind."""

from pathlib import Path

import wandb
from exchange import answer_with

KIND = "XXH128"


def file(name: str, content: bytes) -> str:
    path = Path(name).absolute()
    path.write_bytes(content)
    return str(path)


def log(run, name: str, files: dict[str, bytes], **options):
    artifact = wandb.Artifact(name, type="dataset", **options)
    for path, content in files.items():
        artifact.add_file(file(path, content), name=path)
    return run.log_artifact(artifact).wait()


def describe(artifact, folder: str) -> dict:
    root = Path(artifact.download(str(Path(folder).absolute()), skip_cache=True))
    artifact.verify(str(root))
    return {
        "version": artifact.version,
        "algorithm": str(artifact.digest_algorithm.value),
        "digest": artifact.digest,
        "files": {path.name: path.read_bytes().decode() for path in sorted(root.iterdir())},
        "digests": {path: entry.digest for path, entry in artifact.manifest.entries.items()},
    }


def digests(given: dict) -> dict:
    project, found = given["project"], {}
    files = {"a.txt": b"alpha", "b.txt": b"beta"}
    with wandb.init(project=project, id="maker", settings=wandb.Settings(silent=True)) as run:
        found["logged"] = log(run, "fast", files, digest_algorithm=KIND).version
        found["again"] = log(run, "fast", files, digest_algorithm=KIND).version
        more = log(run, "fast", {"c.txt": b"gamma"}, digest_algorithm=KIND, incremental=True)
        found["more"] = describe(more, "more")
        log(run, "slow", files)
        found["rehashed"] = describe(log(run, "slow", {"d.txt": b"delta"}, digest_algorithm=KIND), "slow")
    with wandb.init(project=project, id="user", settings=wandb.Settings(silent=True)) as run:
        found["used"] = describe(run.use_artifact("fast:v0"), "used")
    found["read"] = describe(wandb.Api(timeout=60).artifact(f"{project}/fast:v1"), "read")
    return found


answer_with(digests)

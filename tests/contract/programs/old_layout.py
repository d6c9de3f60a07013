"""An artifact in the layout that clients wrote first, logged by one run and fetched by another.

The environment asks for it (`_WANDB_USE_V1_ARTIFACTS`).
"""

from pathlib import Path

import wandb
from exchange import answer_with

TEXTS = {"a.txt": "alpha", "deep/b.txt": "beta ü"}


def old_layout(given: dict) -> dict:
    for name, text in TEXTS.items():
        path = Path("made") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with wandb.init(project=given["project"], id="maker") as run:
        artifact = wandb.Artifact("old", type="dataset")
        artifact.add_dir("made")
        run.log_artifact(artifact).wait()
        entity = run.entity
    with wandb.init(project=given["project"], id="reader") as run:
        used = run.use_artifact("old:v0")
        root = Path(used.download(str(Path("got").absolute())))
        used.verify(str(root))
        return {
            "entity": entity,
            "layout": used.manifest.to_manifest_json()["storagePolicyConfig"].get("storageLayout", "V1"),
            "texts": {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in root.rglob("*.txt")},
        }


answer_with(old_layout)

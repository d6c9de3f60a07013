"""Tables of every mode, logged by the client, and what its public API reads back of them.

path    "project/run id"
rows    how many rows the long table has
The answer has `summary`, the values of the tables; `artifacts`, the version and the entries of each; and `back`, cells
that the client itself reads from the artifact.
"""

import datetime as dt
import wave
from pathlib import Path

import numpy as np
import wandb
from exchange import answer_with

WORDS = ["cat", "dog", "bird", "fish", "horse"]


def sound(path: Path) -> str:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\x00\x10" * 800)
    return str(path)


def picture(number: int) -> wandb.Image:
    pixels = np.zeros((28, 28, 3), dtype=np.uint8)
    pixels[4 : 8 + number % 20, 6:22] = (40 * (number % 6), 120, 220 - number % 200)
    mask = {"mask_data": (pixels[..., 0] > 60).astype(np.uint8), "class_labels": {0: "ground", 1: "thing"}}
    box = {"position": {"minX": 0.2, "maxX": 0.8, "minY": 0.1, "maxY": 0.6}, "class_id": 1}
    return wandb.Image(
        pixels,
        caption=f"picture {number}",
        masks={"model": mask},
        boxes={"truth": {"box_data": [box], "class_labels": {1: "thing"}}},
    )


def media(folder: Path) -> wandb.Table:
    columns = ["id", "image", "label", "guess", "score", "sound", "page", "embedding", "when", "nested"]
    table = wandb.Table(columns=columns)
    day = dt.datetime(2024, 1, 31, 12, tzinfo=dt.UTC)
    for number in range(24):
        label, guess = WORDS[number % 5], WORDS[(number + number % 3) % 5]
        table.add_data(
            number,
            picture(number),
            label,
            guess,
            None if number == 5 else number / 7,
            wandb.Audio(sound(folder / f"{number}.wav"), sample_rate=8000, caption=f"tone {number}"),
            wandb.Html(f"<h1>{label}</h1><script>document.title = 'ran'</script>", inject=False),
            [float(np.sin(number + step / 3)) for step in range(32)],
            day + dt.timedelta(hours=number),
            {"source": label, "tags": [guess, label]},
        )
    return table


def long_table(rows: int) -> wandb.Table:
    rng = np.random.default_rng(0)
    scores = rng.random(rows).tolist()
    data = [[number, f"{WORDS[number % 5]} {number}", scores[number], number % 3 == 0] for number in range(rows)]
    return wandb.Table(columns=["id", "text", "score", "ok"], data=data, optional=False)


def main(given: dict) -> dict:
    path, rows = given["path"], given["rows"]
    project, run_id = path.split("/")
    with wandb.init(project=project, id=run_id) as run:
        run.log({"eval": media(Path.cwd()), "long": long_table(rows)})
        growing = wandb.Table(columns=["step", "loss"], log_mode="INCREMENTAL")
        for step in range(3):
            growing.add_data(step, 1 / (step + 1))
            run.log({"growing": growing})
    found = wandb.Api().run(f"{run.entity}/{path}")
    artifacts = {}
    for version in found.logged_artifacts():
        entries = list(version.manifest.entries)
        artifacts[version.name] = {"type": version.type, "version": version.version, "entries": entries}
    (name,) = [name for name in artifacts if name.startswith(f"run-{run_id}-eval")]
    back = wandb.Api().artifact(f"{run.entity}/{project}/{name}").get("eval.table.json")
    return {
        "entity": run.entity,
        "summary": {key: dict(found.summary[key]) for key in ("eval", "long", "growing")},
        "artifacts": artifacts,
        "back": [[row[0], row[2], row[3], row[4]] for _, row in back.iterrows()],
    }


answer_with(main)

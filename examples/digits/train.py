"""Train a small neural network on scikit-learn's handwritten digits and log all of it.

Two runs in one group: `prepare` stores the data as an artifact, `train` fetches it, trains for a few epochs
and logs scalars, images, a histogram, a table, a confusion matrix, console output, system metrics and the
model. `--record FILE` also writes what was logged as JSON, so that a reader can compare it with what comes back.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import wandb
from model import ALPHA, BETAS, Model, load_split, save_dataset
from record import Record
from report import draw_misclassified, prediction_rows, progress_line

CLASS_NAMES = [str(digit) for digit in range(10)]
BOLD, GREEN, RED, RESET = "\x1b[1m", "\x1b[32m", "\x1b[31m", "\x1b[0m"


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--project", default="digits")
    parser.add_argument("--group", default=f"digits-{int(time.time())}")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--hidden", type=int, nargs="+", default=[48, 24])
    parser.add_argument("--learning-rate", type=float, default=0.003)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--pause", type=float, default=0.02, help="seconds after each step, to watch it live")
    parser.add_argument("--record", type=Path, help="also write what was logged to this JSON file")
    return parser.parse_args()


def nested_config(arguments: argparse.Namespace) -> dict:
    return {
        "epochs": arguments.epochs,
        "batch_size": arguments.batch_size,
        "seed": arguments.seed,
        "model": {"kind": "mlp", "hidden": arguments.hidden, "activation": "relu"},
        "optimizer": {
            "name": "adam",
            "learning_rate": arguments.learning_rate,
            "betas": list(BETAS),
            "penalty": {"kind": "l2", "alpha": ALPHA},
        },
        "data": {"name": "digits", "validation_share": 0.2, "scaled": True, "classes": CLASS_NAMES},
        "note": "naïve baseline – 8×8 pixels",
    }


def start(arguments: argparse.Namespace, job_type: str, **options) -> wandb.Run:
    return wandb.init(
        project=arguments.project,
        group=arguments.group,
        job_type=job_type,
        tags=["digits", "example"],
        settings=wandb.Settings(x_stats_sampling_interval=1.0),
        **options,
    )


def prepare(arguments: argparse.Namespace, folder: Path, record: Record) -> None:
    """Store the data set as version of the artifact `digits`."""
    with start(arguments, "prepare") as run:
        record.begin("prepare", run)
        artifact = wandb.Artifact(
            "digits", type="dataset", description="1,797 digits of 8×8 pixels", metadata={"classes": 10}
        )
        for path in save_dataset(folder):
            artifact.add_file(str(path), name=f"data/{path.name}")
        run.log_artifact(artifact, aliases=["latest", "full"])
        record.artifact("dataset", artifact, ["latest", "full"], folder, prefix="data/")
        if not run.offline:
            artifact.wait()
        run.summary["samples"] = 1797


def fetch_dataset(run: wandb.Run, folder: Path) -> Path:
    """The data as the server has it; offline there is no server to ask, so the local copy."""
    if run.offline:
        return folder / "digits.npz"
    return Path(run.use_artifact("digits:full").download(str(folder / "fetched"))) / "data" / "digits.npz"


def train(arguments: argparse.Namespace, folder: Path, record: Record) -> None:
    with start(arguments, "train", notes="Small network; see *misclassified*.", config=nested_config(arguments)) as run:
        record.begin("train", run)
        run.define_metric("epoch", hidden=True)
        run.define_metric("validation/*", step_metric="epoch")
        run.define_metric("validation/accuracy", step_metric="epoch", summary="max")
        split = load_split(fetch_dataset(run, folder), seed=arguments.seed)
        model = Model(arguments.hidden, arguments.learning_rate, arguments.seed)
        print(f"{BOLD}{len(split.train_x)} digits to learn, {len(split.valid_x)} to check{RESET}")
        best = max(epoch_of(run, model, split, epoch, arguments, folder, record) for epoch in range(arguments.epochs))
        finish(run, model, split, folder, record, best)


def epoch_of(run, model, split, epoch, arguments, folder, record) -> tuple[float, int]:
    """One pass over the data, a row per batch; the last row of it carries the epoch's checks as well."""
    batches = list(split.batches(arguments.batch_size, seed=arguments.seed + epoch))
    for number, (batch_x, batch_y) in enumerate(batches, start=1):
        row = {"epoch": epoch + number / len(batches), **model.learn(batch_x, batch_y)}
        if number == len(batches):
            row |= check(model, split, epoch, folder, record)
        record.row(run, row)
        run.log(row)
        progress_line(epoch + 1, arguments.epochs, number, len(batches), row["train/loss"])
        time.sleep(arguments.pause)
    accuracy = row["validation/accuracy"]
    print(f"{GREEN}epoch {epoch + 1}: {accuracy:.4f} of the unseen digits right{RESET}")
    return accuracy, -epoch


def check(model, split, epoch: int, folder: Path, record: Record) -> dict:
    """What is looked at once per epoch: scores, pictures of mistakes, weights."""
    guesses, scores = model.judge(split.valid_x, split.valid_y)
    pictures = draw_misclassified(split, guesses, folder / f"epoch-{epoch}")
    record.pictures("misclassified", pictures)
    return {
        **{f"validation/{name}": value for name, value in scores.items()},
        "weights": wandb.Histogram(np_histogram=np.histogram(model.first_layer(), bins=32)),
        "misclassified": [wandb.Image(str(path), caption=caption) for path, caption in pictures],
    }


def finish(run, model, split, folder: Path, record: Record, best: tuple[float, int]) -> None:
    """The table of guesses, the confusion matrix, the model itself, and the figures that sum the run up."""
    guesses, scores = model.judge(split.valid_x, split.valid_y)
    columns, rows = prediction_rows(split, guesses, model.confidence(split.valid_x))
    record.table("predictions", columns, rows)
    run.log(
        {
            "predictions": wandb.Table(columns=columns, data=rows),
            "confusion": wandb.plot.confusion_matrix(
                y_true=split.valid_y.tolist(),
                preds=guesses.tolist(),
                class_names=CLASS_NAMES,
                title="Digits taken for others",
            ),
        }
    )
    mistakes = int((guesses != split.valid_y).sum())
    print(f"{RED}{mistakes} of {len(guesses)} digits taken for others{RESET}", file=sys.stderr)
    weights = model.save(folder / "model")
    artifact = wandb.Artifact(
        "digits-mlp", type="model", metadata={"accuracy": scores["accuracy"], "epochs": run.config["epochs"]}
    )
    artifact.add_dir(str(weights))
    run.log_artifact(artifact, aliases=["latest", "best", f"epochs-{run.config['epochs']}"])
    record.artifact("model", artifact, ["latest", "best", f"epochs-{run.config['epochs']}"], weights)
    card = Path(run.dir) / "model card.md"
    card.write_text(
        f"# Digits\n\n{scores['accuracy']:.4f} right of {len(split.valid_y)} – 8×8 pixels.\n", encoding="utf-8"
    )
    run.save(str(card), base_path=run.dir)
    record.file(card.name, card)
    run.summary.update(
        {"best_epoch": 1 - best[1], "final": {"accuracy": scores["accuracy"], "checked": len(split.valid_y)}}
    )
    print(f"{BOLD}best: epoch {1 - best[1]} with {best[0]:.4f}{RESET}")


def main() -> None:
    arguments = parse_arguments()
    record = Record()
    with tempfile.TemporaryDirectory() as name:
        prepare(arguments, Path(name), record)
        train(arguments, Path(name), record)
    if arguments.record:
        record.write(arguments.record)


if __name__ == "__main__":
    main()

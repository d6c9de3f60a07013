"""A real training program, run by the unmodified client and read back whole: what came in comes out, value by value.

The program (examples/digits/train.py) records itself what it logged. Another process of the same client then reads
everything through `wandb.Api()`; here the two are compared. Numbers must be equal to the bit, files to the byte.
"""

import math
import struct
from pathlib import Path
from typing import Any

import pytest

from tests.contract.runner import Programs
from tests.services.clients import NEWEST

pytestmark = pytest.mark.compatibility("A training program read back whole")

EXAMPLE = Path(__file__).parents[2] / "examples/digits/train.py"
SCAN_KEYS = ["_step", "train/loss", "optimizer.step_length"]


def bits(value: Any) -> Any:
    """Numbers by the bits of their double, so that NaN equals itself and no rounding hides; the rest as it is.

    The client's own core writes 1.0 as 1, so whole numbers compare by value.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "nan" if math.isnan(value) else struct.pack("<d", value).hex()
    if isinstance(value, dict):
        return {key: bits(item) for key, item in value.items()}
    return [bits(item) for item in value] if isinstance(value, list) else value


class Trained:
    """What the program says it logged (`told`) and what the server gives back (`found`), both by job."""

    def __init__(self, told: dict[str, Any], found: dict[str, Any], artifacts: dict[str, Any], path: str) -> None:
        self.told, self.found, self.path = told, found, path
        self.artifacts, self.tables = artifacts["artifacts"], artifacts["tables"]
        self.train, self.read = told["train"], found["train"]


@pytest.fixture(scope="module")
def trained(module_programs: Programs) -> Trained:
    return train_and_read(module_programs)


def train_and_read(programs: Programs) -> Trained:
    """Run the program, then read both of its runs in processes of their own."""
    told = programs.script(EXAMPLE, "--pause", "0.01", "--group", "g", record="--record")
    owner = programs.user.name
    runs = programs.run("list_runs", entity=owner, project="digits", filters={"group": "g"})
    paths = {run["job_type"]: run["path"] for run in runs}
    assert sorted(paths) == ["prepare", "train"]
    found = {job: programs.run("read_run", path=path, ask=questions(job)) for job, path in paths.items()}
    names = {"data": "digits:full", "latest": "digits:latest", "model": "digits-mlp:best", "v0": "digits-mlp:v0"}
    table = f"run-{paths['train'].rsplit('/', 1)[1]}-predictions:latest"
    artifacts = programs.run(
        "read_artifact",
        names=[f"{owner}/digits/{name}" for name in names.values()],
        tables={f"{owner}/digits/{table}": "predictions"},
    )
    return Trained(told, found, artifacts, paths["train"])


def questions(job: str) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "facts": ["facts", {}],
        "raw_config": ["raw_config", {}],
        "rows": ["scan", {}],
        "files": ["files", {}],
        "outputs": ["outputs", {}],
        "inputs": ["inputs", {}],
        "metadata": ["metadata", {}],
        "keys": ["history_keys", {}],
    }
    if job == "train":
        asked |= {
            "small_pages": ["scan", {"page_size": 7}],
            "keyed": ["scan", {"keys": SCAN_KEYS, "page_size": 50}],
            "window": ["scan", {"min_step": 10, "max_step": 20}],
            "sampled": ["sampled", {"samples": 10_000}],
            "sampled_keys": ["sampled", {"keys": ["validation/accuracy"], "samples": 10_000}],
            "by_epoch": ["sampled", {"keys": ["validation/loss"], "x_axis": "epoch", "samples": 10_000}],
            "events": ["sampled", {"stream": "system", "samples": 10_000}],
            "logs": ["logs", {"per_page": 5}],
            "tail": ["logs", {"last": 3}],
            "card": ["file_text", {"name": "model card.md"}],
        }
    return asked


def test_every_number_at_every_step_is_equal_to_the_bit(trained: Trained) -> None:
    rows = {row["_step"]: row for row in trained.read["rows"]}
    assert len(trained.train["rows"]) > 100
    for row in trained.train["rows"]:
        found = {key: rows[row["step"]].get(key, "missing") for key in row["values"]}
        assert bits(found) == bits(row["values"]), row["step"]
    assert [row["_step"] for row in trained.read["rows"]] == list(range(len(trained.train["rows"]) + 1))


def test_integers_stay_integers(trained: Trained) -> None:
    assert all(isinstance(row["samples"], int) for row in trained.read["rows"][:-1])


def test_reading_in_small_pages_changes_nothing(trained: Trained) -> None:
    assert bits(trained.read["small_pages"]) == bits(trained.read["rows"])


def test_asked_keys_come_for_every_row_that_has_them(trained: Trained) -> None:
    expected = [
        {"_step": row["step"], **{key: row["values"][key] for key in SCAN_KEYS[1:]}} for row in trained.train["rows"]
    ]
    assert bits(plain_numbers(trained.read["keyed"])) == bits(expected)


def plain_numbers(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keyed reads carry NaN as the string "NaN": JSON has no other way (docs/protocol/queries.md)."""
    return [{key: math.nan if value == "NaN" else value for key, value in row.items()} for row in rows]


def test_a_window_of_steps_has_its_first_and_not_its_last(trained: Trained) -> None:
    assert [row["_step"] for row in trained.read["window"]] == list(range(10, 20))


def test_sampling_with_room_for_all_gives_all(trained: Trained) -> None:
    assert bits(trained.read["sampled"]) == bits(trained.read["rows"])
    checked = [row for row in trained.train["rows"] if "validation/accuracy" in row["values"]]
    expected = [{"_step": row["step"], "validation/accuracy": row["values"]["validation/accuracy"]} for row in checked]
    assert bits(trained.read["sampled_keys"]) == bits(expected)
    by_epoch = [
        {"epoch": row["values"]["epoch"], "validation/loss": row["values"]["validation/loss"]} for row in checked
    ]
    assert bits(trained.read["by_epoch"]) == bits(by_epoch)


def test_history_keys_know_the_last_value(trained: Trained) -> None:
    keys = trained.read["keys"]
    assert keys["lastStep"] == len(trained.train["rows"])
    last = trained.train["rows"][-1]["values"]
    for key, value in last.items():
        assert bits(keys["keys"][key]["previousValue"]) == bits(value), key


def test_names_and_words_of_the_run(trained: Trained) -> None:
    for job, told in trained.told.items():
        facts = trained.found[job]["facts"]
        assert facts["state"] == "finished"
        assert facts["group"] == told["group"] == "g"
        assert facts["job_type"] == job
        assert facts["tags"] == sorted(told["tags"])
        assert (facts["notes"] or None) == told["notes"]
        assert facts["title"] == told["name"]


def test_config_comes_back_nested_and_typed(trained: Trained) -> None:
    assert trained.read["facts"]["config"] == trained.train["config"]
    assert repr(sorted(trained.read["facts"]["config"])) == repr(sorted(trained.train["config"]))


def test_summary_has_the_last_values_and_what_was_set(trained: Trained) -> None:
    summary, rows = trained.read["facts"]["summary"], trained.train["rows"]
    accuracies = [row["values"]["validation/accuracy"] for row in rows if "validation/accuracy" in row["values"]]
    assert summary["validation/accuracy"] == {"max": max(accuracies)}
    assert summary["best_epoch"] == accuracies.index(max(accuracies)) + 1
    assert summary["final"] == {"accuracy": accuracies[-1], "checked": 360}
    assert bits(summary["train/loss"]) == bits(rows[-1]["values"]["train/loss"])
    assert summary["_step"] == len(rows)
    assert trained.found["prepare"]["facts"]["summary"]["samples"] == 1797


def test_the_histogram_holds_every_weight(trained: Trained) -> None:
    histograms = [row["weights"] for row in trained.read["rows"] if "weights" in row]
    assert len(histograms) == trained.train["config"]["epochs"]
    for histogram in histograms:
        assert histogram["_type"] == "histogram"
        assert len(histogram["bins"]) == len(histogram["values"]) + 1 == 33
        assert sum(histogram["values"]) == 64 * trained.train["config"]["model"]["hidden"][0]


def test_pictures_come_back_byte_for_byte(trained: Trained) -> None:
    logged = [row["misclassified"] for row in trained.read["rows"] if "misclassified" in row]
    assert len(logged) == len(trained.train["pictures"]["misclassified"])
    for value, told in zip(logged, trained.train["pictures"]["misclassified"], strict=True):
        assert value["captions"] == [picture["caption"] for picture in told]
        assert [trained.read["files"][name]["sha256"] for name in value["filenames"]] == [
            picture["sha256"] for picture in told
        ]


def test_saved_files_come_back_byte_for_byte(trained: Trained) -> None:
    for name, digest in trained.train["files"].items():
        assert trained.read["files"][name]["sha256"] == digest
    assert trained.read["card"].startswith("# Digits\n\n")
    assert {"config.yaml", "wandb-metadata.json", "wandb-summary.json", "output.log", "requirements.txt"} <= set(
        trained.read["files"],
    )


def test_metadata_of_the_machine(trained: Trained) -> None:
    assert trained.read["metadata"]["program"].endswith("train.py")
    assert trained.read["metadata"]["args"][:2] == ["--pause", "0.01"]


def test_the_table_comes_back_cell_by_cell(trained: Trained) -> None:
    (table,) = trained.tables.values()
    assert table["columns"] == trained.train["tables"]["predictions"]["columns"]
    assert bits(table["rows"]) == bits(trained.train["tables"]["predictions"]["rows"])


def test_the_confusion_matrix_is_a_chart_with_its_table(trained: Trained) -> None:
    chart = trained.read["raw_config"]["_wandb"]["visualize"]["confusion"]
    assert chart["panel_config"]["panelDefId"] == "wandb/confusion_matrix/v1"
    table = trained.read["rows"][-1]["confusion_table"]
    assert (table["_type"], table["nrows"]) == ("table-file", 100)
    assert table["path"] in trained.read["files"]


@pytest.mark.parametrize(
    ("names", "job", "kind"),
    [
        (("digits:full", "digits:latest"), "prepare", "dataset"),
        (("digits-mlp:best", "digits-mlp:v0"), "train", "model"),
    ],
)
def test_artifacts_by_alias_and_version(trained: Trained, names: tuple[str, ...], job: str, kind: str) -> None:
    told = trained.told[job]["artifacts"][kind]
    owner = trained.path.split("/", maxsplit=1)[0]
    for name in names:
        found = trained.artifacts[f"{owner}/digits/{name}"]
        assert found["files"] == told["files"]
        assert found["type"] == kind
        assert found["version"] == "v0"
        assert set(told["aliases"]) <= set(found["aliases"])
        assert found["metadata"] == told["metadata"]
        assert found["state"] == "COMMITTED"


def test_lineage_joins_the_two_runs(trained: Trained) -> None:
    owner, _, train_id = trained.path.split("/")
    data = trained.artifacts[f"{owner}/digits/digits:full"]
    assert data["used_by"] == [train_id]
    assert data["logged_by"] == trained.found["prepare"]["facts"]["id"]
    assert "digits:v0" in [row["name"] for row in trained.read["inputs"]]
    assert {"dataset"} == {row["type"] for row in trained.found["prepare"]["outputs"]} - {"job"}
    assert {"model", "run_table"} <= {row["type"] for row in trained.read["outputs"]}


def test_console_shows_finished_lines_not_each_redraw(trained: Trained) -> None:
    lines = [line["text"] for line in trained.read["logs"]]
    assert [line["number"] for line in trained.read["logs"]] == list(range(len(lines)))
    for epoch in range(1, trained.train["config"]["epochs"] + 1):
        bars = [line for line in lines if f"epoch {epoch}/" in line]
        assert len(bars) == 1, bars
        assert "23/23" in bars[0]
        assert "\x1b[36m" in bars[0], "colours are kept"
    assert any("best: epoch" in line for line in lines)
    assert trained.read["tail"] == trained.read["logs"][-3:]


def test_standard_error_is_marked(trained: Trained, client_version: str) -> None:
    if client_version != NEWEST:
        pytest.skip(f"{client_version} cannot ask for console lines, and its file of them marks nothing")
    shouted = [line for line in trained.read["logs"] if "of 360 digits taken for others" in line["text"]]
    assert [line["level"] for line in shouted] == ["error"]


def test_system_metrics_were_sampled(trained: Trained) -> None:
    assert trained.read["events"]
    assert all(any(key.startswith("system.") for key in row) for row in trained.read["events"])
    assert all("_timestamp" in row for row in trained.read["events"])

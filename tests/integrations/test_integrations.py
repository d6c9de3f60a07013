"""Each library logs through wandb as its users would; what it knew itself is compared with what can be read back.

On SQLite only: the engine shows in what is stored, and the contract tests look at that.
"""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.runner import Programs
from tests.harness.client import Client, make_client
from tests.harness.engines import SQLITE, Engine
from tests.harness.server import Server, User
from tests.services.clients import NEWEST
from tests.services.integrations import ensure_integrations

PROGRAMS = Path(__file__).parent / "programs"
TIMEOUT_S = 300
pytestmark = pytest.mark.compatibility("Integrations")


@pytest.fixture(scope="module", autouse=True)
def sqlite_only(engine: Engine) -> None:
    if engine.name != SQLITE:
        pytest.skip("runs on SQLite only, see the module")


@pytest.fixture
def reader(server: Server, user: User, tmp_path: Path) -> Programs:
    return Programs(make_client(NEWEST, tmp_path / "reader", server.url, user.api_key), user)


@pytest.fixture
def library(reader: Programs, tmp_path: Path) -> Client:
    """Runs programs of this folder, as the same user."""
    home = tmp_path / "library"
    home.mkdir()
    env = reader.client.env | {"HOME": str(home), "WANDB_DIR": str(home), "HF_HUB_OFFLINE": "1"}
    return dataclasses.replace(reader.client, python=ensure_integrations(), home=home, env=env)


@pytest.fixture
def logged(library: Client, reader: Programs) -> Callable[[str], tuple[dict[str, Any], dict[str, Any]]]:
    """What a program knows of its run, and what the public API says of it."""

    def log(program: str) -> tuple[dict[str, Any], dict[str, Any]]:
        answer = library.home / "known.json"
        library.run(PROGRAMS / f"{program}.py", "--record", str(answer), timeout_s=TIMEOUT_S)
        known = json.loads(answer.read_text())
        ask = {"facts": ["facts", {}], "rows": ["scan", {}], "outputs": ["outputs", {}], "files": ["files", {}]}
        return known, reader.run("read_run", path=known["path"], ask=ask)

    return log


Logged = Callable[[str], tuple[dict[str, Any], dict[str, Any]]]


def column(found: dict[str, Any], key: str) -> list[Any]:
    assert found["facts"]["state"] == "finished"
    return [row[key] for row in found["rows"] if row.get(key) is not None]


def test_pytorch_lightning(logged: Logged) -> None:
    known, found = logged("lightning_fit")
    assert len(known["train"]) == 18
    assert column(found, "train/loss") == known["train"]
    assert column(found, "val/loss") == known["val"]
    assert found["facts"]["config"]["lr"] == 0.05


def test_hugging_face_trainer(logged: Logged) -> None:
    known, found = logged("hugging_face")
    assert column(found, "train/loss") == known["train"]
    assert column(found, "eval/loss") == known["eval"]
    assert (found["facts"]["title"], found["facts"]["config"]["hidden_size"]) == ("tiny-bert", known["hidden_size"])


def test_xgboost(logged: Logged) -> None:
    known, found = logged("boosting")
    assert column(found, "validation_0-mlogloss") == known["loss"]
    assert found["facts"]["summary"]["validation_0-mlogloss"] == {"min": min(known["loss"])}
    assert f"{known['id']}_model.json:v0" in [artifact["name"] for artifact in found["outputs"]]
    assert [item for item in found["rows"] if item.get("Feature Importance_table")]


def test_scikit_learn_plots(logged: Logged, reader: Programs) -> None:
    known, found = logged("scikit_plots")
    (table,) = column(found, "confusion_matrix")
    text = reader.run("read_run", path=known["path"], ask={"text": ["file_text", {"name": table["path"]}]})["text"]
    # The client heads the first column "Predicted" though it holds the actual class.
    cells = {(actual, guess): count for actual, guess, count in json.loads(text)["data"]}
    names = known["names"]
    assert len(cells) == len(names) ** 2
    assert [[cells[actual, guess] for guess in names] for actual in names] == known["matrix"]
    assert {"summary_metrics", "class_proportions", "roc_table"} <= found["facts"]["summary"].keys()


def test_optuna_study(logged: Logged) -> None:
    known, found = logged("study")
    assert column(found, "depth") == known["depths"]
    assert [{key: row[key] for key in ("x", "shape")} for row in found["rows"]] == known["params"]


def test_a_search_that_optuna_leads_from_outside(library: Client, reader: Programs) -> None:
    answer = library.home / "known.json"
    library.run(PROGRAMS / "search_by_optuna.py", "--record", str(answer), timeout_s=TIMEOUT_S)
    known = json.loads(answer.read_text())
    assert (known["code"], "the sweep is FINISHED" in known["said"]) == (0, True), known["said"]
    runs = reader.run("list_runs", entity=reader.user.name, project="searches", filters={"sweep": known["path"][-8:]})
    assert [run["config"] for run in runs] == [run["config"] for run in known["scored"]]
    assert [run["summary"]["score"] for run in runs] == [run["score"] for run in known["scored"]]
    assert len(runs) == 3
    (said,) = reader.run("list_runs", entity=reader.user.name, project="searches", filters={"sweep": None})
    assert said["path"] == f"{known['path']}-scheduler"


def test_hydra_multirun(library: Client, reader: Programs) -> None:
    choices = ["model.lr=0.1,0.01", "model.layers=1,2", f"hydra.sweep.dir={library.home / 'multirun'}"]
    library.run(PROGRAMS / "sweep_by_hydra.py", "--multirun", *choices, timeout_s=TIMEOUT_S)
    found = reader.run("list_runs", entity=reader.user.name, project="hydra", filters={"group": "grid"})
    models = [run["config"]["model"] for run in found]
    assert models == [{"lr": lr, "layers": layers} for lr in (0.1, 0.01) for layers in (1, 2)]
    assert {json.dumps(run["config"]["data"], sort_keys=True) for run in found} == {
        '{"folds": [1, 2, 3], "name": "digits"}'
    }
    assert [run["summary"]["loss"] for run in found] == [model["lr"] / 3 * model["layers"] for model in models]

"""Offline runs and what `wandb sync` makes of them, in the forms that each client version has."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.runner import Programs
from tests.contract.test_client_versions import VERSIONS
from tests.contract.wire import Wire
from tests.harness.engines import SQLITE, Engine

pytestmark = pytest.mark.compatibility("Offline runs and wandb sync")

NEW, OLD = "0.31.0", "0.28.2"
OF_THE_MOMENT = {"_timestamp", "_runtime", "_wandb.runtime"}
# `wandb sync` of these is written in Python: it begins the file of the console with an empty line, and has a thread for
# each of the two streams, so that either may come first
WRITTEN_BY_PYTHON = {"0.25.1", "0.22.3", "0.19.11", "0.17.9", "0.15.12"}
PRINTED = [("hello console", None), ("warned", "error")]
# made up by the client when an artifact is logged
RANDOM = {"artifact_path", "_latest_artifact_path"}


def steady(value: Any) -> Any:
    """What was logged without what differs from run to run; NaN as a word, so that it equals itself."""
    if isinstance(value, dict):
        return {key: steady(item) for key, item in value.items() if key not in OF_THE_MOMENT | RANDOM}
    if isinstance(value, list):
        return [steady(item) for item in value]
    return "NaN" if value != value else value


def sync(programs: Programs, *arguments: str) -> str:
    return programs.client.cli("sync", *arguments)


def read(programs: Programs, *paths: str, **ask: Any) -> dict[str, Any]:
    full = [f"{programs.user.name}/{path}" for path in paths]
    found = programs.run("read_run", paths=full, ask=ask)
    return {path: found[name] for path, name in zip(paths, full, strict=True)}


EVERYTHING = {
    "facts": ["facts", {}],
    "rows": ["scan", {}],
    "files": ["files", {}],
    "outputs": ["outputs", {}],
    "logs": ["logs", {}],
    "events": ["events", {}],
}


def kept_console(programs: Programs, project: str, run: str) -> list[tuple[str, str | None]]:
    """Text and level of the lines that the server keeps, whatever file the client makes of them."""
    wire = Wire(programs.client.env["WANDB_BASE_URL"], programs.user.name, programs.user.api_key, project)
    with wire.http() as http:
        answer = http.get(f"/app/runs/{wire.entity}/{project}/{run}/logs?limit=100")
    assert answer.status_code == 200, answer.text
    return [(line["text"], line["level"]) for line in answer.json()["lines"]]


def check_twin(online: dict[str, Any], synced: dict[str, Any], *, with_artifacts: bool = True) -> None:
    assert len(online["rows"]) == 31
    assert steady(synced["rows"]) == steady(online["rows"])
    facts = [
        steady({key: value for key, value in side["facts"].items() if key not in {"id", "title"}})
        for side in (online, synced)
    ]
    for side in facts:
        side["summary"].pop("_wandb", None)
    assert facts[1] == facts[0]
    ours = [
        {name: file for name, file in side["files"].items() if name.startswith(("media/", "notes"))}
        for side in (online, synced)
    ]
    assert len(ours[0]) == 3
    assert ours[1] == ours[0]
    names = [sorted((item["type"], item["aliases"]) for item in side["outputs"]) for side in (online, synced)]
    assert names[1] == (names[0] if with_artifacts else [])
    assert synced["events"], "system metrics came along"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_synced_run_equals_its_twin_that_was_online(
    engine: Engine, programs_for: Callable[[str], Programs], version: str
) -> None:
    if engine.name != SQLITE and version not in {NEW, OLD, VERSIONS[-1]}:
        pytest.skip("the newest and the oldest clients stand for all on this engine")
    programs = programs_for(version)
    folders = programs.run("twins", project="trips", online="on", offline="off", small={"small": 0})
    sync(programs, folders["off"])
    sync(programs, "--include-synced", folders["off"])
    sync(programs, *(["--yes"] if version == NEW else ["--sync-all"]))
    found = read(programs, "trips/on", "trips/off", **EVERYTHING)
    check_twin(found["trips/on"], found["trips/off"])
    check_console(programs, found["trips/off"]["logs"])
    assert len(read(programs, "trips/small", rows=["scan", {}])["trips/small"]["rows"]) == 10


def check_console(programs: Programs, shown: list[dict[str, Any]]) -> None:
    """The server keeps both lines, marked; `shown` is what the client says of the synced run."""
    kept = {run: kept_console(programs, "trips", run) for run in ("on", "off")}
    texts = [line["text"] for line in shown]
    if programs.client.version in WRITTEN_BY_PYTHON:
        assert {run: sorted(lines) for run, lines in kept.items()} == {"on": sorted(PRINTED), "off": sorted(PRINTED)}
        assert texts[0] == ""
        assert sorted(texts[1:]) == ["hello console", "warned"]
    else:
        assert kept == {"on": PRINTED, "off": PRINTED}
        assert texts == ["hello console", "warned"]


@pytest.mark.parametrize("version", [NEW, OLD])
def test_runs_are_synced_to_other_places_and_put_together(
    programs_for: Callable[[str], Programs], version: str
) -> None:
    programs = programs_for(version)
    folders = programs.run("twins", project="trips", online="on", offline="off", small={"a": 0, "b": 10})
    elsewhere = ("--id", "moved", "-p", "elsewhere", "-e", programs.user.name)
    sync(programs, *elsewhere, folders["off"])
    sync(programs, "--replace-tags", "one=uno", "-p", "elsewhere", "--include-synced", folders["off"])
    if version == NEW:
        sync(programs, "--id", "joined", folders["a"], folders["b"])
    else:
        sync(programs, "--id", "joined", folders["a"])
        sync(programs, "--append", "--id", "joined", "--include-synced", folders["b"])
    programs.client.cli("beta", "sync", "--no-skip-synced", "-p", "beta", folders["a"])
    found = read(programs, "trips/on", "elsewhere/moved", "elsewhere/off", **EVERYTHING)
    # artifacts are sent to the run that the log names, wherever the rest goes; here that run does not exist
    check_twin(found["trips/on"], found["elsewhere/moved"], with_artifacts=False)
    assert found["elsewhere/off"]["facts"]["tags"] == ["two", "uno"]
    joined = read(programs, "trips/joined", "beta/a", rows=["scan", {}])
    assert [row["v"] for row in joined["beta/a"]["rows"]] == list(range(10))
    assert [row["v"] for row in joined["trips/joined"]["rows"]] == list(range(20))
    assert [row["_step"] for row in joined["trips/joined"]["rows"]] == list(range(20))
    # as soon as it does they are there, but 0.28 threw its copies of the content away when they were refused
    sync(programs, "--include-synced", folders["off"])
    in_place = read(programs, "trips/off", **EVERYTHING)["trips/off"]
    check_twin(found["trips/on"], in_place, with_artifacts=version == NEW)
    sync(programs, "--include-synced", "-p", "elsewhere", folders["off"])
    assert read(programs, "trips/off", outputs=["outputs", {}])["trips/off"]["outputs"] == in_place["outputs"]
    assert read(programs, "elsewhere/off", outputs=["outputs", {}])["elsewhere/off"]["outputs"] == []


@pytest.mark.parametrize("version", [NEW, OLD])
def test_a_growing_run_is_synced_again_and_again(programs_for: Callable[[str], Programs], version: str) -> None:
    programs = programs_for(version)
    command = ["wandb", "sync", "--include-synced", "DIR"]
    programs.client.env["PATH"] = f"{programs.client.python.parent}:{programs.client.env['PATH']}"
    given = {"entity": programs.user.name, "project": "trips", "id": "growing", "phases": 2, "rows": 300}
    found = programs.run("grow_offline", command=command, **given)
    assert all(step["exact"] for step in found)
    counts = [step["rows"] for step in found]
    assert counts == sorted(counts)
    assert counts[0] > 0
    assert counts[-2:] == [600, 600]
    assert found[-1]["state"] == "finished"


@pytest.mark.parametrize("version", [NEW, OLD])
def test_event_files_of_tensorboard(programs_for: Callable[[str], Programs], version: str, tmp_path: Path) -> None:
    """Newer clients read event files while a run logs; the older command also those that no run has seen."""
    programs = programs_for(version)
    alone = tmp_path / "alone"
    # a synced log of such an offline run ends the sync of 0.28 to 0.31 with a panic of its own; the older form works
    offline = {"offline": "offline"} if version == OLD else {}
    folders = programs.run("boards", project="boards", runs={"board": "online"} | offline, alone=str(alone))
    names = {"boards/board": ""}
    if version == OLD:
        sync(programs, "--legacy", folders["offline"])
        names["boards/offline"] = ""
        sync(programs, "--legacy", "-p", "boards", "--id", "board-alone", str(alone))
        names["boards/board-alone"] = "alone/"
    for path, found in read(programs, *names, rows=["scan", {}]).items():
        check_board(found["rows"], names[path])


def check_board(rows: list[dict[str, Any]], prefix: str) -> None:
    scalars = [row for row in rows if f"{prefix}train/loss" in row]
    near = pytest.approx([1 / (step + 4) for step in range(20)], rel=1e-6)  # event files hold 32 bits
    assert [row[f"{prefix}train/loss"] for row in scalars] == near
    assert [row[f"{prefix}accuracy"] for row in scalars] == [step / 16 for step in range(20)]
    assert [row["global_step"] for row in scalars] == list(range(20))
    (weights,) = [row[f"{prefix}weights"] for row in rows if f"{prefix}weights" in row]
    assert weights["_type"] == "histogram"
    assert sum(weights["values"]) == 64

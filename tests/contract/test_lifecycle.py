"""A run's life as the client leads it: resume, start over, edit, stop, fail, delete."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.runner import Programs
from tests.services.clients import NEWEST

pytestmark = pytest.mark.compatibility("Life of a run: resume, stop, edit, delete")


@pytest.mark.parametrize("mode", ["must", "allow"])
def test_resume_goes_on_where_it_stopped(programs: Programs, mode: str) -> None:
    init = {"project": "reads", "id": f"resumed-{mode}", "config": {"a": 1, "b": {"c": 2}}, "tags": ["kept"]}
    programs.run("log_run", init=init, rows=[[None, {"v": step}] for step in range(5)], console=["before\n"])
    again = {"project": "reads", "id": init["id"], "resume": mode, "config": {"d": 3}}
    second = programs.run(
        "log_run", init=again, rows=[[None, {"v": step}] for step in range(5, 8)], console=["after\n"]
    )
    assert (second["first_step"], second["resumed"]) == (5, True)
    path = f"{second['entity']}/reads/{init['id']}"
    found = programs.run(
        "read_run", path=path, ask={"facts": ["facts", {}], "rows": ["scan", {}], "logs": ["logs", {}]}
    )
    assert [(row["_step"], row["v"]) for row in found["rows"]] == [(step, step) for step in range(8)]
    assert found["facts"]["config"] == {"a": 1, "b": {"c": 2}, "d": 3}
    assert found["facts"]["tags"] == ["kept"]
    lines = [line["text"] for line in found["logs"]]
    if programs.client.version == NEWEST:  # others read the file of their last process
        assert lines.index("before") < lines.index("after")
    assert "after" in lines


def test_resume_modes_that_must_fail(programs: Programs) -> None:
    programs.run("log_run", init={"project": "reads", "id": "exists"}, rows=[[None, {"v": 1}]])
    never = programs.fail("log_run", init={"project": "reads", "id": "exists", "resume": "never"})
    assert "already exists" in never
    must = programs.fail("log_run", init={"project": "reads", "id": "missing", "resume": "must"})
    assert "does not exist" in must or "has not been initialized" in must  # 0.28 words it itself
    fresh = programs.run(
        "log_run", init={"project": "reads", "id": "fresh", "resume": "allow"}, rows=[[None, {"v": 1}]]
    )
    assert (fresh["first_step"], fresh["resumed"]) == (0, False)


def test_the_same_id_without_resume_starts_the_run_anew(programs: Programs) -> None:
    """Legal, and `wandb verify` does it: the run is running again, then finished again."""
    for value in (1, 2):
        logged = programs.run("log_run", init={"project": "reads", "id": "again"}, rows=[[None, {"v": value}]])
    found = programs.run("read_run", path=f"{logged['entity']}/reads/again", ask={"facts": ["facts", {}]})["facts"]
    assert (found["state"], found["summary"]["v"]) == ("finished", 2)


def test_a_deleted_run_stays_deleted(programs: Programs) -> None:
    logged = programs.run("log_run", init={"project": "reads", "id": "gone"}, rows=[[None, {"v": 1}]])
    path = f"{logged['entity']}/reads/gone"
    programs.run("edit_run", path=path, delete=True)
    assert "Could not find run" in programs.fail("read_run", path=path, ask={})
    assert "deleted" in programs.fail("log_run", init={"project": "reads", "id": "gone"}, rows=[[None, {"v": 2}]])


def test_words_and_config_changed_through_the_public_api(programs: Programs) -> None:
    init = {"project": "reads", "config": {"a": {"b": 1}, "c": 2}, "tags": ["x"], "notes": "old", "group": "g1"}
    logged = programs.run("log_run", init=init, rows=[[None, {"v": 1}]])
    path = f"{logged['entity']}/reads/{logged['id']}"
    changes = {"title": "new title", "tags": ["y", "z"], "notes": "line\nnext – ü", "group": "g2"}
    programs.run("edit_run", path=path, config={"c": 3, "d": [1, {"e": None}]}, summary={"w": {"u": 0.5}}, **changes)
    facts = programs.run("read_run", path=path, ask={"facts": ["facts", {}]})["facts"]
    assert {key: facts[key] for key in changes} == changes
    assert facts["config"] == {"a": {"b": 1}, "c": 3, "d": [1, {"e": None}]}
    assert (facts["summary"]["v"], facts["summary"]["w"]) == (1, {"u": 0.5})
    assert facts["state"] == "finished", "editing does not set it running again"


@pytest.mark.parametrize("version", ["0.31.0", "0.25.1"])
def test_the_stop_flag_interrupts_the_program(
    programs_for: Callable[[str], Programs], tmp_path: Path, version: str
) -> None:
    """The newest client reads the answers of its stream, the older one asks from time to time."""
    programs, ready = programs_for(version), tmp_path / "ready"
    with programs.running("until_stopped", project="reads", id="endless", ready=str(ready)) as program:
        program.wait_for(ready)
        programs_for("0.31.0").run("edit_run", path=f"{programs.user.name}/reads/endless", stop=True)
        assert program.answer(timeout_s=100)["interrupted"]
    path = f"{programs.user.name}/reads/endless"
    assert programs.run("read_run", path=path, ask={"facts": ["facts", {}]})["facts"]["state"] == "killed"


def test_a_failing_program_fails_the_run(programs: Programs) -> None:
    programs.fail("log_run", init={"project": "reads", "id": "raises"}, rows=[[None, {"v": 1}]], use="no-such:v0")
    path = f"{programs.user.name}/reads/raises"
    assert programs.run("read_run", path=path, ask={"facts": ["facts", {}]})["facts"]["state"] == "failed"


def test_a_preempted_run_is_told_from_a_failed_one(programs: Programs) -> None:
    path = programs.run("preempted", init={"project": "reads", "id": "taken-away"})["path"]
    assert programs.run("read_run", path=path, ask={"facts": ["facts", {}]})["facts"]["state"] == "preempted"
    again = {"project": "reads", "id": "taken-away", "resume": "must"}
    assert programs.run("log_run", init=again, rows=[[None, {"v": 2}]])["first_step"] == 1
    assert programs.run("read_run", path=path, ask={"facts": ["facts", {}]})["facts"]["state"] == "finished"

"""What `wandb.Api()` offers on projects, people, files and runs, value by value, with the two newest clients."""

from collections.abc import Callable

import pytest

from tests.contract.runner import Programs
from tests.harness.server import Server

pytestmark = [
    pytest.mark.parametrize("version", ["0.31.0", "0.28.2"]),
    pytest.mark.compatibility("Public API: projects, people, files, edits"),
]
For = Callable[[str], Programs]


def test_projects(server: Server, programs_for: For, version: str) -> None:
    programs = programs_for(version)
    names = [f"p{number}" for number in range(5)]
    entity = programs.user.name
    found = programs.run("manage_projects", entity=entity, names=names)
    assert sorted(found["listed"]) == names
    assert found["listed"] == names[::-1], "the last active first"
    assert found["one"] == {
        "name": "p0",
        "entity": entity,
        "path": [entity, "p0"],
        "url": f"{server.url}/{entity}/p0/workspace",
        "benchmark": False,
        "created": True,
        "owner": entity,
    }
    assert "no-such-project" in found["missing"] or "not find" in found["missing"], found["missing"]
    assert (found["runs"], found["default_entity"]) == (0, entity)


def test_people(server: Server, programs_for: For, version: str) -> None:
    programs = programs_for(version)
    user = programs.user
    found = programs.run("people", search=user.name, description="from a test")
    assert found["viewer"] == {"username": user.name, "email": user.email, "entity": user.name, "admin": False}
    assert found["secret_is_whole"]
    assert found["key_is_a_hint"]
    assert found["deleted"]
    assert found["left"]
    assert (found["found"], found["one"], found["nobody"]) == ([user.name], user.name, True)


def test_run_files(programs_for: For, version: str) -> None:
    programs = programs_for(version)
    logged = programs.run("log_run", init={"project": "files"}, rows=[[None, {"v": 1}]])
    path = f"{logged['entity']}/files/{logged['id']}"
    files = {"a/one.txt": "1", "a/two.json": "{}", "b_3.txt": "drei – ü", "bx3.txt": "x", "100%.txt": "all"}
    found = programs.run("run_files", path=path, files=files, pattern="b\\_%.txt", delete=["a/one.txt", "bx3.txt"])
    own = {name: text for name, text in found["texts"].items() if name in files}
    assert own == files
    assert found["order"] == sorted(found["texts"])
    assert found["length"] == len(found["texts"])
    assert sorted(found["named"]) == ["a/one.txt", "a/two.json"]
    assert found["sizes"]["b_3.txt"] == len(files["b_3.txt"].encode())
    assert found["types"]["a/two.json"] == "application/json"
    assert found["pattern"] == ["b_3.txt"]
    assert found["state"] == "finished", "an upload afterwards does not set it running"
    assert set(found["order"]) - set(found["left"]) == {"a/one.txt", "bx3.txt"}


def test_run_control(programs_for: For, version: str) -> None:
    programs = programs_for(version)
    given = {"entity": programs.user.name, "project": "control", "id": "made"}
    programs.run("log_run", init={"project": "control", "id": "other"}, rows=[[None, {"v": 1}]])
    states = ["failed", "pending", "finished"]
    found = programs.run("control_runs", **given, states=states, options={"state": "pending"}, delete_artifacts=True)
    assert found["steps"][:7] == ["made", "pending", "pending", "True", "failed", "True", "pending"]
    assert "pending" in found["steps"][7], found["steps"]
    assert found["steps"][8] == "pending"
    assert (found["author"], found["counts"]) == (programs.user.name, [2, 1])
    assert "Could not find run" in found["gone"]
    assert "deleted" in found["again"]

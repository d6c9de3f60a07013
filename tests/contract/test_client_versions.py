"""Every supported client version does a day's work against the server and reads it back through its own API.

On MySQL and S3 only the two newest and the oldest: the engine shows in what is stored, not in how a version asks.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.runner import Programs
from tests.harness.engines import SQLITE, Engine
from tests.harness.server import Server

pytestmark = pytest.mark.compatibility("A day of work: config, rows, console, files, artifacts, resume")

VERSIONS = ["0.31.0", "0.28.2", "0.25.1", "0.22.3", "0.19.11", "0.17.9", "0.15.12"]
CONFIG = {
    "lr": 0.003,
    "layers": [64, 32, {"kind": "dropout", "rate": 0.5}],
    "model": {"name": "naïve", "deep": {"deeper": {"flag": True, "nothing": None, "count": 3}}},
}
STEPS, MORE_STEPS = 100, 10
FILES = {"notes/read me.txt": "kept as it is – 100 %\n"}
ARTIFACT = {
    "name": "blob",
    "type": "data",
    "aliases": ["first", "latest"],
    "metadata": {"kind": "test", "parts": [1, 2]},
    "files": {"a.txt": "alpha\n", "deep/b with space.txt": "beta ünïcode\n", "empty.txt": ""},
}


def row(step: int) -> dict[str, Any]:
    return {"loss": 1 / (step + 3), "count": step, "nested": {"value": step * 0.1, "deep": {"even": step % 2 == 0}}}


def flat_row(step: int) -> dict[str, Any]:
    return {
        "_step": step,
        "loss": 1 / (step + 3),
        "count": step,
        "nested.value": step * 0.1,
        "nested.deep.even": step % 2 == 0,
    }


def work(programs: Programs) -> str:
    """The first run, a second that fetches the first one's artifact, and the first one again; the path of the first."""
    first = programs.run(
        "log_run",
        init={"project": "versions", "config": CONFIG, "tags": ["one", "two"], "notes": "by hand", "group": "team"},
        rows=[[None, row(step)] for step in range(STEPS)],
        files=FILES,
        artifact=ARTIFACT,
        console=["hello from the client\n"],
    )
    second = programs.run("log_run", init={"project": "versions"}, rows=[[None, {"loss": 1.0}]], use="blob:first")
    assert second["fetched"] == ARTIFACT["files"]
    again = programs.run(
        "log_run",
        init={"project": "versions", "id": first["id"], "resume": "must"},
        rows=[[None, row(step)] for step in range(STEPS, STEPS + MORE_STEPS)],
        console=["hello again\n"],
    )
    assert again["resumed"]
    assert again["first_step"] == STEPS
    return f"{first['entity']}/versions/{first['id']}"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_day_of_work(engine: Engine, server: Server, programs_for: Callable[[str], Programs], version: str) -> None:
    if engine.name != SQLITE and version not in {*VERSIONS[:2], VERSIONS[-1]}:
        pytest.skip("the newest and the oldest clients stand for all on this engine")
    programs = programs_for(version)
    programs.log_in(server.url)
    path = work(programs)
    found = programs.run(
        "read_run",
        path=path,
        ask={
            "facts": ["facts", {}],
            "rows": ["scan", {}],
            "small_pages": ["scan", {"page_size": 30}],
            "keyed": ["scan", {"keys": ["_step", "loss", "nested.value"]}],
            "sampled": ["sampled", {"samples": 1000, "keys": ["loss"]}],
            "files": ["files", {}],
            "text": ["file_text", {"name": "notes/read me.txt"}],
            "outputs": ["outputs", {}],
        },
    )
    steps = range(STEPS + MORE_STEPS)
    kept = [{key: item[key] for key in flat_row(0)} for item in found["rows"]]
    assert kept == [flat_row(step) for step in steps]
    assert found["small_pages"] == found["rows"]
    assert found["keyed"] == [{key: flat_row(step)[key] for key in ("_step", "loss", "nested.value")} for step in steps]
    assert found["sampled"] == [{"_step": step, "loss": 1 / (step + 3)} for step in steps]
    facts = found["facts"]
    assert (facts["config"], facts["tags"], facts["notes"], facts["group"]) == (
        CONFIG,
        ["one", "two"],
        "by hand",
        "team",
    )
    assert (facts["state"], facts["last_step"]) == ("finished", STEPS + MORE_STEPS - 1)
    assert facts["summary"]["loss"] == row(STEPS + MORE_STEPS - 1)["loss"]
    assert found["text"] == FILES["notes/read me.txt"]
    assert [item["name"] for item in found["outputs"] if item["type"] == "data"] == ["blob:v0"]
    artifact = programs.run("read_artifact", names=[f"{programs.user.name}/versions/blob:latest"])["artifacts"]
    (described,) = artifact.values()
    assert sorted(described["files"]) == sorted(ARTIFACT["files"])
    assert described["metadata"] == ARTIFACT["metadata"]
    assert {"first", "latest"} <= set(described["aliases"])

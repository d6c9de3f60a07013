"""Reports, saved workspaces and custom charts, as the `wandb-workspaces` library and the public API handle them."""

from collections.abc import Callable

import pytest

from tests.contract.runner import Programs
from tests.harness.server import Server

VERSIONS = ["0.31.0", "0.28.2"]

pytestmark = pytest.mark.compatibility("Reports, workspaces, charts")


@pytest.mark.parametrize("version", VERSIONS)
def test_documents_are_saved_loaded_edited_listed_and_deleted(
    server: Server, programs_for: Callable[[str], Programs], version: str
) -> None:
    programs = programs_for(version)
    init = {"project": "views", "config": {"lr": 0.001}}
    run = programs.run("log_run", init=init, rows=[[None, {"loss": 1.0, "acc": 0.5}]])
    found = programs.run("documents", entity=programs.user.name, project="views", run=run["id"])
    report = found["report"]
    assert report["after"] == report["before"]
    assert report["url"].startswith(f"{server.url}/{programs.user.name}/views/reports/Every-block")
    assert (report["same_id"], report["title"], report["added"]) == (True, "Every block, twice", True)
    workspace = found["workspace"]
    assert workspace["same"]
    assert (workspace["renamed"], workspace["panels"], workspace["kept"]) == ("Renamed", 5, "Renamed")
    assert workspace["copied"] == ["Copy", 5]
    assert workspace["copy"] != workspace["url"]
    assert found["chart"] == f"{programs.user.name}/bars"
    titles = [title for title, _ in found["lists"]["listed"]]
    assert titles == ["r2", "r1", "r0", "Every block, twice"]
    assert {author for _, author in found["lists"]["listed"]} == {programs.user.name}
    assert all(url.startswith(f"{server.url}/{programs.user.name}/views/reports/") for url in found["lists"]["urls"])
    assert found["lists"]["deleted"]
    assert found["gone"]

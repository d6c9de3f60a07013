"""docs/operate/moving-in.md as it stands there: runs whose folders are kept, and artifacts, from another server."""

import re
import shlex
from collections.abc import Callable

import pytest

from tests.contract.runner import PROGRAMS
from tests.harness.client import Client
from tests.harness.engines import SQLITE, Engine
from tests.harness.server import ROOT, Server

PAGE = (ROOT / "docs" / "operate" / "moving-in.md").read_text()
READ = """
import json, tempfile, wandb
from pathlib import Path
found = []
for version in wandb.Api().artifacts("dataset", "ada/kept/dataset"):
    with tempfile.TemporaryDirectory() as folder:
        version.download(folder)
        found.append([version.name, version.digest, sorted(version.aliases), version.metadata, version.size])
print(json.dumps(found))
"""


def block(language: str) -> str:
    found = re.search(rf"   ```{language}\n(.*?)   ```", PAGE, re.DOTALL)
    assert found is not None, "the page has changed"
    return re.sub(r"^   ", "", found[1], flags=re.MULTILINE)


def test_the_commands_of_the_page_bring_runs_and_artifacts(
    engine: Engine, start_server: Callable[..., Server], client_of: Callable[..., Client]
) -> None:
    if engine.name != SQLITE:
        pytest.skip("it is the same on every engine")
    old, new = start_server(), start_server()
    there, here = old.create_user("ada"), new.create_user("ada")
    client = client_of(old, user=there)
    client.run(PROGRAMS / "log_for_backup.py", "first")
    read = PROGRAMS / "read_for_backup.py"
    before, kept = client.run_json(read)["first"], client.run_json(READ)

    moved = {"WANDB_BASE_URL": new.url, "WANDB_API_KEY": here.api_key}
    (sync,) = [line for line in block("sh").splitlines() if line.startswith("wandb sync")]
    _, *arguments = shlex.split(sync.replace("TEAM", "ada").replace("PROJECT", "kept"))
    folders = [str(folder) for folder in (client.home / "wandb").glob("run-*")]
    client.cli(*arguments[:-1], *folders, env=moved)
    after = client.run_json(read, env=moved)["first"]
    for what in ("name", "state", "tags", "config", "history"):
        assert after[what] == before[what], what
    assert {key: value for key, value in after["summary"].items() if key not in {"picture", "table"}} == {
        key: value for key, value in before["summary"].items() if key not in {"picture", "table"}
    }

    script = block("python").replace("https://old.example.com", old.url).replace('"…"', repr(there.api_key))
    script = script.replace("team/project/name", "ada/kept/dataset").replace('"model"', '"dataset"')
    script = script.replace('"team"', '"ada"').replace('"project"', '"kept"').replace('"name"', '"dataset"')
    client.run(script, env=moved)
    assert client.run_json(READ, env=moved) == kept

"""The server on Azure Blob Storage, as its maker's emulator has it: what clients log by signed URLs comes back."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from steelyard.config.container_url import Container
from tests.contract.runner import PROGRAMS
from tests.harness.client import Client
from tests.harness.engines import SQLITE, Engine
from tests.harness.server import Server
from tests.services.azurite import azurite, url_of


@pytest.fixture(scope="module")
def container(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    if engine.name != SQLITE:
        pytest.skip("the store is the same whatever the database is")
    with azurite(tmp_path_factory.mktemp("azurite")) as container:
        yield container


def test_the_client_logs_and_reads_back(
    container: Container, start_server: Callable[..., Server], client_of: Callable[..., Client]
) -> None:
    """Rows go to the store early, files and artifacts by signed URLs, as the client sends them to Azure."""
    place = {"BUCKET": url_of(container, "server"), "AZURE_STORAGE_KEY": container.key}
    server = start_server(**place, STEELYARD_HISTORY_FLUSH_CHUNKS="2")
    client = client_of(server)
    client.run(PROGRAMS / "log_for_backup.py", "first")
    (run,) = client.run_json(PROGRAMS / "read_for_backup.py").values()
    assert run["state"] == "finished"
    assert len(run["history"]) == 301
    assert {name for name in run["files"] if name.startswith("notes")} == {"notes ü.txt"}
    assert run["files"]["notes ü.txt"] == hashlib.md5(b"notes of first").hexdigest()
    contents = run["artifacts"]["dataset:v0"][4]
    assert contents == {
        "same.bin": hashlib.md5(b"the same content in every run" * 1000).hexdigest(),
        **{f"file {n}.bin": hashlib.md5(b"first" * 1000 * (n + 1)).hexdigest() for n in range(5)},
    }
    assert json.loads(server.run_command("doctor", "--consistency", "--json"))["exit_code"] == 0


def test_the_doctor_sets_the_rule_that_browsers_need(container: Container, tmp_path: Path) -> None:
    machine = Server(tmp_path / "data", {"AZURE_STORAGE_KEY": container.key})
    place, origin = url_of(container, "doctor"), "--origin=http://pages.test"
    found = json.loads(machine.run_command("doctor", "bucket", place, origin, "--set-cors", "--json"))
    assert (found["exit_code"], found["findings"][0]["id"]) == (0, "bucket.cors_rule")
    assert found["cors"]["az"].startswith(f"az storage cors add --account-name {container.account} ")
    missing = place.replace(container.container, "not-there")
    found = json.loads(machine.try_command("doctor", "bucket", missing, "--json").stdout)
    assert (found["exit_code"], found["findings"][-1]["seen"]) == (2, "404 ContainerNotFound")

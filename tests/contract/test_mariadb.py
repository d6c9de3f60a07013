"""MariaDB, which is no MySQL: a client logs to it, the command line works on it, and the doctor says what it is."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.runner import PROGRAMS
from tests.harness.client import make_client
from tests.harness.engines import MYSQL_S3, Engine
from tests.harness.own_mysql import OwnMySql
from tests.harness.server import Server
from tests.services.clients import NEWEST
from tests.services.mysql import create_database


@pytest.fixture
def url(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if engine.name != MYSQL_S3:
        pytest.skip("is about a database server")
    monkeypatch.setenv("STEELYARD_DB", "mariadb")
    own = OwnMySql(tmp_path / "mariadb")
    own.start()
    try:
        yield create_database(own.port, "steelyard")
    finally:
        own.end()


def test_a_client_logs_and_reads_back(url: str, tmp_path: Path) -> None:
    server = Server(tmp_path / "data", {"MYSQL": url, "STEELYARD_HISTORY_FLUSH_CHUNKS": "2"})
    try:
        server.start()
        user = server.create_user()
        client = make_client(NEWEST, tmp_path / "client", server.url, user.api_key)
        client.run(PROGRAMS / "log_for_backup.py", "first")
        told = client.run_json(PROGRAMS / "read_for_backup.py")
        assert [run["state"] for run in told.values()] == ["finished"]
        place = str(tmp_path / "backup")
        assert json.loads(server.run_command("backup", place, "--json"))["objects"] > 0
        assert json.loads(server.run_command("verify-backup", place, "--deep", "--json"))["ok"]
        found = json.loads(server.try_command("doctor", "--only", "database", "--json").stdout)["findings"]
    finally:
        server.stop()
    assert [item["id"] for item in found if item["level"] == "fail"] == []
    (version,) = [item for item in found if item["id"] == "mysql.version"]
    assert version["level"] == "warn"
    assert "MariaDB" in version["seen"]

"""Where the umask lets the group write, another user of the group can go on with every file, as clusters do it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.contract.wire import CREATE_FILES
from tests.faults.streaming import WITH_ACCOUNT, Streamed, wire_to
from tests.harness.server import Server

GROUP_WRITES = 0o020


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    program = ["sh", "-c", 'umask 002 && exec "$@"', "sh", sys.executable, "-m", "steelyard"]
    server = Server(tmp_path / "data", {**WITH_ACCOUNT, "STEELYARD_HISTORY_FLUSH_CHUNKS": "4"}, program=program)
    try:
        yield server.start()
    finally:
        server.stop()


def test_every_file_is_writable_for_the_group(server: Server) -> None:
    wire = wire_to(server)
    run = Streamed(wire, "run").start()
    assert [run.send() for _ in range(8)] == [200] * 8
    where = {"entity": wire.entity, "project": wire.project, "run": "run", "files": ["a/b.txt"]}
    (opened,) = wire.data(CREATE_FILES, **where)["createRunFiles"]["files"]
    assert httpx.put(opened["uploadUrl"], content=b"x" * 100_000, trust_env=False).is_success
    found = {path: path.stat().st_mode for path in server.data_dir.rglob("*")}
    names = {path.name for path in found}
    assert {"steelyard.db", "steelyard.db-wal"} <= names
    assert sum(path.is_file() for path in found) > len({"steelyard.db", "-wal", "-shm"}), "an object too"
    assert [str(path) for path, mode in found.items() if not mode & GROUP_WRITES] == []

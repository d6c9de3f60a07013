"""The disk of the server fills up: it says so, keeps what it has promised, goes on reading, and recovers by itself.

SQLite and a folder, on a small file system of their own, and under a limit on the size of files, which needs no rights.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.faults.streaming import WITH_ACCOUNT, Streamed, wire_to
from tests.harness.catalog import count_segments, longest_journal, wait_until
from tests.harness.server import Server
from tests.harness.small_disks import Disk, short_files, small_disk

FLUSH_CHUNKS = 8
ROW_CHARS = 10_000
# More than either disk has room for, in requests of five rows.
REQUESTS_MAX = 400
KINDS = {"small disk": small_disk, "short files": short_files}


@pytest.fixture(params=KINDS.values(), ids=KINDS)
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    kind: Callable[[Path], AbstractContextManager[Disk]] = request.param
    with kind(tmp_path / "disk") as opened:
        yield opened


@pytest.fixture
def server(disk: Disk, tmp_path: Path) -> Iterator[Server]:
    """The log and the home folder lie elsewhere."""
    (tmp_path / "data").symlink_to(disk.folder)
    server = Server(tmp_path / "data", WITH_ACCOUNT | {"STEELYARD_HISTORY_FLUSH_CHUNKS": str(FLUSH_CHUNKS)})
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def run(server: Server) -> Streamed:
    return Streamed(wire_to(server), "full", row_chars=ROW_CHARS).start()


def test_a_full_disk_loses_nothing_that_was_acknowledged(server: Server, disk: Disk, run: Streamed) -> None:
    for _ in range(FLUSH_CHUNKS):
        assert run.send() == 200
    assert run.upload("before.bin", b"x" * 1000) == 200
    wait_until(lambda: count_segments(server), "a segment")

    disk.fill(server)
    assert send_until_refused(run) == 503
    assert run.upload("large.bin", b"x" * (20 << 20)) == 503
    assert run.send() == 503
    assert run.read() == run.rows  # also of the segment, and nothing of what was refused

    disk.free(server)
    assert (run.send(), run.upload("large.bin", b"x" * 100_000)) == (200, 200)
    assert run.read() == run.rows
    wait_until(lambda: longest_journal(server) < FLUSH_CHUNKS, "the journal flushed")
    assert run.read() == run.rows

    disk.fill(server)
    assert send_until_refused(run) == 503
    server.kill9()
    disk.free(server)
    server.start()
    assert run.read() == run.rows
    assert run.send() == 200
    assert run.read() == run.rows


def send_until_refused(run: Streamed) -> int:
    for _ in range(REQUESTS_MAX):
        status = run.send()
        if status != 200:
            return status
    raise AssertionError("the disk was never full")

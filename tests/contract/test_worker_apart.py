"""Background work in a process of its own, and several servers on one database: all read the same at any time."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.faults.streaming import WITH_ACCOUNT, Streamed, wire_to
from tests.harness.catalog import count_segments, longest_journal, wait_until
from tests.harness.engines import MYSQL_S3, Engine
from tests.harness.server import TIED, Server

FLUSH_CHUNKS = 4
SETTINGS = WITH_ACCOUNT | {
    "STEELYARD_WORKER_INSIDE_SERVE": "false",
    "STEELYARD_HISTORY_FLUSH_CHUNKS": str(FLUSH_CHUNKS),
}


@contextmanager
def worker_of(server: Server) -> Iterator[subprocess.Popen[bytes]]:
    """`steelyard worker` with the settings of the server."""
    command = [*TIED, *server.program, "worker", "--data", str(server.data_dir)]
    with server.log.open("ab") as log:
        process = subprocess.Popen(command, cwd=server.cwd, env=server.env, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        assert process.wait(20) == 0


def test_a_worker_apart_makes_the_segments(start_server: Callable[..., Server]) -> None:
    server = start_server(**SETTINGS)
    run = Streamed(wire_to(server), "apart").start()
    for _ in range(2 * FLUSH_CHUNKS):
        assert run.send() == 200
    assert run.read() == run.rows
    assert (count_segments(server), longest_journal(server)) == (0, 2 * FLUSH_CHUNKS)
    with worker_of(server):
        while not count_segments(server) or longest_journal(server) >= FLUSH_CHUNKS:
            assert run.send() == 200
            assert run.read() == run.rows
    assert run.send() == 200
    assert run.read() == run.rows


def test_two_servers_read_at_once_what_either_took(
    start_server: Callable[..., Server], engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if engine.name != MYSQL_S3:
        pytest.skip("a folder belongs to one server")
    one = start_server(**SETTINGS)
    two = Server(tmp_path_factory.mktemp("two") / "data", dict(one.env))
    try:
        two.start()
        runs = [Streamed(wire_to(one), "shared").start(), Streamed(wire_to(two), "shared")]
        runs[1].rows = runs[0].rows
        with worker_of(one):
            for turn in range(6 * FLUSH_CHUNKS):
                assert runs[turn % 2].send() == 200
                assert runs[1 - turn % 2].read() == runs[0].rows
            wait_until(lambda: count_segments(one), "a segment")
        assert [run.read() for run in runs] == [runs[0].rows] * 2
    finally:
        two.stop()

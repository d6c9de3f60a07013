"""Servers as programs under load: what every benchmark needs of one, and how one is started and ended."""

import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.load.connection import Connection
from benchmarks.load.traffic import http_post
from benchmarks.load.usage import Usage, disk_bytes, usage_of
from benchmarks.load.writers import Source
from tests.harness.environment import clean_environment
from tests.harness.server import ROOT, TIED
from tests.services import processes

START_TIMEOUT_S = 90
# A server is at rest when it used less than this share of a processor for so long.
REST_SHARE, REST_S = 0.03, 1.5
SETTLE_MAX_S = 300.0


class Program(ABC):
    """A running server on a fresh folder. `name` is its name in tables."""

    name: str
    port: int
    pid: int
    folder: Path
    # Further processes of the same server, at ports of their own.
    more: tuple[tuple[int, int], ...] = ()
    # Processes of its database and store, whose cost is shown apart.
    beside: tuple[int, ...] = ()

    @abstractmethod
    def source(self, metrics: int, rows: int, requests: int) -> Source:
        """What writers send it: bodies of `rows` rows, `requests` of them for one run."""

    @property
    def ports(self) -> list[int]:
        return [self.port, *(port for port, _ in self.more)]

    def usage(self) -> Usage:
        """The sum of all its processes."""
        return sum((usage_of(pid) for _, pid in self.more), usage_of(self.pid))

    def cpu_beside_s(self) -> float:
        """Processor time so far of its database and store; other users of theirs count with it."""
        return sum(usage_of(pid).cpu_s for pid in self.beside)

    def connect(self) -> Connection:
        return Connection(self.port)

    def settle(self, max_s: float = SETTLE_MAX_S) -> float:
        """Wait until the server has nothing left to do, at most `max_s`; return how long that took, in seconds."""
        began_s = time.monotonic()
        self.wait_at_rest(began_s + max_s)
        return time.monotonic() - began_s - REST_S

    def wait_at_rest(self, deadline_s: float) -> None:
        """Wait until the server uses next to no processor time, or until the deadline (time.monotonic())."""
        before = self.usage()
        while time.monotonic() < deadline_s:
            time.sleep(REST_S)
            now = self.usage()
            if now.cpu_since(before) < REST_SHARE * REST_S:
                return
            before = now

    def verify(self, _rows: dict[str, int], _source: Source) -> str:
        """Check that what was acknowledged can be read, and say so in a word. Raises `AssertionError`."""
        return "not read"

    def stored_bytes(self) -> int:
        """What it keeps on disk, without free space in its database."""
        return disk_bytes(self.folder)


@contextmanager
def started(command: list[str], folder: Path, port: int, env: dict[str, str], ready: bytes | None) -> Iterator[int]:
    """Run a program until the context ends, and yield its pid once it answers `ready` (None: once it accepts)."""
    log = folder.with_name(f"{folder.name}.log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*TIED, *command], cwd=ROOT, env=clean_environment(**env), stdout=output, stderr=output
        )

    def answers() -> bool:
        connection = Connection(port)
        if ready is not None:
            connection.exchange(ready)
        connection.close()
        return True

    try:
        processes.wait_ready(process.pid, answers, log=log, timeout_s=START_TIMEOUT_S)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def python_module(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def post_json(port: int, path: str, body: bytes, headers: dict[str, str] | None = None) -> bytes:
    """One request on a connection of its own."""
    connection = Connection(port)
    answer = connection.exchange(http_post(path, body, headers))
    connection.close()
    return answer

"""Several servers and workers on one MySQL database and one bucket, as behind a load balancer."""

import contextlib
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.harness.namespaces import Namespace
from tests.harness.server import FROM_SOURCE, ROOT, START_TIMEOUT_S, TIED, Server
from tests.services import processes

WORKER_STOP_TIMEOUT_S = 20
SETTINGS = {"STEELYARD_WORKER_INSIDE_SERVE": "false", "STEELYARD_SERVER_DRAIN_S": "1"}


class WorkerProcess:
    """One `steelyard worker` with the settings of a server."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        server = self._server
        command = [*TIED, *server.program, "worker", "--data", str(server.data_dir)]
        with server.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=server.cwd, env=server.env, stdout=log, stderr=log)

    def stop(self) -> int | None:
        if self.process is None:
            return None
        self.process.terminate()
        try:
            return self.process.wait(WORKER_STOP_TIMEOUT_S)
        finally:
            self.process.kill()

    def kill9(self) -> None:
        assert self.process is not None, "not started"
        self.process.kill()
        self.process.wait()


class Deployment:
    """`servers` and `workers`; all are started at once, so that they meet an empty database together.

    `sources` holds the package that they run. Where `machines` are given each has one, servers first.
    """

    def __init__(
        self,
        folder: Path,
        env: Mapping[str, str],
        *,
        servers: int = 3,
        workers: int = 2,
        sources: Path = ROOT,
        machines: Sequence[Namespace] = (),
    ) -> None:
        self._env, self._sources, self.machines = {**SETTINGS, **env}, sources, machines
        places = [folder / f"server-{number}" / "data" for number in range(servers)]
        self.servers = [self._server(data, number) for number, data in enumerate(places)]
        hosts = self.servers[:workers]
        if machines:
            hosts = [self._server(folder / f"worker-{one}" / "data", servers + one) for one in range(workers)]
        self.workers = [WorkerProcess(hosts[number % len(hosts)]) for number in range(workers)]

    def _server(self, data: Path, number: int) -> Server:
        if not self.machines:
            return Server(data, self._env, cwd=self._sources)
        machine = self.machines[number]
        program = [*machine.prefix, *FROM_SOURCE]
        return Server(data, self._env, cwd=self._sources, program=program, address=machine.address)

    @property
    def ports(self) -> list[int]:
        return [server.port for server in self.servers]

    @property
    def addresses(self) -> list[str]:
        return [f"{server.address}:{server.port}" for server in self.servers]

    @contextlib.contextmanager
    def running(self) -> Iterator["Deployment"]:
        try:
            for server in self.servers:
                server.launch()
            for worker in self.workers:
                worker.start()
            for server in self.servers:
                wait_healthy(server)
            yield self
        finally:
            everything: list[WorkerProcess | Server] = [*self.workers, *self.servers]
            for one in everything:
                if one.process is not None:
                    one.process.terminate()
            for one in everything:
                one.stop()

    def log_text(self) -> str:
        return "\n".join(server.log_text() for server in self.servers)


def wait_healthy(server: Server) -> None:
    """Wait for a launched server to answer. Raises `ServiceError` with the end of its log."""
    assert server.process is not None, "not started"
    processes.wait_ready(server.process.pid, server.is_healthy, log=server.log, timeout_s=START_TIMEOUT_S)

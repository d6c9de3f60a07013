"""A MySQL server of our own that may be killed; the one that test sessions share may not."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from tests.services import mysql, processes

# Shared servers leave commits in memory for up to a second; here they must outlive the process.
DURABLE = ["--innodb_flush_log_at_trx_commit=1", "--sync_binlog=1"]


class OwnMySql(mysql.MySql):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self.pid = self.port = 0

    @property
    def folder(self) -> Path:
        return self._folder

    @contextlib.contextmanager
    def running(self) -> Iterator["OwnMySql"]:
        self.folder.mkdir(parents=True)
        self.install()
        self.server += DURABLE
        self.pid, reach = self.launch()
        self.port = reach["port"]
        try:
            yield self
        finally:
            processes.stop(self.pid)

    def kill_and_restart(self) -> None:
        self.kill()
        self.restart()

    def kill(self) -> None:
        """End at once, as a power failure would."""
        os.kill(self.pid, signal.SIGKILL)
        while processes.is_alive(self.pid):
            time.sleep(processes.POLL_S)

    def restart(self) -> None:
        """Start on the data that is there, and wait until it answers."""
        self.pid = self._serve(self.folder / "data", self.port)

        def answers() -> bool:
            with mysql.connect(self.port):
                return True

        processes.wait_ready(self.pid, answers, log=self.folder / "log", timeout_s=self.start_timeout_s)

"""What all background services have in common: one instance per machine, shared by test sessions, ended by the last.

A session takes a lease in its own name (a pid), as often as it likes. The first lease starts the service, the last one
to be given back or found dead stops it. `tests.services start` takes a lease that lasts until `tests.services stop`.
"""

import json
import os
import shutil
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

from tests.services import processes
from tests.services.places import lock, state_folder

BY_HAND = "by-hand"


class Service(ABC):
    """One real component. Subclasses say how it is installed, started and reached."""

    name: str
    start_timeout_s = 60.0

    @property
    def folder(self) -> Path:
        return state_folder(self.name)

    @abstractmethod
    def install(self) -> None:
        """Fetch what is missing; quick when nothing is. Raises `ServiceError`."""

    @abstractmethod
    def is_installed(self) -> bool:
        """Whether `install` has nothing to fetch."""

    @abstractmethod
    def launch(self) -> tuple[int, dict[str, Any]]:
        """Start from scratch, wait until it answers, and return its pid and how to reach it."""

    @abstractmethod
    def clean_up(self, details: dict[str, Any]) -> None:
        """Remove what the ended service left outside its folder."""

    def acquire(self, holder: str | None = None) -> dict[str, Any]:
        """Take a lease and return how to reach the service, starting it if it does not run."""
        with lock(f"service-{self.name}"):
            leases = self.folder / "leases"
            leases.mkdir(exist_ok=True)
            details = self._running()
            if details is None:
                details = self._start()
            lease = leases / (holder or str(os.getpid()))
            lease.write_text(str(1 if holder else times_taken(lease) + 1))
            return details

    def release(self, holder: str | None = None) -> None:
        """Give the lease back; the last one out stops the service and removes its data."""
        with lock(f"service-{self.name}"):
            lease = self.folder / "leases" / (holder or str(os.getpid()))
            if (left := times_taken(lease) - 1) > 0:
                lease.write_text(str(left))
            else:
                lease.unlink(missing_ok=True)
            details = self._running()
            if details is not None and not self._live_leases():
                processes.stop(details["pid"], grace_s=0)  # its data goes as well
                shutil.rmtree(self.folder)
                self.clean_up(details)

    def details(self) -> dict[str, Any] | None:
        """How to reach the running service; None when it does not run."""
        with lock(f"service-{self.name}"):
            return self._running()

    def _start(self) -> dict[str, Any]:
        self.install()
        shutil.rmtree(self.folder)
        (self.folder / "leases").mkdir()
        pid, reach = self.launch()
        details = {"pid": pid, **reach}
        (self.folder / "details.json").write_text(json.dumps(details))
        return details

    def _running(self) -> dict[str, Any] | None:
        try:
            details: dict[str, Any] = json.loads((self.folder / "details.json").read_text())
        except FileNotFoundError:
            return None
        return details if processes.is_alive(details["pid"]) else None

    def _live_leases(self) -> list[Path]:
        return [
            lease
            for lease in (self.folder / "leases").iterdir()
            if lease.name == BY_HAND or processes.is_alive(int(lease.name))
        ]


def times_taken(lease: Path) -> int:
    """How often its holder has taken a lease and not given it back."""
    return int(lease.read_text() or 1) if lease.exists() else 0

"""Background services of the tests: one that is taken twice by a session is not stopped when it is given back once."""

import os
from typing import Any

from tests.services import processes
from tests.services.service import Service


class Sleeper(Service):
    name = f"sleeper-{os.getpid()}"

    def install(self) -> None:
        return

    def is_installed(self) -> bool:
        return True

    def launch(self) -> tuple[int, dict[str, Any]]:
        return processes.spawn(["sleep", "60"], log=self.folder / "log.txt", cwd=self.folder), {}

    def clean_up(self, details: dict[str, Any]) -> None:
        return


def test_a_service_ends_with_the_last_of_nested_uses() -> None:
    service = Sleeper()
    pid = service.acquire()["pid"]
    try:
        assert service.acquire()["pid"] == pid
        service.release()
        assert service.details() is not None
    finally:
        service.release()
    assert not processes.is_alive(pid)

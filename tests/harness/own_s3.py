"""An S3 server that one test has for itself, to be stopped and started: others share one (tests/services/s3.py)."""

from pathlib import Path
from typing import Any

from tests.services import processes
from tests.services.s3 import S3


class OwnS3(S3):
    """Its data, and its port, stay the same over restarts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.reach: dict[str, Any] = {}
        self._pid = 0

    @property
    def folder(self) -> Path:
        return self._folder

    def start(self) -> None:
        """Start and wait until it answers; `reach` then says how."""
        self.install()
        self._folder.mkdir(exist_ok=True)
        self._pid, self.reach = self.launch(self.reach.get("ports"))

    def stop(self) -> None:
        processes.stop(self._pid)

    def end(self) -> None:
        """Stop for good."""
        processes.stop(self._pid, grace_s=0)
        self.clean_up(self.reach)

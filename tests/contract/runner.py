"""Runs the programs of `programs/` with a real client of one version, and hands back what they found."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.harness.client import Client, ClientError
from tests.harness.server import User

PROGRAMS = Path(__file__).parent / "programs"
TIMEOUT_S = 150
OUTPUT_SHOWN = 6000
# these write `machine host:port` into the netrc file, where requests looks for `machine host`: a login to a host with
# a port lasts for the process only, whatever the server
FORGETS_KEYS_OF_PORTS = {"0.19.11", "0.22.3"}


@dataclass
class Program:
    """A started program; `answer` waits for its end and returns what it handed back."""

    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def output(self) -> str:
        return (self.folder / "output.txt").read_text(encoding="utf-8", errors="replace")

    def ended(self, timeout_s: float = TIMEOUT_S) -> int:
        """The exit code. Raises `ClientError` when the program takes too long."""
        try:
            return self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise ClientError(f"not done after {timeout_s} s:\n{self.output[-OUTPUT_SHOWN:]}") from None

    def answer(self, timeout_s: float = TIMEOUT_S) -> Any:
        """What the program found. Raises `ClientError` with its output when it failed."""
        if code := self.ended(timeout_s):
            raise ClientError(f"exit code {code}:\n{self.output[-OUTPUT_SHOWN:]}")
        return json.loads((self.folder / "answer.json").read_text(encoding="utf-8"))

    def wait_for(self, path: Path, timeout_s: float = TIMEOUT_S) -> None:
        """Wait until the program has made the file `path`."""
        end = time.monotonic() + timeout_s
        while not path.exists():
            assert self.process.poll() is None, self.output[-OUTPUT_SHOWN:]
            assert time.monotonic() < end, f"{path.name} did not appear"
            time.sleep(0.1)


@dataclass
class Programs:
    """One version of the client in the hands of one user; each program has a folder of its own below the home."""

    client: Client
    user: User
    _count: int = 0

    def log_in(self, url: str) -> None:
        """`wandb login`, as a person would: later programs find host and key below the home, not in the environment."""
        # clients before 0.16 want this folder to exist, else they keep the host in a place they do not read
        (self.client.home / ".config/wandb").mkdir(parents=True)
        login = {"WANDB_BASE_URL", "WANDB_API_KEY", "WANDB_CONFIG_DIR"}
        bare = {name: value for name, value in self.client.env.items() if name not in login}
        if self.client.version in FORGETS_KEYS_OF_PORTS:
            bare["WANDB_API_KEY"] = self.user.api_key
        self.client = Client(self.client.version, self.client.python, self.client.home, bare)
        self.client.cli("login", f"--host={url}", self.user.api_key)

    def run(self, program: str, timeout_s: float = TIMEOUT_S, **arguments: Any) -> Any:
        """What `programs/PROGRAM.py` answers. Raises `ClientError` with its output when it fails."""
        with self.running(program, **arguments) as started:
            return started.answer(timeout_s)

    def fail(self, program: str, timeout_s: float = TIMEOUT_S, **arguments: Any) -> str:
        """The output of a program that must fail."""
        with self.running(program, **arguments) as started:
            assert started.ended(timeout_s) != 0, started.output[-OUTPUT_SHOWN:]
            return started.output

    def script(self, path: Path, *arguments: str, record: str, timeout_s: float = TIMEOUT_S) -> Any:
        """Run any script; return the JSON it writes to the file that its option `record` names."""
        folder = self._folder()
        with self._started([str(path), *arguments, record, str(folder / "answer.json")], folder) as started:
            return started.answer(timeout_s)

    @contextmanager
    def running(self, program: str, **arguments: Any) -> Iterator[Program]:
        """A program under way; killed when the block is left before its end."""
        folder = self._folder()
        given = folder / "arguments.json"
        given.write_text(json.dumps(arguments, ensure_ascii=False), encoding="utf-8")
        command = [str(PROGRAMS / f"{program}.py"), str(given), str(folder / "answer.json")]
        with self._started(command, folder) as started:
            yield started

    @contextmanager
    def _started(self, command: list[str], folder: Path) -> Iterator[Program]:
        with (folder / "output.txt").open("wb") as output:
            process = subprocess.Popen(
                [str(self.client.python), *command],
                cwd=folder,
                env=self.client.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
            try:
                yield Program(process, folder)
            finally:
                if process.poll() is None:
                    process.kill()
                process.wait()

    def _folder(self) -> Path:
        self._count += 1
        folder = self.client.home / f"work-{self._count}"
        folder.mkdir(parents=True)
        return folder

"""One real `steelyard serve` process on loopback: started, killed, restarted and asked through its command line."""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.harness.environment import clean_environment
from tests.services import processes
from tests.services.places import free_port

ROOT = Path(__file__).resolve().parents[2]
TIED = (sys.executable, str(ROOT / "tests" / "harness" / "tied.py"))
FROM_SOURCE = (sys.executable, "-m", "steelyard")
START_TIMEOUT_S = 90
# A graceful end waits for requests under way.
STOP_TIMEOUT_S = 20
COMMAND_TIMEOUT_S = 60
PASSWORD = "correct horse battery"


class CommandError(AssertionError):
    """A `steelyard` command ended otherwise than with code 0."""


@dataclass(frozen=True)
class User:
    name: str
    api_key: str
    email: str
    password: str = PASSWORD


class Server:
    """A server of its own data folder, database and port; the port stays the same over restarts."""

    def __init__(
        self,
        data_dir: Path,
        env: dict[str, str] | None = None,
        *,
        program: Sequence[str] = FROM_SOURCE,
        cwd: Path = ROOT,
        address: str = "127.0.0.1",
    ) -> None:
        self.data_dir, self.address = data_dir, address
        self.program, self.cwd = list(program), cwd
        self.port = free_port()
        home = data_dir.with_name(f"{data_dir.name}-home")
        home.mkdir(parents=True, exist_ok=True)
        self.env = clean_environment(HOME=str(home), STEELYARD_SERVER_DRAIN_S="0") | (env or {})
        self.log = data_dir.with_name(f"{data_dir.name}.log")
        self.process: subprocess.Popen[bytes] | None = None
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    @property
    def url(self) -> str:
        return f"http://{self.address}:{self.port}"

    def start(self) -> "Server":
        """Start and wait for GET /healthz to answer 200. Raises `ServiceError` with the end of the log."""
        process = self.launch()
        processes.wait_ready(process.pid, self.is_healthy, log=self.log, timeout_s=START_TIMEOUT_S)
        return self

    def launch(self) -> "subprocess.Popen[bytes]":
        """Start and wait for nothing."""
        arguments = ["serve", "--data", str(self.data_dir), "--host", self.address, "--port", str(self.port)]
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [*TIED, *self.program, *arguments],
                cwd=self.cwd,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        return self.process

    def stop(self) -> int | None:
        """End gracefully and return the exit code; None when it did not run."""
        if self.process is None:
            return None
        self.process.terminate()
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.kill9()
        return self.process.returncode

    def kill9(self) -> None:
        """End at once, with everything it started, as a power failure would."""
        assert self.process is not None, "not started"
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def restart(self) -> None:
        self.stop()
        self.start()

    def log_text(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def run_command(self, *arguments: str) -> str:
        """Run `steelyard ARGUMENTS --data …` and return its standard output. Raises `CommandError`."""
        done = self.try_command(*arguments)
        if done.returncode:
            command = " ".join(arguments)
            raise CommandError(f"steelyard {command}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def try_command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The same for a command that may fail: the caller looks at `returncode`, `stdout` and `stderr`."""
        return subprocess.run(
            [*self.program, *arguments, "--data", str(self.data_dir)],
            cwd=self.cwd,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT_S,
            check=False,
        )

    def create_user(self, name: str | None = None, *options: str) -> User:
        """Make an account with a random key (`options` such as `--admin`); a name is invented if none is given."""
        name = name or f"user-{secrets.token_hex(4)}"
        user = User(name, f"local-{secrets.token_hex(20)}", f"{name}@example.com")
        account = ["--email", user.email, "--password", user.password, "--api-key", user.api_key]
        self.run_command("user", "create", name, *account, *options)
        return user

    def is_healthy(self) -> bool:
        try:
            with self.opener.open(f"{self.url}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except urllib.error.HTTPError:
            return False

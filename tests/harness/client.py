"""Runs scripts with a real, unmodified wandb client of a chosen version, in a home folder of its own."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.harness.environment import clean_environment
from tests.services.clients import ensure_client

TIMEOUT_S = 180


class ClientError(AssertionError):
    """A script or command of the client ended with an error; the message holds what it printed."""


@dataclass(frozen=True)
class Client:
    """One version of the client as one user sees it. `home` keeps its settings, caches and run folders."""

    version: str
    python: Path
    home: Path
    env: dict[str, str]

    def run(self, script: str | Path, *arguments: str, env: dict[str, str] | None = None, **options: Any) -> str:
        """Run a Python file, or a text as one, and return what it printed. Raises `ClientError`."""
        if isinstance(script, str):
            script = self._write(script)
        return self._checked([str(self.python), str(script), *arguments], env or {}, **options)

    def run_json(self, script: str | Path, *arguments: str, env: dict[str, str] | None = None, **options: Any) -> Any:
        """The same for a script whose last line is a JSON document; returns that, decoded."""
        lines = self.run(script, *arguments, env=env, **options).strip().splitlines()
        if not lines:
            raise ClientError("the script printed nothing; its last line should be JSON")
        return json.loads(lines[-1])

    def cli(self, *arguments: str, env: dict[str, str] | None = None, **options: Any) -> str:
        """Run the `wandb` command and return its standard output. Raises `ClientError`."""
        return self._checked([str(self.python.with_name("wandb")), *arguments], env or {}, **options)

    def popen(self, script: str | Path, *arguments: str, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
        """Start a script and return at once; the caller waits for it. Both its outputs are one pipe."""
        if isinstance(script, str):
            script = self._write(script)
        return subprocess.Popen(
            [str(self.python), str(script), *arguments],
            cwd=self.home,
            env=self.env | (env or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def _write(self, text: str) -> Path:
        path = self.home / f"script-{len(list(self.home.glob('script-*.py')))}.py"
        path.write_text(text)
        return path

    def _checked(self, command: list[str], env: dict[str, str], timeout_s: float = TIMEOUT_S, stdin: str = "") -> str:
        try:
            done = subprocess.run(
                command,
                cwd=self.home,
                env=self.env | env,
                input=stdin,
                capture_output=True,
                text=True,
                timeout=timeout_s,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            printed = b"".join(part for part in (late.stdout, late.stderr) if part).decode(errors="replace")
            raise ClientError(f"client {self.version} did not end within {timeout_s} s:\n{printed}") from late
        if done.returncode:
            raise ClientError(f"client {self.version}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done.stdout


def make_client(version: str, home: Path, base_url: str, api_key: str | None) -> Client:
    """A client of `version` that talks to `base_url`, logged in with `api_key` unless that is None."""
    home.mkdir(parents=True, exist_ok=True)
    settings = {
        "HOME": str(home),
        "WANDB_BASE_URL": base_url,
        "WANDB_DIR": str(home),
        "WANDB_CACHE_DIR": str(home / "cache"),
        "WANDB_CONFIG_DIR": str(home / "config"),
        "WANDB_DATA_DIR": str(home / "staging"),
        "WANDB_ERROR_REPORTING": "false",
        "PYTHONWARNINGS": "ignore",
    }
    if api_key is not None:
        settings["WANDB_API_KEY"] = api_key
    return Client(version, ensure_client(version), home, clean_environment(**settings))

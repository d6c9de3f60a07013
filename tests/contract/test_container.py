"""`steelyard up` and `down` with an engine on the PATH that does as docker does, but runs the server itself."""

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.harness.server import ROOT
from tests.services.places import free_port

# Keeps what it was told in `told`; the container is a process of this machine.
ENGINE = """#!{python}
import json, os, pathlib, signal, subprocess, sys
here, told = pathlib.Path({folder!r}), sys.argv[1:]
with open(here / "told", "a") as file:
    file.write(json.dumps(told) + "\\n")
pid = here / "pid"
def alive():
    if not pid.exists():
        return False
    try:
        return os.waitpid(int(pid.read_text()), os.WNOHANG) == (0, 0)
    except ChildProcessError:
        state = pathlib.Path("/proc", pid.read_text(), "stat")
        return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"
if told[0] == "image":
    sys.exit(0 if told[2] == "steelyard" else 1)
elif told[0] == "run":
    port = told[told.index("-p") + 1].partition(":")[0]
    given = dict(one.split("=", 1) for flag, one in zip(told, told[1:]) if flag == "-e")
    env = dict(os.environ, STEELYARD_DATA_DIR=str(here / "vol"), STEELYARD_SERVER_PORT=port, **given)
    with open(here / "log", "w") as log:
        begun = subprocess.Popen([sys.executable, "-m", "steelyard", "serve"], env=env, cwd={root!r}, stdout=log,
                                 stderr=log, start_new_session=True)
    pid.write_text(str(begun.pid))
elif told[0] == "ps" and alive():
    print("0123456789ab")
elif told[0] == "logs":
    print((here / "log").read_text())
elif told[0] == "stop":
    os.kill(int(pid.read_text()), signal.SIGTERM)
"""


class Machine:
    """A PATH with one engine on it, or none."""

    def __init__(self, folder: Path, engine: str | None) -> None:
        self._folder = folder
        if engine:
            program = folder / engine
            program.write_text(ENGINE.format(python=sys.executable, folder=str(folder), root=str(ROOT)))
            program.chmod(0o755)

    def call(self, *arguments: str) -> tuple[int, str]:
        env = {**os.environ, "PATH": str(self._folder)}
        command = [sys.executable, "-m", "steelyard", *arguments]
        done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False, timeout=180)
        return done.returncode, done.stdout + done.stderr

    @property
    def told(self) -> list[list[str]]:
        return [json.loads(line) for line in (self._folder / "told").read_text().splitlines()]


@pytest.mark.parametrize("program", ["docker", "podman"])
def test_up_starts_the_server_where_the_clients_own_command_would_and_down_ends_it(
    tmp_path: Path, program: str
) -> None:
    machine, port = Machine(tmp_path, program), free_port()
    code, said = machine.call("up", "--port", str(port), "-e", "STEELYARD_ACCOUNTS_SIGNUP=true")
    try:
        assert code == 0, said
        assert f"http://localhost:{port}/setup?token=" in said
        assert f"wandb login --host=http://localhost:{port}" in said
        session = httpx.get(f"http://127.0.0.1:{port}/app/session", trust_env=False).json()
        assert session["signupOpen"] is True
        (run,) = [told for told in machine.told if told[0] == "run"]
        place = ["--rm", "-d", "-v", "wandb:/vol", "-p", f"{port}:8080", "--name", "wandb-local"]
        assert (run[1:9], run[-1]) == (place, "steelyard")
        code, said = machine.call("up", "--port", str(port))
        assert (code, "runs already" in said) == (1, True)
    finally:
        code, said = machine.call("down")
    assert (code, "volume wandb" in said) == (0, True), said


def test_a_server_that_ends_at_its_start_is_told_with_its_last_words(tmp_path: Path) -> None:
    code, said = Machine(tmp_path, "docker").call("up", "--port", str(free_port()), "-e", "HOST=https://x/below")
    assert (code, "ended at its start" in said) == (1, True), said


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    code, said = Machine(tmp_path, None).call("up")
    assert (code, "neither docker nor podman" in said) == (1, True)
    machine = Machine(tmp_path, "podman")
    code, said = machine.call("up", "--image", "elsewhere")
    assert (code, "podman build -f deploy/image/Containerfile" in said) == (1, True)
    code, said = machine.call("down")
    assert (code, "no container wandb-local runs" in said) == (1, True)

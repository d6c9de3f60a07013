"""`make serve` on a fresh copy brings up the whole product, and the next time finds nothing left to do."""

import os
import signal
import subprocess
from pathlib import Path

from tests.harness.server import Server
from tests.services import processes
from tests.services.places import free_port

FIRST_TIME_S, NEXT_TIME_S = 400, 60


def make_serve(
    checkout: Path, env: dict[str, str], log: Path, timeout_s: float
) -> tuple[Server, subprocess.Popen[bytes]]:
    """Run `make serve` until the server answers, and return it with the process of make."""
    looks_at = Server(checkout / "unused")
    command = ["make", "serve", f"PORT={looks_at.port}"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=checkout, env=env, stdout=output, stderr=output, start_new_session=True)
    processes.wait_ready(process.pid, looks_at.is_healthy, log=log, timeout_s=timeout_s)
    return looks_at, process


def end(make: subprocess.Popen[bytes]) -> None:
    os.killpg(make.pid, signal.SIGTERM)
    make.wait(30)


def test_a_fresh_copy_serves_the_web_app_and_starts_at_once_the_second_time(
    checkout: Path, bare_machine: dict[str, str], tmp_path: Path
) -> None:
    server, make = make_serve(checkout, bare_machine, tmp_path / "first.log", FIRST_TIME_S)
    try:
        with server.opener.open(server.url, timeout=10) as answer:
            assert b"<script" in answer.read()
    finally:
        end(make)
    first = (tmp_path / "first.log").read_text()
    assert "building the web app" in first
    assert "http://127.0.0.1" in first or "http://localhost" in first
    assert (checkout / "data").is_dir()
    _, make = make_serve(checkout, bare_machine, tmp_path / "second.log", NEXT_TIME_S)
    end(make)
    assert "==>" not in (tmp_path / "second.log").read_text(), "nothing changed, so nothing is installed or built"


def test_a_step_that_fails_says_what_to_do(checkout: Path, bare_machine: dict[str, str]) -> None:
    nowhere = {"PIP_INDEX_URL": f"http://127.0.0.1:{free_port()}/simple", "PIP_NO_INDEX": "1", "PIP_RETRIES": "0"}
    nowhere |= {"UV_OFFLINE": "1", "PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": "", "PIP_CONFIG_FILE": os.devnull}
    done = subprocess.run(
        ["make", "serve"], cwd=checkout, env=bare_machine | nowhere, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "what to do: " in done.stderr

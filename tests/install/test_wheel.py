"""`pip install .` alone gives the `steelyard` command with the web app inside, on a machine without Node."""

import subprocess
import sys
from pathlib import Path

from tests.harness.server import Server


def run(command: list[str], *, cwd: Path, env: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_installed_package_is_the_whole_server(checkout: Path, bare_machine: dict[str, str], tmp_path: Path) -> None:
    run([sys.executable, "-m", "venv", "installed"], cwd=tmp_path, env=bare_machine)
    programs = tmp_path / "installed" / "bin"
    pins = ["-c", str(checkout / "requirements" / "lock.txt")]
    run([str(programs / "pip"), "install", *pins, "."], cwd=checkout, env=bare_machine)
    server = Server(tmp_path / "data", program=[str(programs / "steelyard")], cwd=tmp_path)
    try:
        server.start()
        with server.opener.open(server.url, timeout=10) as answer:
            assert b"<script" in answer.read()
        assert server.create_user("ada").name in server.run_command("user", "list")
        told = server.try_command("doctor", "bucket", "s3://lent-keys")
        assert "pip install 'steelyard[aws]'" in told.stdout
        assert told.returncode == 2
    finally:
        server.stop()

"""Without any way to another machine the server starts and serves, and asks for none."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.server import ROOT

# Nothing stands between a program and the network: who obeys these would go to a proxy, on this machine.
CALM = {name: "" for word in ("http", "https", "all") for name in (f"{word}_proxy", f"{word.upper()}_PROXY")}
ALONE = ["unshare", "--map-root-user", "--net"]


def may_be_alone() -> bool:
    try:
        done = subprocess.run([*ALONE, "ip", "link", "set", "lo", "up"], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


@pytest.mark.skipif(not may_be_alone(), reason="this machine lets nobody make a network namespace")
def test_a_machine_without_a_way_out_is_enough(tmp_path: Path) -> None:
    inside = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--engine", "sqlite"]
    inside += ["--basetemp", str(tmp_path / "inside"), "tests/contract/without_a_way_out.py"]
    command = [*ALONE, "sh", "-c", 'ip link set lo up && exec "$@"', "sh", *inside]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert "1 passed" in done.stdout, done.stdout[-8000:] + done.stderr[-2000:]

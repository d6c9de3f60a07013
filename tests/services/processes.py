"""Starting, watching and ending one background server, across the processes of a test session."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

POLL_S = 0.05
# What this process started itself must be waited for by it, or stays as a zombie.
_children: dict[int, subprocess.Popen[bytes]] = {}


class ServiceError(Exception):
    """A service could not be installed or started; the message says what to do."""


def spawn(command: list[str], *, log: Path, cwd: Path, env: dict[str, str] | None = None) -> int:
    """Start `command` in a session of its own, so that it outlives us, and return its pid."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=cwd, env=env, start_new_session=True
        )
    _children[process.pid] = process
    return process.pid


def is_alive(pid: int) -> bool:
    """Whether `pid` runs; a zombie that nobody has collected yet does not.

    A child of ours does until it has been collected: its first thread may be a zombie while others still end.
    """
    if pid in _children:
        if _children[pid].poll() is None:
            return True
        del _children[pid]
        return False
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}


def wait_ready(pid: int, ready: Callable[[], object], *, log: Path, timeout_s: float) -> None:
    """Wait until `ready()` neither raises nor is falsy. Raises `ServiceError` with the end of the log, `pid` ended."""
    deadline = time.monotonic() + timeout_s
    problem = "it never answered"
    while time.monotonic() < deadline and is_alive(pid):
        try:
            if ready():
                return
        except Exception as error:  # noqa: BLE001 - drivers raise what they like while a server starts
            problem = repr(error)
        time.sleep(POLL_S)
    fate = f"did not answer within {timeout_s:.0f} s ({problem})" if is_alive(pid) else "ended by itself"
    stop(pid, grace_s=2)
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
    raise ServiceError(f"it {fate}; its log {log} ends with:\n{tail}")


def accepts(family: int, address: tuple[str, int] | str) -> bool:
    """Whether somebody listens there; some drivers leave sockets open when nobody does."""
    with socket.socket(family) as knock:
        return knock.connect_ex(address) == 0


def stop(pid: int, *, grace_s: float = 20) -> None:
    """End `pid` politely, then by force after `grace_s`. Returns when it is gone."""
    deadline = time.monotonic() + grace_s
    sign = signal.SIGTERM
    while is_alive(pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sign)
        while is_alive(pid) and time.monotonic() < deadline:
            time.sleep(POLL_S)
        sign = signal.SIGKILL
        deadline = time.monotonic() + POLL_S

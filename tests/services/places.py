"""Where downloads and state live, and the small things every service needs: locks and free ports."""

import contextlib
import fcntl
import os
import socket
from collections.abc import Iterator
from pathlib import Path

CACHE = Path(os.environ.get("STEELYARD_CACHE") or Path.home() / ".cache" / "steelyard-services")


def state_folder(name: str) -> Path:
    """The folder with data, log and pid of the service `name`; made if absent."""
    folder = CACHE / "state" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def lock(name: str) -> Iterator[None]:
    """Hold the machine-wide lock `name`; waits for whoever has it, a test session in another checkout included."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f".lock-{name}").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def free_ports(count: int) -> list[int]:
    """Different loopback ports that nobody listens on. They are held together while choosing, then released."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def free_port() -> int:
    return free_ports(1)[0]

"""Network namespaces of Linux: processes that reach each other only through cables that a test may pull. Needs root."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

# A private network that no machine of ours uses: 32 sets of 254 addresses.
_NETWORK = "10.213"


@dataclass(frozen=True)
class Namespace:
    """One machine's worth of network. `address` is reached from outside, `gateway` is where the outside is."""

    name: str
    address: str
    gateway: str

    @property
    def prefix(self) -> tuple[str, ...]:
        """What starts a program inside."""
        return ("ip", "netns", "exec", self.name)

    def pull(self) -> None:
        """Pull the cable: packets are lost, and nobody is told."""
        _ip("link", "set", f"{self.name}o", "down")

    def plug(self) -> None:
        _ip("link", "set", f"{self.name}o", "up")


@contextlib.contextmanager
def namespaces(count: int) -> Iterator[list[Namespace]]:
    """Yield `count` of them, each with a cable of its own to a bridge on this machine; they are gone afterwards."""
    tag = f"sy{os.getpid() % 100_000}"
    network = f"{_NETWORK}.{os.getpid() % 250}"
    bridge, gateway = f"{tag}b", f"{network}.1"
    with contextlib.ExitStack() as stack:
        _ip("link", "add", bridge, "type", "bridge")
        stack.callback(_ip, "link", "delete", bridge)
        _ip("address", "add", f"{gateway}/24", "dev", bridge)
        _ip("link", "set", bridge, "up")
        made = []
        for number in range(count):
            one = Namespace(f"{tag}n{number}", f"{network}.{number + 10}", gateway)
            _ip("netns", "add", one.name)
            stack.callback(_ip, "netns", "delete", one.name)
            inside = ("-n", one.name)
            _ip("link", "add", f"{one.name}o", "type", "veth", "peer", "name", "eth0", "netns", one.name)
            stack.callback(_ip, "link", "delete", f"{one.name}o")
            _ip("link", "set", f"{one.name}o", "master", bridge, "up")
            _ip(*inside, "address", "add", f"{one.address}/24", "dev", "eth0")
            _ip(*inside, "link", "set", "eth0", "up")
            _ip(*inside, "link", "set", "lo", "up")
            made.append(one)
        yield made


def may_make_namespaces() -> bool:
    """Tell whether this account may, and the machine lets it."""
    if os.geteuid():
        return False
    try:
        with namespaces(1):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)

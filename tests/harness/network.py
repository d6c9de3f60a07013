"""Closes the network for the test process itself: tests that would work only with the outside world fail at once."""

import ipaddress
import socket
from typing import Any


class NetworkClosedError(OSError):
    """A test tried to reach another machine."""


def close_network() -> None:
    """Make every connection to another machine fail, from now on in this process; loopback stays open."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _require_loopback(self, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _require_loopback(self, address)
        return connect_ex(self, address)

    socket.socket.connect = guarded_connect  # type: ignore[method-assign, assignment]
    socket.socket.connect_ex = guarded_connect_ex  # type: ignore[method-assign, assignment]


def _require_loopback(connection: socket.socket, address: Any) -> None:
    if connection.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    host = address[0]
    if host == "localhost":
        return
    try:
        if ipaddress.ip_address(host).is_loopback:
            return
    except ValueError:
        pass
    raise NetworkClosedError(f"tests reach loopback only, not {host}")

"""The HTTP server itself: uvicorn, told to end endless answers before it waits for all answers to end."""

from __future__ import annotations

from socket import socket

import uvicorn

from steelyard.context import Ports


class Server(uvicorn.Server):
    """Sets `ports.closing` when it begins to shut down; event streams end themselves then."""

    def __init__(self, config: uvicorn.Config, ports: Ports) -> None:
        super().__init__(config)
        self._ports = ports

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self._ports.closing.set()
        await super().shutdown(sockets)

"""The HTTP server itself: uvicorn, told to leave the load balancer gently and to end endless answers before it stops.

A process that is asked to end (SIGTERM) goes on serving for a while: `/ready` answers 503, and every answer closes its
connection, so that a proxy's kept connections run out and none breaks under a request. Then it stops listening.
"""

from __future__ import annotations

import asyncio
import signal
import time
from socket import socket
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from steelyard.context import Ports
from steelyard.telemetry.traces import TRACES

_LOOK_AGAIN_S = 0.05


class Server(uvicorn.Server):
    """Sets `ports.draining` when it is asked to end and `ports.closing` when it stops listening.

    SIGTERM drains for up to `drain_s`, and no longer than somebody is connected; SIGINT and a second signal do not.
    """

    def __init__(self, config: uvicorn.Config, ports: Ports, drain_s: float) -> None:
        super().__init__(config)
        self._ports = ports
        self._drain_s = drain_s
        self._signals: list[int] = []

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._signals.append(sig)
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self._ports.draining.set()
        ends = time.monotonic() + self._drain_s
        while self._is_wanted() and time.monotonic() < ends:  # noqa: ASYNC110 - uvicorn tells nobody who leaves
            await asyncio.sleep(_LOOK_AGAIN_S)
        self._ports.closing.set()
        await super().shutdown(sockets)
        await asyncio.to_thread(TRACES.stop)  # the signal, which is raised again after this, ends the process at once

    def _is_wanted(self) -> bool:
        return bool(self.server_state.connections) and self._signals == [signal.SIGTERM]


class Draining:
    """While the process drains, each answer says that it is the last one of its connection."""

    def __init__(self, app: ASGIApp, ports: Ports) -> None:
        self._app = app
        self._draining = ports.draining

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_last(message: Any) -> None:
            if message["type"] == "http.response.start" and self._draining.is_set():
                message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
            await send(message)

        await self._app(scope, receive, send_last)

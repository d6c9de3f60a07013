"""A server that answers the client in everything, and keeps nothing of what it streams.

    python -m benchmarks.load.discarding --data DIR --port 9000

Steelyard itself, but requests to file_stream are read and answered without a look at them: the fastest server that a
client can have, against which a run's time is compared.
"""

import argparse
from pathlib import Path
from typing import Any

import uvicorn
import uvloop
from starlette.types import ASGIApp, Receive, Scope, Send

from benchmarks.load.acceptor import ANSWER, HEAD
from steelyard.app import make_app
from steelyard.config.sources import load
from steelyard.http.server import Server
from steelyard.ingest.endpoint import find_address
from steelyard.opening import close_ports, open_ports


class Discarding:
    """Answers what a run streams, hands everything else on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if find_address(scope) is None:
            await self._app(scope, receive, send)
            return
        while (await receive()).get("more_body"):
            continue
        await send(HEAD)
        await send({"type": "http.response.body", "body": ANSWER})


async def serve(data: Path, port: int) -> None:
    settings = load({"data_dir": data}, {}).settings
    ports = await open_ports(settings)
    app = Discarding(make_app(settings, ports, announce=""))
    config: Any = {"port": port, "loop": "none", "http": "httptools", "ws": "none", "log_level": "warning"}
    try:
        await Server(uvicorn.Config(app, **config, access_log=False), ports, settings.server.drain_s).serve()
    finally:
        await close_ports(ports)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    uvloop.run(serve(given.data, given.port))


if __name__ == "__main__":
    main()

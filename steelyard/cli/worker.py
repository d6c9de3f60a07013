"""`steelyard worker`: background work apart from `serve`, for set-ups with several processes."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path

import click

from steelyard.cli.running import failures_in_a_line, load_settings, traced
from steelyard.config.settings import Settings
from steelyard.context import Ports
from steelyard.http.monitoring import Monitoring
from steelyard.opening import close_ports, open_ports, system_context
from steelyard.worker.loop import Worker


@click.command()
@click.option("--data", type=click.Path(path_type=Path), help="data folder (STEELYARD_DATA_DIR)")
def worker(data: Path | None) -> None:
    """Run background work until stopped."""
    settings = load_settings(data, tell=True)

    async def run() -> None:
        stopped = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        ports = await open_ports(settings)
        try:
            async with _exposed(settings, ports), Worker(system_context(ports)).running():
                await stopped.wait()
        finally:
            await close_ports(ports)

    with failures_in_a_line(), traced(settings):
        asyncio.run(run())


def _exposed(settings: Settings, ports: Ports) -> AbstractAsyncContextManager[None]:
    metrics = settings.metrics
    if not metrics.port:
        return nullcontext()
    return Monitoring(ports).running(metrics.host or settings.server.host, metrics.port)

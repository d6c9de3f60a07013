"""Metrics for Prometheus: at a port of their own, or beside the other routes; and what must be asked for them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

import steelyard
from steelyard.context import Ports
from steelyard.domains.history import queries
from steelyard.kernel.errors import SteelyardError, Unavailable
from steelyard.telemetry.meters import Facts

log = structlog.get_logger()
# Readings come every 15 s or so, of every process; the database is asked half as often.
_ASK_EVERY_S = 30.0


class Monitoring:
    """The metrics of this process. The database is asked beside the readings, which never wait for it."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._journal_chunks: float | None = None
        from steelyard.telemetry import exposition  # brings a library that servers without metrics do not need

        self._exposition = exposition
        self._registry = exposition.make_registry(self._facts)

    async def answer(self, _request: Request) -> Response:
        content = await asyncio.to_thread(self._exposition.text, self._registry)
        return Response(content, media_type=self._exposition.CONTENT_TYPE)

    @asynccontextmanager
    async def running(self, host: str, port: int) -> AsyncIterator[None]:
        """Ask what must be asked, and answer at `port` unless it is 0. Raises `Unavailable` when it cannot be had."""
        try:
            exposed = self._exposition.expose(self._registry, host, port) if port else None
        except OSError as error:
            raise Unavailable(f"cannot listen on {host}:{port} for metrics: {error}") from error
        asking = asyncio.create_task(self._ask(), name="metrics")
        try:
            yield
        finally:
            asking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asking
            if exposed is not None:
                await asyncio.to_thread(exposed.close)

    async def _ask(self) -> None:
        while True:
            try:
                self._journal_chunks = await self._ports.database.read_at_once(queries.count_chunks)
            except (SQLAlchemyError, SteelyardError, OSError):
                self._journal_chunks = None  # no number says more than an old one
            await asyncio.sleep(_ASK_EVERY_S)

    def _facts(self) -> Facts:
        pool: Any = self._ports.database.engine.pool
        counters = self._ports.limiter.counters.copy()
        return Facts(
            version=steelyard.__version__,
            journal_chunks=self._journal_chunks,
            pool_size=pool.size() + max(pool._max_overflow, 0),  # noqa: SLF001 - the pool tells it nowhere else
            pool_used=pool.checkedout(),
            refused={name: counter.refused for name, counter in counters.items()},
        )

"""`/healthz` (the process lives) and `/ready` (it can serve: database and object store answer), by all their names."""

from __future__ import annotations

import time

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

import steelyard
from steelyard.context import Ports

# The second ones are those of W&B Server's other containers, which ingresses and probes made for it ask for.
ALIVE = ("/healthz", "/console/api/healthz", "/traces/health")
READY = ("/ready", "/console/api/ready")
# Probes come every few seconds from every balancer; the store is not asked again so soon after it has answered.
STORE_GOOD_FOR_S = 30.0


class Health:
    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._store_answered_at = float("-inf")

    async def alive(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok", "version": steelyard.__version__})

    async def ready(self, _request: Request) -> Response:
        if self._ports.draining.is_set():
            return JSONResponse({"status": "draining"}, 503)
        async with self._ports.database.read() as conn:
            await conn.execute(select(1))
        if time.monotonic() - self._store_answered_at > STORE_GOOD_FOR_S:
            await self._ports.objects.stat("ready")
            self._store_answered_at = time.monotonic()
        return JSONResponse({"status": "ready"})

"""`/healthz` (the process lives) and `/ready` (it can serve: database and object store answer)."""

from __future__ import annotations

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

import steelyard
from steelyard.context import Ports


class Health:
    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def alive(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok", "version": steelyard.__version__})

    async def ready(self, _request: Request) -> Response:
        if self._ports.draining.is_set():
            return JSONResponse({"status": "draining"}, 503)
        async with self._ports.database.read() as conn:
            await conn.execute(select(1))
        await self._ports.objects.stat("ready")
        return JSONResponse({"status": "ready"})

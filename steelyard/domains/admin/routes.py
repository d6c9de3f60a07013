"""The web app's route about the server itself (web/src/api/contract.ts)."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from steelyard.context import Context
from steelyard.domains.admin import service
from steelyard.rest.routes import RouteTable

routes = RouteTable()


@routes.get("/app/compat")
async def show_compatibility(ctx: Context, _request: Request) -> dict[str, Any]:
    found = service.show_compatibility(ctx)
    return {
        "version": found.version,
        "features": [
            {"name": item.name, "on": item.enabled, "switchedOff": item.switched_off, "reason": item.reason}
            for item in found.features
        ],
        "unsupported": [{"area": area, "operations": fields} for area, fields in found.unsupported.items()],
        "versions": found.tested["versions"],
        "engines": found.tested["engines"],
        "areas": [{"name": name, "results": engines} for name, engines in found.tested["areas"].items()],
    }


@routes.get("/app/admin/limits")
async def show_limits(ctx: Context, _request: Request) -> dict[str, Any]:
    """`passed` and `refused` are counts of the process that answers."""
    rates = service.show_limits(ctx)
    rows = [
        {"name": item.name, "perSecond": item.per_second, "passed": item.passed, "refused": item.refused}
        for item in rates
    ]
    return {"processes": ctx.ports.limiter.rates.processes, "rates": rows}

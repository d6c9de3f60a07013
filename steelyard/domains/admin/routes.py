"""The routes about the server itself (web/src/api/routes.ts)."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from steelyard.context import Context
from steelyard.domains.admin import service, storage
from steelyard.domains.storage.routes import usage_shape
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


@routes.get("/openapi.json")
async def describe_routes(ctx: Context, _request: Request) -> Response:
    return Response(service.show_routes(ctx), media_type="application/json", headers={"Cache-Control": "no-store"})


@routes.get("/app/admin/storage")
async def show_storage(ctx: Context, _request: Request) -> dict[str, Any]:
    found, now = await storage.show_storage(ctx), ctx.ports.clock()
    return {
        "entities": [{"name": name, "usage": usage_shape(usage)} for name, usage in found.entities],
        "waiting": {"count": found.waiting, "sizeBytes": found.waiting_bytes},
        "everySeconds": ctx.ports.policy.gc.every_s if ctx.ports.policy.gc.enabled else None,
        "graceSeconds": ctx.ports.policy.gc.grace_s,
        "collections": [
            {
                "id": run.id,
                "kind": run.kind,
                "startedBy": run.started_by,
                "state": run.state(now),
                "failure": run.failure,
                "startedAt": run.started_at,
                "endedAt": run.ended_at,
                "versions": run.versions,
                "contents": run.contents,
                "objects": run.objects,
                "sizeBytes": run.size_bytes,
            }
            for run in found.collections
        ],
    }


@routes.post("/app/admin/storage:preview")
async def preview_collection(ctx: Context, _request: Request) -> dict[str, Any]:
    """Answers 503 while it goes on longer than a browser waits: asked again, it goes on from there."""
    return (await storage.preview_collection(ctx)).as_json()


@routes.post("/app/admin/storage:collect")
async def collect(ctx: Context, _request: Request) -> dict[str, Any]:
    return (await storage.collect(ctx)).as_json()


@routes.get("/app/admin/limits")
async def show_limits(ctx: Context, _request: Request) -> dict[str, Any]:
    """`passed` and `refused` are counts of the process that answers."""
    rates = service.show_limits(ctx)
    rows = [
        {"name": item.name, "perSecond": item.per_second, "passed": item.passed, "refused": item.refused}
        for item in rates
    ]
    return {"processes": ctx.ports.limiter.rates.processes, "rates": rows}

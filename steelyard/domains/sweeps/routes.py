"""The web app's route of sweeps (web/src/api/contract.ts)."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from steelyard.context import Context
from steelyard.domains.projects import service as projects
from steelyard.domains.sweeps import service
from steelyard.domains.sweeps.config import SweepConfig
from steelyard.domains.sweeps.model import Sweep
from steelyard.rest.routes import RouteTable

routes = RouteTable()


@routes.get("/app/projects/{entity}/{project}/sweeps")
async def list_sweeps(ctx: Context, request: Request) -> dict[str, Any]:
    project = await projects.load_project(ctx, request.path_params["entity"], request.path_params["project"])
    return {"sweeps": [await _row(ctx, sweep) for sweep in await service.list_sweeps(ctx, project)]}


async def _row(ctx: Context, sweep: Sweep) -> dict[str, Any]:
    config = service.find_config(sweep)
    return {
        "id": sweep.name,
        "title": sweep.title or sweep.name,
        "state": sweep.state,
        "method": config.method if config else "",
        "createdAt": sweep.created_at,
        "runCount": await service.count_runs(ctx, sweep),
        "runCountExpected": config.expected_runs if config else None,
        "metric": config.metric if config else None,
        "goal": config.goal if config else "minimize",
        "parameters": _varied(config) if config else [],
        "bestValue": await service.best_value(ctx, sweep),
        "config": sweep.config,
    }


def _varied(config: SweepConfig) -> list[str]:
    return [".".join(item.path) for item in config.parameters if item.distribution != "constant"]

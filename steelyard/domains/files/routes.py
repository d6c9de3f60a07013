"""The web app's route of run files (web/src/api/contract.ts)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request

from steelyard.context import Context
from steelyard.domains.files import purging, service
from steelyard.domains.files.model import RunFile
from steelyard.domains.runs import service as runs
from steelyard.domains.runs.bulk_routes import TRASH_SIZES
from steelyard.domains.runs.model import Run
from steelyard.domains.runs.routes import RUN_DETAILS
from steelyard.domains.runs.trash_queries import Trashed
from steelyard.rest.routes import RouteTable

routes = RouteTable()
assert purging, "it reacts to deleted projects from the moment it is imported"
# The page shows a tree of all files; runs with more show the first ones and say so by their count.
LISTED_MAX = 10_000


@routes.get("/app/runs/{entity}/{project}/{run}/files")
async def list_files(ctx: Context, request: Request) -> dict[str, Any]:
    place = request.path_params
    run = await runs.load_run(ctx, place["entity"], place["project"], place["run"])
    return {"files": [await _row(ctx, item) for item in await service.list_files(ctx, run, "", "", LISTED_MAX)]}


async def _row(ctx: Context, item: RunFile) -> dict[str, Any]:
    return {
        "name": item.name,
        "sizeBytes": item.size_bytes,
        "mimetype": item.mimetype,
        "updatedAt": item.uploaded_at,
        "md5": item.md5,
        "url": await service.download_url(ctx, item),
    }


@RUN_DETAILS.add
async def describe_runs(ctx: Context, found: Sequence[Run]) -> Mapping[int, Mapping[str, Any]]:
    return {
        run.id: {"fileCount": await service.count_files(ctx, run), "metadata": await service.read_metadata(ctx, run)}
        for run in found
    }


@TRASH_SIZES.add
async def weigh_trash(ctx: Context, found: Sequence[Trashed]) -> Mapping[int, Mapping[str, Any]]:
    sizes = await service.weigh_runs(ctx, [run.id for run in found])
    return {run: {"fileBytes": size} for run, size in sizes.items()}

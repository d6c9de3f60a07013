"""The fixed download paths of clients. Routes of the web app's pages are in `browse/`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from steelyard.context import Context
from steelyard.domains.artifacts import downloads
from steelyard.domains.artifacts.downloads import FixedPath
from steelyard.rest.routes import RouteTable

routes = RouteTable()


@routes.get("/artifactsV2/{path:path}")
async def download_v2(ctx: Context, request: Request) -> Response:
    return await _redirect(ctx, downloads.parse_fixed_path(request.path_params["path"]))


@routes.get("/artifacts/{entity}/{digest}")
async def download_v1(ctx: Context, request: Request) -> Response:
    return await _redirect(ctx, FixedPath(request.path_params["digest"], request.path_params["entity"]))


async def _redirect(ctx: Context, path: FixedPath) -> Response:
    return RedirectResponse(await downloads.resolve_fixed_path(ctx, path), 302, {"Cache-Control": "no-store"})

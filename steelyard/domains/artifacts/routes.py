"""Routes of artifacts: the fixed download paths of clients, and the web app's pages (web/src/api/contract.ts)."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from steelyard.context import Context
from steelyard.domains.artifacts import downloads, pages
from steelyard.domains.artifacts.downloads import FixedPath, Listed
from steelyard.domains.artifacts.model import Artifact
from steelyard.domains.artifacts.pages import CollectionRow, Row
from steelyard.domains.runs.model import Run
from steelyard.kernel import jsontext
from steelyard.kernel.errors import Invalid
from steelyard.kernel.ids import encode_global_id
from steelyard.rest.routes import RouteTable

routes = RouteTable()

_PROJECT = "/app/projects/{entity}/{project}/artifacts"
_COLLECTION = _PROJECT + "/{type}/{collection}"
_FILES_MAX = 5_000


@routes.get("/artifactsV2/{path:path}")
async def download_v2(ctx: Context, request: Request) -> Response:
    return await _redirect(ctx, downloads.parse_fixed_path(request.path_params["path"]))


@routes.get("/artifacts/{entity}/{digest}")
async def download_v1(ctx: Context, request: Request) -> Response:
    return await _redirect(ctx, FixedPath(request.path_params["digest"], request.path_params["entity"]))


async def _redirect(ctx: Context, path: FixedPath) -> Response:
    return RedirectResponse(await downloads.resolve_fixed_path(ctx, path), 302, {"Cache-Control": "no-store"})


# ---- pages of the web app -------------------------------------------------------------------------------------


@routes.get("/app/runs/{entity}/{project}/{run}/artifacts")
async def run_artifacts(ctx: Context, request: Request) -> dict[str, Any]:
    path = request.path_params
    used, made = await pages.load_run(ctx, path["entity"], path["project"], path["run"])
    return {"inputs": [_row(item) for item in used], "outputs": [_row(item) for item in made]}


@routes.get(_PROJECT)
async def project_artifacts(ctx: Context, request: Request) -> dict[str, Any]:
    path = request.path_params
    types: dict[str, list[dict[str, Any]]] = {}
    for item in await pages.list_project(ctx, path["entity"], path["project"]):
        types.setdefault(item.collection.type_name, []).append(_collection_row(item))
    return {"types": [{"name": name, "collections": rows} for name, rows in types.items()]}


@routes.get(_COLLECTION)
async def collection_page(ctx: Context, request: Request) -> dict[str, Any]:
    path = request.path_params
    row, versions = await pages.load_collection(ctx, path["entity"], path["project"], path["type"], path["collection"])
    return {"collection": _collection_row(row), "versions": [_row(item) for item in versions]}


@routes.get(_COLLECTION + "/{version}")
async def version_page(ctx: Context, request: Request) -> dict[str, Any]:
    detail = await _load_version(ctx, request)
    artifact = detail.row.artifact
    return {
        **_row(detail.row),
        "description": artifact.description or "",
        "metadata": jsontext.loads(artifact.metadata or "{}"),
        "usedByRuns": [_run_name(run, artifact) for run in detail.used_by],
        "usage": _usage(detail.row),
        "canWrite": detail.can_write,
    }


@routes.get(_COLLECTION + "/{version}/files")
async def version_files(ctx: Context, request: Request) -> dict[str, Any]:
    after, limit = request.query_params.get("after") or "-1", request.query_params.get("limit") or "1000"
    if not after.removeprefix("-").isdigit() or not limit.isdigit():
        raise Invalid("after and limit must be numbers")
    size = min(int(limit), _FILES_MAX)
    detail = await _load_version(ctx, request)
    found = await downloads.list_files(ctx, detail.row.artifact, int(after), size + 1)
    more = len(found) > size
    return {
        "files": [_file(item) for item in found[:size]],
        "next": str(found[size - 1].entry.position) if more and size else None,
    }


async def _load_version(ctx: Context, request: Request) -> pages.Detail:
    path = request.path_params
    return await pages.load_version(
        ctx, path["entity"], path["project"], path["type"], path["collection"], path["version"]
    )


def _collection_row(row: CollectionRow) -> dict[str, Any]:
    return {
        "name": row.collection.name,
        "type": row.collection.type_name,
        "description": row.collection.description or "",
        "versionCount": row.version_count,
        "latest": None if row.newest_index is None else f"v{row.newest_index}",
        "updatedAt": row.collection.updated_at,
    }


def _row(row: Row) -> dict[str, Any]:
    artifact = row.artifact
    return {
        "id": encode_global_id("Artifact", artifact.id),
        "type": artifact.type_name,
        "collection": row.collection.name,
        "entity": row.collection.entity,
        "project": row.collection.project,
        "version": row.version,
        "aliases": row.aliases,
        "tags": row.tags,
        "state": artifact.state,
        "digest": artifact.digest,
        "sizeBytes": artifact.size_bytes,
        "fileCount": artifact.file_count,
        "createdAt": artifact.created_at,
        "createdByRun": row.made_by.run_id if row.made_by else None,
    }


def _run_name(run: Run, artifact: Artifact) -> str:
    """Return the run id, with its project in front when that is another than the version's."""
    return run.run_id if run.project_id == artifact.project_id else f"{run.entity}/{run.project}/{run.run_id}"


def _usage(row: Row) -> str:
    place = row.collection
    name = f"{place.entity}/{place.project}/{place.name}:{row.version}"
    return (
        "import wandb\n\n"
        "run = wandb.init()\n"
        f'artifact = run.use_artifact("{name}", type="{row.artifact.type_name}")\n'
        "folder = artifact.download()\n"
    )


def _file(item: Listed) -> dict[str, Any]:
    entry = item.entry
    return {
        "path": entry.path,
        "sizeBytes": entry.size_bytes or 0,
        "digest": entry.digest,
        "ref": entry.ref,
        "url": None if entry.ref is not None else item.url,
    }

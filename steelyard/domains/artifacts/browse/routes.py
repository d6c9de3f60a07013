"""Routes of the web app's artifact pages (web/src/api/contract.ts). Edits are in `edit_routes.py`.

Names of collections and aliases hold neither `/` nor `:`, so that a segment with a colon is never a version.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from steelyard.context import Context
from steelyard.domains.artifacts import downloads
from steelyard.domains.artifacts.browse import answers, collections, comparison, folders, rows, versions, walk
from steelyard.domains.artifacts.browse.address import asked_collection, asked_count, asked_key, asked_other, asked_ref
from steelyard.domains.artifacts.browse.edit_routes import routes as edit_routes
from steelyard.domains.artifacts.model import Artifact
from steelyard.domains.artifacts.service import Listing
from steelyard.kernel.errors import Invalid, NotFound
from steelyard.rest.routes import RouteTable

routes = RouteTable([*edit_routes.entries])

PROJECT = "/app/projects/{entity}/{project}/artifacts"
COLLECTION = PROJECT + "/{type}/{collection}"
VERSION = COLLECTION + "/{version}"
NODE = "/app/lineage/{node}"
# Rows carry the whole metadata of their versions on the way from the database.
_VERSIONS_MAX = 200
_FILES_MAX = 500
_CHANGES_MAX = 500
_MEMBERS_MAX = 100
_CHANGES_MAX = 200
_WORDS_MAX = 10


@routes.get("/app/runs/{entity}/{project}/{run}/artifacts")
async def run_artifacts(ctx: Context, request: Request) -> dict[str, Any]:
    path = request.path_params
    used, made = await rows.load_run(ctx, path["entity"], path["project"], path["run"])
    return {
        "inputs": [answers.version_row(item) for item in used],
        "outputs": [answers.version_row(item) for item in made],
    }


@routes.get(PROJECT)
async def project_artifacts(ctx: Context, request: Request) -> dict[str, Any]:
    path = request.path_params
    types: dict[str, list[dict[str, Any]]] = {}
    for item in await collections.list_project(ctx, path["entity"], path["project"]):
        types.setdefault(item.collection.type_name, []).append(answers.collection_row(item))
    return {"types": [{"name": name, "collections": found} for name, found in types.items()]}


# ---- one collection -------------------------------------------------------------------------------------------


@routes.get(COLLECTION)
async def collection_page(ctx: Context, request: Request) -> dict[str, Any]:
    collection = await asked_collection(ctx, request)
    return answers.collection_page(await collections.load_detail(ctx, collection))


@routes.get(COLLECTION + "/versions:list")
async def version_list(ctx: Context, request: Request) -> dict[str, Any]:
    query = request.query_params
    offset = asked_count(request, "offset", 0, 1 << 31)
    listing = Listing(offset, asked_count(request, "limit", 50, _VERSIONS_MAX), order=query.get("order"))
    collection = await asked_collection(ctx, request)
    found = await collections.list_versions(ctx, collection, listing, " ".join(_words(request)))
    metadata = query.getlist("metadata")
    return {
        "total": found.total,
        "matched": found.matched,
        "offset": offset,
        "rows": [answers.version_row(item, metadata) for item in found.rows],
    }


@routes.get(COLLECTION + "/versions:names")
async def version_names(ctx: Context, request: Request) -> dict[str, Any]:
    """All that a search finds, for a change of them in portions."""
    collection = await asked_collection(ctx, request)
    numbers = await collections.list_version_numbers(ctx, collection, " ".join(_words(request)))
    return {"versions": [f"v{number}" for number in numbers]}


@routes.get(COLLECTION + "/aliases:list")
async def alias_list(ctx: Context, request: Request) -> dict[str, Any]:
    collection = await asked_collection(ctx, request)
    found = await collections.list_aliases(ctx, collection, request.query_params.get("find") or "")
    return {"aliases": [{"alias": alias, "version": f"v{number}"} for alias, number in found]}


@routes.get(COLLECTION + "/aliases:history")
async def alias_history(ctx: Context, request: Request) -> dict[str, Any]:
    """A page of what happened to the aliases; `before` is the `next` of the page before."""
    collection = await asked_collection(ctx, request)
    before = asked_count(request, "before", 0, 1 << 62) or None
    limit = asked_count(request, "limit", 50, _CHANGES_MAX)
    found = await collections.list_alias_changes(ctx, collection, before, limit + 1)
    shown = found[:limit]
    return {
        "changes": [
            {
                "id": item.id,
                "alias": item.alias,
                "from": _version(item.version_from),
                "to": _version(item.version_to),
                "at": item.at,
                "by": item.username,
            }
            for item in shown
        ],
        "next": shown[-1].id if len(found) > limit else None,
    }


def _version(number: int | None) -> str | None:
    return None if number is None else f"v{number}"


def _words(request: Request) -> list[str]:
    words = (request.query_params.get("find") or "").split()
    if len(words) > _WORDS_MAX:
        raise Invalid(f"at most {_WORDS_MAX} words are searched for")
    return words


# ---- one version ----------------------------------------------------------------------------------------------


async def _asked_version(ctx: Context, request: Request) -> Artifact:
    collection = await asked_collection(ctx, request)
    return await versions.load_readable(ctx, collection, request.path_params["version"])


@routes.get(VERSION)
async def version_page(ctx: Context, request: Request) -> dict[str, Any]:
    collection = await asked_collection(ctx, request)
    return answers.version_page(await versions.load_detail(ctx, collection, request.path_params["version"]))


@routes.get(VERSION + "/metrics")
async def version_metrics(ctx: Context, request: Request) -> dict[str, Any]:
    return {"metrics": await versions.load_metrics(ctx, await _asked_version(ctx, request))}


@routes.get(VERSION + "/files")
async def version_folder(ctx: Context, request: Request) -> dict[str, Any]:
    artifact, start = await _asked_version(ctx, request), asked_key(request)
    limit = asked_count(request, "limit", 200, _FILES_MAX)
    folder = request.query_params.get("folder") or ""
    return answers.folder_page(await folders.list_folder(ctx, artifact, folder, start, limit))


@routes.get(VERSION + "/files:find")
async def version_search(ctx: Context, request: Request) -> dict[str, Any]:
    artifact, start = await _asked_version(ctx, request), asked_key(request)
    limit = asked_count(request, "limit", 200, _FILES_MAX)
    return answers.matches(await folders.find_files(ctx, artifact, _words(request), start, limit))


@routes.get(VERSION + "/file")
async def version_file(ctx: Context, request: Request) -> dict[str, Any]:
    """What a path names: a file with the address of its content, or a folder."""
    path = request.query_params.get("path") or ""
    artifact = await _asked_version(ctx, request)
    found = await downloads.find_files(ctx, artifact, [path])
    if found:
        return answers.stored_file(found[0])
    if (await folders.list_folder(ctx, artifact, path, b"", 1)).items:
        return {"kind": "folder", "path": path}
    raise NotFound(f"the artifact has no file {path[:200]!r}")


@routes.get(VERSION + "/compare")
async def version_changes(ctx: Context, request: Request) -> dict[str, Any]:
    """What differs from the version named by `with`: that one is before, this one after."""
    kind = next((kind for kind in comparison.KINDS if kind == request.query_params.get("kind")), None)
    after, before, start = await _asked_version(ctx, request), await asked_other(ctx, request), asked_key(request)
    limit = asked_count(request, "limit", 200, _CHANGES_MAX)
    return answers.change_page(await comparison.list_changes(ctx, before, after, kind, start, limit))


@routes.get(VERSION + "/compare:totals")
async def version_change_totals(ctx: Context, request: Request) -> dict[str, Any]:
    after, before, start = await _asked_version(ctx, request), await asked_other(ctx, request), asked_key(request)
    return answers.change_totals(await comparison.count_changes(ctx, before, after, start))


# ---- lineage --------------------------------------------------------------------------------------------------


@routes.get(NODE)
async def lineage(ctx: Context, request: Request) -> dict[str, Any]:
    """What lies `up` steps before and `down` steps behind a run or version, named by its global id."""
    up, down = asked_count(request, "up", 2, walk.DEPTH_MAX), asked_count(request, "down", 2, walk.DEPTH_MAX)
    return answers.lineage_graph(await walk.walk(ctx, asked_ref(request), up, down))


@routes.get(NODE + "/members")
async def lineage_members(ctx: Context, request: Request) -> dict[str, Any]:
    """A page of a cluster's members."""
    query = request.query_params
    if query.get("direction") not in set(walk.Direction):
        raise Invalid("direction must be up or down")
    offset, limit = asked_count(request, "offset", 0, 1 << 31), asked_count(request, "limit", 50, _MEMBERS_MAX)
    direction = walk.Direction(query["direction"])
    asked = walk.Asked(asked_ref(request), direction, query.get("type") or "", _words(request), offset, limit)
    found = await walk.list_members(ctx, asked)
    return {"total": found.total, "nodes": [answers.lineage_node(node) for node in found.nodes]}

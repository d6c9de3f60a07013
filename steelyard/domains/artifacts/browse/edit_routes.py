"""Routes by which artifact pages change things (web/src/api/contract.ts)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request

from steelyard.context import Context
from steelyard.domains.accounts.access import Permission, require
from steelyard.domains.artifacts import deletion, edits, ttl_policy
from steelyard.domains.artifacts.browse import answers, collections, versions
from steelyard.domains.artifacts.browse.address import asked_collection
from steelyard.domains.artifacts.edits import AliasChange, CollectionName, PortfolioName, VersionChange
from steelyard.domains.artifacts.model import Collection, Kind
from steelyard.domains.artifacts.ttl_policy import TtlPolicy
from steelyard.kernel.errors import Invalid, SteelyardError
from steelyard.rest.bodies import find_text, find_texts, read_json
from steelyard.rest.routes import RouteTable

routes = RouteTable()

_COLLECTION = "/app/projects/{entity}/{project}/artifacts/{type}/{collection}"
_VERSION = _COLLECTION + "/{version}"
# Versions deleted by one request: each is a transaction of its own.
_DELETED_MAX = 100


# ---- a collection ---------------------------------------------------------------------------------------------


@routes.patch(_COLLECTION)
async def change_collection(ctx: Context, request: Request) -> dict[str, Any]:
    """Change what is given, one after the other: name and description, time, tags, and at last the type."""
    collection = await asked_collection(ctx, request)
    body = await read_json(request)
    name, description, kind = (find_text(body, key) for key in ("name", "description", "type"))
    if name is not None or description is not None:
        collection = await edits.update_collection(ctx, collection.id, collection.kind, name, description)
    if (ttl_s := _ttl(body)) is not None:
        collection = await edits.set_collection_ttl(ctx, collection.id, ttl_s)
    place = CollectionName(collection.entity, collection.project, collection.name)
    if added := find_texts(body, "addTags"):
        await edits.tag_collection(ctx, place, added)
    if removed := find_texts(body, "removeTags"):
        await edits.tag_collection(ctx, place, removed, remove=True)
    if kind is not None:
        if collection.kind is Kind.PORTFOLIO:
            raise Invalid("a collection of links keeps the type of the versions that it links to")
        collection = await edits.move_sequence(ctx, collection.id, kind)
    return answers.collection_page(await collections.load_detail(ctx, collection))


def _ttl(body: dict[str, Any]) -> int | None:
    ttl_s = body.get("ttlSeconds")
    if ttl_s is not None and (not isinstance(ttl_s, int) or isinstance(ttl_s, bool)):
        raise Invalid("ttlSeconds must be a whole number of seconds, -1 to inherit or -2 to switch off")
    return ttl_s


@routes.delete(_COLLECTION)
async def delete_collection(ctx: Context, request: Request) -> None:
    collection = await asked_collection(ctx, request)
    await deletion.delete_collection(ctx, collection.id, collection.kind)


@routes.post(_COLLECTION + "/versions:delete")
async def delete_versions(ctx: Context, request: Request) -> dict[str, Any]:
    """Delete the `versions`, as `DELETE` of each does. Answers which were, and why others were not."""
    collection = await asked_collection(ctx, request)
    body = await read_json(request)
    names = find_texts(body, "versions") or []
    if len(names) > _DELETED_MAX:
        raise Invalid(f"at most {_DELETED_MAX} versions may be deleted in one request")
    unlinked = collection.kind is Kind.PORTFOLIO
    require(ctx, Permission.WRITE if unlinked else Permission.DELETE, collection.target)
    deleted: list[str] = []
    skipped: list[dict[str, str]] = []
    for name in names:
        try:
            await _delete(ctx, collection, name, with_aliases=body.get("withAliases") is True)
            deleted.append(name)
        except SteelyardError as error:
            skipped.append({"version": name, "reason": error.message})
    return {"deleted": deleted, "skipped": skipped}


async def _delete(ctx: Context, collection: Collection, version: str, *, with_aliases: bool) -> None:
    """Delete a version of a sequence; take a linked one out of its portfolio."""
    artifact = await versions.load_readable(ctx, collection, version)
    if collection.kind is Kind.PORTFOLIO:
        await edits.unlink_version(ctx, artifact.id, collection.id)
    else:
        await deletion.delete_version(ctx, artifact.id, with_aliases=with_aliases)


# ---- a version ------------------------------------------------------------------------------------------------


async def _page(ctx: Context, request: Request, collection: Collection) -> dict[str, Any]:
    return answers.version_page(await versions.load_detail(ctx, collection, request.path_params["version"]))


@routes.patch(_VERSION)
async def change_version(ctx: Context, request: Request) -> dict[str, Any]:
    collection = await asked_collection(ctx, request)
    artifact = await versions.load_readable(ctx, collection, request.path_params["version"])
    body = await read_json(request)
    change = VersionChange(
        description=find_text(body, "description"),
        ttl_s=_ttl(body),
        tags_added=find_texts(body, "addTags") or [],
        tags_removed=find_texts(body, "removeTags") or [],
    )
    await edits.update_version(ctx, artifact.id, change)
    return await _page(ctx, request, collection)


@routes.post(_VERSION + "/aliases")
async def change_aliases(ctx: Context, request: Request) -> None:
    """Give the aliases `add` to the version in this collection, from whichever has them, and take those in `remove`."""
    collection = await asked_collection(ctx, request)
    artifact = await versions.load_readable(ctx, collection, request.path_params["version"])
    body = await read_json(request)
    added, removed = find_texts(body, "add") or [], find_texts(body, "remove") or []
    await edits.change_aliases(ctx, artifact.id, _aliases(collection, added), _aliases(collection, removed))


def _aliases(place: Collection, names: Sequence[str]) -> list[AliasChange]:
    return [AliasChange(place.entity, place.project, place.name, name) for name in names]


@routes.delete(_VERSION)
async def delete_version(ctx: Context, request: Request) -> None:
    """Delete a version, with its aliases if `aliases=1`; a linked one is taken out of this collection alone."""
    collection = await asked_collection(ctx, request)
    with_aliases = request.query_params.get("aliases") == "1"
    await _delete(ctx, collection, request.path_params["version"], with_aliases=with_aliases)


@routes.post(_VERSION + "/links")
async def link_version(ctx: Context, request: Request) -> dict[str, Any]:
    """Put the version into a collection of links, made when missing, of this project unless another is named."""
    collection = await asked_collection(ctx, request)
    artifact = await versions.load_readable(ctx, collection, request.path_params["version"])
    body = await read_json(request)
    target = PortfolioName(
        entity=find_text(body, "entity") or collection.entity,
        project=find_text(body, "project") or collection.project,
        name=find_text(body, "collection") or "",
    )
    await edits.link_version(ctx, artifact, target, find_texts(body, "aliases") or [])
    return await _page(ctx, request, collection)


# ---- what all versions of an entity inherit -------------------------------------------------------------------

_POLICY = "/app/entities/{entity}/artifact-ttl"


@routes.get(_POLICY)
async def show_policy(ctx: Context, request: Request) -> dict[str, Any]:
    return _policy(await ttl_policy.show_policy(ctx, request.path_params["entity"]))


@routes.patch(_POLICY)
async def change_policy(ctx: Context, request: Request) -> dict[str, Any]:
    """Change what is given: `ttlSeconds`, null to keep versions, and `adminsOnly`."""
    entity, body = request.path_params["entity"], await read_json(request)
    now = await ttl_policy.show_policy(ctx, entity)
    admins_only = body.get("adminsOnly", now.admins_only)
    if not isinstance(admins_only, bool):
        raise Invalid("adminsOnly must be true or false")
    ttl_s = _ttl(body) if "ttlSeconds" in body else now.ttl_s
    return _policy(await ttl_policy.set_policy(ctx, entity, ttl_s, admins_only=admins_only))


def _policy(policy: TtlPolicy) -> dict[str, Any]:
    return {"ttlSeconds": policy.ttl_s, "adminsOnly": policy.admins_only, "canChange": policy.can_change}

"""The routes of SCIM 2.0 (docs/operate/scim.md). What they need is loaded with the first request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.scim.refusals import Refused
from steelyard.kernel import jsontext
from steelyard.kernel.errors import NotFound
from steelyard.rest.bodies import JSON_BODY_MAX_BYTES, read_body
from steelyard.rest.routes import RouteTable

if TYPE_CHECKING:
    from steelyard.domains.scim.pages import Page
    from steelyard.domains.scim.resources import Group, User

routes = RouteTable()
MEDIA_TYPE = "application/scim+json"
_LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


async def _body(request: Request) -> dict[str, Any]:
    content = await read_body(request, JSON_BODY_MAX_BYTES)
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise Refused(f"the body is not JSON: {error}", 400, "invalidSyntax") from error
    if not isinstance(value, dict):
        raise Refused("the body must be a JSON object", 400, "invalidSyntax")
    return value


def _answer(value: Any, status: int = 200, **headers: str) -> Response:
    sent = {"Cache-Control": "no-store"} | {name.replace("_", "-"): text for name, text in headers.items()}
    content = orjson.dumps(jsontext.strict_safe(value))
    return Response(content, status, sent, media_type=MEDIA_TYPE)


def _one(ctx: Context, request: Request, found: User | Group, status: int = 200) -> Response:
    from steelyard.domains.scim import resources

    version = str(found.meta.version if found.meta else "")
    if request.method == "GET" and version and version in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers={"ETag": version})
    wanted = resources.parameters_of(type(found), request.query_params)
    location = str(found.meta.location) if found.meta else ""
    body = resources.shown(found, wanted, strict=ctx.ports.policy.scim_strict)
    return _answer(body, status, ETag=version, **({"Location": location} if status == 201 else {}))


def _query_of(body: Mapping[str, Any]) -> dict[str, str]:
    """Return a search that is asked for in a body as the query of a list."""
    query: dict[str, str] = {}
    for name in ("filter", "sortBy", "sortOrder", "startIndex", "count", "attributes", "excludedAttributes"):
        value = next((value for key, value in body.items() if key.lower() == name.lower()), None)
        texts = value if isinstance(value, list) else [value] if value is not None else []
        kind = int if name in {"startIndex", "count"} else str
        if not all(isinstance(text, kind) for text in texts):
            raise Refused(f"{name} is no {kind.__name__}", 400, "invalidSyntax")
        query |= {name: ",".join(map(str, texts))} if texts else {}
    return query


def _list(ctx: Context, query: Mapping[str, str], page: Page[Any], model: type[User | Group]) -> Response:
    from steelyard.domains.scim import resources

    wanted = resources.parameters_of(model, query)
    strict = ctx.ports.policy.scim_strict
    return _listed([resources.shown(item, wanted, strict=strict) for item in page.found], page.total, page.start)


def _listed(found: list[dict[str, Any]], total: int, start: int = 1) -> Response:
    return _answer(
        {
            "schemas": [_LIST],
            "totalResults": total,
            "itemsPerPage": len(found),
            "startIndex": start,
            "Resources": found,
        }
    )


# ---- users ----------------------------------------------------------------------------------------------------


@routes.get("/scim/Users")
async def list_users(ctx: Context, request: Request) -> Response:
    access.require_admin(ctx)
    from steelyard.domains.scim import people
    from steelyard.domains.scim.resources import User

    return _list(ctx, request.query_params, await people.list_users(ctx, request.query_params), User)


@routes.post("/scim/Users")
async def create_user(ctx: Context, request: Request) -> Response:
    access.require_admin(ctx)
    from steelyard.domains.scim import people

    return _one(ctx, request, await people.create_user(ctx, await _body(request)), 201)


@routes.post("/scim/Users/.search")
async def search_users(ctx: Context, request: Request) -> Response:
    access.require_admin(ctx)
    from steelyard.domains.scim import people
    from steelyard.domains.scim.resources import User

    query = _query_of(await _body(request))
    return _list(ctx, query, await people.list_users(ctx, query), User)


@routes.get("/scim/Users/{id}")
async def show_user(ctx: Context, request: Request) -> Response:
    access.require_admin(ctx)
    from steelyard.domains.scim import people

    return _one(ctx, request, await people.load_user(ctx, request.path_params["id"]))


@routes.put("/scim/Users/{id}")
async def replace_user(ctx: Context, request: Request) -> Response:
    access.require_admin(ctx)
    from steelyard.domains.scim import people

    body, version = await _body(request), request.headers.get("if-match")
    return _one(ctx, request, await people.replace_user(ctx, request.path_params["id"], body, version))


@routes.patch("/scim/Users/{id}")
async def patch_user(ctx: Context, request: Request) -> Response:
    access.require_admin(ctx)
    from steelyard.domains.scim import people

    body, version = await _body(request), request.headers.get("if-match")
    return _one(ctx, request, await people.patch_user(ctx, request.path_params["id"], body, version))


@routes.delete("/scim/Users/{id}")
async def delete_user(ctx: Context, request: Request) -> None:
    access.require_admin(ctx)
    from steelyard.domains.scim import people

    await people.delete_user(ctx, request.path_params["id"], request.headers.get("if-match"))


# ---- groups ---------------------------------------------------------------------------------------------------


@routes.get("/scim/Groups")
async def list_groups(ctx: Context, request: Request) -> Response:
    access.require_admin(ctx)
    from steelyard.domains.scim import groups
    from steelyard.domains.scim.resources import Group

    return _list(ctx, request.query_params, await groups.list_groups(ctx, request.query_params), Group)


@routes.post("/scim/Groups")
async def create_group(ctx: Context, request: Request) -> Response:
    access.require_admin(ctx)
    from steelyard.domains.scim import groups

    return _one(ctx, request, await groups.create_group(ctx, await _body(request)), 201)


@routes.post("/scim/Groups/.search")
async def search_groups(ctx: Context, request: Request) -> Response:
    access.require_admin(ctx)
    from steelyard.domains.scim import groups
    from steelyard.domains.scim.resources import Group

    query = _query_of(await _body(request))
    return _list(ctx, query, await groups.list_groups(ctx, query), Group)


@routes.get("/scim/Groups/{id}")
async def show_group(ctx: Context, request: Request) -> Response:
    access.require_admin(ctx)
    from steelyard.domains.scim import groups

    return _one(ctx, request, await groups.load_group(ctx, request.path_params["id"]))


@routes.put("/scim/Groups/{id}")
async def replace_group(ctx: Context, request: Request) -> Response:
    access.require_admin(ctx)
    from steelyard.domains.scim import groups

    body, version = await _body(request), request.headers.get("if-match")
    return _one(ctx, request, await groups.replace_group(ctx, request.path_params["id"], body, version))


@routes.patch("/scim/Groups/{id}")
async def patch_group(ctx: Context, request: Request) -> Response:
    access.require_admin(ctx)
    from steelyard.domains.scim import groups

    body, version = await _body(request), request.headers.get("if-match")
    return _one(ctx, request, await groups.patch_group(ctx, request.path_params["id"], body, version))


@routes.delete("/scim/Groups/{id}")
async def delete_group(ctx: Context, request: Request) -> None:
    access.require_admin(ctx)
    from steelyard.domains.scim import groups

    await groups.delete_group(ctx, request.path_params["id"], request.headers.get("if-match"))


# ---- what there is --------------------------------------------------------------------------------------------


@routes.get("/scim/ServiceProviderConfig")
async def show_config(ctx: Context, _request: Request) -> Response:
    access.require_admin(ctx)
    from steelyard.domains.scim import discovery

    return _answer(discovery.config(ctx.origin))


def _offer(kind: str) -> None:
    """Offer a list of what cannot be changed: the types of resources, their schemas, the roles."""

    def found_in(ctx: Context) -> list[dict[str, Any]]:
        access.require_admin(ctx)
        from steelyard.domains.scim import discovery

        return discovery.catalogue(kind, ctx.origin)

    async def list_all(ctx: Context, request: Request) -> Response:
        found = found_in(ctx)
        if request.query_params.get("filter"):
            # RFC 7644, 4: never answered as if it had been understood
            raise Refused("this list takes no filter", 403)
        return _listed(found, len(found))

    async def show_one(ctx: Context, request: Request) -> Response:
        found, id_ = found_in(ctx), request.path_params["id"]
        item = next((item for item in found if item["id"] == id_), None)
        if item is None:
            raise NotFound(f"there is no {id_[:120]!r}")
        return _answer(item)

    routes.get(f"/scim/{kind}")(list_all)
    routes.get(f"/scim/{kind}/{{id}}")(show_one)


for _kind in ("ResourceTypes", "Schemas", "Roles"):
    _offer(_kind)

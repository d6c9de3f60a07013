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
    from steelyard.domains.scim.kinds import Kind
    from steelyard.domains.scim.pages import Page
    from steelyard.domains.scim.resources import Ours

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


def _one(ctx: Context, request: Request, found: Ours, status: int = 200) -> Response:
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


def _list(ctx: Context, query: Mapping[str, str], page: Page[Any], model: type[Ours]) -> Response:
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


# ---- users, groups, roles -------------------------------------------------------------------------------------


def _kind(ctx: Context, name: str) -> Kind:
    """Return a kind of resources to administrators of the server; it is loaded for them alone."""
    access.require_admin(ctx)
    from steelyard.domains.scim.kinds import KINDS

    return KINDS[name]


def _serve(name: str) -> None:
    """Serve all resources of a kind by the routes that RFC 7644 gives them."""

    async def list_all(ctx: Context, request: Request) -> Response:
        kind = _kind(ctx, name)
        return _list(ctx, request.query_params, await kind.list(ctx, request.query_params), kind.model)

    async def create(ctx: Context, request: Request) -> Response:
        kind = _kind(ctx, name)
        return _one(ctx, request, await kind.create(ctx, await _body(request)), 201)

    async def search(ctx: Context, request: Request) -> Response:
        kind = _kind(ctx, name)
        query = _query_of(await _body(request))
        return _list(ctx, query, await kind.list(ctx, query), kind.model)

    async def show(ctx: Context, request: Request) -> Response:
        return _one(ctx, request, await _kind(ctx, name).load(ctx, request.path_params["id"]))

    async def replace(ctx: Context, request: Request) -> Response:
        kind = _kind(ctx, name)
        body, version = await _body(request), request.headers.get("if-match")
        return _one(ctx, request, await kind.replace(ctx, request.path_params["id"], body, version))

    async def patch(ctx: Context, request: Request) -> Response:
        kind = _kind(ctx, name)
        body, version = await _body(request), request.headers.get("if-match")
        return _one(ctx, request, await kind.patch(ctx, request.path_params["id"], body, version))

    async def delete(ctx: Context, request: Request) -> None:
        await _kind(ctx, name).delete(ctx, request.path_params["id"], request.headers.get("if-match"))

    all_, one = f"/scim/{name}", f"/scim/{name}/{{id}}"
    for register, path, handler in (
        (routes.get, all_, list_all),
        (routes.post, all_, create),
        (routes.post, f"{all_}/.search", search),
        (routes.get, one, show),
        (routes.put, one, replace),
        (routes.patch, one, patch),
        (routes.delete, one, delete),
    ):
        handler.__name__ = f"{handler.__name__}_{name.lower()}"  # what the description of the routes calls it
        register(path)(handler)


for _name in ("Users", "Groups", "Roles"):
    _serve(_name)


# ---- what there is --------------------------------------------------------------------------------------------


@routes.get("/scim/ServiceProviderConfig")
async def show_config(ctx: Context, _request: Request) -> Response:
    access.require_admin(ctx)
    from steelyard.domains.scim import discovery

    return _answer(discovery.config(ctx.origin))


def _offer(kind: str) -> None:
    """Offer a list of what cannot be changed: the types of resources, their schemas."""

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


for _name in ("ResourceTypes", "Schemas"):
    _offer(_name)

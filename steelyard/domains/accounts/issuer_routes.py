"""The console's routes of identity federation (web/src/api/contract.ts)."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from steelyard.context import Context
from steelyard.domains.accounts import federation
from steelyard.kernel.errors import Invalid
from steelyard.kernel.ids import decode_global_id, encode_global_id
from steelyard.rest.bodies import find_text, read_json
from steelyard.rest.routes import RouteTable

routes = RouteTable()
_ISSUERS = "/app/admin/federation"


@routes.get(_ISSUERS)
async def list_issuers(ctx: Context, _request: Request) -> dict[str, Any]:
    """`subjects` are the first of each issuer; `moreSubjects` tells of others."""
    issuers = [
        {
            "id": encode_global_id("Issuer", item.issuer.id),
            "issuer": item.issuer.issuer,
            "audience": item.issuer.audience,
            "byEmail": item.issuer.by_email,
            "subjects": [
                {"id": encode_global_id("Subject", bound.id), "subject": bound.subject, "username": bound.username}
                for bound in item.bound
            ],
            "moreSubjects": item.has_more,
        }
        for item in await federation.show_issuers(ctx)
    ]
    policy = ctx.ports.policy.federation
    return {"issuers": issuers, "anyAudience": policy.any_audience, "tokenSeconds": policy.token_s}


@routes.post(_ISSUERS)
async def add_issuer(ctx: Context, request: Request) -> dict[str, Any]:
    body = await read_json(request)
    by_email = body.get("byEmail", False)
    if not isinstance(by_email, bool):
        raise Invalid("byEmail must be true or false")
    issuer, audience = find_text(body, "issuer") or "", find_text(body, "audience") or ""
    made = await federation.add_issuer(ctx, issuer.strip(), audience.strip(), by_email=by_email)
    return {"id": encode_global_id("Issuer", made.id)}


@routes.delete(_ISSUERS + "/{id}")
async def remove_issuer(ctx: Context, request: Request) -> None:
    await federation.remove_issuer(ctx, await _issuer(ctx, request))


@routes.post(_ISSUERS + "/{id}/subjects")
async def bind_subject(ctx: Context, request: Request) -> None:
    body = await read_json(request)
    subject, username = (find_text(body, "subject") or "").strip(), (find_text(body, "username") or "").strip()
    await federation.bind_subject(ctx, await _issuer(ctx, request), subject, username)


@routes.delete(_ISSUERS + "/{id}/subjects/{subject}")
async def unbind_subject(ctx: Context, request: Request) -> None:
    """`subject` is the id of the binding."""
    number = decode_global_id("Subject", request.path_params["subject"])
    await federation.unbind_subject(ctx, *await federation.load_subject(ctx, await _issuer(ctx, request), number))


async def _issuer(ctx: Context, request: Request) -> str:
    return await federation.load_issuer_name(ctx, decode_global_id("Issuer", request.path_params["id"]))

"""Where programs exchange a signed token for an access token (RFC 7523): clients do so with an identity token file."""

from __future__ import annotations

from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from steelyard.context import Context
from steelyard.domains.accounts import federation
from steelyard.ports.federation import TokenRefused
from steelyard.rest.routes import RouteTable

log = structlog.get_logger()
routes = RouteTable()
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_FIELDS_MAX = 20
_FORM_MAX = 64 << 10


@routes.post("/oidc/token")
async def exchange(ctx: Context, request: Request) -> Response:
    """Answer in the form of RFC 6749, 5.1 and 5.2."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return _refused("invalid_request", "the body must be a form (application/x-www-form-urlencoded)")
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > _FORM_MAX:
        return _refused("invalid_request", f"the form must tell its length, and have at most {_FORM_MAX} bytes")
    async with request.form(max_files=0, max_fields=_FIELDS_MAX) as form:
        grant, assertion = form.get("grant_type"), form.get("assertion")
    if grant != _GRANT:
        return _refused("unsupported_grant_type", f"the one grant_type is {_GRANT}")
    if not isinstance(assertion, str) or not assertion:
        return _refused("invalid_request", "assertion is missing")
    try:
        granted = await federation.exchange(ctx, assertion.strip())
    except TokenRefused as error:
        log.info("identity federation refused", reason=error.message, request_id=ctx.request_id)
        return _refused("invalid_grant", error.message)
    return _answer(
        {"access_token": granted.token, "token_type": "Bearer", "expires_in": granted.expires_in_s},
    )


def _refused(code: str, text: str) -> Response:
    return _answer({"error": code, "error_description": text, "message": text}, 400)


def _answer(body: dict[str, Any], status: int = 200) -> Response:
    return JSONResponse(body, status, headers={"Cache-Control": "no-store"})

"""What a failed request answers: one JSON form for clients and web app, logged once."""

from __future__ import annotations

from typing import Any

import orjson
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from steelyard.kernel.errors import RETRY_AFTER_S, Invalid, SteelyardError, TooMany, Unauthenticated
from steelyard.sql.failures import as_told

SCIM = "/scim/"
_SCIM_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
_SCIM_KINDS = {"invalid": "invalidValue", "malformed": "invalidSyntax", "conflict": "uniqueness"}
log = structlog.get_logger()


def error_response(error: Exception, request_id: str, path: str) -> Response:
    """Return the answer for `error`. The client reads `error.message` or `errors[].message`
    (docs/protocol/README.md, error conventions).
    """
    status, code, message = 500, "internal", f"internal error (request {request_id})"
    told = error if isinstance(error, SteelyardError) else as_told(error)
    if told is not None:
        status, code, message = told.status, told.code, told.message
    if status >= 500:
        log.error("request failed", path=path, request_id=request_id, status=status, exc_info=error)
    if path.startswith(SCIM):
        return _scim_response(error, status, code, message)
    failure: dict[str, Any] = {"code": code, "message": message, "requestId": request_id}
    body = {"error": failure, "errors": [{"message": message, "extensions": {"code": code}}]}
    wait_s = error.retry_after_s if isinstance(error, TooMany) else RETRY_AFTER_S
    headers = {"Retry-After": str(wait_s)} if status in {429, 503} else {}
    if status == TooMany.status:
        headers = slow_down(wait_s)
    return Response(orjson.dumps(body), status, headers, media_type="application/json")


def slow_down(wait_s: int) -> dict[str, str]:
    """Return the headers of an answer that was refused for its rate."""
    return {"Retry-After": str(wait_s), "RateLimit-Remaining": "0", "RateLimit-Reset": str(wait_s)}


def _scim_response(error: Exception, status: int, code: str, message: str) -> Response:
    """Return the answer in the form that provisioning clients read (RFC 7644, 3.12)."""
    status = 400 if status == Invalid.status else status
    kind = getattr(error, "kind", None) or _SCIM_KINDS.get(code)
    body = {"schemas": [_SCIM_ERROR], "status": str(status), "detail": message}
    headers = {"WWW-Authenticate": 'Bearer realm="Steelyard"'} if status == Unauthenticated.status else {}
    if status in {429, 503}:
        headers["Retry-After"] = str(error.retry_after_s if isinstance(error, TooMany) else RETRY_AFTER_S)
    content = orjson.dumps(body | ({"scimType": kind} if kind else {}))
    return Response(content, status, headers, media_type="application/scim+json")


async def on_error(request: Request, error: Exception) -> Response:
    if isinstance(error, ClientDisconnect):
        return Response(status_code=400)  # nobody reads it: the caller has gone, which is no fault
    return error_response(error, request.scope.get("state", {}).get("request_id", ""), request.url.path)

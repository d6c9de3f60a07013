"""What a failed request answers: one JSON form for clients and web app, logged once."""

from __future__ import annotations

from typing import Any

import orjson
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from steelyard.kernel.errors import RETRY_AFTER_S, SteelyardError, TooMany
from steelyard.sql.failures import as_unavailable

log = structlog.get_logger()


def error_response(error: Exception, request_id: str, path: str) -> Response:
    """Return the answer for `error`. The client reads `error.message` or `errors[].message`
    (docs/protocol/README.md, error conventions).
    """
    status, code, message = 500, "internal", f"internal error (request {request_id})"
    told = error if isinstance(error, SteelyardError) else as_unavailable(error)
    if told is not None:
        status, code, message = told.status, told.code, told.message
    if status >= 500:
        log.error("request failed", path=path, request_id=request_id, status=status, exc_info=error)
    failure: dict[str, Any] = {"code": code, "message": message, "requestId": request_id}
    body = {"error": failure, "errors": [{"message": message, "extensions": {"code": code}}]}
    wait_s = error.retry_after_s if isinstance(error, TooMany) else RETRY_AFTER_S
    headers = {"Retry-After": str(wait_s)} if status in {429, 503} else {}
    if status == TooMany.status:
        headers |= {"RateLimit-Remaining": "0", "RateLimit-Reset": str(wait_s)}
    return Response(orjson.dumps(body), status, headers, media_type="application/json")


async def on_error(request: Request, error: Exception) -> Response:
    if isinstance(error, ClientDisconnect):
        return Response(status_code=400)  # nobody reads it: the caller has gone, which is no fault
    return error_response(error, request.scope.get("state", {}).get("request_id", ""), request.url.path)

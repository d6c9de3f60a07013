"""The cookie of a browser session."""

from __future__ import annotations

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from steelyard.context import Context

_NAME = "steelyard_session"


def session_cookie(request: HTTPConnection) -> str:
    """Return the cookie's name. On https its prefix keeps other hosts of the domain from setting it."""
    return f"__Host-{_NAME}" if request.url.scheme == "https" else _NAME


def forget_session(request: Request, response: Response) -> Response:
    """Have the browser drop the cookie; one with the prefix is dropped only by its own marks."""
    secure = request.url.scheme == "https"
    response.delete_cookie(session_cookie(request), path="/", secure=secure, httponly=True, samesite="lax")
    return response


def set_session(ctx: Context, request: Request, response: Response, token: str) -> Response:
    response.set_cookie(
        session_cookie(request),
        token,
        max_age=ctx.ports.policy.session_hours * 3600,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return response

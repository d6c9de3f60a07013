"""The cookie of a browser session."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from steelyard.context import Context

SESSION_COOKIE = "steelyard_session"


def set_session(ctx: Context, request: Request, response: Response, token: str) -> Response:
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=ctx.ports.policy.session_hours * 3600,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return response

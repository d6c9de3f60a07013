"""The outermost layer of every request: its id, its place in metrics and access log, and the last net for failures."""

from __future__ import annotations

import time
from secrets import token_hex
from typing import Any

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from steelyard.http.errors import error_response
from steelyard.telemetry.meters import METERS, route_class

log = structlog.get_logger()
# Of a request whose sender has gone before the answer began.
_GONE = 499


class Requests:
    """Gives each request an id, measures it, answers failures, and never lets one escape."""

    def __init__(self, app: ASGIApp, *, is_logged: bool) -> None:
        self._app = app
        self._is_logged = is_logged

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = token_hex(6)
        scope.setdefault("state", {})["request_id"] = request_id
        status = 0

        async def send_with_id(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message.setdefault("headers", []).append((b"x-request-id", request_id.encode()))
            await send(message)

        METERS.running += 1
        began = time.perf_counter()
        try:
            await self._app(scope, receive, send_with_id)
        except ClientDisconnect:
            return
        except Exception as error:  # the last net: anything else would close the connection without an answer
            if status:
                raise
            await error_response(error, request_id, scope["path"])(scope, receive, send_with_id)
        finally:
            taken = time.perf_counter() - began
            METERS.running -= 1
            METERS.requests[route_class(scope["path"]), (status or _GONE) // 100].add(taken)
            if self._is_logged:
                _log(scope, status or _GONE, taken)


def _log(scope: Scope, status: int, taken_s: float) -> None:
    """Write a line of the access log. The query stays out: signed URLs carry their permission there."""
    state = scope["state"]
    log.info(
        "request",
        request_id=state["request_id"],
        method=scope["method"],
        path=scope["path"],
        status=status,
        dur_ms=round(taken_s * 1000, 1),
        user=state.get("user"),
    )

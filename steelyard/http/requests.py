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
from steelyard.telemetry.traces import TRACES

log = structlog.get_logger()
# Asked every few seconds for ever, or answered for hours: they would hide the others.
_UNTRACED = {"probe", "metrics", "live", "assets"}
# Asked every few seconds too; what goes wrong with them is logged.
_UNLOGGED = {"probe", "metrics"}
_WELL = 200
# Of a request whose sender has gone before the answer began.
_GONE = 499
_FAILED = 500
# Of every answer: no browser is to take it for another kind of thing than it says.
_NOSNIFF = (b"x-content-type-options", b"nosniff")


class Requests:
    """Gives each request an id, measures it, answers failures, and never lets one escape."""

    def __init__(self, app: ASGIApp, *, is_logged: bool) -> None:
        self._app = app
        self._is_logged = is_logged

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        kind = route_class(scope["path"])
        if kind in _UNTRACED:
            await self._answer(kind, scope, receive, send)
            return
        with TRACES.request(scope["headers"]) as span:
            status = await self._answer(kind, scope, receive, send)
            _describe(span, kind, scope, status)

    async def _answer(self, kind: str, scope: Scope, receive: Receive, send: Send) -> int:
        """Answer, and return the status that the sender saw."""
        request_id = token_hex(6)
        scope.setdefault("state", {})["request_id"] = request_id
        status = 0

        async def send_with_id(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message.setdefault("headers", [])
                headers.append((b"x-request-id", request_id.encode()))
                if not any(name == _NOSNIFF[0] for name, _ in headers):
                    headers.append(_NOSNIFF)
            await send(message)

        METERS.running += 1
        began = time.perf_counter()
        try:
            await self._app(scope, receive, send_with_id)
        except ClientDisconnect:
            return _GONE
        except Exception as error:  # the last net: anything else would close the connection without an answer
            if status:
                raise
            await error_response(error, request_id, scope["path"])(scope, receive, send_with_id)
        finally:
            taken = time.perf_counter() - began
            METERS.running -= 1
            METERS.requests[kind, (status or _GONE) // 100].add(taken)
            if self._is_logged and not (kind in _UNLOGGED and status == _WELL):
                _log(scope, status or _GONE, taken)
        return status or _GONE


def _describe(span: Any, kind: str, scope: Scope, status: int) -> None:
    """Name the span by its route: the path itself holds names of users, and is another one each time."""
    route = getattr(scope.get("route"), "path", None) or kind
    span.update_name(f"{scope['method']} {route}")
    span.set_attribute("http.request.method", scope["method"])
    span.set_attribute("http.route", route)
    span.set_attribute("http.response.status_code", status)
    span.set_attribute("steelyard.request_id", scope["state"]["request_id"])
    if status >= _FAILED:
        TRACES.mark_failed(span)


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

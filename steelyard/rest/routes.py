"""The toolkit with which slices offer routes to the web app: a table of handlers that `http/app.py` mounts.

    routes = RouteTable()

    @routes.get("/app/home")
    async def home(ctx: Context, request: Request) -> dict[str, Any]: ...

A handler returns a JSON value (camelCase keys, the shapes of web/src/api/contract.ts), None for 204, or a `Response`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from steelyard.context import Context
from steelyard.kernel import jsontext
from steelyard.kernel.clock import iso

Handler = Callable[[Context, Request], Awaitable[Any]]


@dataclass
class RouteTable:
    """Routes of one slice, in order."""

    entries: list[tuple[str, str, Handler]] = field(default_factory=list)

    def _add(self, method: str, path: str) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.entries.append((method, path, handler))
            return handler

        return register

    def get(self, path: str) -> Callable[[Handler], Handler]:
        return self._add("GET", path)

    def post(self, path: str) -> Callable[[Handler], Handler]:
        return self._add("POST", path)

    def put(self, path: str) -> Callable[[Handler], Handler]:
        return self._add("PUT", path)

    def patch(self, path: str) -> Callable[[Handler], Handler]:
        return self._add("PATCH", path)

    def delete(self, path: str) -> Callable[[Handler], Handler]:
        return self._add("DELETE", path)


def _default(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    raise TypeError(f"no JSON form for {type(value).__name__}")


def json_response(value: Any, status: int = 200) -> Response:
    """Return `value` as strict JSON: non-finite numbers become strings."""
    if value is None:
        return Response(status_code=204)
    content = orjson.dumps(
        jsontext.strict_safe(value),
        default=_default,
        option=orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY,
    )
    return Response(content, status, media_type="application/json", headers={"Cache-Control": "no-store"})

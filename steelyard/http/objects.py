"""`/storage/…`: the signed URLs of the local object store. With a bucket there is no such route.

Nothing stored is trusted: documents open in a sandbox without cookies, and everything but plain media is a download.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from pathlib import PurePosixPath
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from steelyard.adapters.objects.local import LocalStore
from steelyard.kernel.errors import NotFound, SteelyardError
from steelyard.ports.objects import StoredObject

OnStored = Callable[[StoredObject], Awaitable[None]]

_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, PUT",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Expose-Headers": "ETag, Content-Length, Content-Range, Accept-Ranges",
    "Access-Control-Max-Age": "3000",
}
# Types a browser may show by itself; all others are saved.
_INLINE = ("image/", "audio/", "video/", "text/", "application/json", "application/pdf")
_SANDBOX = "default-src 'self' data: blob: 'unsafe-inline'; sandbox"
_SANDBOX_HTML = "default-src * data: blob: 'unsafe-inline' 'unsafe-eval'; sandbox allow-scripts allow-popups"


class ObjectRoutes:
    """`on_stored` is told of every object that a client has put."""

    def __init__(self, store: LocalStore, on_stored: OnStored) -> None:
        self._store = store
        self._on_stored = on_stored

    async def answer(self, request: Request) -> Response:
        """Serve one request. The key is taken from the raw path, so that names with `%` and `/` mean one thing."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=_CORS)
        key = request.path_params["key"]
        try:
            self._store.signer.check(request.method, key, dict(request.query_params))
            response = await (self._put(request, key) if request.method == "PUT" else self._get(request, key))
        except SteelyardError as error:
            response = Response(error.message, error.status, media_type="text/plain")
        response.headers.update(_CORS)
        return response

    async def _put(self, request: Request, key: str) -> Response:
        announced = request.query_params.get("md5")
        stored = await self._store.put(key, request.stream(), md5=base64.b64decode(announced) if announced else None)
        await self._on_stored(stored)
        return Response(status_code=200, headers={"ETag": f'"{(stored.md5 or b"").hex()}"'})

    async def _get(self, request: Request, key: str) -> Response:
        path = self._store.path_of(key)
        if not path.is_file():
            raise NotFound("the object is not there")
        name = PurePosixPath(request.query_params.get("filename", "download")).name
        kind = request.query_params.get("type") or "application/octet-stream"
        shown = "inline" if kind.startswith(_INLINE) else "attachment"
        return FileResponse(
            path,
            media_type=kind,
            headers={
                "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(name, safe='')}",
                "Content-Security-Policy": _SANDBOX_HTML if kind.startswith("text/html") else _SANDBOX,
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "private, max-age=3600",
            },
        )

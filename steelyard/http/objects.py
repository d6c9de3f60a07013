"""`/storage/…`: the signed URLs of our own address: of a folder, of a bucket reached through us, of `sign_read`.

Nothing stored is trusted: documents open in a sandbox without cookies, and everything but plain media is a download.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Awaitable, Callable
from pathlib import PurePosixPath
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse

from steelyard.adapters.objects.local import LocalStore
from steelyard.adapters.objects.signing import UrlSigner
from steelyard.kernel.errors import NotFound, SteelyardError
from steelyard.ports.objects import ObjectStore, StoredObject

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
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

    def __init__(self, store: ObjectStore, signer: UrlSigner, on_stored: OnStored) -> None:
        self._store = store
        self._signer = signer
        self._on_stored = on_stored

    async def answer(self, request: Request) -> Response:
        """Serve one request. The key is taken from the raw path, so that names with `%` and `/` mean one thing."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=_CORS)
        key = request.path_params["key"]
        try:
            self._signer.check(request.method, key, dict(request.query_params))
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
        kind = request.query_params.get("type") or "application/octet-stream"
        headers = _headers(kind, request.query_params.get("filename", "download"))
        if not isinstance(self._store, LocalStore):
            return await self._stream(request, key, kind, headers)
        path = self._store.path_of(key)
        if not path.is_file():
            raise NotFound("the object is not there")
        return FileResponse(path, media_type=kind, headers=headers)

    async def _stream(self, request: Request, key: str, kind: str, headers: dict[str, str]) -> Response:
        stored = await self._store.stat(key)
        if stored is None:
            raise NotFound("the object is not there")
        size, asked = stored.size_bytes, _asked_range(request.headers.get("range", ""), stored.size_bytes)
        start, end = asked or (0, size)
        if start >= max(size, 1):
            return Response(status_code=416, headers={"Content-Range": f"bytes */{size}"})
        headers |= {"Accept-Ranges": "bytes", "Content-Length": str(end - start)}
        if asked:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        if request.method == "HEAD" or start == end:
            return Response(status_code=206 if asked else 200, media_type=kind, headers=headers)
        body = self._store.get(key, start, end)
        return StreamingResponse(body, 206 if asked else 200, media_type=kind, headers=headers)


def _headers(kind: str, filename: str) -> dict[str, str]:
    shown = "inline" if kind.startswith(_INLINE) else "attachment"
    return {
        "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(PurePosixPath(filename).name, safe='')}",
        "Content-Security-Policy": _SANDBOX_HTML if kind.startswith("text/html") else _SANDBOX,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=3600",
    }


def _asked_range(header: str, size: int) -> tuple[int, int] | None:
    """Return first byte and the one after the last of a single range; None for the whole object."""
    found = _RANGE.fullmatch(header)
    if not found or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        return max(size - int(last), 0), size
    return int(first), min(int(last) + 1, size) if last else size

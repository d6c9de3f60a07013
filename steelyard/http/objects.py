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
from starlette.responses import Response, StreamingResponse

from steelyard.adapters.objects.signing import UrlSigner
from steelyard.kernel.errors import LengthRequired, NotFound, SteelyardError
from steelyard.ports.objects import ObjectStore, PartAddress, StoredObject

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
_INLINE = ("image/", "audio/", "video/", "application/json", "application/pdf")
_INLINE_TEXTS = {f"text/{kind}" for kind in ("plain", "html", "csv", "markdown", "yaml", "x-python", "x-diff")}
# Names by which clients say what a file of media holds, and the content of artifacts: never another for the same.
_BY_DIGEST = re.compile(r".*_[0-9a-f]{20}(\.[^/]*)?")
_CONTENT = re.compile(r"artifacts/[^/]+/content/[^/]+")
_FOR_EVER, _FOR_NOW = "private, max-age=31536000, immutable", "private, max-age=3600"
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
        asked = request.query_params
        md5 = base64.b64decode(asked["md5"]) if "md5" in asked else None
        if "part" in asked:
            size = _announced_size(request)
            part = PartAddress(key, asked["upload"], int(asked["part"]))
            etag = await self._store.put_part(part, request.stream(), size_bytes=size, md5=md5)
            return Response(status_code=200, headers={"ETag": etag})
        stored = await self._store.put(key, request.stream(), md5=md5)
        await self._on_stored(stored)
        return Response(status_code=200, headers={"ETag": f'"{(stored.md5 or b"").hex()}"'})

    async def _get(self, request: Request, key: str) -> Response:
        kind = request.query_params.get("type") or "application/octet-stream"
        headers = _headers(key, kind, request.query_params.get("filename", "download"))
        stored = await self._store.stat(key)
        if stored is None:
            raise NotFound("the object is not there")
        if stored.etag:
            headers["ETag"] = stored.etag
            if stored.etag in _etags(request.headers.get("if-none-match", "")):
                return Response(status_code=304, headers=headers)
        return self._stream(request, stored, kind, headers)

    def _stream(self, request: Request, stored: StoredObject, kind: str, headers: dict[str, str]) -> Response:
        size, asked = stored.size_bytes, _asked_range(request.headers.get("range", ""), stored.size_bytes)
        start, end = asked or (0, size)
        if start >= max(size, 1):
            return Response(status_code=416, headers={"Content-Range": f"bytes */{size}"})
        headers |= {"Accept-Ranges": "bytes", "Content-Length": str(end - start)}
        if asked:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        if request.method == "HEAD" or start == end:
            return Response(status_code=206 if asked else 200, media_type=kind, headers=headers)
        body = self._store.get(stored.key, start, end)
        return StreamingResponse(body, 206 if asked else 200, media_type=kind, headers=headers)


def _announced_size(request: Request) -> int:
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise LengthRequired("a part says how long it is: Content-Length is missing")
    return int(length)


def _etags(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}


def _headers(key: str, kind: str, filename: str) -> dict[str, str]:
    shown = "inline" if kind.startswith(_INLINE) or kind.partition(";")[0] in _INLINE_TEXTS else "attachment"
    never_changes = _CONTENT.fullmatch(key) or _BY_DIGEST.fullmatch(filename)
    return {
        "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(PurePosixPath(filename).name, safe='')}",
        "Content-Security-Policy": _SANDBOX_HTML if kind.startswith("text/html") else _SANDBOX,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": _FOR_EVER if never_changes else _FOR_NOW,
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

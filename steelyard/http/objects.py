"""`/storage/…`: the signed URLs of our own address: of a folder, of a bucket reached through us, of `sign_read`.

Plain ASGI, matched ahead of the routes: thousands of small files come at once. What answers say of objects is in
`object_headers.py`.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from steelyard.adapters.objects.local import LocalStore, Opened
from steelyard.adapters.objects.routed import RoutedStore
from steelyard.adapters.objects.signing import PATH_PREFIX, PROOF, UrlSigner
from steelyard.http.bulk import EXTENSION
from steelyard.http.object_headers import describe, etags, find_range
from steelyard.kernel.errors import LengthRequired, NotFound, SteelyardError
from steelyard.ports.objects import ObjectStore, PartAddress, StoredObject

OnStored = Callable[[StoredObject], Awaitable[None]]
Vouch = Callable[[str], Awaitable[None]]
RawHeaders = list[tuple[bytes, bytes]]

_PREFIX = PATH_PREFIX.encode()
_CORS: RawHeaders = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, HEAD, PUT"),
    (b"access-control-allow-headers", b"*"),
    (b"access-control-expose-headers", b"ETag, Content-Length, Content-Range, Accept-Ranges"),
    (b"access-control-max-age", b"3000"),
]


def is_object_request(scope: Scope) -> bool:
    return scope["type"] == "http" and _raw_path(scope).startswith(_PREFIX)


def _raw_path(scope: Scope) -> bytes:
    raw_path: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    return raw_path


class _Asked:
    """What one request asks for. The key is taken from the raw path, so that `%` and `/` in names mean one thing."""

    def __init__(self, scope: Scope) -> None:
        self.method: str = scope["method"]
        self.key = unquote(_raw_path(scope)[len(_PREFIX) :].decode("latin-1"))
        self.query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        self.headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        self.sends_files = EXTENSION in scope.get("extensions", ())

    @property
    def md5(self) -> bytes | None:
        return base64.b64decode(self.query["md5"]) if "md5" in self.query else None

    @property
    def size_bytes(self) -> int:
        length = self.headers.get("content-length", "")
        if not length.isdecimal():
            raise LengthRequired("a part says how long it is: Content-Length is missing")
        return int(length)


@dataclass
class _Answer:
    """`content` is all of it, or an object of which `start` to `end` is sent."""

    status: int
    headers: dict[str, str]
    content: bytes | Opened | StoredObject = b""
    start: int = 0
    end: int = 0


class ObjectRoutes:
    """`on_stored` is told of every object that a client has put.

    `vouch` raises `Denied` where what its caller was known by who asked for a URL has been taken back since.
    """

    def __init__(self, store: ObjectStore, signer: UrlSigner, on_stored: OnStored, vouch: Vouch) -> None:
        self._store = store
        self._signer = signer
        self._on_stored = on_stored
        self._vouch = vouch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = _Asked(scope)
        try:
            answer = await self._answer(asked, receive)
        except SteelyardError as error:
            if error.status >= 500:
                raise  # told and logged like those of all routes
            answer = _told(error.status, error.message)
        try:
            await self._send(asked, answer, receive, send)
        finally:
            if isinstance(answer.content, Opened):
                answer.content.close()

    async def _answer(self, asked: _Asked, receive: Receive) -> _Answer:
        if asked.method == "OPTIONS":
            return _Answer(204, {})
        if asked.method not in {"GET", "HEAD", "PUT"}:
            return _told(405, "this address takes GET, HEAD and PUT")
        self._signer.check(asked.method, asked.key, asked.query)
        if PROOF in asked.query:
            await self._vouch(asked.query[PROOF])
        if asked.method == "PUT":
            return _Answer(200, {"etag": await self._put(asked, _body(receive))})
        return await self._get(asked)

    async def _put(self, asked: _Asked, body: AsyncIterator[bytes]) -> str:
        """Store what comes, and return its ETag."""
        if "part" in asked.query:
            part = PartAddress(asked.key, asked.query["upload"], int(asked.query["part"]))
            return await self._store.put_part(part, body, size_bytes=asked.size_bytes, md5=asked.md5)
        stored = await self._store.put(asked.key, body, md5=asked.md5)
        await self._on_stored(stored)
        return stored.etag

    async def _get(self, asked: _Asked) -> _Answer:
        found: Opened | StoredObject | None
        # A folder is visited once, for what it knows of the object and for its bytes.
        store = self._store
        found = await (store.open if isinstance(store, LocalStore | RoutedStore) else store.stat)(asked.key)
        if found is None:
            raise NotFound("the object is not there")
        stored = found.stored if isinstance(found, Opened) else found
        answer = _describe(asked, stored)
        if answer.start < answer.end and asked.method == "GET":
            answer.content = found
        elif isinstance(found, Opened):
            found.close()
        return answer

    async def _send(self, asked: _Asked, answer: _Answer, receive: Receive, send: Send) -> None:
        content, start, end = answer.content, answer.start, answer.end
        if isinstance(content, Opened) and content.whole is not None:
            content = content.whole[start:end]
        if isinstance(content, bytes):
            await send(_start(answer, len(content)))
            await send({"type": "http.response.body", "body": content})
            return
        await send(_start(answer, end - start))
        if isinstance(content, Opened) and asked.sends_files:
            async for file, offset, count in content.pieces(start, end):
                await send({"type": EXTENSION, "file": file, "offset": offset, "count": count, "more_body": True})
        else:
            chunks = (
                content.chunks(start, end) if isinstance(content, Opened) else self._store.get(asked.key, start, end)
            )
            await _stream(chunks, receive, send)
        await send({"type": "http.response.body"})


def _told(status: int, message: str) -> _Answer:
    return _Answer(status, {"content-type": "text/plain; charset=utf-8"}, message.encode())


def _describe(asked: _Asked, stored: StoredObject) -> _Answer:
    """Return the answer without its bytes: which of them, and what it says about them."""
    headers, size = describe(stored, asked.query), stored.size_bytes
    wanted = asked.headers.get("if-match")
    if wanted and stored.etag not in etags(wanted) and wanted.strip() != "*":
        return _Answer(412, headers)
    if stored.etag and stored.etag in etags(asked.headers.get("if-none-match", "")):
        return _Answer(304, headers)
    of_version = asked.headers.get("if-range")
    span = None if of_version and of_version != stored.etag else find_range(asked.headers.get("range", ""), size)
    start, end = span or (0, size)
    if span and start >= size:
        return _Answer(416, headers | {"content-range": f"bytes */{size}"})
    headers |= {"accept-ranges": "bytes", "content-length": str(end - start)}
    if span is None:
        return _Answer(200, headers, start=start, end=end)
    return _Answer(206, headers | {"content-range": f"bytes {start}-{end - 1}/{size}"}, start=start, end=end)


def _start(answer: _Answer, length: int) -> dict[str, Any]:
    headers = [(name.encode(), value.encode("latin-1")) for name, value in answer.headers.items()]
    if "content-length" not in answer.headers and answer.status not in {204, 304}:
        headers.append((b"content-length", str(length).encode()))
    return {"type": "http.response.start", "status": answer.status, "headers": headers + _CORS}


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        if message.get("body"):
            yield message["body"]
        if not message.get("more_body"):
            return


async def _stream(chunks: AsyncIterator[bytes], receive: Receive, send: Send) -> None:
    """Send what `chunks` yields as long as somebody listens: the server takes in silence what goes nowhere."""
    leaving = asyncio.ensure_future(_left(receive))
    try:
        async for chunk in chunks:
            if leaving.done():
                raise ClientDisconnect
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    finally:
        leaving.cancel()


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue

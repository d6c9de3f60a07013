"""Reading request bodies within bounds, decoding `Content-Encoding: gzip`."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request

from steelyard.kernel.errors import Invalid, Malformed, TooLarge

JSON_BODY_MAX_BYTES = 4 << 20


async def read_body(request: Request, limit_bytes: int) -> bytes:
    """Return the whole decoded body. Raises `TooLarge` beyond `limit_bytes`, `Malformed` for broken gzip."""
    parts: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit_bytes:
            raise TooLarge(f"the body exceeds {limit_bytes} bytes")
        parts.append(chunk)
    return decode_body(b"".join(parts), request.headers.get("content-encoding", ""), limit_bytes)


def decode_body(body: bytes, encoding: str, limit_bytes: int) -> bytes:
    """Undo the `Content-Encoding` of a body. Raises `TooLarge` beyond `limit_bytes`, `Malformed` for broken gzip."""
    encoding = encoding.lower()
    if encoding in {"", "identity"}:
        return body
    if encoding != "gzip":
        raise Malformed(f"the content encoding {encoding!r} is not supported")
    return gunzip(body, limit_bytes)


def gunzip(body: bytes, limit_bytes: int) -> bytes:
    decoder = zlib.decompressobj(wbits=31)
    try:
        out = decoder.decompress(body, limit_bytes + 1)
    except zlib.error as error:
        raise Malformed(f"the body is not valid gzip: {error}") from error
    if len(out) > limit_bytes:
        raise TooLarge(f"the decoded body exceeds {limit_bytes} bytes")
    if not decoder.eof:
        raise Malformed("the gzip body is cut short")
    return out


async def read_json(request: Request) -> dict[str, Any]:
    """Return the JSON object of a request of the web app. Raises `Malformed`."""
    try:
        value = orjson.loads(await read_body(request, JSON_BODY_MAX_BYTES) or b"{}")
    except orjson.JSONDecodeError as error:
        raise Malformed(f"the body is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise Malformed("the body must be a JSON object")
    return value


def find_text(body: dict[str, Any], key: str) -> str | None:
    """Return the text at `key`, None when it is absent or null. Raises `Invalid` for anything else."""
    value = body.get(key)
    if value is not None and not isinstance(value, str):
        raise Invalid(f"{key} must be a text")
    return value


def find_texts(body: Mapping[str, Any], key: str) -> list[str] | None:
    """Return the list of texts at `key`, None when it is absent. Raises `Invalid` for anything else."""
    value = body.get(key)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Invalid(f"{key} must be a list of texts")
    return value

"""`POST /files/{entity}/{project}/{run}/file_stream`: the way in for everything a training program streams.

Plain ASGI, matched ahead of the routes. Failures are raised as `SteelyardError`; the outermost layer answers them.
"""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.types import Receive, Scope, Send

from steelyard.context import Context
from steelyard.domains.files import service as files
from steelyard.domains.runs.model import RunRef
from steelyard.ingest import admission, replies
from steelyard.ingest.admission import Address, Admission
from steelyard.ingest.frames import Frame, decode_frame
from steelyard.ingest.journal import Entry, Journal
from steelyard.kernel.errors import Malformed, TooLarge
from steelyard.kernel.limiter import Charge
from steelyard.rest.bodies import decode_body
from steelyard.telemetry.meters import METERS

# The client sends up to 10 MiB and one line more; requests of older ones and of offline sync may be larger.
BODY_MAX_BYTES = 64 << 20
WRITER_MAX_CHARS = 64
# A larger body is decoded in a thread, so that nobody else waits for it: this one takes about 2 ms.
INLINE_MAX_BYTES = 256 << 10

_HEADERS = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"))


def find_address(scope: Scope) -> Address | None:
    """Return the run that a request streams to, None for requests of another kind."""
    if scope["type"] != "http" or scope["method"] != "POST":
        return None
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
    return admission.find_address(raw_path)


class FileStream:
    """One request, start to finish; every step is one call into one module."""

    def __init__(self, system: Context, admission: Admission, journal: Journal) -> None:
        self._system = system
        self._admission = admission
        self._journal = journal
        self._limiter = system.ports.limiter

    async def __call__(self, address: Address, scope: Scope, receive: Receive, send: Send) -> None:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        peer = scope["client"][0] if scope.get("client") else ""
        authorization = headers.get(b"authorization", b"").decode("latin-1")
        run, account = await self._admission.admit(authorization, peer, address)
        body = await _read_body(headers, receive)
        left = self._limiter.charge(_charges(run, account, len(body))) if self._limiter.rates.is_on else None
        writer = _writer(headers)
        frame = await _decode(headers, body, shared=bool(writer))
        stopped = await self._journal.append(Entry(run.id, run.project_id, writer, frame))
        METERS.stream_bytes += len(body)
        for chunk in frame.chunks:
            METERS.stream_lines[chunk.stream.name] += chunk.line_count
        if frame.uploaded:
            await files.mark_uploaded(self._system, run.id, frame.uploaded)
        await _send_json(send, replies.after_append(stop_requested=stopped), replies.pace(left))


def _charges(run: RunRef, account: int, size: int) -> list[Charge]:
    keys = {"project": run.project_id, "run": run.id, "user": account}
    costs = (("requests", 1), ("bytes", size))
    return [Charge(f"{whose}_{what}", key, cost) for whose, key in keys.items() for what, cost in costs]


async def _decode(headers: dict[bytes, bytes], body: bytes, *, shared: bool) -> Frame:
    derives = headers.get(b"x-wandb-server-side-derived-summary", b"").lower() == b"true"
    if len(body) > INLINE_MAX_BYTES:
        return await asyncio.to_thread(decode_frame, body, derives=derives, shared=shared)
    return decode_frame(body, derives=derives, shared=shared)


def _writer(headers: dict[bytes, bytes]) -> str:
    """Return the writer's own id in shared mode, else an empty text (docs/protocol/ingest.md, shared mode)."""
    writer = headers.get(b"x-wandb-async-client-id", b"").decode("latin-1")
    if len(writer) > WRITER_MAX_CHARS:
        raise Malformed(f"the client id is longer than {WRITER_MAX_CHARS} characters")
    return writer


async def _read_body(headers: dict[bytes, bytes], receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Malformed("the request ended before its body")
        part = message.get("body", b"")
        size += len(part)
        if size > BODY_MAX_BYTES:
            raise TooLarge(f"the body exceeds {BODY_MAX_BYTES} bytes")
        parts.append(part)
        if not message.get("more_body"):
            break
    body = parts[0] if len(parts) == 1 else b"".join(parts)
    return decode_body(body, headers.get(b"content-encoding", b"").decode("latin-1"), BODY_MAX_BYTES)


async def _send_json(send: Send, body: bytes, more: list[tuple[bytes, bytes]]) -> None:
    length = (b"content-length", str(len(body)).encode())
    start: dict[str, Any] = {"type": "http.response.start", "status": 200, "headers": [*_HEADERS, length, *more]}
    await send(start)
    await send({"type": "http.response.body", "body": body})

"""HTTP for large bodies: uvicorn's own protocol, in which a large body costs half the processor time either way.

*Out*: applications may hand files to the kernel to send, by ASGI's `http.response.zerocopysend`, which uvicorn lacks.
The message names an open file, an offset and a count; the bytes go from the disk's cache to the socket without passing
this process. Disk and network are waited for without blocking the event loop: a thread moves what the socket takes now,
and the loop waits until it takes more.

*In*: what arrives is handed on as it is. uvicorn gathers it in a buffer that grows and is copied for every message,
which costs more than the network.
"""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import Message
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

EXTENSION = "http.response.zerocopysend"
# A thread moves this much at a time and then lets others in.
_TURN_BYTES = 8 << 20
# For the head of the answer, which is as good as always on its way at once.
_DRAIN_WAIT_S, _DRAIN_WAIT_MAX_S = 0.0, 0.05
# What we need of uvicorn beyond its interface. Without it all is as uvicorn has it.
_WANTED = {"expected_content_length", "disconnected", "transport", "flow", "message_event", "waiting_for_100_continue"}
_IS_KNOWN = set(RequestResponseCycle.__init__.__code__.co_names).issuperset(_WANTED)
# So much of a body may wait for the application. As in uvicorn.
_WAITING_BYTES = 64 << 10
_threads = ThreadPoolExecutor(12, "send-file")


class BulkProtocol(HttpToolsProtocol):
    """The protocol of every connection; the extension is in the scope of those that are plain."""

    _receiver: _Receiver | None = None

    def on_headers_complete(self) -> None:
        before = self.cycle
        super().on_headers_complete()
        cycle = self.cycle
        if cycle is before or not _IS_KNOWN:
            return
        # The application's task has been made but has not begun.
        self._receiver = _Receiver(cycle)
        vars(cycle)["receive"] = self._receiver.receive
        if cycle.transport.get_extra_info("sslcontext") is None:
            cycle.scope.setdefault("extensions", {})[EXTENSION] = {}
            vars(cycle)["send"] = _Sender(cycle).send

    def on_body(self, body: bytes) -> None:
        if self._receiver is None:
            super().on_body(body)
        elif not self.cycle.response_complete:
            self._receiver.feed(body)


class _Receiver:
    """Stands in place of the `receive` of one request."""

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle = cycle
        self._waiting: list[bytes] = []
        self._size = 0

    def feed(self, piece: bytes) -> None:
        self._waiting.append(piece)
        self._size += len(piece)
        if self._size > _WAITING_BYTES:
            self._cycle.flow.pause_reading()
        self._cycle.message_event.set()

    async def receive(self) -> Message:
        cycle = self._cycle
        if cycle.waiting_for_100_continue and not cycle.transport.is_closing():
            cycle.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            cycle.waiting_for_100_continue = False
        if not cycle.disconnected and not cycle.response_complete:
            cycle.flow.resume_reading()
            await cycle.message_event.wait()
            cycle.message_event.clear()
        if cycle.disconnected or cycle.response_complete:
            return {"type": "http.disconnect"}
        waiting, self._waiting, self._size = self._waiting, [], 0
        body = waiting[0] if len(waiting) == 1 else b"".join(waiting)
        return {"type": "http.request", "body": body, "more_body": cycle.more_body}


class _Sender:
    """Stands before the `send` of one answer."""

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle = cycle
        self._send: Any = cycle.send

    async def send(self, message: Message) -> None:
        if message["type"] != EXTENSION:
            await self._send(message)
            return
        cycle, count = self._cycle, message["count"]
        if not cycle.response_started or cycle.chunked_encoding or count > cycle.expected_content_length:
            raise RuntimeError(f"{EXTENSION} needs an answer begun with a Content-Length that holds {count} bytes")
        await self._send_file(message["file"], message["offset"], count)
        cycle.expected_content_length -= count
        if not message.get("more_body", False):
            await self._send({"type": "http.response.body"})

    async def _send_file(self, file: int, offset: int, count: int) -> None:
        """Raises `ClientDisconnect` when the other side has gone, `EOFError` for a file that is shorter than said."""
        await self._drain()
        # A descriptor of our own: the loop watches the transport's, and would let nobody else do so.
        handle = os.dup(self._cycle.transport.get_extra_info("socket").fileno())
        moving: Future[int] | None = None
        try:
            while count:
                moving = _threads.submit(_move, handle, file, offset, count)
                moved = await asyncio.wrap_future(moving)
                offset, count = offset + moved, count - moved
                if count and moved < _TURN_BYTES:
                    await _writable(handle)
                if self._cycle.disconnected:
                    raise ClientDisconnect
        except (BrokenPipeError, ConnectionResetError):
            raise ClientDisconnect from None
        finally:
            if moving is not None and not moving.cancel() and not moving.done():
                await asyncio.wait([asyncio.wrap_future(moving)])
            os.close(handle)

    async def _drain(self) -> None:
        """Wait until everything written before is with the kernel."""
        wait_s = _DRAIN_WAIT_S
        while self._cycle.transport.get_write_buffer_size():
            if self._cycle.disconnected:
                raise ClientDisconnect
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s + 0.001, _DRAIN_WAIT_MAX_S)
        if self._cycle.disconnected or self._cycle.transport.is_closing():
            raise ClientDisconnect


def _move(to: int, file: int, offset: int, count: int) -> int:
    """Send until the socket takes no more, or one turn is over; return how much that was."""
    moved = 0
    while moved < min(count, _TURN_BYTES):
        try:
            sent = os.sendfile(to, file, offset + moved, min(count, _TURN_BYTES) - moved)
        except BlockingIOError:
            break
        if not sent:
            raise EOFError("the file is shorter than its answer says")
        moved += sent
    return moved


async def _writable(handle: int) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_writer(handle, _wake, ready)
    try:
        await ready
    finally:
        loop.remove_writer(handle)


def _wake(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)

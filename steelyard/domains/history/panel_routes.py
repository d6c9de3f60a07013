"""The web app's batched panel query: asked in JSON, answered by a stream of binary frames (docs/protocol/panels.md)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from steelyard.context import Context
from steelyard.domains.accounts.access import require_reader
from steelyard.domains.history.curves.answer import Answer
from steelyard.domains.history.curves.frames import MEDIA_TYPE, message_frame
from steelyard.domains.history.curves.resolve import resolve_runs
from steelyard.domains.history.curves.spec import read_batch
from steelyard.kernel.errors import SteelyardError
from steelyard.rest.bodies import read_json
from steelyard.rest.routes import RouteTable
from steelyard.sql.failures import as_told

log = structlog.get_logger()
routes = RouteTable()


@routes.post("/app/panels:query")
async def query_panels(ctx: Context, request: Request) -> Response:
    require_reader(ctx)
    batch = read_batch(await read_json(request))
    runs = await resolve_runs(ctx, batch.runs)
    return FrameStream(Answer(ctx, batch, runs).frames(), ctx.request_id)


class FrameStream(Response):
    """Sends each frame as it comes. When the browser goes away, the work for the rest ends with it."""

    def __init__(self, frames: AsyncGenerator[bytes], request_id: str) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"}, media_type=MEDIA_TYPE)
        del self.headers["content-length"]
        self._frames = frames
        self._request_id = request_id

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        sending = asyncio.create_task(self._send(send))
        gone = asyncio.create_task(_until_gone(receive))
        try:
            await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, gone):
                task.cancel()
            await asyncio.gather(sending, gone, return_exceptions=True)
        if not sending.cancelled():
            sending.result()

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async with aclosing(self._frames):
            try:
                async for frame in self._frames:
                    await send({"type": "http.response.body", "body": frame, "more_body": True})
            except Exception as error:  # noqa: BLE001 - the status is sent already: a frame has to tell
                await send({"type": "http.response.body", "body": self._failure(error), "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    def _failure(self, error: Exception) -> bytes:
        told = error if isinstance(error, SteelyardError) else as_told(error)
        if told is not None:
            return message_frame({"failure": {"code": told.code, "message": told.message}})
        log.error("answering panels failed", request_id=self._request_id, exc_info=error)
        message = f"internal error (request {self._request_id})"
        return message_frame({"failure": {"code": "internal", "message": message}})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

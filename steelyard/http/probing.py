"""`/probe/…`: how requests arrive that pass the proxies before us, for `steelyard doctor`.

Only with an address signed by this server's own secret, which the doctor reads from the database.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from steelyard.adapters.objects.signing import UrlSigner
from steelyard.kernel.errors import TooLarge

ECHO, STREAM = "probe/echo", "probe/stream"
BODY_MAX_BYTES = 16 << 20
# A proxy that holds answers back shows it within this time.
PIECES, PAUSE_S = 3, 0.5
_FORWARDED = ("x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-port", "x-real-ip", "forwarded")


class Probe:
    def __init__(self, signer: UrlSigner) -> None:
        self._signer = signer

    async def echo(self, request: Request) -> Response:
        """Take up to 16 MB, and say how much came, over what time, from whom and for whom. Nothing is kept."""
        self._signer.check("POST", ECHO, request.query_params)
        size, first, last = 0, 0.0, 0.0
        try:
            async for piece in request.stream():
                last = time.monotonic()
                first = first or last
                size += len(piece)
                if size > BODY_MAX_BYTES:
                    raise TooLarge(f"the body exceeds {BODY_MAX_BYTES} bytes")
        except ClientDisconnect:
            return Response(status_code=400)
        return JSONResponse(
            {
                "bytes": size,
                "spread_s": round(last - first, 3),
                "scheme": request.url.scheme,
                "host": request.url.netloc,
                "peer": request.client.host if request.client else "",
                "http": request.scope.get("http_version", ""),
                "forwarded": {name: request.headers[name] for name in _FORWARDED if name in request.headers},
            }
        )

    async def stream(self, request: Request) -> Response:
        """Send a few lines with pauses, as live updates come."""
        self._signer.check("GET", STREAM, request.query_params)

        async def lines() -> AsyncIterator[bytes]:
            for number in range(PIECES):
                yield f"data: {number}\n\n".encode()
                await asyncio.sleep(PAUSE_S)

        return StreamingResponse(lines(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})

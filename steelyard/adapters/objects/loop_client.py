"""The HTTP client for calls to a bucket that obstore does not have: one for each event loop that asks."""

from __future__ import annotations

import asyncio
import ssl

import httpx


class LoopClient:
    """An httpx client that is good for the running event loop, and is made when first needed."""

    def __init__(self, timeout: httpx.Timeout) -> None:
        self._timeout = timeout
        self._opened: tuple[asyncio.AbstractEventLoop, httpx.AsyncClient] | None = None

    def get(self) -> httpx.AsyncClient:
        """Return the client of this event loop. The first call loads certificates, which takes a while."""
        loop = asyncio.get_running_loop()
        if self._opened is None or self._opened[0] is not loop:
            self._opened = loop, httpx.AsyncClient(timeout=self._timeout, verify=ssl.create_default_context())
        return self._opened[1]

    async def close(self) -> None:
        if self._opened is not None and self._opened[0] is asyncio.get_running_loop():
            await self._opened[1].aclose()
        self._opened = None

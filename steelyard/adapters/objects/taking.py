"""Takes a long body in: what has come is digested and written in threads while the next comes.

Pieces are gathered in buffers that are used again and again: the kernel clears memory before it gives it out, and fresh
memory for each piece costs more than copying. The buffers of all bodies together are bounded.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from steelyard.adapters.objects.folder import Arriving

# Each body has two, one that fills and one that is written. The first ones have large ones, until this much is out.
_BUFFER_BYTES, _BUFFER_BYTES_MIN = 2 << 20, 256 << 10
_LARGE_MAX = 32
# What one call writes. Linux caches a larger one in a single huge page, and has to look for one each time: on virtual
# machines, whose host lends such pages anew, that took eight times the processor time.
_WRITE_BYTES = 256 << 10
# The disk is told to begin when so much more is there: seldom enough to cost nothing.
_FLUSH_BYTES = 16 << 20


class Taking:
    """All bodies that a process takes in. `threads` do the work."""

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        self._threads = threads
        self._idle: list[memoryview] = []
        self._large_out = 0

    async def take(self, arriving: Arriving, first: list[bytes], rest: AsyncIterator[bytes]) -> bytes:
        """Write `first` and then `rest`, and return the MD5 of all of it. No thread is at work when this ends."""
        buffers = [self._borrow(), self._borrow()]
        body = _Body(self._threads, arriving, buffers[0], buffers[1])
        try:
            for piece in first:
                await body.add(piece)
            async for piece in rest:
                await body.add(piece)
            return await body.finish()
        finally:
            await body.settle()
            for buffer in buffers:
                self._give_back(buffer)

    def _borrow(self) -> memoryview:
        if self._large_out >= _LARGE_MAX:
            return memoryview(bytearray(_BUFFER_BYTES_MIN))
        self._large_out += 1
        return self._idle.pop() if self._idle else memoryview(bytearray(_BUFFER_BYTES))

    def _give_back(self, buffer: memoryview) -> None:
        if len(buffer) == _BUFFER_BYTES:
            self._large_out -= 1
            self._idle.append(buffer)


class _Body:
    def __init__(self, threads: ThreadPoolExecutor, arriving: Arriving, one: memoryview, other: memoryview) -> None:
        self._threads = threads
        self._arriving = arriving
        self._filling, self._other = one, other
        self._filled = 0
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._flushed = 0
        self._running: list[Future[Any]] = []

    async def add(self, piece: bytes) -> None:
        """Take one more piece; waits while both buffers are full."""
        rest = memoryview(piece)
        while rest:
            part = rest[: len(self._filling) - self._filled]
            self._filling[self._filled : self._filled + len(part)] = part
            self._filled, rest = self._filled + len(part), rest[len(part) :]
            if self._filled == len(self._filling):
                await self._hand_over()

    async def finish(self) -> bytes:
        await self._hand_over()
        await self._join()
        return self._md5.digest()

    async def _hand_over(self) -> None:
        """Let what has been gathered be digested and written side by side, once what came before is."""
        await self._join()
        full = self._filling[: self._filled]
        self._filling, self._other, self._filled = self._other, self._filling, 0
        self._running = [self._threads.submit(self._md5.update, full), self._threads.submit(self._write, full)]

    async def _join(self) -> None:
        for future in self._running:
            await asyncio.wrap_future(future)

    async def settle(self) -> None:
        """Wait for what runs still, whatever comes of it: its file is about to be closed."""
        left = [future for future in self._running if not future.cancel() and not future.done()]
        if left:
            await asyncio.wait([asyncio.wrap_future(future) for future in left])

    def _write(self, full: memoryview) -> None:
        for start in range(0, len(full), _WRITE_BYTES):
            self._arriving.append([full[start : start + _WRITE_BYTES]])
        if self._arriving.size - self._flushed >= _FLUSH_BYTES:
            self._arriving.begin_flush(self._flushed)
            self._flushed = self._arriving.size

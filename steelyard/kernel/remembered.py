"""Answers remembered for a few seconds, each asked for once however many callers wait for it."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """`load` answers for a key; what it raises goes to all who wait and is not remembered.

    Belongs to one event loop.
    """

    def __init__(self, load: Callable[[K], Awaitable[V]], ttl_s: float, limit: int) -> None:
        self._load = load
        self._ttl_s = ttl_s
        self._limit = limit
        self._known: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._loading: dict[K, asyncio.Task[V]] = {}

    async def get(self, key: K) -> V:
        """Return the answer for `key`, at most `ttl_s` old."""
        known = self._known.get(key)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        task = self._loading.get(key)
        if task is None:
            task = self._loading[key] = asyncio.create_task(self._renew(key))
        # Shielded: the one who asked first may go away while others wait.
        return await asyncio.shield(task)

    async def _renew(self, key: K) -> V:
        asked = time.monotonic()
        self._known.pop(key, None)
        try:
            value = await self._load(key)
        finally:
            del self._loading[key]
        self._known[key] = (asked + self._ttl_s, value)
        while len(self._known) > self._limit:
            self._known.popitem(last=False)
        return value

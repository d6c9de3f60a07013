"""Batch loading: the children that many items of a page ask for one by one are fetched with one question.

_users = Batch("users", lambda ctx, ids: service.load_users(ctx, ids))      # ids → dict

await _users.load(ctx, run.created_by)
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Generic, TypeVar

from steelyard.context import Context

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Batch(Generic[K, V]):
    """One edge of the graph. `fetch` is asked for all keys that come in until none comes for two turns of the loop.

    What was fetched is remembered for the rest of the request.
    """

    def __init__(self, name: str, fetch: Callable[[Context, list[K]], Awaitable[Mapping[K, V]]]) -> None:
        self._name = name
        self._fetch = fetch

    async def load(self, ctx: Context, key: K) -> V | None:
        """Return the value of `key`, None when there is none."""
        known: dict[K, asyncio.Future[V | None]] = ctx.loaded.setdefault(self._name, {})
        if key not in known:
            waiting: list[K] = ctx.loaded.setdefault(f"{self._name}?", [])
            if not waiting:
                ctx.loaded[f"{self._name}!"] = asyncio.ensure_future(self._run(ctx, waiting, known))
            waiting.append(key)
            known[key] = asyncio.get_running_loop().create_future()
        # Who is given up, because a field beside it failed, must not take the value from others who wait for it.
        return await asyncio.shield(known[key])

    async def _run(self, ctx: Context, waiting: list[K], known: dict[K, asyncio.Future[V | None]]) -> None:
        count = 0
        while count != len(waiting):  # the resolvers of one level ask over several turns of the loop
            count = len(waiting)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        keys = list(waiting)
        waiting.clear()
        try:
            found = await self._fetch(ctx, keys)
        except Exception as error:  # noqa: BLE001 - handed to everybody who waits
            for key in keys:
                failed = known.pop(key)
                failed.set_exception(error)
                failed.exception()  # known by now: nobody may be left who waits for it
            return
        for key in keys:
            known[key].set_result(found.get(key))

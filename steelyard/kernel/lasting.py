"""Work that goes on when whoever asked for it has stopped waiting. Who asks again waits for the same work.

For what may take longer than clients wait for an answer, and must not begin anew each time they ask.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from contextlib import suppress
from typing import Any, TypeVar

from steelyard.kernel.errors import StillRunning

T = TypeVar("T")

# Less than clients wait for an answer (docs/protocol/README.md, error conventions).
PATIENCE_S = 20.0
# What became of work that nobody waited for is told to the next who asks, if that is soon.
_KEPT_S = 600.0


class Lasting:
    """Pieces of work by key; in this process only."""

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._tasks: dict[Hashable, asyncio.Task[Any]] = {}

    async def result(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, T]], what: str) -> T:
        """Return what the work of this key returns, or raise what it raises; it is begun unless it is under way.

        Raises `StillRunning`, saying that `what` goes on, when it takes longer than callers wait. Each
        outcome is handed to those who waited for it, or else to the next who asks.
        """
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.create_task(work())
            task.add_done_callback(lambda done: self._forget_later(key, done))
        await asyncio.wait({task}, timeout=self._patience_s)
        if not task.done():
            raise StillRunning(f"{what} is still going on; ask again")
        self._forget(key, task)
        found: T = task.result()
        return found

    def _forget(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        if self._tasks.get(key) is task:
            del self._tasks[key]

    def _forget_later(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        if not task.cancelled():
            task.exception()  # looked at, for nobody may ask for it any more
        asyncio.get_running_loop().call_later(_KEPT_S, self._forget, key, task)

    async def close(self) -> None:
        """End what is under way, where it stands."""
        tasks = [task for task in self._tasks.values() if not task.done()]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(Exception, asyncio.CancelledError):
                await task

"""The same work on many things at a time, so many and no more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

A = TypeVar("A")
T = TypeVar("T")


async def run_all(work: Callable[[A], Awaitable[T]], items: Iterable[A], at_once: int) -> list[T]:
    """Return what `work` returns for each item, in their order; at least one runs at a time.

    The first failure ends the others and is raised by itself.
    """
    gate = asyncio.Semaphore(max(1, at_once))

    async def one(item: A) -> T:
        async with gate:
            return await work(item)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(item)) for item in items]
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from failures
    return [task.result() for task in tasks]

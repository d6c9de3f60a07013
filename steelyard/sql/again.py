"""Does work again whose transaction the database gave up, to untie transactions that waited for each other."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from steelyard.sql.dialect import is_deadlock

T = TypeVar("T")

ATTEMPTS = 4
_WAIT_S = 0.05


async def untied(work: Callable[[], Awaitable[T]]) -> T:
    """Return what `work` returns, which is done up to `ATTEMPTS` times while deadlocks end it.

    Of several transactions in `work` those before the deadlock have happened, and happen again: `work` must be what a
    client may send twice. Raises the last deadlock, as every other failure.
    """
    for attempt in range(ATTEMPTS - 1):
        try:
            return await work()
        except DBAPIError as error:
            if not is_deadlock(error):
                raise
        await asyncio.sleep(random.uniform(0, _WAIT_S) * attempt)  # noqa: S311 - those who clash shall not clash again
    return await work()

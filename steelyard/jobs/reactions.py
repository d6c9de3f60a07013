"""What higher slices do when a lower one, which does not know them, changes something.

PROJECT_DELETED: Reactions[int] = Reactions()        # in the lower slice's `events.py`

@PROJECT_DELETED.add                                 # in a higher slice
async def forget_files(ctx, conn, project_id): ...   # within the transaction of the change
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context

T = TypeVar("T")
React = Callable[[Context, AsyncConnection, T], Awaitable[None]]


class Reactions(Generic[T]):
    def __init__(self) -> None:
        self._added: list[React[T]] = []

    def add(self, react: React[T]) -> React[T]:
        self._added.append(react)
        return react

    async def happen(self, ctx: Context, conn: AsyncConnection, subject: T) -> None:
        """Call everybody who added themselves; what one raises undoes the whole change."""
        for react in self._added:
            await react(ctx, conn, subject)

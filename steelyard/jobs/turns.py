"""How the turns of scheduled work went: the last good one and the last failed one of each, of all processes together.

Work that comes round every few seconds is noted about once a minute, a failure at once and then as often.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.jobs.tables import work_turns as t
from steelyard.kernel.errors import SteelyardError
from steelyard.sql.dialect import upsert

# How exactly the time of a turn is known, at most.
NOTED_S = 60.0
_TEXT_MAX = 500
# Work is late when this many of its turns have been missed, and at least this long.
_TURNS_MISSED, _LATE_S = 3, 5 * 60.0


@dataclass(frozen=True)
class Turn:
    """The state of one piece of scheduled work. `failure` is what the failed turn raised."""

    name: str
    every_s: float
    done_at: datetime | None
    failed_at: datetime | None
    failure: str | None

    @property
    def is_failing(self) -> bool:
        return self.failed_at is not None and (self.done_at is None or self.failed_at > self.done_at)

    def is_late(self, now: datetime) -> bool:
        """Tell whether no turn has ended well for much longer than it should take."""
        last = max((moment for moment in (self.done_at, self.failed_at) if moment), default=None)
        return last is None or (now - last).total_seconds() > max(_LATE_S, _TURNS_MISSED * self.every_s)


class TurnLog:
    """Notes the turns of one process."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._noted: dict[tuple[str, bool], float] = {}

    async def begin(self, names: Collection[str]) -> None:
        """Forget work that this release does not do."""
        async with self._ctx.database.write() as conn:
            await conn.execute(delete(t).where(t.c.name.not_in(names)))

    async def note(self, name: str, every_s: float, error: Exception | None = None) -> None:
        """Write how a turn went, unless the same was written a short time ago."""
        failed, now = error is not None, time.monotonic()
        if self._noted.get((name, failed), now - NOTED_S) > now - NOTED_S:
            return
        moment = self._ctx.ports.clock()
        row: dict[str, Any] = {"name": name, "every_s": every_s}
        row |= {"failed_at": moment, "failure": _told(error)} if error is not None else {"done_at": moment}
        async with self._ctx.database.write() as conn:
            await upsert(conn, t, [row], key=("name",), update=tuple(key for key in row if key != "name"))
        self._noted[name, failed] = now
        # after a change the other outcome is news again
        self._noted.pop((name, not failed), None)


def _told(error: Exception) -> str:
    """Return the error in a line: of a statement that failed its first line, without what it was about."""
    text = error.message if isinstance(error, SteelyardError) else str(error).partition("\n")[0]
    return f"{type(error).__name__}: {text}"[:_TEXT_MAX]


async def list_turns(conn: AsyncConnection) -> list[Turn]:
    rows = await conn.execute(select(t.c.name, t.c.every_s, t.c.done_at, t.c.failed_at, t.c.failure).order_by(t.c.name))
    return [Turn(*row) for row in rows]

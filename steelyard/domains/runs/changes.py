"""The news that open browsers wait for: a service records here, in its own transaction, what it changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import IntFlag

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.runs import tables as t


class Kind(IntFlag):
    """What of a run changed; the names in lower case are those of web/src/api/contract.ts, Change."""

    RUN = 1
    HISTORY = 2
    EVENTS = 4
    LOGS = 8
    FILES = 16
    ARTIFACTS = 32


async def record(conn: AsyncConnection, project_id: int, run: int, kinds: Kind, at: datetime) -> None:
    """Tell browsers that show this project. They hear of it once the transaction has committed."""
    await record_many(conn, [(project_id, run, kinds)], at)


async def record_many(conn: AsyncConnection, changes: Iterable[tuple[int, int, Kind]], at: datetime) -> None:
    """Record changes as (project id, run, kinds), in one statement."""
    rows = [{"project_id": project, "run": run, "kinds": int(kinds), "at": at} for project, run, kinds in changes]
    if rows:
        await conn.execute(insert(t.run_changes), rows)

"""The news that open browsers wait for: a service records here, in its own transaction, what it changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntFlag
from functools import lru_cache

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.runs import tables as t
from steelyard.sql.many import insert_many


class Kind(IntFlag):
    """What of a run changed; the names in lower case are those of web/src/api/contract.ts, Change."""

    RUN = 1
    HISTORY = 2
    EVENTS = 4
    LOGS = 8
    FILES = 16
    ARTIFACTS = 32


# So many names are kept of what changed; beyond that browsers look at everything.
KEYS_MAX = 100


@dataclass(frozen=True, slots=True)
class Change:
    """What changed of a run. Of its history: the flattened names that have new values, and the least of their steps.

    None for either: anything may have changed, anywhere.
    """

    kinds: Kind
    keys: frozenset[str] | None = None
    from_step: int | None = None

    def __or__(self, other: Change) -> Change:
        """Return both as one change."""
        kinds = self.kinds | other.kinds
        rows = [change for change in (self, other) if Kind.HISTORY in change.kinds]
        if len(rows) < 2:
            return Change(kinds, rows[0].keys, rows[0].from_step) if rows else Change(kinds)
        keys = None if self.keys is None or other.keys is None else self.keys | other.keys
        is_known = self.from_step is not None and other.from_step is not None
        from_step = min(self.from_step or 0, other.from_step or 0) if is_known else None
        return Change(kinds, keys if keys is None or len(keys) <= KEYS_MAX else None, from_step)


async def record(conn: AsyncConnection, project_id: int, run: int, kinds: Kind, at: datetime) -> None:
    """Tell browsers that show this project. They hear of it once the transaction has committed."""
    await record_many(conn, [(project_id, run, Change(kinds))], at)


async def record_many(conn: AsyncConnection, changes: Iterable[tuple[int, int, Change]], at: datetime) -> None:
    """Record changes as (project id, run, change), in one statement."""
    rows = [
        {
            "project_id": project,
            "run": run,
            "kinds": int(change.kinds),
            "metric_keys": None if change.keys is None else _write_keys(change.keys),
            "from_step": change.from_step,
            "at": at,
        }
        for project, run, change in changes
    ]
    await insert_many(conn, t.run_changes, rows)


def read_change(kinds: int, keys: str | None, from_step: int | None) -> Change:
    """Return the change that a row of the table tells of."""
    return Change(Kind(kinds), None if keys is None else _read_keys(keys), from_step)


# a run names the same keys with almost every row
@lru_cache(maxsize=1_000)
def _write_keys(keys: frozenset[str]) -> str:
    return orjson.dumps(sorted(keys)).decode()


@lru_cache(maxsize=1_000)
def _read_keys(text: str) -> frozenset[str]:
    return frozenset(orjson.loads(text))

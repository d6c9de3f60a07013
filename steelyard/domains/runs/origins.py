"""How a new run may begin with rows of another. Rows are a higher slice's, which offers here what it can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.runs.model import BranchPoint, RunRef


class Origin(Protocol):
    """What a fork takes over: `summary` is the JSON text of the new run's first summary."""

    @property
    def parent(self) -> RunRef: ...

    @property
    def summary(self) -> str: ...

    async def attach(self, conn: AsyncConnection, run: int) -> None:
        """Make the rows those of the new run, in the transaction that inserts it. Raises `OriginMoved`."""


class OriginMoved(Exception):
    """The other run has changed since the origin was prepared: prepare it anew."""


class Prepare(Protocol):
    async def __call__(self, ctx: Context, parent: RunRef, point: BranchPoint) -> Origin: ...


@dataclass
class _Offered:
    prepare: Prepare | None = None


_offered = _Offered()


def offer(prepare: Prepare) -> Prepare:
    """Let forks be made by `prepare`, which raises `Invalid` for a step that the other run does not have."""
    _offered.prepare = prepare
    return prepare


async def prepare(ctx: Context, parent: RunRef, point: BranchPoint) -> Origin:
    """Return what a new run takes over. The caller has checked that `ctx` may read the parent."""
    assert _offered.prepare is not None, "the slice of history is part of every server"
    return await _offered.prepare(ctx, parent, point)

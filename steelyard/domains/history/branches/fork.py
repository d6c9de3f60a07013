"""Fork: a new run that begins with rows of another, which both then share; see docs/adr/0007-branches.md.

The new run takes over the segments as they are. Whatever becomes of the other run, its rows stay: an object is deleted
with the last segment that leads to it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.history.branches import queries
from steelyard.domains.history.branches.cutting import Cut, cut_history
from steelyard.domains.runs.model import BranchPoint, RunRef
from steelyard.domains.runs.origins import OriginMoved
from steelyard.kernel.errors import Invalid


@dataclass(frozen=True, slots=True)
class Origin:
    """See `origins.Origin`."""

    ctx: Context
    parent: RunRef
    cut: Cut

    @property
    def summary(self) -> str:
        return self.cut.summary

    async def attach(self, conn: AsyncConnection, run: int) -> None:
        cut, now = self.cut, self.ctx.ports.clock()
        if not await queries.are_live(conn, [segment.id for segment in cut.kept]):
            raise OriginMoved
        await queries.share_whole(conn, [segment.id for segment in cut.whole], run, now)
        for _, kept in cut.cut:
            await queries.share_cut(conn, kept, run, now)
        await queries.begin_at(conn, run, cut.line_count)
        parent = self.parent
        await queries.insert_branch(conn, run, parent.id, parent_run_id=parent.run_id, step=cut.step, created_at=now)


async def prepare(ctx: Context, parent: RunRef, point: BranchPoint) -> Origin:
    """Return the parent's rows up to a step. Raises `Invalid` for a step after its last one."""
    if point.step < 0:
        raise Invalid("a run is forked from step 0 on")
    cut = await cut_history(ctx, parent.id, point.step)
    if cut.step_max is None:
        raise Invalid(f"run {parent.run_id} has no history to fork from")
    if point.step > cut.step_max:
        raise Invalid(f"run {parent.run_id} ends at step {cut.step_max}: it cannot be forked from step {point.step}")
    return Origin(ctx, parent, cut)

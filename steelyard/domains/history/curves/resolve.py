"""Whose curves may be read: the runs of a batch, found in few queries, access checked for each."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts.access import Permission
from steelyard.domains.history.curves.frames import LineError
from steelyard.domains.history.curves.spec import Address
from steelyard.domains.runs import queries as runs
from steelyard.domains.runs.model import RunRef
from steelyard.kernel.errors import NotFound
from steelyard.kernel.names import fold


async def resolve_runs(ctx: Context, addresses: Sequence[Address]) -> list[RunRef | LineError]:
    """Return each run, or why it has no line: absent, deleted, or not the caller's to see (one answer for all three).

    Costs one query per project and some hundreds of runs.
    """
    identity = access.require_reader(ctx)
    wanted: dict[tuple[str, str], dict[str, None]] = {}
    for entity, project, run_id in addresses:
        wanted.setdefault((entity, project), {})[run_id] = None

    async def find(conn: AsyncConnection) -> list[RunRef]:
        return [
            run
            for (entity, project), run_ids in wanted.items()
            for run in await runs.list_run_refs(conn, entity, project, list(run_ids))
        ]

    found: dict[Address, RunRef] = {}
    for run in await ctx.database.read_at_once(find):
        if not run.deleted and access.allows(identity, Permission.READ, run.target):
            found[fold(run.entity), run.project, run.run_id] = run
    return [_found(found, address, index) for index, address in enumerate(addresses)]


def _found(found: dict[Address, RunRef], address: Address, index: int) -> RunRef | LineError:
    entity, project, run_id = address
    run = found.get((fold(entity), project, run_id))
    return run or LineError(index, NotFound.code, f"run {entity}/{project}/{run_id} not found")

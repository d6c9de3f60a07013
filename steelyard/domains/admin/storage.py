"""What administrators of the server see and do about storage: who takes how much, and the collections."""

from __future__ import annotations

from dataclasses import dataclass

from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.artifacts.jobs import run_collection, unwatched
from steelyard.domains.artifacts.lifecycle import log
from steelyard.domains.artifacts.lifecycle.collecting import Collected, preview
from steelyard.domains.artifacts.lifecycle.log import GcRun, StartedBy
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action
from steelyard.domains.files import queries as files
from steelyard.domains.storage import service as storage
from steelyard.domains.storage.model import Usage

_SHOWN_RUNS = 50


@dataclass(frozen=True)
class ServerStorage:
    """`waiting` deletions are due or will be; of `waiting_bytes` it is known that they go with them."""

    entities: list[tuple[str, Usage]]
    waiting: int
    waiting_bytes: int
    collections: list[GcRun]


async def show_storage(ctx: Context) -> ServerStorage:
    access.require_admin(ctx)
    entities = await storage.list_entities(ctx)
    async with ctx.database.read() as conn:
        waiting, waiting_bytes = await files.count_purges(conn)
        return ServerStorage(entities, waiting, waiting_bytes, await log.list_runs(conn, _SHOWN_RUNS))


async def preview_collection(ctx: Context) -> Collected:
    """Return what a collection would do now. Raises `StillRunning` when that takes longer than callers wait."""
    access.require_admin(ctx)
    return await ctx.ports.lasting.result("preview of a collection", lambda: preview(ctx, unwatched), "the look")


async def collect(ctx: Context) -> Collected:
    """Collect now. Raises `StillRunning` when that takes longer than callers wait; the log tells how far it is."""
    access.require_admin(ctx)

    async with ctx.database.write() as conn:
        await audit.note(ctx, conn, Action.SERVER_COLLECT_STORAGE)

    async def work() -> Collected:
        done = Collected()
        await run_collection(ctx, StartedBy.PAGE, done, unwatched)
        return done

    return await ctx.ports.lasting.result("collection", work, "the collection")

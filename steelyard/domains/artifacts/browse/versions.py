"""One version as its page shows it, by number, alias or digest; also one that is on its way, or deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import queries as account_queries
from steelyard.domains.accounts.access import Permission, allows, require
from steelyard.domains.artifacts import access, downloads, membership_queries, queries
from steelyard.domains.artifacts.browse import version_queries
from steelyard.domains.artifacts.browse.rows import Row, build_rows, list_rows, readable_runs
from steelyard.domains.artifacts.browse.walk_queries import RunNode
from steelyard.domains.artifacts.model import Artifact, Collection, Membership, State
from steelyard.domains.artifacts.rules import find_version_index
from steelyard.domains.history import service as history
from steelyard.domains.runs import queries as run_queries
from steelyard.kernel import jsontext
from steelyard.kernel.errors import NotFound

_USERS_SHOWN = 100


@dataclass(frozen=True)
class Detail:
    """`used_by` are those of the `used_by_total` runs that the caller may see, the last first, up to a bound."""

    row: Row
    places: list[Row]
    used_by: list[RunNode]
    used_by_total: int
    created_by: str | None
    deleted_at: datetime | None
    # numbers of the versions before and behind it
    previous: int | None
    next: int | None
    can_write: bool


async def load_readable(ctx: Context, collection: Collection, version: str) -> Artifact:
    """Return a version that is there, by number, alias or digest. Raises `NotFound`, also for a deleted one."""
    artifact, _ = await _locate(ctx, collection, version)
    if artifact.state is State.DELETED:
        raise NotFound(f"artifact {collection.name}:{version} not found")
    return artifact


async def load_detail(ctx: Context, collection: Collection, version: str) -> Detail:
    """Return a version with what surrounds it. Raises `NotFound`."""
    artifact, place = await _locate(ctx, collection, version)
    await downloads.note_reading(ctx, artifact)
    async with ctx.database.read() as conn:
        (row,) = await build_rows(ctx, conn, [(artifact, place)])
        runs, total = await version_queries.list_users(conn, artifact.id, _USERS_SHOWN)
        previous, following = await version_queries.find_neighbours(conn, place) if place else (None, None)
        makers = await account_queries.list_users_by_id(conn, [artifact.created_by] if artifact.created_by else [])
        return Detail(
            row=row,
            places=await _places(ctx, conn, artifact, place),
            used_by=await readable_runs(ctx, conn, runs),
            used_by_total=total,
            created_by=makers[0].username if makers else None,
            deleted_at=await version_queries.find_deletion(conn, artifact.id),
            previous=previous,
            next=following,
            can_write=allows(ctx.identity, Permission.WRITE, artifact.target),
        )


async def _locate(ctx: Context, collection: Collection, version: str) -> tuple[Artifact, Membership | None]:
    require(ctx, Permission.READ, collection.target)
    async with ctx.database.read() as conn:
        place = await membership_queries.find_membership(conn, collection.id, version)
        number = find_version_index(version)
        if place is None and number is not None:
            place = await version_queries.find_any_place(conn, collection.id, number)
        artifact = await queries.find_artifact(conn, place.artifact_id) if place else None
        if artifact is None:
            artifact = await version_queries.find_by_digest(conn, collection.id, version)
            place = await membership_queries.find_membership_of(conn, collection.id, artifact.id) if artifact else None
        if artifact is None or not await _may_see(ctx, conn, artifact):
            raise NotFound(f"artifact {collection.name}:{version} not found")
        return artifact, place


async def _may_see(ctx: Context, conn: AsyncConnection, artifact: Artifact) -> bool:
    """Tell whether the caller may see it, or that it was there."""
    if artifact.state is State.DELETED:
        return allows(ctx.identity, Permission.READ, artifact.target)
    return bool(await access.visible(ctx, conn, [artifact]))


async def _places(ctx: Context, conn: AsyncConnection, artifact: Artifact, here: Membership | None) -> list[Row]:
    """Return where else the version stands, as far as the caller may see."""
    if artifact.state is not State.COMMITTED:
        return []
    others = [p for p in await membership_queries.list_memberships_of_artifacts(conn, [artifact.id]) if p != here]
    rows = await list_rows(ctx, conn, others)
    return [row for row in rows if allows(ctx.identity, Permission.READ, row.collection.target)]


async def load_metrics(ctx: Context, artifact: Artifact) -> dict[str, Any]:
    """Return what its run had logged when it logged the version: the row of that step over the one before.

    Nothing when the step is not known, or the run is not the caller's to see.
    """
    if artifact.run_id is None or artifact.history_step is None:
        return {}
    async with ctx.database.read() as conn:
        run = await run_queries.find_run_by_id(conn, artifact.run_id)
    if run is None or not allows(ctx.identity, Permission.READ, run.target):
        return {}
    # clients name the step that they are in: its row may not be complete yet, and the one before is the last that is
    step = artifact.history_step
    rows = await history.range_texts(ctx, run, max(0, step - 1), step + 1, None)
    found: dict[str, Any] = {}
    for row in rows:
        found |= jsontext.loads(row)
    return {key: value for key, value in found.items() if not key.startswith("_")}

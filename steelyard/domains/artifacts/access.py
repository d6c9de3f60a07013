"""Who may see a version, and who may change it.

A version belongs to the project of its sequence. Linking it into a collection of another project lets the readers of
that project read it; only writers of its own project change it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts.access import Permission, allows, require, require_account, require_reader
from steelyard.domains.artifacts import membership_queries, queries
from steelyard.domains.artifacts.model import Artifact, Collection, Kind, Stamp, State
from steelyard.kernel.errors import Denied, NotFound


def stamp(ctx: Context) -> Stamp:
    return Stamp(ctx.ports.clock(), ctx.identity.user_id or None if ctx.identity else None)


async def visible(ctx: Context, conn: AsyncConnection, artifacts: Sequence[Artifact]) -> list[Artifact]:
    """Return those of the versions that the caller may read; deleted ones are absent."""
    require_reader(ctx)
    own = {item.id for item in artifacts if allows(ctx.identity, Permission.READ, item.target)}
    linked = [item.id for item in artifacts if item.id not in own and item.state is State.COMMITTED]
    own |= await _read_by_link(ctx, conn, linked)
    return [item for item in artifacts if item.id in own and item.state is not State.DELETED]


async def _read_by_link(ctx: Context, conn: AsyncConnection, artifact_ids: list[int]) -> set[int]:
    if not artifact_ids:
        return set()
    places = await membership_queries.list_memberships_of_artifacts(conn, artifact_ids)
    collections = await queries.list_collections_by_id(conn, [place.collection_id for place in places])
    readable = {item.id for item in collections if allows(ctx.identity, Permission.READ, item.target)}
    return {place.artifact_id for place in places if place.collection_id in readable}


async def find_artifact(ctx: Context, conn: AsyncConnection, artifact_id: int) -> Artifact | None:
    """Return the version, None when it is absent, deleted or not the caller's to see."""
    found = await queries.find_artifact(conn, artifact_id)
    return next(iter(await visible(ctx, conn, [found] if found else [])), None)


async def load_readable(ctx: Context, conn: AsyncConnection, artifact_id: int) -> Artifact:
    artifact = await find_artifact(ctx, conn, artifact_id)
    if artifact is None:
        raise NotFound("artifact not found")
    return artifact


async def load_writable(
    ctx: Context, conn: AsyncConnection, artifact_id: int, permission: Permission = Permission.WRITE
) -> Artifact:
    """Return a version that the caller may change. Raises `NotFound` or `Denied`."""
    artifact = await load_readable(ctx, conn, artifact_id)
    if not allows(require_account(ctx), permission, artifact.target):
        raise Denied("permission denied")
    return artifact


async def load_growing(ctx: Context, conn: AsyncConnection, artifact_id: int) -> Artifact:
    """Return a version that the caller may add content to. Raises `NotFound` or `Denied`."""
    return await load_writable(ctx, conn, artifact_id, Permission.APPEND)


async def load_collection(
    ctx: Context, conn: AsyncConnection, collection_id: int, permission: Permission
) -> Collection:
    collection = await queries.find_collection_by_id(conn, collection_id)
    if collection is None:
        raise NotFound("artifact collection not found")
    require(ctx, permission, collection.target)
    return collection


async def load_collection_of_kind(
    ctx: Context,
    conn: AsyncConnection,
    collection_id: int,
    kind: Kind,
    permission: Permission = Permission.WRITE,
) -> Collection:
    """Return a collection that the caller may change. Raises `NotFound`, also for one of the other kind."""
    collection = await load_collection(ctx, conn, collection_id, permission)
    if collection.kind is not kind:
        raise NotFound(f"there is no such {kind}")
    return collection

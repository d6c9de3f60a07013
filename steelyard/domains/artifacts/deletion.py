"""Use cases of deletion: versions, collections, what runs made.

A deleted version is gone at once for everybody who asks. Its row stays, so that neither its id nor its number is given
again; its content goes when the grace is over, unless other versions have it too (lifecycle/collecting.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts.access import Permission
from steelyard.domains.artifacts import access, content_queries, membership_queries, name_queries, queries
from steelyard.domains.artifacts.model import Artifact, Collection, DeletedWhy, End, Kind
from steelyard.domains.artifacts.queries import chunks
from steelyard.domains.artifacts.tables import artifacts
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action
from steelyard.domains.files import queries as file_queries
from steelyard.domains.files.events import OBJECTS_DELETED
from steelyard.domains.projects import queries as projects
from steelyard.domains.projects.events import PROJECT_DELETED
from steelyard.domains.runs.events import OUTPUTS_DELETED
from steelyard.kernel.errors import Conflict
from steelyard.ports.team_buckets import in_bucket


async def delete_version(ctx: Context, artifact_id: int, *, with_aliases: bool) -> Artifact:
    """Delete the version everywhere; `latest` goes to the newest that remains. Its number is not given again.

    Raises `Conflict` while it has aliases, unless those may go with it.
    """
    async with ctx.database.write() as conn:
        artifact = await access.load_writable(ctx, conn, artifact_id, Permission.DELETE)
        aliases = await name_queries.list_aliases_of_artifacts(conn, [artifact.id])
        if aliases and not with_aliases:
            names = ", ".join(sorted({item.alias for item in aliases}))
            raise Conflict(f"the artifact has the aliases {names}; remove them first or delete with aliases")
        await end_versions(conn, [artifact.id], _asked(ctx, DeletedWhy.ASKED))
        await audit.note(ctx, conn, Action.ARTIFACT_DELETE, artifact.subject)
    return artifact


def _asked(ctx: Context, why: DeletedWhy) -> End:
    return End(ctx.ports.clock(), why, ctx.identity.user_id or None if ctx.identity else None)


async def end_versions(
    conn: AsyncConnection, ids: Sequence[int], end: End, only: ColumnElement[bool] | None = None
) -> list[int]:
    """Delete versions with their aliases; return those that had not been deleted yet, and of which `only` is true.

    Collections in which they had `latest` give it to the newest that remains. Everybody who holds several rows takes
    them in this order: sequences, versions, portfolios.
    """
    ended: list[int] = []
    for some in chunks(sorted(set(ids))):
        await queries.lock_collections(conn, await queries.list_sequences_of(conn, some))
        held = await queries.hold_living(conn, some, only)
        await _end(conn, artifacts.c.id.in_(held), end)
        ended += held
    return ended


async def _end(conn: AsyncConnection, which: ColumnElement[bool], end: End, gone: int | None = None) -> None:
    await queries.mark_deleted(conn, which, end)
    places = await membership_queries.list_places(conn, which)
    left = {collection for _, collection in places} - {gone}
    await queries.lock_collections(conn, left)
    await name_queries.delete_aliases_at(conn, [place for place, _ in places], end.stamp)
    for collection in sorted(left):
        await name_queries.restore_latest(conn, collection, end.stamp)


@PROJECT_DELETED.add
async def purge_content(ctx: Context, conn: AsyncConnection, project_id: int) -> None:
    """Have all objects of the project deleted when the grace is over, and no upload of them is under way any more."""
    policy = ctx.ports.policy
    due = ctx.ports.clock() + timedelta(seconds=max(policy.gc.grace_s, policy.upload_window_s))
    bucket = await projects.find_bucket(conn, project_id)
    await OBJECTS_DELETED.happen(ctx, conn, [in_bucket(bucket, f"artifacts/{project_id}/")])
    for objects in content_queries.objects_of_project(project_id):
        await file_queries.insert_dead_from(conn, objects, due)


@OUTPUTS_DELETED.add
async def delete_outputs(ctx: Context, conn: AsyncConnection, runs: Sequence[int]) -> None:
    """Delete the versions that runs made, but for those that are linked elsewhere: they are somebody else's by now."""
    await end_versions(
        conn, await membership_queries.list_unlinked_outputs(conn, runs), _asked(ctx, DeletedWhy.WITH_RUN)
    )


async def delete_collection(ctx: Context, collection_id: int, kind: Kind) -> Collection:
    """Delete a collection for good: a sequence with all its versions, a portfolio with its links alone.

    Its name is free at once. Costs time with the number of versions, in one transaction.
    """
    async with ctx.database.write() as conn:
        collection = await access.load_collection_of_kind(ctx, conn, collection_id, kind, Permission.DELETE)
        if kind is Kind.PORTFOLIO:
            await queries.delete_portfolio(conn, collection.id)
        else:
            await queries.lock_collection(conn, collection.id)
            end = _asked(ctx, DeletedWhy.WITH_COLLECTION)
            await _end(conn, artifacts.c.sequence_id == collection.id, end, gone=collection.id)
            await queries.bury_sequence(conn, collection, end.at)
        await audit.note(ctx, conn, Action.ARTIFACT_DELETE_COLLECTION, collection.subject, kind=kind)
    return replace(collection, deleted=True)

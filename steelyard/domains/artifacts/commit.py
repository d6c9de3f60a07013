"""The commit: from uploaded manifests to a version that everybody sees, and that never changes again.

The list of files is made first, seen by nobody (`staging.py`), each entry checked against the stored content. One short
transaction then publishes the version: number, aliases, size and list appear together or not at all.

A commit takes as long as it has to, and goes on when the client stops waiting: who asks again, here or in another
process, waits for the same commit.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.artifacts import access, content_queries, name_queries, queries, rules, staging
from steelyard.domains.artifacts import tables as t
from steelyard.domains.artifacts.model import Artifact, Membership, State
from steelyard.domains.artifacts.staging import Staged
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action
from steelyard.domains.runs import changes
from steelyard.domains.runs.changes import Kind as ChangeKind
from steelyard.kernel.errors import NotFound, Unavailable
from steelyard.sql.dialect import insert_row

# How often to look whether another process is done.
_LOOK_AGAIN_S = 0.25


async def commit_version(ctx: Context, artifact_id: int) -> Artifact:
    """Publish the version; again is fine.

    Raises `Invalid` when the manifest or a file that it lists has not been uploaded, `StillRunning` when it takes
    longer than clients wait. Costs time with the number of files; nothing of it is visible before the end.
    """
    async with ctx.database.read() as conn:
        artifact = await access.load_growing(ctx, conn, artifact_id)
        announced = await content_queries.list_uploaded_manifests(conn, artifact.id)
    if artifact.state is State.COMMITTED:
        return artifact
    # With another manifest it is another attempt, which has nothing to do with how the last one failed.
    attempt = ("commit", artifact.id, announced[0].id if announced else 0)
    return await ctx.ports.lasting.result(attempt, lambda: _commit(ctx, artifact), "the commit of the artifact")


async def _commit(ctx: Context, artifact: Artifact) -> Artifact:
    uploaded = await staging.choose(ctx, artifact)
    while (staged := await staging.claim(ctx, artifact, uploaded[0])) is None:
        async with ctx.database.read() as conn:
            current = await access.load_growing(ctx, conn, artifact.id)
        if current.state is State.COMMITTED:
            return current
        await asyncio.sleep(_LOOK_AGAIN_S)
    async with staging.kept(ctx, staged):
        await staging.stage(ctx, staged, uploaded)
        return await _publish(ctx, artifact, staged)


async def _publish(ctx: Context, artifact: Artifact, staged: Staged) -> Artifact:
    now = ctx.ports.clock()
    async with ctx.database.write() as conn:
        number = await queries.lock_collection(conn, artifact.sequence_id)
        current = await queries.find_artifact(conn, artifact.id)
        if current is None or current.state is State.DELETED:
            raise NotFound("artifact not found")
        given_up = not await content_queries.publish_manifest(conn, staged.manifest.id, now)
        if given_up or current.state is State.COMMITTED:
            raise Unavailable(staging.TAKEN_OVER)
        done = await queries.commit_pending(
            conn,
            artifact.id,
            size_bytes=staged.size_bytes,
            stored_bytes=staged.stored_bytes,
            file_count=staged.count,
            manifest_id=staged.manifest.id,
            committed_at=now,
            updated_at=now,
        )
        if not done:
            raise NotFound("artifact not found")
        await queries.update_collection(conn, artifact.sequence_id, next_version=number + 1, updated_at=now)
        place = await _insert_place(ctx, conn, artifact, number)
        wanted = json.loads(await queries.requested_aliases(conn, artifact.id))
        await name_queries.set_aliases(conn, place, {*wanted, rules.LATEST}, access.stamp(ctx))
        if artifact.run_id is not None:
            await changes.record(conn, artifact.project_id, artifact.run_id, ChangeKind.ARTIFACTS, now)
        committed = await queries.find_artifact(conn, artifact.id)
        assert committed is not None, "it was just written"
        await audit.note(ctx, conn, Action.ARTIFACT_CREATE, committed.subject)
    return committed


async def _insert_place(ctx: Context, conn: AsyncConnection, artifact: Artifact, number: int) -> Membership:
    place = Membership(0, artifact.sequence_id, artifact.id, number, ctx.ports.clock())
    values = {name: value for name, value in vars(place).items() if name != "id"}
    return replace(place, id=await insert_row(conn, t.artifact_memberships, **values))

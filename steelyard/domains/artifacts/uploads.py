"""Use cases of a client that logs an artifact, up to the commit (docs/protocol/artifacts.md, upload flow)."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts.access import Permission, Thing
from steelyard.domains.artifacts import (
    access,
    content_queries,
    lineage_queries,
    membership_queries,
    name_queries,
    queries,
    rules,
    ttl_policy,
    type_policy,
)
from steelyard.domains.artifacts import tables as t
from steelyard.domains.artifacts.model import (
    Artifact,
    Collection,
    Kind,
    LineageRole,
    Link,
    Manifest,
    ManifestKind,
    NewVersion,
    State,
    find_expiry,
)
from steelyard.domains.projects import service as projects
from steelyard.domains.projects.model import Project
from steelyard.domains.runs import changes
from steelyard.domains.runs import queries as run_queries
from steelyard.domains.runs.changes import Kind as ChangeKind
from steelyard.kernel.errors import Invalid, NotFound
from steelyard.kernel.ids import random_name
from steelyard.kernel.limiter import Charge
from steelyard.ports.objects import SignedRequest
from steelyard.ports.team_buckets import in_bucket
from steelyard.sql.dialect import insert_ignore, insert_row


async def create_version(ctx: Context, spec: NewVersion) -> Artifact:
    """Begin a version, or return the one there is: committed when the content is known, pending when begun before.

    Project, type and sequence are made when missing. Raises `Invalid` for unfit names and for a sequence of another
    type, `NotFound` for a run that is not there.
    """
    _check(spec)
    async with ctx.database.write() as conn:
        right = (Permission.APPEND, Thing.ARTIFACT)
        project = await projects.ensure_project(ctx, conn, spec.entity, spec.project, right)
        ctx.ports.limiter.charge([Charge("project_artifacts", project.id, 1)])
        run = await _run_id(conn, project, spec.run)
        sequence = await _ensure_sequence(ctx, conn, project, spec)
        await ttl_policy.check_setting(ctx, conn, sequence, spec.ttl_s)
        await queries.lock_collection(conn, sequence.id)
        artifact = await _find_reusable(conn, sequence, spec)
        if artifact is None:
            artifact = await _insert(ctx, conn, sequence, spec, run)
        else:
            await _begin_again(ctx, conn, artifact, spec, run)
        await _register(ctx, conn, artifact, spec, run)
    return artifact


def _check(spec: NewVersion) -> None:
    rules.check_type_name(spec.type_name)
    rules.check_collection_name(spec.collection)
    rules.check_aliases(spec.aliases)
    for tag in spec.tags:
        rules.check_tag(tag)
    rules.check_ttl(spec.ttl_s)


async def _run_id(conn: AsyncConnection, project: Project, name: str | None) -> int | None:
    if not name:
        return None
    run = await run_queries.find_project_run(conn, project.id, name)
    if run is None:
        raise NotFound(f"run {name} not found")
    await run_queries.hold_run(conn, run.id)
    return run.id


async def _ensure_sequence(ctx: Context, conn: AsyncConnection, project: Project, spec: NewVersion) -> Collection:
    now = ctx.ports.clock()
    found = await queries.find_collection(conn, project.id, spec.collection)
    if found is None:
        kind = await type_policy.ensure_type(conn, project.id, spec.type_name, now)
        columns = {
            "project_id": project.id,
            "type_id": kind.id,
            "kind": Kind.SEQUENCE,
            "name": spec.collection,
            "digest_algorithm": spec.digest_algorithm,
            "next_version": 0,
            "created_by": _caller(ctx),
            "created_at": now,
            "updated_at": now,
        }
        await insert_ignore(conn, t.artifact_collections, columns)
        found = await queries.find_collection(conn, project.id, spec.collection)
    assert found is not None, "it was just written"
    if found.kind is not Kind.SEQUENCE:
        raise Invalid(f"{spec.collection!r} is a portfolio; link versions to it instead of logging them there")
    if found.type_name != spec.type_name:
        raise Invalid(f"artifact {spec.collection!r} already exists with type {found.type_name!r}")
    if found.digest_algorithm != spec.digest_algorithm:
        raise Invalid(f"artifact {spec.collection!r} has {found.digest_algorithm} digests, not {spec.digest_algorithm}")
    return found


def _caller(ctx: Context) -> int | None:
    return ctx.identity.user_id or None if ctx.identity else None


async def _find_reusable(conn: AsyncConnection, sequence: Collection, spec: NewVersion) -> Artifact | None:
    """Return the version that this request means: its own earlier try, the one of its fellow writers, or one of the
    same content. Two clients that log the same content at once write one version together.
    """
    if spec.client_id:
        found = await queries.find_artifact_by_client_id(conn, spec.client_id)
        if found and found.sequence_id == sequence.id and found.state is not State.DELETED:
            return found
    if spec.distributed_id:
        return await queries.find_distributed(conn, sequence.id, spec.distributed_id)
    return await queries.find_same_content(conn, sequence.id, spec.digest) if spec.deduplicate else None


async def _insert(
    ctx: Context, conn: AsyncConnection, sequence: Collection, spec: NewVersion, run: int | None
) -> Artifact:
    now = ctx.ports.clock()
    columns = {
        **_told(ctx, spec, run, now),
        "project_id": sequence.project_id,
        "sequence_id": sequence.id,
        "state": State.PENDING,
        "digest": spec.digest,
        "digest_algorithm": spec.digest_algorithm,
        "requested_aliases": json.dumps(list(spec.aliases)),
        "distributed_id": spec.distributed_id,
        "created_at": now,
    }
    artifact_id = await insert_row(conn, t.artifacts, **columns)
    created = await queries.find_artifact(conn, artifact_id)
    assert created is not None, "it was just written"
    return created


def _told(ctx: Context, spec: NewVersion, run: int | None, created_at: datetime) -> dict[str, Any]:
    """Return the columns of what the newest attempt to make the version says of it."""
    ttl_s = rules.check_ttl(spec.ttl_s)
    return {
        "description": spec.description,
        "metadata": spec.metadata,
        "ttl_s": ttl_s,
        "expires_at": find_expiry(created_at, ttl_s),
        "history_step": spec.history_step,
        "created_by": _caller(ctx),
        "run_id": run,
        "updated_at": ctx.ports.clock(),
    }


async def _begin_again(
    ctx: Context, conn: AsyncConnection, artifact: Artifact, spec: NewVersion, run: int | None
) -> None:
    if artifact.state is State.PENDING:
        wanted = json.loads(await queries.requested_aliases(conn, artifact.id))
        wanted += [alias for alias in spec.aliases if alias not in wanted]
        told = _told(ctx, spec, run, artifact.created_at)
        await queries.update_artifact(conn, artifact.id, requested_aliases=json.dumps(wanted), **told)
        return
    place = await membership_queries.find_membership_of(conn, artifact.sequence_id, artifact.id)
    assert place is not None, "a committed version has its place in its sequence"
    await name_queries.set_aliases(conn, place, spec.aliases, access.stamp(ctx))


async def _register(ctx: Context, conn: AsyncConnection, artifact: Artifact, spec: NewVersion, run: int | None) -> None:
    await name_queries.add_tags(conn, t.artifact_tags, "artifact_id", artifact.id, spec.tags)
    if spec.client_id:
        await queries.register_client_id(conn, spec.client_id, artifact_id=artifact.id)
    if spec.sequence_client_id:
        await queries.register_client_id(conn, spec.sequence_client_id, collection_id=artifact.sequence_id)
    if run is not None:
        await lineage_queries.record(conn, Link(run, artifact.id, LineageRole.OUTPUT), ctx.ports.clock())
        if artifact.state is State.COMMITTED:
            await changes.record(conn, artifact.project_id, run, ChangeKind.ARTIFACTS, ctx.ports.clock())


# ---- manifests ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NewManifest:
    """`digest` is the base64 MD5 of the file, empty while the client does not know it."""

    name: str
    digest: str
    kind: ManifestKind
    base_artifact_id: int | None = None


async def open_manifest(ctx: Context, artifact_id: int, spec: NewManifest) -> Manifest:
    """Announce a manifest of the version. The committed manifest of a version never changes by it."""
    _check_manifest_digest(spec.digest)
    async with ctx.database.write() as conn:
        artifact = await access.load_growing(ctx, conn, artifact_id)
        await _check_base(ctx, conn, artifact, spec.base_artifact_id)
        await queries.touch_pending(conn, [artifact.id], ctx.ports.clock())
        manifest_id = await insert_row(
            conn,
            t.artifact_manifests,
            artifact_id=artifact.id,
            kind=spec.kind,
            name=spec.name[:255],
            digest=spec.digest,
            object_key=manifest_key(artifact),
            base_artifact_id=spec.base_artifact_id,
            created_at=ctx.ports.clock(),
        )
        return (await content_queries.list_manifests_by_id(conn, [manifest_id]))[0]


async def change_manifest(ctx: Context, manifest_id: int, digest: str | None, base_artifact_id: int | None) -> Manifest:
    """Announce new content for a manifest that is not committed. What it had before is deleted."""
    _check_manifest_digest(digest or "")
    async with ctx.database.write() as conn:
        found = await content_queries.list_manifests_by_id(conn, [manifest_id])
        if not found or found[0].kind is ManifestKind.STAGED:
            raise NotFound("artifact manifest not found")
        artifact = await access.load_growing(ctx, conn, found[0].artifact_id)
        if artifact.manifest_id == manifest_id:
            raise Invalid("the manifest of a committed artifact cannot be changed")
        await _check_base(ctx, conn, artifact, base_artifact_id)
        now = ctx.ports.clock()
        await queries.touch_pending(conn, [artifact.id], now)
        values: dict[str, Any] = {}
        if digest:
            await content_queries.condemn_object_of(conn, found[0], now)
            values = {"digest": digest, "object_key": manifest_key(artifact), "created_at": now}
        if base_artifact_id is not None:
            values["base_artifact_id"] = base_artifact_id
        if values:
            await content_queries.update_manifest(conn, manifest_id, **values)
        return (await content_queries.list_manifests_by_id(conn, [manifest_id]))[0]


def _check_manifest_digest(digest: str) -> None:
    if digest:
        rules.hex_of_digest(digest)


async def _check_base(ctx: Context, conn: AsyncConnection, artifact: Artifact, base_artifact_id: int | None) -> None:
    if base_artifact_id is None:
        return
    base = await access.load_readable(ctx, conn, base_artifact_id)
    if base.digest_algorithm != artifact.digest_algorithm:
        raise Invalid(f"the base has {base.digest_algorithm} digests, the new version {artifact.digest_algorithm}")
    if base.bucket != artifact.bucket:
        raise Invalid(f"{base.entity} and {artifact.entity} keep their content in different buckets: name another base")


def manifest_key(artifact: Artifact) -> str:
    return in_bucket(artifact.bucket, f"artifacts/{artifact.project_id}/manifests/{artifact.id}-{random_name(12)}")


async def manifest_upload(ctx: Context, manifest: Manifest) -> SignedRequest | None:
    """Return the request that stores the manifest, None while its digest is unknown."""
    if not manifest.digest:
        return None
    return await ctx.ports.objects.sign_put(
        manifest.object_key,
        ctx.may_write,
        md5=base64.b64decode(manifest.digest),
    )

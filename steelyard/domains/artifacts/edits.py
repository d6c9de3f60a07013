"""Use cases of changing versions and collections after the commit: names, descriptions, links, deletion.

The content of a committed version never changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts.access import Permission, Thing, allows, require
from steelyard.domains.artifacts import (
    access,
    membership_queries,
    name_queries,
    queries,
    rules,
    ttl_policy,
    type_policy,
)
from steelyard.domains.artifacts import tables as t
from steelyard.domains.artifacts.model import (
    TTL_OFF,
    Artifact,
    ArtifactType,
    Collection,
    Kind,
    Membership,
    State,
    Tag,
    find_expiry,
)
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action
from steelyard.domains.projects import queries as project_queries
from steelyard.domains.projects import service as projects
from steelyard.domains.projects.model import Project
from steelyard.kernel.errors import Conflict, Invalid, NotFound
from steelyard.kernel.names import REGISTRY_PREFIX, is_registry
from steelyard.sql.dialect import insert_ignore, insert_row, is_duplicate


@dataclass(frozen=True)
class AliasChange:
    """An alias of a version in one collection."""

    entity: str
    project: str
    collection: str
    alias: str


@dataclass(frozen=True)
class VersionChange:
    """What to change; None leaves it. `aliases` is the whole new list in the sequence."""

    description: str | None = None
    metadata: str | None = None
    ttl_s: int | None = None
    aliases: Sequence[str] | None = None
    tags_added: Sequence[str] = ()
    tags_removed: Sequence[str] = ()


async def add_aliases(ctx: Context, artifact_id: int, wanted: Sequence[AliasChange]) -> None:
    """Give aliases to the version in its collections; other versions there lose them."""
    async with ctx.database.write() as conn:
        artifact = await access.load_readable(ctx, conn, artifact_id)
        await _give_aliases(ctx, conn, artifact, wanted)
        await _note_aliases(ctx, conn, artifact, wanted, ())


async def _give_aliases(ctx: Context, conn: AsyncConnection, artifact: Artifact, wanted: Sequence[AliasChange]) -> None:
    rules.check_aliases([change.alias for change in wanted])
    for change in wanted:
        place = await _place(ctx, conn, artifact, change)
        await name_queries.set_aliases(conn, place, [change.alias], access.stamp(ctx))


async def remove_aliases(ctx: Context, artifact_id: int, unwanted: Sequence[AliasChange]) -> None:
    """Take aliases from the version; one that it does not have is fine. Raises `Invalid` for `latest`."""
    async with ctx.database.write() as conn:
        artifact = await access.load_readable(ctx, conn, artifact_id)
        await _take_aliases(ctx, conn, artifact, unwanted)
        await _note_aliases(ctx, conn, artifact, (), unwanted)


async def _note_aliases(
    ctx: Context,
    conn: AsyncConnection,
    artifact: Artifact,
    given: Sequence[AliasChange],
    taken: Sequence[AliasChange],
) -> None:
    told: dict[str, Any] = {"aliases_given": _alias_names(given), "aliases_taken": _alias_names(taken)}
    await audit.note(ctx, conn, Action.ARTIFACT_UPDATE, artifact.subject, **told)


def _alias_names(changes: Sequence[AliasChange]) -> list[str]:
    return [f"{item.entity}/{item.project}/{item.collection}:{item.alias}" for item in changes]


async def _take_aliases(
    ctx: Context, conn: AsyncConnection, artifact: Artifact, unwanted: Sequence[AliasChange]
) -> None:
    if len(unwanted) > rules.ALIASES_MAX:
        raise Invalid(f"at most {rules.ALIASES_MAX} aliases are taken at a time")
    for change in unwanted:
        if change.alias == rules.LATEST:
            raise Invalid("the alias 'latest' cannot be removed; give it to another version instead")
        place = await _place(ctx, conn, artifact, change)
        await name_queries.delete_aliases(conn, place, [change.alias], access.stamp(ctx))


async def change_aliases(
    ctx: Context, artifact_id: int, wanted: Sequence[AliasChange], unwanted: Sequence[AliasChange]
) -> None:
    """Give and take aliases at once: all of it is done, or nothing."""
    async with ctx.database.write() as conn:
        artifact = await access.load_readable(ctx, conn, artifact_id)
        await _give_aliases(ctx, conn, artifact, wanted)
        await _take_aliases(ctx, conn, artifact, unwanted)
        await _note_aliases(ctx, conn, artifact, wanted, unwanted)


async def _place(ctx: Context, conn: AsyncConnection, artifact: Artifact, change: AliasChange) -> Membership:
    project = await project_queries.find_project(conn, change.entity, change.project)
    collection = project and await queries.find_collection(conn, project.id, change.collection)
    place = collection and await membership_queries.find_membership_of(conn, collection.id, artifact.id)
    if not collection or not place:
        raise NotFound(f"the artifact has no version in {change.entity}/{change.project}/{change.collection}")
    require(ctx, Permission.WRITE, collection.target)
    return place


async def update_version(ctx: Context, artifact_id: int, change: VersionChange) -> Artifact:
    for tag in change.tags_added:
        rules.check_tag(tag)
    rules.check_aliases(change.aliases or ())
    if len(change.tags_added) > rules.TAGS_MAX:
        raise Invalid(f"at most {rules.TAGS_MAX} tags are added at a time")
    async with ctx.database.write() as conn:
        artifact = await access.load_writable(ctx, conn, artifact_id)
        values: dict[str, Any] = {"updated_at": ctx.ports.clock()}
        values |= {
            name: getattr(change, name) for name in ("description", "metadata") if getattr(change, name) is not None
        }
        if change.ttl_s is not None:
            await ttl_policy.check_setting(ctx, conn, artifact, change.ttl_s)
            ttl_s = rules.check_ttl(change.ttl_s)
            values |= {"ttl_s": ttl_s, "expires_at": find_expiry(artifact.created_at, ttl_s)}
        await queries.update_artifact(conn, artifact.id, **values)
        await name_queries.add_tags(conn, t.artifact_tags, "artifact_id", artifact.id, change.tags_added)
        await name_queries.delete_tags(conn, t.artifact_tags, "artifact_id", artifact.id, change.tags_removed)
        if change.aliases is not None:
            await _replace_aliases(ctx, conn, artifact, change.aliases)
        given = sorted(name for name, value in vars(change).items() if value not in (None, ()))
        await audit.note(ctx, conn, Action.ARTIFACT_UPDATE, artifact.subject, changed=given)
        return await access.load_writable(ctx, conn, artifact_id)


async def _replace_aliases(ctx: Context, conn: AsyncConnection, artifact: Artifact, wanted: Sequence[str]) -> None:
    place = await membership_queries.find_membership_of(conn, artifact.sequence_id, artifact.id)
    if place is None:
        raise Invalid("aliases of an artifact can be changed once it is committed")
    present = {item.alias for item in await name_queries.list_aliases_of_memberships(conn, [place.id])}
    await name_queries.delete_aliases(conn, place, sorted(present - {*wanted, rules.LATEST}), access.stamp(ctx))
    await name_queries.set_aliases(conn, place, wanted, access.stamp(ctx))


# ---- collections and types ------------------------------------------------------------------------------------


async def update_collection(
    ctx: Context, collection_id: int, kind: Kind, name: str | None, description: str | None
) -> Collection:
    """Rename or describe a collection; None leaves it. Raises `Conflict` when the name is taken."""
    async with ctx.database.write() as conn:
        collection = await access.load_collection_of_kind(ctx, conn, collection_id, kind)
        values: dict[str, Any] = {"updated_at": ctx.ports.clock()}
        if name:
            values["name"] = rules.check_collection_name(name)
        if description is not None:
            values["description"] = description
        try:
            await queries.update_collection(conn, collection.id, **values)
        except IntegrityError as error:
            if not is_duplicate(error):
                raise
            raise Conflict(f"an artifact collection {name!r} exists already") from error
        changed = sorted(values.keys() - {"updated_at"})
        await audit.note(ctx, conn, Action.ARTIFACT_UPDATE, collection.subject, changed=changed)
        return await access.load_collection_of_kind(ctx, conn, collection_id, kind)


async def set_collection_ttl(ctx: Context, sequence_id: int, ttl_s: int) -> Collection:
    """Let the versions of the sequence inherit this time to live, those that are there too; -1 the team's, -2 none."""
    async with ctx.database.write() as conn:
        collection = await access.load_collection_of_kind(ctx, conn, sequence_id, Kind.SEQUENCE)
        await ttl_policy.check_setting(ctx, conn, collection, ttl_s)
        values = {"ttl_s": rules.check_ttl(ttl_s), "updated_at": ctx.ports.clock()}
        await queries.update_collection(conn, collection.id, **values)
        await audit.note(ctx, conn, Action.ARTIFACT_UPDATE, collection.subject, ttl_s=values["ttl_s"])
        return await access.load_collection_of_kind(ctx, conn, sequence_id, Kind.SEQUENCE)


async def move_sequence(ctx: Context, sequence_id: int, type_name: str) -> Collection:
    """Give the sequence, with all its versions, another type; the type is made when missing."""
    rules.check_type_name(type_name)
    async with ctx.database.write() as conn:
        collection = await access.load_collection_of_kind(ctx, conn, sequence_id, Kind.SEQUENCE)
        now = ctx.ports.clock()
        kind = await type_policy.ensure_type(conn, collection.project_id, type_name, now)
        await queries.update_collection(conn, collection.id, type_id=kind.id, updated_at=now)
        await audit.note(ctx, conn, Action.ARTIFACT_UPDATE, collection.subject, type=type_name)
        return await access.load_collection_of_kind(ctx, conn, sequence_id, Kind.SEQUENCE)


async def create_type(ctx: Context, entity: str, project: str, name: str, description: str | None) -> ArtifactType:
    """Return the type, made when missing."""
    rules.check_type_name(name)
    async with ctx.database.write() as conn:
        owner = await projects.ensure_project(ctx, conn, entity, project, (Permission.APPEND, Thing.ARTIFACT))
        return await type_policy.ensure_type(conn, owner.id, name, ctx.ports.clock(), description)


@dataclass(frozen=True)
class CollectionName:
    entity: str
    project: str
    name: str


async def tag_collection(ctx: Context, name: CollectionName, tags: Sequence[str], *, remove: bool = False) -> list[Tag]:
    """Add tags to a collection, or remove them; return those it has of the named ones."""
    async with ctx.database.write() as conn:
        owner = await project_queries.find_project(conn, name.entity, name.project)
        collection = owner and await queries.find_collection(conn, owner.id, name.name)
        if not collection:
            raise NotFound(f"artifact collection {name.entity}/{name.project}/{name.name} not found")
        require(ctx, Permission.WRITE, collection.target)
        table, column = t.artifact_collection_tags, "collection_id"
        if remove:
            await name_queries.delete_tags(conn, table, column, collection.id, tags)
        else:
            await name_queries.add_tags(conn, table, column, collection.id, [rules.check_tag(tag) for tag in tags])
        found = await name_queries.list_tags(conn, table, column, [collection.id])
        told: dict[str, Any] = {"untagged" if remove else "tagged": list(tags)}
        await audit.note(ctx, conn, Action.ARTIFACT_UPDATE, collection.subject, **told)
    return [tag for _, tag in found if tag.name in tags]


# ---- links ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PortfolioName:
    """A portfolio by its id, or by its place; the latter is made when missing."""

    id: int | None = None
    entity: str = ""
    project: str = ""
    name: str = ""


async def link_version(
    ctx: Context, artifact: Artifact, portfolio: PortfolioName, aliases: Sequence[str]
) -> Membership:
    """Put a version into a portfolio; again keeps its number there. Raises `Invalid` for versions of another type."""
    rules.check_aliases(aliases)
    if artifact.state is not State.COMMITTED:
        raise Conflict("the artifact is not committed yet; link it afterwards")
    async with ctx.database.write() as conn:
        artifact = await access.load_readable(ctx, conn, artifact.id)
        if not await queries.hold_committed(conn, artifact.id):
            raise NotFound("artifact not found")
        target = await _ensure_portfolio(ctx, conn, artifact, portfolio)
        number = await queries.lock_collection(conn, target.id)
        now = ctx.ports.clock()
        place = await membership_queries.find_membership_of(conn, target.id, artifact.id)
        if place is None:
            values = {"collection_id": target.id, "artifact_id": artifact.id, "version_index": number}
            await insert_row(conn, t.artifact_memberships, **values, created_at=now)
            await queries.update_collection(conn, target.id, next_version=number + 1, updated_at=now)
            place = await membership_queries.find_membership_of(conn, target.id, artifact.id)
        assert place is not None, "it was just written"
        await name_queries.set_aliases(conn, place, {*aliases, rules.LATEST}, access.stamp(ctx))
        if is_registry(target.project):
            # What people find in a registry does not go by itself, whatever its team says.
            await queries.update_artifact(conn, artifact.id, ttl_s=TTL_OFF, expires_at=None)
        told = f"{target.entity}/{target.project}/{target.name}"
        await audit.note(ctx, conn, Action.ARTIFACT_UPDATE, artifact.subject, linked_to=told)
    return place


async def _ensure_portfolio(ctx: Context, conn: AsyncConnection, artifact: Artifact, name: PortfolioName) -> Collection:
    if name.id is not None:
        found = await access.load_collection_of_kind(ctx, conn, name.id, Kind.PORTFOLIO)
    else:
        found = await _named_portfolio(ctx, conn, artifact, name)
    if found.kind is not Kind.PORTFOLIO:
        raise Invalid(f"{found.name!r} is a sequence of its own; versions of others cannot be linked to it")
    if found.type_name != artifact.type_name:
        raise Invalid(f"{found.name!r} takes artifacts of type {found.type_name!r}, not {artifact.type_name!r}")
    return found


async def _named_portfolio(ctx: Context, conn: AsyncConnection, artifact: Artifact, name: PortfolioName) -> Collection:
    rules.check_collection_name(name.name)
    owner = await _linked_project(ctx, conn, name)
    found = await queries.find_collection(conn, owner.id, name.name)
    if found is None:
        now = ctx.ports.clock()
        kind = await type_policy.ensure_type(conn, owner.id, artifact.type_name, now)
        columns = {
            "project_id": owner.id,
            "type_id": kind.id,
            "kind": Kind.PORTFOLIO,
            "name": name.name,
            "digest_algorithm": artifact.digest_algorithm,
            "next_version": 0,
            "created_by": ctx.identity.user_id or None if ctx.identity else None,
            "created_at": now,
            "updated_at": now,
        }
        await insert_ignore(conn, t.artifact_collections, columns)
        found = await queries.find_collection(conn, owner.id, name.name)
    assert found is not None, "it was just written"
    return found


async def _linked_project(ctx: Context, conn: AsyncConnection, name: PortfolioName) -> Project:
    """Return the project to link into, made when missing. Raises `NotFound` for a registry that nobody has made."""
    if name.project.startswith(REGISTRY_PREFIX):
        found = await project_queries.find_project(conn, name.entity, name.project)
        if found is None or not allows(ctx.identity, Permission.READ, found.target):
            raise NotFound(f"registry {name.entity}/{name.project} not found; it is made before versions are linked")
        require(ctx, Permission.WRITE, found.target.of(Thing.ARTIFACT))
        return found
    return await projects.ensure_project(ctx, conn, name.entity, name.project, (Permission.WRITE, Thing.ARTIFACT))


async def unlink_version(ctx: Context, artifact_id: int, portfolio_id: int) -> None:
    """Take the version out of the portfolio; `latest` goes to the newest that remains there."""
    async with ctx.database.write() as conn:
        portfolio = await access.load_collection_of_kind(ctx, conn, portfolio_id, Kind.PORTFOLIO)
        await queries.lock_collection(conn, portfolio.id)
        place = await membership_queries.find_membership_of(conn, portfolio.id, artifact_id)
        if place is None:
            raise NotFound("the artifact is not linked to this portfolio")
        await name_queries.delete_aliases_at(conn, [place.id], access.stamp(ctx))
        await membership_queries.delete_membership(conn, place.id)
        await name_queries.restore_latest(conn, portfolio.id, access.stamp(ctx))
        gone = replace(portfolio.subject, artifact_id=artifact_id)
        await audit.note(ctx, conn, Action.ARTIFACT_UPDATE, gone, unlinked=True)

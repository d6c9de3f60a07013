"""Teams as a provisioning client sees and changes them, each change in one transaction.

The people whom the client puts into a team are members; administrators of the server administer one that is made here.
The last administrator that a team has of its own stays in it, whatever the client says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from scim2_models import Context as Kind
from scim2_models import Meta, Reference
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import access, team_buckets, teams
from steelyard.domains.accounts import queries as account_queries
from steelyard.domains.accounts.model import Entity, Role
from steelyard.domains.accounts.service import delete_entity
from steelyard.domains.accounts.team_buckets import NamedBucket
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action
from steelyard.domains.scim import pages, queries
from steelyard.domains.scim import tables as t
from steelyard.domains.scim.people import refuse_changed
from steelyard.domains.scim.queries import Place
from steelyard.domains.scim.refusals import Refused
from steelyard.domains.scim.resources import Group, Member, User, patched, read, version_of
from steelyard.kernel.errors import Denied, Invalid, NotFound, SteelyardError
from steelyard.kernel.ids import decode_global_id, encode_global_id

log = structlog.get_logger()
_EXTERNAL_MAX = 255


def resource_of(ctx: Context, team: Entity, external_id: str | None, places: list[Place]) -> Group:
    found = Group(
        id=encode_global_id("Team", team.id),
        external_id=external_id,
        display_name=team.name,
        members=[
            Member(
                value=(number := encode_global_id("User", item.user_id)),
                ref=Reference[User](f"{ctx.origin}/scim/Users/{number}"),
                display=item.username,
                type="User",
            )
            for item in places
        ]
        or None,
    )
    location = f"{ctx.origin}/scim/Groups/{found.id}"
    found.meta = Meta(resource_type="Group", created=team.created_at, location=location, version=version_of(found))
    return found


def number_of(id_: str) -> int:
    """Return a team's number. Raises `NotFound`."""
    try:
        return decode_global_id("Team", id_)
    except SteelyardError:
        raise NotFound(f"there is no group {id_[:80]!r}") from None


async def list_groups(ctx: Context, query: Mapping[str, str]) -> pages.Page[Group]:
    """Return a page of those that are meant. Raises `Refused` for what cannot be read."""
    access.require_admin(ctx)
    asked = pages.asked_of(query)
    async with ctx.database.read() as conn:
        if asked.is_plain:
            total = await queries.count_teams(conn)
            found = await queries.list_teams(conn, skip=asked.start - 1, limit=asked.count)
            return pages.Page(total, asked.start, await _resources(ctx, conn, found))
        attribute, value = (pages.single_value(asked.filter) if asked.filter else None) or ("", "")
        narrow = {"displayname": queries.team_named, "externalid": queries.team_known_as}.get(attribute)
        found = await queries.list_teams(conn, narrow(value) if narrow else None)
        places = await _places(conn, [team.id for team, _ in found] if narrow else None)
    return await pages.page_of(
        Group, asked, lambda: [resource_of(ctx, team, known, places.get(team.id, [])) for team, known in found]
    )


async def _resources(ctx: Context, conn: AsyncConnection, found: list[tuple[Entity, str | None]]) -> list[Group]:
    places = await _places(conn, [team.id for team, _ in found])
    return [resource_of(ctx, team, known, places.get(team.id, [])) for team, known in found]


async def _places(conn: AsyncConnection, ids: list[int] | None) -> dict[int, list[Place]]:
    found: dict[int, list[Place]] = {}
    for place in await queries.list_places(conn, teams=ids):
        found.setdefault(place.entity_id, []).append(place)
    return found


async def load_group(ctx: Context, id_: str) -> Group:
    access.require_admin(ctx)
    async with ctx.database.read() as conn:
        return (await _load(ctx, conn, number_of(id_)))[1]


async def _load(ctx: Context, conn: AsyncConnection, entity_id: int) -> tuple[Entity, Group]:
    found = await queries.list_teams(conn, queries.team_of_id(entity_id))
    if not found:
        raise NotFound(f"there is no group {encode_global_id('Team', entity_id)!r}")
    return found[0][0], (await _resources(ctx, conn, found))[0]


async def create_group(ctx: Context, body: Mapping[str, Any]) -> Group:
    """Make a team. Raises `Refused`, by 409 for a name that is taken."""
    access.require_admin(ctx)
    wanted = read(Group, body, Kind.RESOURCE_CREATION_REQUEST, None)
    bucket = await _bucket(ctx, wanted) if wanted.storage_bucket else ""
    async with ctx.database.write() as conn:
        try:
            team = await teams.insert_team(ctx, conn, wanted.display_name or "", bucket)
        except Invalid as error:
            raise Refused(f"displayName: {error.message}", 400, "invalidValue") from error
        await _note_external(conn, team, wanted.external_id)
        _, before = await _load(ctx, conn, team.id)
        await _apply_members(ctx, conn, team, before, wanted)
        return (await _load(ctx, conn, team.id))[1]


async def _bucket(ctx: Context, wanted: Group) -> str:
    """Return the name of the bucket that a new team is to have. Raises `Refused` for one that it cannot."""
    async with ctx.database.read() as conn:
        await teams.require_free(conn, wanted.display_name or "")
    try:
        found = team_buckets.find_described(ctx, _described(wanted))
        await team_buckets.check_choice(ctx, found.name)
    except Invalid as error:
        raise Refused(f"storageBucket: {error.message}", 400, "invalidValue") from error
    return found.name


def _described(group: Group) -> NamedBucket:
    given = group.storage_bucket
    assert given is not None, "asked by the caller"
    return NamedBucket(given.name, given.provider, given.path, given.kms_key_id)


def _refuse_other_bucket(ctx: Context, team: Entity, after: Group) -> None:
    """Raise `Refused` where a change names another bucket than the team has."""
    if after.storage_bucket is None:
        return
    try:
        found = team_buckets.find_described(ctx, _described(after))
    except Invalid:
        found = None
    if found is None or found.name != team.bucket:
        raise Refused("a team keeps its storageBucket: its content lies there", 400, "mutability")


async def replace_group(ctx: Context, id_: str, body: Mapping[str, Any], if_match: str | None) -> Group:
    return await _change(
        ctx, id_, if_match, lambda before: read(Group, body, Kind.RESOURCE_REPLACEMENT_REQUEST, before)
    )


async def patch_group(ctx: Context, id_: str, body: Mapping[str, Any], if_match: str | None) -> Group:
    return await _change(ctx, id_, if_match, lambda before: patched(Group, before, body))


async def _change(ctx: Context, id_: str, if_match: str | None, make: Callable[[Group], Group]) -> Group:
    access.require_admin(ctx)
    entity_id = number_of(id_)
    async with ctx.database.write() as conn:
        await queries.lock_team(conn, entity_id)
        team, before = await _load(ctx, conn, entity_id)
        refuse_changed(before, if_match)
        after = make(before.model_copy(deep=True))
        if after.display_name != before.display_name:
            raise Refused("a team keeps its name: projects are found by it", 400, "mutability")
        _refuse_other_bucket(ctx, team, after)
        if after.external_id != before.external_id:
            await _note_external(conn, team, after.external_id)
        await _apply_members(ctx, conn, team, before, after)
        return (await _load(ctx, conn, entity_id))[1]


async def delete_group(ctx: Context, id_: str, if_match: str | None) -> None:
    """Remove a team. Raises `Conflict` while it owns projects."""
    access.require_admin(ctx)
    entity_id = number_of(id_)
    async with ctx.database.write() as conn:
        await queries.lock_team(conn, entity_id)
        team, before = await _load(ctx, conn, entity_id)
        refuse_changed(before, if_match)
        await delete_entity(conn, team)
        await audit.note(ctx, conn, Action.TEAM_DELETE, team.subject)


async def _apply_members(ctx: Context, conn: AsyncConnection, team: Entity, before: Group, after: Group) -> None:
    """Let in whom only `after` names, and out whom only `before` does."""
    present = {decode_global_id("User", item.value or "") for item in before.members or []}
    wanted = await _wanted(conn, after.members or [])
    for user_id in sorted(wanted.keys() - present):
        await teams.change_member(ctx, conn, team, wanted[user_id], Role.MEMBER)
    for user_id in sorted(present - wanted.keys()):
        user = await account_queries.find_user(conn, user_id)
        assert user is not None, "memberships go with their account"
        try:
            await teams.take_out(ctx, conn, team, user)
        except Denied:
            log.warning("the last administrator of a team stays in it", team=team.name)


async def _wanted(conn: AsyncConnection, members: list[Member]) -> dict[int, Any]:
    """Return the accounts that members name, by id or by address. Raises `Refused` for one that is not there."""
    ids, emails = {}, {}
    for item in members:
        value = item.value or ""
        if "@" in value:
            emails[value.lower()] = value
            continue
        try:
            ids[decode_global_id("User", value)] = value
        except SteelyardError:
            raise Refused(f"there is no user {value[:80]!r}", 400, "invalidValue") from None
    people = [person.user for person in await queries.people_by_id_or_address(conn, ids, emails)]
    found = {user.id: user for user in people}
    missing = [value for key, value in ids.items() if key not in found]
    missing += [value for key, value in emails.items() if key not in {user.email.lower() for user in people}]
    if missing:
        raise Refused(f"there is no active user {missing[0][:80]!r}", 400, "invalidValue")
    return found


async def _note_external(conn: AsyncConnection, team: Entity, external_id: str | None) -> None:
    if len(external_id or "") > _EXTERNAL_MAX:
        raise Refused(f"externalId has at most {_EXTERNAL_MAX} characters", 400, "invalidValue")
    table = t.scim_groups
    done = await conn.execute(update(table).where(table.c.entity_id == team.id).values(external_id=external_id))
    if not done.rowcount and external_id is not None:
        await conn.execute(insert(table).values(entity_id=team.id, external_id=external_id))

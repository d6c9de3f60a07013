"""People as a provisioning client sees and changes them: each change one transaction, checked and audited."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from scim2_models import Context as Kind
from scim2_models import Meta
from sqlalchemy import delete, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import access, activity, notices, teams
from steelyard.domains.accounts import people as accounts
from steelyard.domains.accounts import queries as account_queries
from steelyard.domains.accounts.model import Activity, Role
from steelyard.domains.accounts.notices import Notice
from steelyard.domains.accounts.service import NewUser, end_user, insert_user
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action
from steelyard.domains.scim import pages, queries
from steelyard.domains.scim import tables as t
from steelyard.domains.scim.queries import Person, Place
from steelyard.domains.scim.refusals import Refused
from steelyard.domains.scim.resources import Email, PlaceRole, ServerRole, TeamRole, User, patched, read, version_of
from steelyard.kernel.errors import Invalid, NotFound, SteelyardError
from steelyard.kernel.ids import decode_global_id, encode_global_id
from steelyard.kernel.names import check_entity_name

_NAME_MAX, _USER_NAME_MAX, _EXTERNAL_MAX = 128, 254, 255
_SERVER_ROLES = {"admin": True, "member": False}


def resource_of(ctx: Context, person: Person, places: list[Place], active: Activity | None = None) -> User:
    """Return somebody as a client sees them; `active` where it is kept. The version knows nothing of that."""
    user = person.user
    address = Email(value=user.email, display=user.email, type="work", primary=True)
    found = User(
        id=encode_global_id("User", user.id),
        external_id=person.external_id,
        user_name=person.user_name,
        display_name=user.name,
        active=user.is_active,
        emails=[address] if user.email else None,
        organization_role=ServerRole.admin if user.is_admin else ServerRole.member,
        team_roles=[TeamRole(team_name=item.team, role_name=PlaceRole(item.role)) for item in places] or None,
    )
    location = f"{ctx.origin}/scim/Users/{found.id}"
    found.meta = Meta(resource_type="User", created=user.created_at, location=location, version=version_of(found))
    if active is not None:
        found.days_active, found.last_active_at = active.days, active.last_at
    return found


def number_of(id_: str) -> int:
    """Return an account's number. Raises `NotFound`."""
    try:
        return decode_global_id("User", id_)
    except SteelyardError:
        raise NotFound(f"there is no user {id_[:80]!r}") from None


async def list_users(ctx: Context, query: Mapping[str, str]) -> pages.Page[User]:
    """Return a page of those that are meant. Raises `Refused` for what cannot be read."""
    access.require_admin(ctx)
    asked = pages.asked_of(query)
    async with ctx.database.read() as conn:
        if asked.is_plain:
            total = await queries.count_people(conn)
            people = await queries.list_people(conn, skip=asked.start - 1, limit=asked.count)
            return pages.Page(total, asked.start, await _resources(ctx, conn, people))
        attribute, value = (pages.single_value(asked.filter) if asked.filter else None) or ("", "")
        narrow = {
            "username": queries.named,
            "emails": queries.addressed,
            "emails.value": queries.addressed,
            "externalid": queries.known_as,
        }.get(attribute)
        if narrow is not None and not asked.sorting:
            # by name whoever the client may mean is found: an account of before is called otherwise here
            people = await queries.list_people(conn, narrow(value))
            found = await _resources(ctx, conn, people)
            return pages.cut(asked, found)
        people = await queries.list_people(conn)
        shown = await _shown(ctx, conn, people)
    return await pages.page_of(User, asked, shown)


async def _resources(ctx: Context, conn: AsyncConnection, people: list[Person]) -> list[User]:
    return (await _shown(ctx, conn, people))()


async def _shown(ctx: Context, conn: AsyncConnection, people: list[Person]) -> Callable[[], list[User]]:
    """Return what makes the resources of people, which takes long for many, of what is loaded for it."""
    ids = [person.user.id for person in people]
    places, active = await _places(conn, ids), await activity.list_activity(ctx, conn, ids) or {}
    return lambda: [
        resource_of(ctx, person, places.get(person.user.id, []), active.get(person.user.id)) for person in people
    ]


async def _places(conn: AsyncConnection, people: list[int] | None) -> dict[int, list[Place]]:
    found: dict[int, list[Place]] = {}
    for place in await queries.list_places(conn, people=people):
        found.setdefault(place.user_id, []).append(place)
    return found


async def load_user(ctx: Context, id_: str) -> User:
    access.require_admin(ctx)
    async with ctx.database.read() as conn:
        return (await _load(ctx, conn, number_of(id_)))[1]


async def _load(ctx: Context, conn: AsyncConnection, user_id: int) -> tuple[Person, User]:
    person = await queries.find_person(conn, user_id)
    if person is None:
        raise NotFound(f"there is no user {encode_global_id('User', user_id)!r}")
    return person, (await _resources(ctx, conn, [person]))[0]


# ---- changes --------------------------------------------------------------------------------------------------


async def create_user(ctx: Context, body: Mapping[str, Any]) -> User:
    """Make an account without a password. Raises `Refused`, by 409 where the name or the address has an account."""
    access.require_admin(ctx)
    wanted = read(User, body, Kind.RESOURCE_CREATION_REQUEST, None)
    wanted.display_name = wanted.display_name or _name_in(body)
    after = _Wish.of(wanted)
    async with ctx.database.write() as conn:
        await _refuse_taken(conn, after, None)
        username = await _username(conn, after.user_name)
        user = await insert_user(ctx, conn, NewUser(username, after.email, after.name[:_NAME_MAX]), None)
        person = Person(user, user.username, None)
        await _apply(ctx, conn, person, _Wish.of(resource_of(ctx, person, [])), after)
        return (await _load(ctx, conn, user.id))[1]


async def _username(conn: AsyncConnection, wanted: str) -> str:
    """Return the name of a new account: the one that is wanted where it is fit and free, else one like it."""
    try:
        check_entity_name(wanted, "user name")
    except Invalid:
        return await accounts.free_username(conn, wanted.partition("@")[0])
    taken = await account_queries.find_entity(conn, wanted) is not None
    return await accounts.free_username(conn, wanted) if taken else wanted


def _name_in(body: Mapping[str, Any]) -> str | None:
    """Return what a body calls somebody in the parts of a name, which are not kept one by one."""
    name = next((value for key, value in body.items() if key.lower() == "name"), None)
    if not isinstance(name, dict):
        return None
    parts = {str(key).lower(): value for key, value in name.items() if isinstance(value, str)}
    return parts.get("formatted") or f"{parts.get('givenname', '')} {parts.get('familyname', '')}".strip() or None


async def replace_user(ctx: Context, id_: str, body: Mapping[str, Any], if_match: str | None) -> User:
    """Have an account be as the body says. What it leaves out stays, but for teams and the provider's own id."""

    def make(before: User) -> User:
        wanted = read(User, body, Kind.RESOURCE_REPLACEMENT_REQUEST, before)
        wanted.display_name = wanted.display_name or _name_in(body) or before.display_name
        wanted.active = before.active if wanted.active is None else wanted.active
        wanted.emails = wanted.emails or before.emails
        wanted.organization_role = wanted.organization_role or before.organization_role
        given = {key.lower() for key in body}
        wanted.team_roles = wanted.team_roles if "teamroles" in given else before.team_roles
        return wanted

    return await _change(ctx, id_, if_match, make)


async def patch_user(ctx: Context, id_: str, body: Mapping[str, Any], if_match: str | None) -> User:
    return await _change(ctx, id_, if_match, lambda before: patched(User, before, body))


async def _change(ctx: Context, id_: str, if_match: str | None, make: Any) -> User:
    access.require_admin(ctx)
    user_id = number_of(id_)
    async with ctx.database.write() as conn:
        await queries.lock_account(conn, user_id)
        person, before = await _load(ctx, conn, user_id)
        refuse_changed(before, if_match)
        after = _Wish.of(make(before.model_copy(deep=True)))
        await _refuse_taken(conn, after, user_id)
        await _apply(ctx, conn, person, _Wish.of(before), after)
        return (await _load(ctx, conn, user_id))[1]


def refuse_changed(before: Any, if_match: str | None) -> None:
    """Raise `Refused` (412) where the client has another version in mind."""
    if not if_match or if_match.strip() == "*":
        return
    known = {part.strip().removeprefix("W/") for part in if_match.split(",")}
    if str(before.meta.version).removeprefix("W/") not in known:
        raise Refused("it has changed meanwhile; ask for it again", 412)


async def delete_user(ctx: Context, id_: str, if_match: str | None) -> None:
    """End an account as `steelyard user delete` does; the provider sees it no more."""
    access.require_admin(ctx)
    user_id = number_of(id_)
    async with ctx.database.write() as conn:
        await queries.lock_account(conn, user_id)
        person, before = await _load(ctx, conn, user_id)
        refuse_changed(before, if_match)
        await end_user(ctx, conn, person.user)
        await _mark(conn, user_id, user_name=person.user_name, external_id=person.external_id, is_deleted=True)


@dataclass(frozen=True)
class _Wish:
    """What can be said of an account, checked."""

    user_name: str
    name: str
    email: str
    active: bool
    is_admin: bool
    teams: Mapping[str, str]
    external_id: str | None

    @classmethod
    def of(cls, resource: User) -> _Wish:
        """Raises `Refused` for what no account can be."""
        name = (resource.user_name or "").strip()
        if not 0 < len(name) <= _USER_NAME_MAX:
            raise Refused(f"userName must have 1 to {_USER_NAME_MAX} characters", 400, "invalidValue")
        if len(resource.external_id or "") > _EXTERNAL_MAX:
            raise Refused(f"externalId has at most {_EXTERNAL_MAX} characters", 400, "invalidValue")
        role = (resource.organization_role or "member").lower()
        if role not in _SERVER_ROLES:
            raise Refused(f"organizationRole is one of {', '.join(_SERVER_ROLES)}", 400, "invalidValue")
        return cls(
            user_name=name,
            name=(resource.display_name or "").strip() or name,
            email=_address(resource.emails, name),
            active=resource.active is not False,
            is_admin=_SERVER_ROLES[role],
            teams=_teams(resource.team_roles),
            external_id=resource.external_id or None,
        )


def _address(emails: list[Email] | None, user_name: str) -> str:
    """Return the first of the addresses that counts; a user name that is one, where there is none."""
    found = sorted((item for item in emails or [] if item.value), key=lambda item: not item.primary)
    address = found[0].value if found else (user_name if "@" in user_name else "")
    try:
        return accounts.check_address(address) if address else ""
    except Invalid as error:
        raise Refused(error.message, 400, "invalidValue") from error


def _teams(roles: list[TeamRole] | None) -> dict[str, str]:
    """Return team → role; a custom one is found by its name when it is given."""
    found = {}
    for item in roles or []:
        role = item.role_name or Role.MEMBER.value
        found[str(item.team_name)] = role.lower() if role.lower() in set(Role) else role
    return found


async def _refuse_taken(conn: AsyncConnection, wish: _Wish, user_id: int | None) -> None:
    if await queries.is_taken(conn, wish.user_name, wish.email, user_id):
        what = "or the address " + wish.email if wish.email else ""
        raise Refused(f"the name {wish.user_name!r} {what}".strip() + " has an account already", 409, "uniqueness")


async def _apply(ctx: Context, conn: AsyncConnection, person: Person, before: _Wish, after: _Wish) -> None:
    """Write what differs. Raises `Denied` for what the last administrator of the server must stay."""
    user = person.user
    changed: dict[str, Any] = {"name": after.name[:_NAME_MAX]} if after.name != before.name else {}
    if after.email != before.email:
        changed |= {"email": after.email, "email_unproven": False}
    if changed:
        await account_queries.update_user(conn, user.id, **changed)
        await audit.note(ctx, conn, Action.USER_UPDATE, user.subject, changed=sorted({"name", "email"} & set(changed)))
    if "email" in changed:
        await notices.tell(ctx, conn, user.id, Notice.ADDRESS, address=user.email)
    if (after.user_name, after.external_id) != (before.user_name, before.external_id):
        given = after.user_name if after.user_name != user.username else None
        await _mark(conn, user.id, user_name=given, external_id=after.external_id)
    if after.is_admin != before.is_admin:
        await accounts.make_admin(ctx, conn, user, is_admin=after.is_admin)
        user = replace(user, is_admin=after.is_admin)
    await _apply_teams(ctx, conn, person, before.teams, after.teams)
    if after.active != before.active:
        await (accounts.let_in(ctx, conn, user) if after.active else accounts.keep_out(ctx, conn, user))


async def _apply_teams(
    ctx: Context, conn: AsyncConnection, person: Person, before: Mapping[str, str], after: Mapping[str, str]
) -> None:
    for name, role in after.items():
        if before.get(name) == role:
            continue
        try:
            await teams.change_member(ctx, conn, await teams.find_team(conn, name), person.user, role)
        except (NotFound, Invalid) as error:
            raise Refused(error.message, 400, "invalidValue") from error
    for name in before.keys() - after.keys():
        await teams.take_out(ctx, conn, await teams.find_team(conn, name), person.user)


async def _mark(conn: AsyncConnection, user_id: int, **values: Any) -> None:
    table = t.scim_users
    done = await conn.execute(update(table).where(table.c.user_id == user_id).values(**values))
    if not done.rowcount:
        await conn.execute(delete(table).where(table.c.user_id == user_id))
        await conn.execute(insert(table).values(user_id=user_id, **values))

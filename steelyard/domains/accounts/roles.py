"""Use cases of custom roles: made, changed and deleted by the administrators of an organization.

Whoever holds one, in its teams and their projects (standings.py), is known everywhere as what it is on top of, and may
what its permissions add (vocabulary.py). A change is noticed as that of any role is (identities.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import access, queries, role_queries, vocabulary
from steelyard.domains.accounts import tables as t
from steelyard.domains.accounts.model import CustomRole, Organization, Role
from steelyard.domains.accounts.organizations import load_administered, load_joined
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action, Subject
from steelyard.kernel.errors import Conflict, Invalid, NotFound
from steelyard.kernel.names import fold
from steelyard.sql.dialect import insert_row, is_duplicate

_NAME_MAX, _DESCRIPTION_MAX, _EXTERNAL_MAX = 64, 1024, 255
# Of one organization: all of them are listed at once.
ROLES_MAX = 200


@dataclass(frozen=True)
class RoleSpec:
    """What a role shall be; None leaves it as it is, or as new ones are."""

    name: str | None = None
    description: str | None = None
    parent: str | None = None
    permissions: tuple[str, ...] | None = None
    # empty for none
    external_id: str | None = None

    def columns(self) -> dict[str, Any]:
        """Return the columns that it sets. Raises `Invalid`."""
        values: dict[str, Any] = {}
        if self.name is not None:
            values |= {"name": (name := _check_name(self.name)), "folded_name": fold(name)}
        if self.description is not None:
            values["description"] = _check_description(self.description)
        if self.parent is not None:
            values["parent"] = _check_parent(self.parent)
        if self.permissions is not None:
            values["permissions"] = " ".join(vocabulary.check_words(self.permissions))
        if self.external_id is not None:
            values["external_id"] = _check_external_id(self.external_id) or None
        return values


def _check_name(text: str) -> str:
    name = " ".join(text.split())
    if not 0 < len(name) <= _NAME_MAX or not name.isprintable():
        raise Invalid(f"the name of a role has 1 to {_NAME_MAX} characters that can be printed")
    if fold(name) in set(Role):
        raise Invalid(f"every team has the role {fold(name)!r}; choose another name")
    return name


def _check_description(text: str) -> str:
    if len(text) > _DESCRIPTION_MAX:
        raise Invalid(f"the description of a role has at most {_DESCRIPTION_MAX} characters")
    return text.strip()


def _check_external_id(text: str) -> str:
    if len(text) > _EXTERNAL_MAX:
        raise Invalid(f"externalId has at most {_EXTERNAL_MAX} characters")
    return text


def _check_parent(text: str) -> Role:
    if text not in {Role.MEMBER, Role.VIEWER}:
        raise Invalid(f"a role is on top of member or viewer, not {text[:40]!r}")
    return Role(text)


# ---- the roles of an organization -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Roles:
    """The roles of an organization. `holders` counts the places that each is held in."""

    found: list[CustomRole]
    holders: dict[int, int]
    can_change: bool


async def list_roles(ctx: Context, organization: str) -> Roles:
    """Return the roles of an organization that the caller belongs to. Raises `NotFound`."""
    async with ctx.database.read() as conn:
        owner = await load_joined(ctx, conn, organization)
        found = await role_queries.list_roles(conn, owner.id)
        holders = await role_queries.count_holders(conn, owner.id)
    identity = access.require_account(ctx)
    administers = identity.is_admin or identity.organization_roles.get(owner.id) == Role.ADMIN
    return Roles(found, holders, administers and identity.key.is_whole)


async def create_role(ctx: Context, organization: str, spec: RoleSpec) -> CustomRole:
    """Make a role, of viewers where nothing else is said. Raises `NotFound`, `Denied`, `Invalid`, `Conflict`."""
    async with ctx.database.write() as conn:
        return await insert_role(ctx, conn, await load_administered(ctx, conn, organization), spec)


async def insert_role(ctx: Context, conn: AsyncConnection, owner: Organization, spec: RoleSpec) -> CustomRole:
    """Write a role within the caller's transaction; the caller has checked that it may."""
    values = {"description": "", "parent": Role.VIEWER, "permissions": ""} | spec.columns()
    if "name" not in values:
        raise Invalid("a role needs a name")
    if len(await role_queries.list_roles(conn, owner.id)) >= ROLES_MAX:
        raise Conflict(f"an organization has at most {ROLES_MAX} roles")
    if await role_queries.find_role_by_name(conn, owner.id, values["name"]):
        raise Conflict(_taken(owner, values["name"]))
    now = ctx.ports.clock()
    try:
        number = await insert_row(conn, t.custom_roles, organization_id=owner.id, created_at=now, **values)
    except IntegrityError as error:
        if not is_duplicate(error):
            raise
        raise Conflict(_taken(owner, values["name"])) from error
    made = await role_queries.find_role(conn, number)
    assert made is not None, "it was just written"
    told: dict[str, Any] = {"parent": made.parent, "permissions": list(made.permissions)}
    await audit.note(ctx, conn, Action.ORGANIZATION_CREATE_ROLE, await _subject(conn, owner), role=made.name, **told)
    return made


def _taken(owner: Organization, name: str) -> str:
    return f"{owner.name} has a role {name!r} already"


async def change_role(ctx: Context, organization: str, role_id: int, spec: RoleSpec) -> CustomRole:
    """Change a role, at once for all who hold it. Raises `NotFound`, `Denied`, `Invalid`, `Conflict`."""
    async with ctx.database.write() as conn:
        owner = await load_administered(ctx, conn, organization)
        return await update_role(ctx, conn, owner, await _load(conn, owner, role_id), spec)


async def update_role(
    ctx: Context, conn: AsyncConnection, owner: Organization, role: CustomRole, spec: RoleSpec
) -> CustomRole:
    """Change a role within the caller's transaction; the caller has checked that it may."""
    values = spec.columns()
    try:
        if values:
            await conn.execute(update(t.custom_roles).where(t.custom_roles.c.id == role.id).values(**values))
    except IntegrityError as error:
        if not is_duplicate(error):
            raise
        raise Conflict(_taken(owner, values["name"])) from error
    changed = await role_queries.find_role(conn, role.id)
    assert changed is not None, "it is held"
    if changed.parent is not role.parent:
        await role_queries.set_parent(conn, role, changed.parent)
    if changed != role:
        told: dict[str, Any] = {"was": role.name, "parent": changed.parent, "permissions": list(changed.permissions)}
        subject = await _subject(conn, owner)
        await audit.note(ctx, conn, Action.ORGANIZATION_UPDATE_ROLE, subject, role=changed.name, **told)
    return changed


async def delete_role(ctx: Context, organization: str, role_id: int) -> None:
    """Delete a role: who holds it keeps what it was on top of. Raises `NotFound`, `Denied`."""
    async with ctx.database.write() as conn:
        owner = await load_administered(ctx, conn, organization)
        await remove_role(ctx, conn, owner, await _load(conn, owner, role_id))


async def remove_role(ctx: Context, conn: AsyncConnection, owner: Organization, role: CustomRole) -> None:
    """Delete a role within the caller's transaction; the caller has checked that it may."""
    await conn.execute(delete(t.custom_roles).where(t.custom_roles.c.id == role.id))
    await audit.note(ctx, conn, Action.ORGANIZATION_DELETE_ROLE, await _subject(conn, owner), role=role.name)


async def find_by_name(ctx: Context, organization: str, name: str) -> CustomRole:
    """Return a role of an organization that the caller belongs to. Raises `NotFound`."""
    async with ctx.database.read() as conn:
        owner = await load_joined(ctx, conn, organization)
        found = await role_queries.find_role_by_name(conn, owner.id, name)
    if found is None:
        raise NotFound(f"{organization} has no role {name!r}")
    return found


async def _load(conn: AsyncConnection, owner: Organization, role_id: int) -> CustomRole:
    role = await role_queries.lock_role(conn, role_id)
    if role is None or role.organization_id != owner.id:
        raise NotFound("there is no such role")
    return role


async def _subject(conn: AsyncConnection, owner: Organization) -> Subject:
    own = await queries.find_organization_entity(conn, owner.id)
    return Subject(own.id if own else None, owner.name)

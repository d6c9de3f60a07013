"""Roles as a provisioning client sees and changes them: those that everybody has one of, and the custom ones.

Not of RFC 7643, but as W&B Server has them. Each change is one transaction, checked and audited.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from scim2_models import Context as Kind
from scim2_models import Meta
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import access, queries, role_queries, roles, vocabulary
from steelyard.domains.accounts.model import CustomRole, Organization
from steelyard.domains.accounts.model import Role as BuiltIn
from steelyard.domains.accounts.roles import RoleSpec
from steelyard.domains.scim import pages
from steelyard.domains.scim.people import refuse_changed
from steelyard.domains.scim.refusals import Refused
from steelyard.domains.scim.resources import Permission, Role, patched, read, version_of
from steelyard.kernel.errors import Invalid, NotFound, SteelyardError
from steelyard.kernel.ids import decode_global_id, encode_global_id

_BUILT_IN = {
    BuiltIn.ADMIN: "says who belongs to a team, and changes everything in it",
    BuiltIn.MEMBER: "logs, changes and deletes in the projects of a team",
    BuiltIn.VIEWER: "only looks",
}


def resource_of(ctx: Context, role: CustomRole) -> Role:
    inherited = set(vocabulary.words_of(role.parent))
    found = Role(
        id=encode_global_id("CustomRole", role.id),
        external_id=role.external_id,
        name=role.name,
        description=role.description or None,
        inherited_from=role.parent.value,
        permissions=[
            Permission(name=name, is_inherited=name in inherited)
            for name in vocabulary.WORDS
            if name in inherited or name in role.permissions
        ]
        or None,
        organization_id=encode_global_id("Organization", role.organization_id),
    )
    location = f"{ctx.origin}/scim/Roles/{found.id}"
    found.meta = Meta(resource_type="Role", created=role.created_at, location=location, version=version_of(found))
    return found


def _built_in(ctx: Context) -> list[Role]:
    """Return the roles that everybody has one of in a team; none of them can be changed."""
    found = []
    for role, text in _BUILT_IN.items():
        permissions = [Permission(name=name, is_inherited=False) for name in vocabulary.words_of(role)] or None
        item = Role(id=role.value, name=role.value, description=text, permissions=permissions, organization_id=None)
        location = f"{ctx.origin}/scim/Roles/{role.value}"
        item.meta = Meta(resource_type="Role", location=location, version=version_of(item))
        found.append(item)
    return found


async def list_roles(ctx: Context, query: Mapping[str, str]) -> pages.Page[Role]:
    """Return a page of those that are meant. Raises `Refused` for what cannot be read."""
    access.require_admin(ctx)
    asked = pages.asked_of(query)
    async with ctx.database.read() as conn:
        custom = await role_queries.list_roles(conn)
    return await pages.page_of(Role, asked, lambda: [*_built_in(ctx), *(resource_of(ctx, role) for role in custom)])


async def load_role(ctx: Context, id_: str) -> Role:
    access.require_admin(ctx)
    for role in _built_in(ctx):
        if role.id == id_:
            return role
    async with ctx.database.read() as conn:
        found = await role_queries.find_role(conn, _number_of(id_))
    if found is None:
        raise NotFound(f"there is no role {id_[:80]!r}")
    return resource_of(ctx, found)


def _number_of(id_: str) -> int:
    """Return a custom role's number. Raises `NotFound`, and `Refused` for a role that is not to be changed."""
    if id_ in set(BuiltIn):
        raise Refused(f"every team has the role {id_!r}; it cannot be changed", 400, "mutability")
    try:
        return decode_global_id("CustomRole", id_)
    except SteelyardError:
        raise NotFound(f"there is no role {id_[:80]!r}") from None


# ---- changes --------------------------------------------------------------------------------------------------


async def create_role(ctx: Context, body: Mapping[str, Any]) -> Role:
    """Make a role of the organization that the body names, of the only one where it names none. Raises `Refused`."""
    access.require_admin(ctx)
    wanted = read(Role, body, Kind.RESOURCE_CREATION_REQUEST, None)
    async with ctx.database.write() as conn:
        owner = await _owner(conn, wanted.organization_id)
        with _refusing():
            return resource_of(ctx, await roles.insert_role(ctx, conn, owner, _spec(wanted)))


async def _owner(conn: AsyncConnection, id_: str | None) -> Organization:
    if id_:
        try:
            number = decode_global_id("Organization", id_)
        except SteelyardError:
            number = 0
        found = await queries.find_organization_by_id(conn, number)
        if found is None:
            raise Refused(f"there is no organization {id_[:80]!r}", 400, "invalidValue")
        return found
    known = await queries.list_every_organization(conn)
    if len(known) != 1:
        raise Refused("organizationID must name one of the organizations", 400, "invalidValue")
    return known[0]


async def replace_role(ctx: Context, id_: str, body: Mapping[str, Any], if_match: str | None) -> Role:
    """Have a role be as the body says. What it leaves out stays, but for permissions."""

    def make(before: Role) -> Role:
        wanted = read(Role, body, Kind.RESOURCE_REPLACEMENT_REQUEST, before)
        wanted.description = before.description if wanted.description is None else wanted.description
        wanted.inherited_from = wanted.inherited_from or before.inherited_from
        return wanted

    return await _change(ctx, id_, if_match, make)


async def patch_role(ctx: Context, id_: str, body: Mapping[str, Any], if_match: str | None) -> Role:
    return await _change(ctx, id_, if_match, lambda before: patched(Role, before, body))


async def _change(ctx: Context, id_: str, if_match: str | None, make: Callable[[Role], Role]) -> Role:
    access.require_admin(ctx)
    async with ctx.database.write() as conn:
        owner, role = await _hold(ctx, conn, id_, if_match)
        wanted = make(resource_of(ctx, role))
        with _refusing():
            return resource_of(ctx, await roles.update_role(ctx, conn, owner, role, _spec(wanted)))


async def delete_role(ctx: Context, id_: str, if_match: str | None) -> None:
    """Delete a role: who holds it keeps what it was on top of."""
    access.require_admin(ctx)
    async with ctx.database.write() as conn:
        owner, role = await _hold(ctx, conn, id_, if_match)
        await roles.remove_role(ctx, conn, owner, role)


async def _hold(ctx: Context, conn: AsyncConnection, id_: str, if_match: str | None) -> tuple[Organization, CustomRole]:
    role = await role_queries.lock_role(conn, _number_of(id_))
    if role is None:
        raise NotFound(f"there is no role {id_[:80]!r}")
    refuse_changed(resource_of(ctx, role), if_match)
    owner = await queries.find_organization_by_id(conn, role.organization_id)
    assert owner is not None, "roles go with their organization"
    return owner, role


def _spec(wanted: Role) -> RoleSpec:
    """Return what a body asks for; what the parent may already is not named on top of it."""
    parent = wanted.inherited_from or BuiltIn.VIEWER.value
    inherited = set(vocabulary.words_of(parent)) if parent in set(BuiltIn) else set()
    named = tuple(item.name or "" for item in wanted.permissions or [])
    added = tuple(name for name in named if name not in inherited)
    return RoleSpec(wanted.name, wanted.description or "", parent, added, wanted.external_id or "")


@contextmanager
def _refusing() -> Iterator[None]:
    """Word what a role cannot be as SCIM does."""
    try:
        yield
    except Invalid as error:
        raise Refused(error.message, 400, "invalidValue") from error

"""What a name of a role makes of somebody in a team or a project, and who may give or take it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import access, role_queries, vocabulary
from steelyard.domains.accounts.access import Target
from steelyard.domains.accounts.model import Entity, Role, Standing
from steelyard.kernel.errors import Invalid


def parse_role(text: str) -> Role:
    """Return the role of an organization's member, who has none of its custom ones. Raises `Invalid`."""
    if text not in set(Role):
        raise Invalid(f"a role is one of {', '.join(Role)}, not {text[:40]!r}")
    return Role(text)


async def load_standing(conn: AsyncConnection, owner: Entity | None, name: str) -> Standing:
    """Return what a name makes of somebody in a team: a role, or a custom one of its organization. Raises `Invalid`.

    A custom one does not change before the transaction, one that writes, ends.
    """
    if name in set(Role):
        return Standing(Role(name))
    organization_id = owner.organization_id if owner else None
    if organization_id is None:
        return Standing(parse_role(name))
    found = await role_queries.find_role_by_name(conn, organization_id, name, lock=True)
    if found is None:
        known = [*Role, *(role.name for role in await role_queries.list_roles(conn, organization_id))]
        raise Invalid(f"a role is one of {', '.join(known)}, not {name[:40]!r}")
    return Standing(found.parent, found)


def require_as_much(ctx: Context, target: Target, *standings: Standing | None) -> None:
    """Raise `Denied` unless the caller may at `target` all that these do: who gives or takes a role must."""
    for standing in standings:
        if standing is not None:
            added = vocabulary.rights_of(standing.custom.permissions if standing.custom else ())
            access.require_as_much(ctx, target, standing.role, added)

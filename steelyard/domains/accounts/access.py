"""The one place that decides who may do what. Every service function asks here first.

Roles of an entity: `viewer` reads, `member` writes, `admin` also manages. An administrator of the server may do all.
A thing that a caller may not even read looks absent to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from steelyard.context import Context, Identity
from steelyard.kernel.errors import Denied, NotFound, Unauthenticated


class Permission(Enum):
    READ = "read"
    WRITE = "write"
    MANAGE = "manage"


class Visibility:
    """Who beyond the entity's members may use a project. Wire values: docs/protocol/graphql-operations.md, projects."""

    PRIVATE = "private"
    TEAM = "team"
    RESTRICTED = "restricted"
    PUBLIC = "public"
    OPEN = "open"
    ALL = (PRIVATE, TEAM, RESTRICTED, PUBLIC, OPEN)


@dataclass(frozen=True)
class Target:
    """What is asked for: something of an entity, in a project of the given visibility if it is inside one."""

    entity_id: int
    visibility: str = Visibility.PRIVATE
    what: str = "project"


_BY_ROLE = {
    "viewer": {Permission.READ},
    "member": {Permission.READ, Permission.WRITE},
    "admin": {Permission.READ, Permission.WRITE, Permission.MANAGE},
}
_BY_VISIBILITY = {
    Visibility.PUBLIC: {Permission.READ},
    Visibility.OPEN: {Permission.READ, Permission.WRITE},
}


def allows(identity: Identity | None, permission: Permission, target: Target) -> bool:
    if identity is None:
        return False
    if identity.is_admin:
        return True
    role = identity.roles.get(target.entity_id)
    if role and permission in _BY_ROLE[role]:
        return True
    return permission in _BY_VISIBILITY.get(target.visibility, set())


def require(ctx: Context, permission: Permission, target: Target) -> Identity:
    """Return the caller when allowed.

    Raises `Unauthenticated` for nobody, `NotFound` for what the caller may not see, `Denied` otherwise.
    """
    identity = require_account(ctx)
    if allows(identity, permission, target):
        return identity
    if permission is Permission.READ or not allows(identity, Permission.READ, target):
        raise NotFound(f"{target.what} not found")
    raise Denied("permission denied")


def require_account(ctx: Context) -> Identity:
    if ctx.identity is None:
        raise Unauthenticated("user is not logged in")
    return ctx.identity


def require_admin(ctx: Context) -> Identity:
    """Return the caller when they administer the server."""
    identity = require_account(ctx)
    if not identity.is_admin:
        raise Denied("permission denied")
    return identity

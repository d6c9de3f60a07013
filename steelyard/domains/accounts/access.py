"""The one place that decides who may do what. Every service function asks here first.

Three things are asked, and all must agree: the role of the account (of the entity, or of a single project; a custom one
adds to it), who beyond the entity's members may use the project, and the bounds of the API key. Identities are made in
`identities.py`; nothing else knows roles. A thing that a caller may not even read looks absent to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from steelyard.context import Context, Identity, KeyRights
from steelyard.kernel.errors import Denied, NotFound, Unauthenticated


class Permission(StrEnum):
    READ = "read"
    # add runs, rows, files, artifact versions; nothing that is there is lost
    APPEND = "append"
    WRITE = "write"
    DELETE = "delete"
    # rename projects, say who may see them
    MANAGE = "manage"
    # say who belongs to a team
    PEOPLE = "people"


class Thing(StrEnum):
    """What a permission is for. The words of custom roles are pairs of both (vocabulary.py)."""

    PROJECT = "project"
    RUN = "run"
    ARTIFACT = "artifact"
    REPORT = "report"
    SWEEP = "sweep"
    TEAM = "team"


class Visibility:
    """Who beyond the entity's members may use a project. Wire values: docs/protocol/graphql-operations.md, projects."""

    PRIVATE = "private"
    TEAM = "team"
    # only those whom the project's own list names, and who administer the team
    RESTRICTED = "restricted"
    PUBLIC = "public"
    OPEN = "open"
    ALL = (PRIVATE, TEAM, RESTRICTED, PUBLIC, OPEN)
    FOR_EVERYBODY = (PUBLIC, OPEN)


@dataclass(frozen=True)
class Target:
    """What is asked for: an entity, or something in a project of it. `what` is how an answer calls it."""

    entity_id: int
    visibility: str = Visibility.PRIVATE
    project_id: int | None = None
    thing: Thing = Thing.PROJECT
    what: str = ""

    def of(self, thing: Thing) -> Target:
        """Return what stands for all things of a sort in the same place."""
        return replace(self, thing=thing)

    @property
    def name(self) -> str:
        return self.what or self.thing


Right = tuple[str, str]
Rights = frozenset[Right]
_OF_PROJECTS = tuple(thing for thing in Thing if thing is not Thing.TEAM)
_ADDING = frozenset({Permission.READ, Permission.APPEND})
_CHANGING = _ADDING | {Permission.WRITE, Permission.DELETE}
_ALL_PERMISSIONS = frozenset(Permission)


def _rights(things: Iterable[Thing], permissions: Iterable[Permission]) -> Rights:
    return frozenset((thing.value, permission.value) for thing in things for permission in permissions)


_NONE: Rights = frozenset()
_NOT_SIGNED_IN = "user is not logged in"
_VIEWER = _rights(Thing, [Permission.READ])
_WORKER = _rights(_OF_PROJECTS, _CHANGING) - _rights([Thing.PROJECT], [Permission.DELETE])
_BY_ROLE: Mapping[str, Rights] = {
    "viewer": _VIEWER,
    "member": _VIEWER | _WORKER,
    "admin": _rights(Thing, Permission),
}
_BY_VISIBILITY: Mapping[str, Rights] = {
    Visibility.PUBLIC: _rights(_OF_PROJECTS, [Permission.READ]),
    Visibility.OPEN: _WORKER,
}
_BY_KEY = {KeyRights.ALL: _ALL_PERMISSIONS, KeyRights.APPEND: _ADDING, KeyRights.READ: frozenset({Permission.READ})}


def allows(identity: Identity | None, permission: Permission, target: Target) -> bool:
    if identity is None:
        return False
    key = identity.key
    if permission not in _BY_KEY[key.rights]:
        return False
    if key.project_ids is not None and target.project_id not in key.project_ids:
        return False
    if permission is not Permission.READ and _is_closed(identity, target.entity_id):
        # what is there is read-only for everybody; administrators clear it away
        return permission is Permission.DELETE and oversees(identity, target.entity_id)
    if permission is Permission.PEOPLE and oversees(identity, target.entity_id):
        return True
    right = (target.thing, permission)
    role, added = _standing(identity, target)
    return (
        (role is not None and right in _BY_ROLE[role])
        or right in added
        or right in _BY_VISIBILITY.get(target.visibility, _NONE)
    )


def _is_closed(identity: Identity, entity_id: int) -> bool:
    """Tell whether it is a personal entity on a server where those are switched off."""
    if identity.shared_entities is None or entity_id in identity.shared_entities:
        return False
    # a team of a moment ago is known to its own people before it is to all
    is_ours = entity_id in identity.roles or entity_id in identity.oversees
    return entity_id == identity.entity_id or not is_ours


def rights_of_role(role: str) -> Rights:
    """Return what admin, member or viewer of a team may in it."""
    return _BY_ROLE[role]


def oversees(identity: Identity, entity_id: int) -> bool:
    """Tell whether the account administers the server, or the organization that the team belongs to."""
    return identity.is_admin or entity_id in identity.oversees


def _standing(identity: Identity, target: Target) -> tuple[str | None, Rights]:
    """Return the role that counts and what is added to it: of an administrator, else of the project, of the entity."""
    own = identity.roles.get(target.entity_id)
    if own == "admin" or (identity.enters_teams and oversees(identity, target.entity_id)):
        return "admin", _NONE
    if target.project_id is not None:
        named = identity.project_roles.get(target.project_id)
        if named is not None or target.visibility == Visibility.RESTRICTED:
            return named, identity.project_rights.get(target.project_id, _NONE)
    return own, identity.rights.get(target.entity_id, _NONE)


def require_as_much(ctx: Context, target: Target, role: str, added: Rights = _NONE) -> None:
    """Raise `Denied` for whoever would give, or take, a role that may more than they may at `target` themselves.

    Who says who belongs to a team by a custom role alone shall not become its administrator by that.
    """
    identity = require_account(ctx)
    if oversees(identity, target.entity_id):
        return
    own, own_added = _standing(identity, target)
    held = own_added if own is None else _BY_ROLE[own] | own_added
    if not _BY_ROLE[role] | added <= held:
        raise Denied("permission denied: that role may more than yours")


@dataclass(frozen=True)
class Shown:
    """Which projects a list may name, the same as `allows` lets read; None stands for no bound.

    All that everybody may see; all of the entities `whole`; of the entities `joined` those that are not restricted,
    and those of `named`. Of these, the ones of `only`.
    """

    whole: frozenset[int] | None
    joined: frozenset[int]
    named: frozenset[int]
    only: frozenset[int] | None


def shown(identity: Identity) -> Shown:
    only = identity.key.project_ids
    administered = {entity_id for entity_id, role in identity.roles.items() if role == "admin"}
    if identity.enters_teams:
        administered |= identity.oversees
    sees_all = identity.is_admin and identity.enters_teams
    return Shown(
        None if sees_all else frozenset(administered),
        frozenset(identity.roles),
        frozenset(identity.project_roles),
        only,
    )


def require(ctx: Context, permission: Permission, target: Target) -> Identity:
    """Return the caller when allowed.

    Raises `NotFound` for what the caller may not see, else `Unauthenticated` for nobody, and `Denied`.
    """
    identity = require_reader(ctx)
    if allows(identity, permission, target):
        return identity
    if permission is Permission.READ or not allows(identity, Permission.READ, target):
        raise NotFound(f"{target.name} not found")
    require_account(ctx)
    raise Denied("permission denied")


def require_reader(ctx: Context) -> Identity:
    """Return whoever may be shown what everybody may see, which `allows` and `shown` then bound: signed in or not.

    Raises `Unauthenticated` for nobody, on a server that shows them nothing.
    """
    if ctx.identity is None:
        raise Unauthenticated(_NOT_SIGNED_IN)
    return ctx.identity


def require_account(ctx: Context) -> Identity:
    """Return the account of the caller, whatever the bounds of their key. Raises `Unauthenticated` for nobody."""
    if ctx.account is None:
        raise Unauthenticated(_NOT_SIGNED_IN)
    return ctx.account


def require_changes(ctx: Context) -> Identity:
    """Return the caller unless their key only reads. What is changed has rules of its own on top."""
    identity = require_account(ctx)
    if identity.key.rights is KeyRights.READ:
        raise Denied("permission denied: this API key only reads")
    return identity


def require_whole(ctx: Context) -> Identity:
    """Return the caller when their key has no bounds: for what concerns the account itself."""
    identity = require_account(ctx)
    if not identity.key.is_whole:
        raise Denied("permission denied: this API key is bounded; use one that is not, or the browser")
    return identity


def require_admin(ctx: Context) -> Identity:
    """Return the caller when they administer the server."""
    identity = require_whole(ctx)
    if not identity.is_admin:
        raise Denied("permission denied")
    return identity


def require_passwords(ctx: Context) -> None:
    """Let only those on whose server people may sign in by a password."""
    if ctx.ports.policy.sso.only_way:
        raise Denied("on this server people sign in by single sign-on, not by a password")

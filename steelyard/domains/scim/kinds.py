"""What provisioning clients see and change: users, groups and roles, each by the same seven operations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from steelyard.context import Context
from steelyard.domains.scim import groups, people, roles
from steelyard.domains.scim.pages import Page
from steelyard.domains.scim.resources import Group, Ours, Role, User

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    """`replace`, `patch` and `delete` are given the version that the client has in mind, None for any."""

    model: type[Ours]
    list: Callable[[Context, Mapping[str, str]], Awaitable[Page[Any]]]
    create: Callable[[Context, Body], Awaitable[Ours]]
    load: Callable[[Context, str], Awaitable[Ours]]
    replace: Callable[[Context, str, Body, str | None], Awaitable[Ours]]
    patch: Callable[[Context, str, Body, str | None], Awaitable[Ours]]
    delete: Callable[[Context, str, str | None], Awaitable[None]]


KINDS = {
    "Users": Kind(
        User,
        people.list_users,
        people.create_user,
        people.load_user,
        people.replace_user,
        people.patch_user,
        people.delete_user,
    ),
    "Groups": Kind(
        Group,
        groups.list_groups,
        groups.create_group,
        groups.load_group,
        groups.replace_group,
        groups.patch_group,
        groups.delete_group,
    ),
    "Roles": Kind(
        Role,
        roles.list_roles,
        roles.create_role,
        roles.load_role,
        roles.replace_role,
        roles.patch_role,
        roles.delete_role,
    ),
}

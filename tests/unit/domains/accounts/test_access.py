"""Who may do what: by role, by visibility, by nobody."""

import dataclasses
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.context import SYSTEM, Context, Identity, Ports
from steelyard.domains.accounts.access import Permission, Target, Visibility, allows, require, require_admin
from steelyard.kernel.errors import Denied, NotFound, Unauthenticated

READ, WRITE, MANAGE = Permission.READ, Permission.WRITE, Permission.MANAGE
TEAM = 7
STRANGER = Identity(user_id=1, username="eve", entity_id=1, is_admin=False, roles={1: "admin"})
ROLES = ("viewer", "member", "admin")
BY_ROLE = {role: dataclasses.replace(STRANGER, roles={1: "admin", TEAM: role}) for role in ROLES}
TARGETS = st.builds(Target, st.just(TEAM), st.sampled_from(Visibility.ALL))


def asking(identity: Identity | None) -> Context:
    """A caller; rules read nothing of the ports."""
    return Context(ports=cast("Ports", None), identity=identity)


@pytest.mark.parametrize(
    ("role", "granted"), [("viewer", {READ}), ("member", {READ, WRITE}), ("admin", {READ, WRITE, MANAGE})]
)
@pytest.mark.parametrize("visibility", [Visibility.PRIVATE, Visibility.TEAM, Visibility.RESTRICTED])
def test_members_of_an_entity_by_role(role: str, granted: set[Permission], visibility: str) -> None:
    assert {item for item in Permission if allows(BY_ROLE[role], item, Target(TEAM, visibility))} == granted


@pytest.mark.parametrize(
    ("visibility", "granted"),
    [
        (Visibility.PRIVATE, set()),
        (Visibility.TEAM, set()),
        (Visibility.RESTRICTED, set()),
        (Visibility.PUBLIC, {READ}),
        (Visibility.OPEN, {READ, WRITE}),
    ],
)
def test_other_accounts_by_visibility(visibility: str, granted: set[Permission]) -> None:
    assert {item for item in Permission if allows(STRANGER, item, Target(TEAM, visibility))} == granted


@given(TARGETS, st.sampled_from(Permission))
def test_nobody_may_nothing_and_administrators_of_the_server_everything(target: Target, item: Permission) -> None:
    assert not allows(None, item, target)
    assert allows(SYSTEM, item, target)
    assert allows(dataclasses.replace(STRANGER, is_admin=True), item, target)


@given(TARGETS, st.sampled_from(ROLES))
def test_whoever_may_write_may_read_and_whoever_manages_may_write(target: Target, role: str) -> None:
    for identity in (STRANGER, BY_ROLE[role]):
        for more, less in ((MANAGE, WRITE), (WRITE, READ)):
            assert not allows(identity, more, target) or allows(identity, less, target)


@given(TARGETS, st.sampled_from(Permission))
def test_a_refusal_tells_no_more_than_the_caller_may_know(target: Target, item: Permission) -> None:
    with pytest.raises(Unauthenticated):
        require(asking(None), item, target)
    if allows(STRANGER, item, target):
        assert require(asking(STRANGER), item, target) is STRANGER
        return
    expected = Denied if allows(STRANGER, READ, target) else NotFound
    with pytest.raises(expected):
        require(asking(STRANGER), item, target)


def test_administration_is_for_administrators() -> None:
    with pytest.raises(Unauthenticated):
        require_admin(asking(None))
    with pytest.raises(Denied):
        require_admin(asking(BY_ROLE["admin"]))
    assert require_admin(asking(SYSTEM)) is SYSTEM

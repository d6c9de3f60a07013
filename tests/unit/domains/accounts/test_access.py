"""Who may do what: by role, by visibility, by the bounds of a key, by nobody."""

import dataclasses
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.context import SYSTEM, Context, Identity, KeyRights, KeyScope, Ports
from steelyard.domains.accounts.access import (
    Permission,
    Rights,
    Target,
    Thing,
    Visibility,
    allows,
    require,
    require_admin,
    require_as_much,
    require_changes,
    require_whole,
)
from steelyard.domains.accounts.vocabulary import WORDS, rights_of
from steelyard.kernel.errors import Denied, NotFound, Unauthenticated

READ, APPEND, WRITE, DELETE, MANAGE, PEOPLE = Permission
TEAM, PROJECT = 7, 70
STRANGER = Identity(user_id=1, username="eve", entity_id=1, is_admin=False, roles={1: "admin"})
ROLES = ("viewer", "member", "admin")
BY_ROLE = {role: dataclasses.replace(STRANGER, roles={1: "admin", TEAM: role}) for role in ROLES}
OPERATOR = dataclasses.replace(STRANGER, is_admin=True)
OVERSEER = dataclasses.replace(STRANGER, oversees=frozenset({TEAM}))
GRANTED = {"viewer": {READ}, "member": {READ, APPEND, WRITE, DELETE}, "admin": set(Permission)}
SCOPES = st.builds(
    KeyScope, st.sampled_from(KeyRights), st.none() | st.sampled_from([frozenset({PROJECT}), frozenset({PROJECT + 1})])
)
TARGETS = st.builds(
    Target,
    st.just(TEAM),
    st.sampled_from(Visibility.ALL),
    st.sampled_from([None, PROJECT]),
    st.sampled_from([Thing.RUN, Thing.ARTIFACT, Thing.REPORT, Thing.SWEEP]),
)
ADDED = st.sets(st.sampled_from(list(WORDS))).map(rights_of)
IDENTITIES = st.builds(
    dataclasses.replace,
    st.sampled_from([STRANGER, *BY_ROLE.values(), OPERATOR, OVERSEER]),
    key=SCOPES,
    project_roles=st.sampled_from([{}, *({PROJECT: role} for role in ROLES)]),
    enters_teams=st.booleans(),
)


def asking(identity: Identity | None) -> Context:
    """A caller; rules read nothing of the ports."""
    return Context(ports=cast("Ports", None), identity=identity)


def granted(identity: Identity, *target: Any, thing: Thing = Thing.RUN) -> set[Permission]:
    return {item for item in Permission if allows(identity, item, Target(*target, thing=thing))}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("visibility", [Visibility.PRIVATE, Visibility.TEAM])
def test_members_of_an_entity_by_role(role: str, visibility: str) -> None:
    assert granted(BY_ROLE[role], TEAM, visibility, PROJECT) == GRANTED[role]


@pytest.mark.parametrize("role", ROLES)
def test_a_restricted_project_is_for_those_it_names_and_for_administrators(role: str) -> None:
    target = (TEAM, Visibility.RESTRICTED, PROJECT)
    assert granted(BY_ROLE[role], *target) == (set(Permission) if role == "admin" else set())
    for named in ROLES:
        member = dataclasses.replace(BY_ROLE[role], project_roles={PROJECT: named})
        assert granted(member, *target) == GRANTED["admin" if role == "admin" else named]
    elsewhere = dataclasses.replace(BY_ROLE["member"], project_roles={PROJECT + 1: "admin"})
    assert granted(elsewhere, *target) == set()


def test_a_project_may_give_a_member_less_or_more_than_the_team_does() -> None:
    for role, named in (("member", "viewer"), ("viewer", "member")):
        identity = dataclasses.replace(BY_ROLE[role], project_roles={PROJECT: named})
        assert granted(identity, TEAM, Visibility.TEAM, PROJECT) == GRANTED[named]
        assert granted(identity, TEAM, Visibility.TEAM, PROJECT + 1) == GRANTED[role]


@pytest.mark.parametrize(
    ("visibility", "expected"),
    [
        (Visibility.PRIVATE, set()),
        (Visibility.TEAM, set()),
        (Visibility.RESTRICTED, set()),
        (Visibility.PUBLIC, {READ}),
        (Visibility.OPEN, {READ, APPEND, WRITE, DELETE}),
    ],
)
def test_other_accounts_by_visibility(visibility: str, expected: set[Permission]) -> None:
    assert granted(STRANGER, TEAM, visibility, PROJECT) == expected


@pytest.mark.parametrize("identity", [OPERATOR, OVERSEER])
def test_administrators_may_be_kept_out_of_teams_but_still_decide_who_is_in_them(identity: Identity) -> None:
    assert granted(identity, TEAM, Visibility.RESTRICTED, PROJECT) == set(Permission)
    outside = dataclasses.replace(identity, enters_teams=False)
    assert granted(outside, TEAM, Visibility.TEAM, PROJECT) == {PEOPLE}
    assert granted(outside, TEAM, Visibility.PUBLIC, PROJECT) == {READ, PEOPLE}
    inside = dataclasses.replace(outside, roles={TEAM: "viewer"})
    assert granted(inside, TEAM, Visibility.TEAM, PROJECT) == {READ, PEOPLE}


def test_members_delete_what_is_in_projects_and_not_projects() -> None:
    for role, expected in GRANTED.items():
        for thing in Thing:
            if thing is not Thing.TEAM:
                without = {DELETE} if thing is Thing.PROJECT and role == "member" else set()
                assert granted(BY_ROLE[role], TEAM, Visibility.TEAM, PROJECT, thing=thing) == expected - without
    assert granted(BY_ROLE["member"], TEAM, thing=Thing.TEAM) == {READ}
    assert granted(BY_ROLE["admin"], TEAM, thing=Thing.TEAM) == set(Permission)
    assert DELETE not in granted(STRANGER, TEAM, Visibility.OPEN, PROJECT, thing=Thing.PROJECT)


# ---- custom roles ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("parent", ["viewer", "member"])
def test_a_custom_role_adds_what_it_names_and_no_more(parent: str, word: str) -> None:
    plain = BY_ROLE[parent]
    custom = dataclasses.replace(plain, rights={TEAM: rights_of([word])})
    for thing in Thing:
        before, after = (granted(who, TEAM, Visibility.TEAM, PROJECT, thing=thing) for who in (plain, custom))
        assert after - before == {item for item in Permission if (thing, item) in rights_of([word])} - before
        assert granted(custom, TEAM + 1, Visibility.TEAM, PROJECT + 1, thing=thing) == set()
        assert granted(custom, TEAM, Visibility.RESTRICTED, PROJECT, thing=thing) == set()


def test_what_the_list_of_a_project_adds_counts_there_and_instead_of_what_the_team_adds() -> None:
    listed = dataclasses.replace(
        BY_ROLE["viewer"],
        rights={TEAM: rights_of(["run:create"])},
        project_roles={PROJECT: "viewer"},
        project_rights={PROJECT: rights_of(["run:delete"])},
    )
    assert granted(listed, TEAM, Visibility.RESTRICTED, PROJECT) == {READ, DELETE}
    assert granted(listed, TEAM, Visibility.TEAM, PROJECT) == {READ, DELETE}
    assert granted(listed, TEAM, Visibility.TEAM, PROJECT + 1) == {READ, APPEND}


@given(st.sampled_from(ROLES), ADDED, st.sampled_from(ROLES), ADDED)
def test_nobody_gives_or_takes_a_role_that_may_more_than_theirs(
    own: str, added: Rights, given_role: str, given_added: Rights
) -> None:
    giver = dataclasses.replace(BY_ROLE[own], rights={TEAM: added} if own != "admin" else {})
    target = Target(TEAM, thing=Thing.TEAM)
    holder = dataclasses.replace(BY_ROLE[given_role], rights={TEAM: given_added})
    places = [(thing, item) for thing in Thing for item in Permission]
    more = [x for x in places if allows(holder, x[1], target.of(x[0])) and not allows(giver, x[1], target.of(x[0]))]
    if more:
        with pytest.raises(Denied):
            require_as_much(asking(giver), target, given_role, given_added)
    else:
        require_as_much(asking(giver), target, given_role, given_added)


def test_a_personal_entity_that_is_switched_off_is_looked_at_and_deleted() -> None:
    shared = frozenset({TEAM})
    for identity, expected in ((STRANGER, {READ}), (OPERATOR, {READ, DELETE})):
        closed = dataclasses.replace(identity, shared_entities=shared)
        for thing in Thing:
            if thing is not Thing.TEAM:
                assert granted(closed, 9, Visibility.OPEN, 90, thing=thing) == expected
                assert granted(closed, TEAM, Visibility.OPEN, 70, thing=thing) == granted(
                    identity, TEAM, Visibility.OPEN, 70, thing=thing
                )
    own = dataclasses.replace(STRANGER, roles={1: "viewer", 8: "member"}, shared_entities=shared)
    assert granted(own, 1, Visibility.OPEN, 10) == {READ}
    assert granted(own, 8, Visibility.TEAM, 80) == GRANTED["member"], "a team of a moment ago"


@given(TARGETS, st.sampled_from(Permission))
def test_nobody_may_nothing_and_the_system_everything(target: Target, item: Permission) -> None:
    assert not allows(None, item, target)
    assert allows(SYSTEM, item, target)


@given(IDENTITIES, TARGETS)
def test_whoever_may_more_may_less(identity: Identity, target: Target) -> None:
    for more, less in ((MANAGE, WRITE), (WRITE, APPEND), (APPEND, READ)):
        assert not allows(identity, more, target) or allows(identity, less, target)


@given(IDENTITIES, TARGETS)
def test_a_bounded_key_never_opens_more_than_its_account(identity: Identity, target: Target) -> None:
    account = dataclasses.replace(identity, key=KeyScope())
    bounded = {item for item in Permission if allows(identity, item, target)}
    assert bounded <= {item for item in Permission if allows(account, item, target)}
    limit = {KeyRights.ALL: set(Permission), KeyRights.APPEND: {READ, APPEND}, KeyRights.READ: {READ}}
    assert bounded <= limit[identity.key.rights]
    if identity.key.project_ids is not None and target.project_id not in identity.key.project_ids:
        assert bounded == set()


@given(IDENTITIES, TARGETS, st.sampled_from(Permission))
def test_a_refusal_tells_no_more_than_the_caller_may_know(identity: Identity, target: Target, item: Permission) -> None:
    with pytest.raises(Unauthenticated):
        require(asking(None), item, target)
    if allows(identity, item, target):
        assert require(asking(identity), item, target) is identity
        return
    expected = Denied if allows(identity, READ, target) else NotFound
    with pytest.raises(expected):
        require(asking(identity), item, target)


def test_administration_is_for_administrators() -> None:
    with pytest.raises(Unauthenticated):
        require_admin(asking(None))
    with pytest.raises(Denied):
        require_admin(asking(BY_ROLE["admin"]))
    assert require_admin(asking(SYSTEM)) is SYSTEM


@pytest.mark.parametrize(
    ("scope", "changes", "whole"),
    [
        (KeyScope(), True, True),
        (KeyScope(KeyRights.APPEND), True, False),
        (KeyScope(project_ids=frozenset({1})), True, False),
        (KeyScope(KeyRights.READ), False, False),
    ],
)
def test_what_concerns_the_account_needs_a_key_without_bounds(scope: KeyScope, changes: bool, whole: bool) -> None:
    ctx = asking(dataclasses.replace(OPERATOR, key=scope))
    for rule, allowed in ((require_changes, changes), (require_whole, whole), (require_admin, whole)):
        if allowed:
            assert rule(ctx) is ctx.identity
        else:
            with pytest.raises(Denied):
                rule(ctx)

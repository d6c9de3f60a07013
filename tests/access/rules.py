"""What each rule of permissions.toml says: who is let in, and what the others are answered."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE: Mapping[str, Any] = tomllib.loads(Path(__file__).with_name("permissions.toml").read_text())
CALLERS = (
    "anonymous",
    "anonymous (allowed)",
    "outsider",
    "team viewer",
    "viewer with a role",
    "team member",
    "member with a role",
    "team admin",
    "organization admin",
    "server admin",
    "service account",
    "read-only key",
    "append-only key",
    "key of another project",
    "expired key",
    "deactivated user",
)
VISIBILITIES = ("open", "public", "team", "restricted")
# On a server that shows public projects to whoever is not signed in.
ALLOWED = "anonymous (allowed)"
# Everything below is answered to these as to nobody.
NOBODY = frozenset({"anonymous", "expired key", "deactivated user"})
BOUNDED = frozenset({"read-only key", "append-only key", "key of another project"})
# Custom roles of the walk: parent, and what is named on top of it.
CUSTOM = {
    "viewer with a role": ("viewer", ("run:create", "run:delete", "artifact:update", "report:update")),
    "member with a role": ("member", ("project:manage", "team:people")),
}
_LOOK = frozenset({"read"})
_ADD = _LOOK | {"project:create", "run:create", "artifact:create"}
_WORK = _ADD | {
    "project:update",
    *("run:update", "run:delete", "artifact:update", "artifact:delete"),
    *("report:update", "report:delete", "sweep:update"),
}
_ALL = _WORK | {"project:manage", "project:delete", "team:manage", "team:people"}
_IN_TEAM = {
    "team viewer": _LOOK,
    "viewer with a role": _LOOK.union(CUSTOM["viewer with a role"][1]),
    "team member": _WORK,
    "member with a role": _WORK.union(CUSTOM["member with a role"][1]),
    "team admin": _ALL,
    "organization admin": _ALL,
    "server admin": _ALL,
    "service account": _WORK,
    # of a member of the team
    "read-only key": _LOOK,
    "append-only key": _ADD,
}
# What one may do who may all of it, each more than the one before.
LEVELS = {"read": _LOOK, "add": _ADD, "write": _WORK, "manage": _ALL}
_FOR_ALL = {"open": _WORK, "public": _LOOK}
# Lists name people: the service account of the walk is on none.
_UNNAMED = frozenset({"service account"})


def rights(who: str, visibility: str) -> frozenset[str]:
    """Return what a caller may do in a project of the team."""
    if who in NOBODY or who == "key of another project":
        return frozenset()
    if who == ALLOWED:
        return _LOOK if visibility in _FOR_ALL else frozenset()
    unnamed = visibility == "restricted" and who in _UNNAMED
    own: frozenset[str] = frozenset() if unnamed else _IN_TEAM.get(who, frozenset())
    if who in {"read-only key", "append-only key"}:
        return own
    return own | _FOR_ALL.get(visibility, frozenset())


def asked(rule: str) -> Iterator[tuple[str, str]]:
    """Return the callers and visibilities that tell what the rule does; nobody is nobody in every project."""
    for visibility in VISIBILITIES if RULES[rule].needs and not rule.endswith("in the team") else VISIBILITIES[-1:]:
        yield from ((who, visibility) for who in CALLERS if who not in NOBODY or visibility == VISIBILITIES[-1])


@dataclass(frozen=True)
class Rule:
    """`text` is the line of the page. A rule of a project names what the caller must be able to do in it."""

    text: str
    needs: str = ""
    # Whoever is not signed in is kept out, whatever they may read.
    signed_in: bool = False
    # Who names a place to write to is refused alike whether or not there is such a project.
    by_name: bool = False


_OF_PROJECTS = (
    *("run:create", "run:update", "run:delete", "artifact:create", "artifact:update", "artifact:delete"),
    *("report:delete", "sweep:update", "project:manage", "project:delete"),
)
_BY_NAME = ("project:update", "run:create", "artifact:create", "sweep:update", "report:update")


def _told(word: str) -> str:
    return f"`{word}` ({'members' if word in _WORK else 'administrators'} of the team)"


RULES = {
    "page": Rule("everybody"),
    "anybody": Rule("everybody, signed in or not; a key that is sent must be good"),
    "absent": Rule("everybody is told that it is not there"),
    "signed": Rule("whoever holds an address that the server has signed, until it ends"),
    "sign in": Rule("whoever has the password"),
    "provider": Rule("whoever the identity provider vouches for, in the browser that has asked"),
    "issuer": Rule("whoever has a token that a registered issuer has signed for an account"),
    "link": Rule("whoever has the link that was made for them"),
    "first start": Rule("whoever has the one-time link, or everybody where sign-up is open"),
    "never": Rule("nobody"),
    "account": Rule("every account; lists hold what the caller may see"),
    "reader": Rule("every account, and whoever may read without one; answers hold what the caller may see"),
    "whole": Rule("the account itself, not with a bounded key"),
    "server": Rule("administrators of the server"),
    "organization": Rule("members of the organization, administrators of the server"),
    "make teams": Rule("administrators of the organization or the server; everybody where that is switched on"),
    "people": Rule("`team:people` (administrators of the team, of its organization, of the server)"),
    "delete the team": Rule("administrators of the team, of its organization, of the server"),
    "people of the organization": Rule("administrators of the organization, of the server"),
    "read in the team": Rule("members of the team", "read"),
    "chart in the team": Rule("members of the team; of a public one, whoever may read anything", "read"),
    "read": Rule("who may read the project", "read"),
    "read with an account": Rule("who may read the project, signed in", "read", signed_in=True),
    "describe": Rule(f"{_told('project:update')}; of name and visibility, `project:manage`", "project:update"),
    **{word: Rule(_told(word), word) for word in _OF_PROJECTS},
    **{
        f"{word} by name": Rule(f"`{word}`; and `project:create` for a new name", word, by_name=True)
        for word in _BY_NAME
    },
    "project:create in the team": Rule(_told("project:create"), "project:create", by_name=True),
    "report:update in the team": Rule(_told("report:update"), "report:update", by_name=True),
    "team:manage in the team": Rule(_told("team:manage"), "team:manage"),
}


def expected(rule: str, who: str, visibility: str, *, is_mutation: bool = False) -> int:
    """Return the status that a caller must be answered: 200 for all that lets them in, 404 also for a null."""
    if rule in {"page", "signed", "absent"}:
        return 200
    if rule in {"anybody", "sign in", "first start", "link", "provider", "issuer"}:
        return 200 if who not in NOBODY or who == "anonymous" else 401
    if who == ALLOWED:
        return _of_nobody_signed_in(rule, visibility, is_mutation=is_mutation)
    if who in NOBODY:
        return 401
    if is_mutation and who == "read-only key":
        return 403
    needs = RULES[rule].needs
    if not needs:
        return _of_people(rule, who)
    if rule.endswith("in the team"):
        visibility = "team"
    may = rights(who, visibility)
    if needs in may:
        return 200
    return 403 if RULES[rule].by_name or "read" in may else 404


def _of_nobody_signed_in(rule: str, visibility: str, *, is_mutation: bool) -> int:
    """Return what is answered where public projects may be read without an account: those, and nothing else."""
    needs = RULES[rule].needs
    if rule == "reader":
        return 200
    if rule == "chart in the team":
        return 404
    if is_mutation or not needs or rule.endswith("in the team"):
        return 401
    may = rights(ALLOWED, visibility)
    if needs in may and not RULES[rule].signed_in:
        return 200
    return 401 if "read" in may else 404


_ADMINISTER = frozenset({"organization admin", "server admin"})
_PEOPLE = _ADMINISTER | {"team admin"}
# Whom each rule lets in.
_LET_IN: Mapping[str, frozenset[str]] = {
    "account": frozenset(CALLERS),
    "reader": frozenset(CALLERS),
    "never": frozenset(),
    "whole": frozenset(CALLERS) - BOUNDED,
    "server": frozenset({"server admin"}),
    "organization": frozenset(CALLERS) - {"outsider", "service account"},
    "make teams": _ADMINISTER,
    "people of the organization": _ADMINISTER,
    "people": _PEOPLE | {"member with a role"},
    "delete the team": _PEOPLE,
}
# To whom what the rule is about looks absent.
_ABSENT_TO: Mapping[str, frozenset[str]] = {
    "organization": frozenset({"outsider", "service account"}),
    "people of the organization": frozenset({"outsider", "service account", "key of another project"}),
    "people": frozenset({"outsider", "key of another project"}),
    "delete the team": frozenset({"outsider", "key of another project"}),
}


def _of_people(rule: str, who: str) -> int:
    if who in _LET_IN[rule]:
        return 200
    return 404 if who in _ABSENT_TO.get(rule, ()) else 403

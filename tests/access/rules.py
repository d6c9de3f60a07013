"""What each rule of permissions.toml says: who is let in, and what the others are answered."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE: Mapping[str, Any] = tomllib.loads(Path(__file__).with_name("permissions.toml").read_text())
CALLERS = (
    "anonymous",
    "outsider",
    "team viewer",
    "team member",
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
# Everything below is answered to these as to nobody.
NOBODY = frozenset({"anonymous", "expired key", "deactivated user"})
BOUNDED = frozenset({"read-only key", "append-only key", "key of another project"})
_ALL = frozenset({"read", "add", "write", "manage"})
_IN_TEAM = {
    "team viewer": frozenset({"read"}),
    "team member": frozenset({"read", "add", "write"}),
    "team admin": _ALL,
    "organization admin": _ALL,
    "server admin": _ALL,
    "service account": frozenset({"read", "add", "write"}),
    # of a member of the team
    "read-only key": frozenset({"read"}),
    "append-only key": frozenset({"read", "add"}),
}
_FOR_ALL = {"open": frozenset({"read", "add", "write"}), "public": frozenset({"read"})}
# Lists name people: the service account of the walk is on none.
_UNNAMED = frozenset({"service account"})


def rights(who: str, visibility: str) -> frozenset[str]:
    """Return what a caller may do in a project of the team."""
    if who in NOBODY or who == "key of another project":
        return frozenset()
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
    # Who names a place to write to is refused alike whether or not there is such a project.
    by_name: bool = False


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
    "whole": Rule("the account itself, not with a bounded key"),
    "server": Rule("administrators of the server"),
    "organization": Rule("members of the organization, administrators of the server"),
    "make teams": Rule("administrators of the organization or the server; everybody where that is switched on"),
    "people": Rule("administrators of the team, of its organization, of the server"),
    "people of the organization": Rule("administrators of the organization, of the server"),
    "read in the team": Rule("members of the team", "read"),
    "write in the team": Rule("members of the team, not viewers", "write", by_name=True),
    "manage in the team": Rule("administrators of the team, of its organization, of the server", "manage"),
    "read": Rule("who may read the project", "read"),
    "add": Rule("who may add to the project", "add"),
    "add by name": Rule(
        "who may add to the project, or to its owner if there is none of the name", "add", by_name=True
    ),
    "write": Rule("who may write to the project", "write"),
    "write by name": Rule(
        "who may write to the project, or to its owner if there is none of the name", "write", by_name=True
    ),
    "describe": Rule("who may write to the project; who sees it is for its administrators to say", "write"),
    "manage": Rule("administrators of the project: of the team, its organization, the server", "manage"),
}


def expected(rule: str, who: str, visibility: str, *, is_mutation: bool = False) -> int:
    """Return the status that a caller must be answered: 200 for all that lets them in, 404 also for a null."""
    if rule in {"page", "signed", "absent"}:
        return 200
    if rule in {"anybody", "sign in", "first start", "link", "provider", "issuer"}:
        return 200 if who not in NOBODY or who == "anonymous" else 401
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


def _of_people(rule: str, who: str) -> int:
    if rule == "account":
        return 200
    if rule == "never":
        return 403
    if rule == "whole":
        return 403 if who in BOUNDED else 200
    if rule == "server":
        return 200 if who == "server admin" else 403
    if rule == "organization":
        return 404 if who in {"outsider", "service account"} else 200
    if rule == "make teams":
        return 200 if who in {"organization admin", "server admin"} else 403
    if rule == "people of the organization":
        if who in {"organization admin", "server admin"}:
            return 200
        return 404 if who in {"outsider", "service account", "key of another project"} else 403
    assert rule == "people", rule
    if who in {"team admin", "organization admin", "server admin"}:
        return 200
    return 404 if who in {"outsider", "key of another project"} else 403

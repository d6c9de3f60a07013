"""The words of custom roles, each with what it adds to the role that it is named on top of (docs/operate/access.md)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from steelyard.domains.accounts.access import Permission, Right, Rights, Thing, rights_of_role
from steelyard.kernel.errors import Invalid


@dataclass(frozen=True)
class Word:
    """`text` tells people what it lets them do."""

    name: str
    text: str
    rights: Rights


def _word(name: str, permission: Permission, text: str, things: Iterable[Thing] = ()) -> Word:
    of = tuple(things) or (Thing(name.partition(":")[0]),)
    return Word(name, text, frozenset((thing.value, permission.value) for thing in of))


WORDS = {
    word.name: word
    for word in (
        _word(
            "run:create",
            Permission.APPEND,
            "start runs and log to them: rows, files, alerts, configuration, notes and tags",
        ),
        _word("run:update", Permission.WRITE, "edit, tag, stop, rewind and move runs"),
        _word("run:delete", Permission.DELETE, "delete runs and their files, and take runs out of the trash"),
        _word("artifact:create", Permission.APPEND, "log artifact versions"),
        _word(
            "artifact:update", Permission.WRITE, "edit versions and collections, give aliases and tags, link versions"
        ),
        _word("artifact:delete", Permission.DELETE, "delete versions and collections"),
        _word("report:update", Permission.WRITE, "make and edit reports, saved views and charts"),
        _word("report:delete", Permission.DELETE, "delete reports and saved views"),
        _word("sweep:update", Permission.WRITE, "make and steer sweeps, and run their agents"),
        _word("project:create", Permission.APPEND, "make projects"),
        _word("project:update", Permission.WRITE, "edit what is said of a project"),
        _word("project:delete", Permission.DELETE, "delete projects for good"),
        _word(
            "project:manage",
            Permission.MANAGE,
            "rename projects, say who sees them and who is on their lists, change locked reports, delete runs for good",
            [thing for thing in Thing if thing is not Thing.TEAM],
        ),
        _word(
            "team:people",
            Permission.PEOPLE,
            "say who belongs to the team, up to their own role; invite people; set secrets",
        ),
        _word("team:manage", Permission.MANAGE, "change the settings of the team"),
    )
}


def words_of(role: str) -> tuple[str, ...]:
    """Return the permissions that admin, member or viewer has as such."""
    may = rights_of_role(role)
    return tuple(word.name for word in WORDS.values() if word.rights <= may)


def check_words(names: Iterable[str]) -> tuple[str, ...]:
    """Return permissions in the order of the vocabulary, each once. Raises `Invalid` for what is none."""
    given = set(names)
    unknown = sorted(given - set(WORDS))
    if unknown:
        raise Invalid(f"there is no permission {unknown[0][:80]!r}; there are {', '.join(WORDS)}")
    return tuple(name for name in WORDS if name in given)


def rights_of(names: Iterable[str]) -> Rights:
    """Return what permissions add; those that this version does not know add nothing."""
    rights: set[Right] = set()
    for name in names:
        if word := WORDS.get(name):
            rights |= word.rights
    return frozenset(rights)

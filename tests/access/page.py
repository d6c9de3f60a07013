"""The page of permissions in docs/reference, from the table that tests/access walks."""

from __future__ import annotations

from collections.abc import Iterator

from steelyard.domains.accounts.vocabulary import WORDS, words_of
from tests.access.rules import CALLERS, LEVELS, NOBODY, RULES, TABLE, VISIBILITIES, rights

INTRO = """# Who may do what

Every query field, mutation and route, with the rule that decides. Each line is asked by every kind of caller about
projects of every visibility, on both databases, whenever the tests run; a field or route without a line fails them.
[People and rights](../operate/access.md) explains the words.

What a caller may not read is answered as what is not there (404, or null). What they may read but not do is refused
(403). Without an account, with an expired or revoked key, or from a deactivated account the answer is 401.
"""

PROJECTS = """
## What each caller may do in a project of a team

read, add (projects, runs, rows, files, versions), write (change, delete), manage (rename, delete projects, say who sees
them); of the two with a custom role, what it adds to viewer or member. The keys are those of a member of the team; the
viewers and the members are on the list of the restricted project, the service account is not.

"""
WORDS_INTRO = """
## What custom roles are made of

The lines below name what a caller needs by these words. An administrator has them all.

| Permission | Lets | Member |
| --- | --- | --- |
"""


def permissions_page() -> str:
    return INTRO + PROJECTS + "\n".join(_rights()) + "\n" + WORDS_INTRO + "".join(_words()) + "".join(_sections())


def _rights() -> Iterator[str]:
    yield "| Caller | " + " | ".join(VISIBILITIES) + " |"
    yield "| --- |" + " --- |" * len(VISIBILITIES)
    for who in CALLERS:
        yield f"| {who} | " + " | ".join(_cell(who, visibility) for visibility in VISIBILITIES) + " |"


def _cell(who: str, visibility: str) -> str:
    may = rights(who, visibility)
    levels = {level: words for level, words in LEVELS.items() if words <= may}
    more = sorted(may.difference(*levels.values()))
    return ", ".join([*levels, *(f"`{word}`" for word in more)]) or (
        "refused (401)" if who in NOBODY else "absent (404)"
    )


def _words() -> Iterator[str]:
    inherited = words_of("member")
    for word in WORDS.values():
        yield f"| `{word.name}` | {word.text} | {'has it' if word.name in inherited else 'lacks it'} |\n"


def _sections() -> Iterator[str]:
    for title, kind in (("Query fields", "queries"), ("Mutations", "mutations"), ("Routes", "routes")):
        yield f"\n## {title}\n\n| {title[:-1] if kind != 'queries' else 'Query field'} | Who may |\n| --- | --- |\n"
        for name, rule in TABLE[kind].items():
            yield f"| `{name}` | {RULES[rule].text} |\n"
    yield "\n## Types\n\n| Types | Shown |\n| --- | --- |\n"
    for kind, names in TABLE["types"].items():
        yield f"| {', '.join(f'`{name}`' for name in names)} | {TYPES[kind]} |\n"


TYPES = {
    "project": "with their project; a link to one that the caller may not read leads nowhere",
    "account": "to every account, and beside what the caller may read; e-mail addresses and keys to their owner and"
    " administrators, members to the team",
    "team": "to members of the team",
    "self": "to their owner",
    "answer": "in the answer to who was allowed to ask",
    "not built": "never: not built yet",
}

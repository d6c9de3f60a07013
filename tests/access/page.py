"""The page of permissions in docs/reference, from the table that tests/access walks."""

from __future__ import annotations

from collections.abc import Iterator

from tests.access.rules import CALLERS, NOBODY, RULES, TABLE, VISIBILITIES, rights

INTRO = """# Who may do what

Every query field, mutation and route, with the rule that decides. Each line is asked by every kind of caller about
projects of every visibility, on both databases, whenever the tests run; a field or route without a line fails them.
[People and rights](../operate/access.md) explains the words.

What a caller may not read is answered as what is not there (404, or null). What they may read but not do is refused
(403). Without an account, with an expired or revoked key, or from a deactivated account the answer is 401.
"""

PROJECTS = """
## What each caller may do in a project of a team

`read`, `add` (runs, rows, files, versions), `write` (change, delete), `manage` (rename, delete, say who sees it). The
keys are those of a member of the team; the viewer and the member are on the list of the restricted project, the service
account is not.

"""


def permissions_page() -> str:
    return INTRO + PROJECTS + "\n".join(_rights()) + "\n" + "".join(_sections())


def _rights() -> Iterator[str]:
    yield "| Caller | " + " | ".join(VISIBILITIES) + " |"
    yield "| --- |" + " --- |" * len(VISIBILITIES)
    for who in CALLERS:
        yield f"| {who} | " + " | ".join(_cell(who, visibility) for visibility in VISIBILITIES) + " |"


def _cell(who: str, visibility: str) -> str:
    may = rights(who, visibility)
    found = ", ".join(word for word in ("read", "add", "write", "manage") if word in may)
    return found or ("refused (401)" if who in NOBODY else "absent (404)")


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
    "account": "to every account; e-mail addresses and keys to their owner and administrators, members to the team",
    "team": "to members of the team",
    "self": "to their owner",
    "answer": "in the answer to who was allowed to ask",
    "not built": "never: not built yet",
}

"""Asks a server of two tenants whatever it can, by a seed, and holds each answer against two rules.

No answer is a fault of the server's own, and none to a stranger holds what the other tenant has stored.
"""

import json
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from tests.access.asks import MUTATIONS, QUERIES, ROUTES
from tests.access.place import Things
from tests.access.test_permissions import SCHEMA, filled
from tests.fuzz import wild
from tests.fuzz.documents import Documents
from tests.fuzz.tenants import Tenants
from tests.harness.site import Caller

# Goes on for ever by design, has its own limits, or signs whoever asks out of the campaign.
_LEFT_OUT = {"GET /app/projects/{entity}/{project}/live", "DELETE /app/sessions"}
# What goes on longer than callers wait is asked for again; where the web app is not built its page says so.
MEANT = (b"still_running", b"The web app has not been built")
_KINDS = ("route", "route", "query", "document", "document", "mutation", "mutated document")
_READING = ("route", "query", "document")


class Broken(AssertionError):
    """A rule that an answer has broken; the text says by which request."""


class Campaign:
    """One stream of requests. The same seed asks the same, as long as the server answers the same."""

    def __init__(self, tenants: Tenants, seed: int) -> None:
        self.tenants = tenants
        self.chance = random.Random(seed)
        self.answers: Counter[int] = Counter()
        self._who, self._is_stranger = "", True
        own = tenants.own.things["team"]
        self._things: list[Things] = [tenants.planted, tenants.theirs.things["team"], own]
        self._pool = [item for things in self._things for item in things.values()]
        self._documents = Documents(SCHEMA, self.chance, self._pool)
        self._send: dict[str, Callable[[Caller, Things], Awaitable[None]]] = {
            "route": self._route,
            "query": self._query,
            "mutation": self._mutation,
            "document": self._any_query,
            "mutated document": self._any_mutation,
        }

    async def step(self) -> None:
        """Ask once. Raises `Broken`."""
        self._is_stranger = self.chance.random() < 0.85
        callers = self.tenants.strangers if self._is_stranger else self.tenants.insiders
        self._who = self.chance.choice(sorted(callers))
        kind = self.chance.choice(_KINDS if self._is_stranger else _READING)
        await self._send[kind](callers[self._who], self.chance.choice(self._things))

    async def _route(self, caller: Caller, things: Things) -> None:
        names = [name for name in ROUTES if name not in _LEFT_OUT]
        if not self._is_stranger:
            names = [name for name in names if name.startswith("GET ")]
        name = self.chance.choice(names)
        method, _, path = name.partition(" ")
        ask = ROUTES[name]
        parts = {"entity": things["entityName"], "project": things["projectName"], "run": "r"} | ask.path
        parts["path"] = parts.pop("path:path", "x")
        for part, given in parts.items():
            found = self._spoiled(filled(given, things))
            for braced in (f"{{{part}}}", f"{{{part}:path}}"):
                path = path.replace(braced, quote(str(found)[:2000].encode("utf-8", "replace"), safe=""))
        query = ask.query.replace("$source", quote(json.dumps(things["$source"])))
        if self.chance.random() < 0.3:
            keys = ("limit", "offset", "numDays", "cursor", "before", "after", "q", "since", "direction", "path")
            query += f"{'&' if query else '?'}{self.chance.choice(keys)}={quote(str(wild.value(self.chance, 0))[:500])}"
        body = self._spoiled(filled(ask.given() if callable(ask.given) else ask.given, things))
        await self.ask(caller, method, path + query, body if method != "GET" else None)

    async def _query(self, caller: Caller, things: Things) -> None:
        name = self.chance.choice(sorted(QUERIES))
        field, given = SCHEMA.type_map["Query"].fields[name], filled(QUERIES[name].given, things)
        variables = ", ".join(f"${key}: {field.args[key].type}" for key in given)
        arguments = ", ".join(f"{key}: ${key}" for key in given)
        leaf = "" if str(field.type).rstrip("!") in {"String", "ID", "Boolean", "Int"} else " { __typename }"
        head, tail = (f"({variables})", f"({arguments})") if given else ("", "")
        await self._graphql(caller, f"query Q{head} {{ {name}{tail}{leaf} }}", self._spoiled(given))

    async def _mutation(self, caller: Caller, things: Things) -> None:
        name = self.chance.choice(sorted(MUTATIONS))
        kind = SCHEMA.type_map["Mutation"].fields[name].args["input"].type.of_type
        ask = MUTATIONS[name]
        named = {key: things[key] for key in ("entityName", "projectName") if key in kind.fields}
        given = named | filled(ask.given() if callable(ask.given) else ask.given, things)
        document = f"mutation M($input: {kind.name}!) {{ {name}(input: $input) {{ __typename }} }}"
        await self._graphql(caller, document, {"input": self._spoiled(given)})

    async def _any_query(self, caller: Caller, _things: Things) -> None:
        await self._graphql(caller, *self._documents.query())

    async def _any_mutation(self, caller: Caller, _things: Things) -> None:
        await self._graphql(caller, *self._documents.mutation())

    def _spoiled(self, given: Any) -> Any:
        return given if self.chance.random() < 0.3 else wild.spoiled(self.chance, given, self._pool)

    async def _graphql(self, caller: Caller, document: str, variables: Any) -> None:
        await self.ask(caller, "POST", "/graphql", {"query": document, "variables": variables})

    def pretend(self, who: str) -> None:
        """Take whoever asks next for a stranger of this name."""
        self._who, self._is_stranger = who, True

    async def ask(self, caller: Caller, method: str, path: str, body: Any) -> None:
        """Send one request and look at its answer. Raises `Broken`."""
        sent = json.dumps(body)
        auth = ("api", caller.key) if caller.key else None
        http = self.tenants.site.http_from("127.0.0.1")
        headers = {"content-type": "application/json"}
        content = sent.encode() if body is not None else None
        answer = await http.request(method, path, content=content, headers=headers, auth=auth)
        self.answers[answer.status_code] += 1
        told = f"{method} {path} {sent}"[:4000] + f"\nby {self._who}: {answer.status_code} {answer.text[:2000]}"
        if answer.status_code >= 500 and not any(text in answer.content for text in MEANT):
            raise Broken(f"a fault of the server's own: {told}")
        if self._is_stranger:
            if self.tenants.is_leak(f"{path} {sent}", answer.text):
                raise Broken(f"a stranger is answered what another tenant has: {told}")
            self.tenants.note_names(sent)

"""Requests that schemathesis makes of our OpenAPI description, sent over a socket, and answers held against it.

Beside the two rules of every campaign an answer has the status, the kind and the shape that the description foresees.
"""

import asyncio
import contextlib
import json
import math
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import hypothesis
import requests
import uvicorn
from hypothesis import HealthCheck, Phase
from schemathesis import Case, GenerationMode, openapi
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.access.described import DESCRIPTION
from tests.access.place import VERSION, Things
from tests.fuzz.campaign import MEANT, Broken
from tests.fuzz.tenants import Tenants
from tests.harness.site import Caller

# Signs whoever asks out of the campaign, or ends accounts that are to go on asking.
_LEFT_OUT = {"DELETE /app/sessions", "POST /app/password", "PATCH /app/admin/users/{username}"}
_WAIT_S = 60
# Of requests that name things that there are.
_NAMED_PART = 0.8
_METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
_CHECKS = [content_type_conformance, response_schema_conformance, status_code_conformance]


class Generated:
    """One round of all described operations. Knows how often which status was answered, and what broke a rule."""

    def __init__(self, tenants: Tenants, url: str, seed: int, until: float) -> None:
        self.tenants = tenants
        self.answers: Counter[int] = Counter()
        self.broken: list[Broken] = []
        self._url, self._seed, self._chance = url, seed, random.Random(seed)
        self._until = until
        self._session = requests.Session()
        own = tenants.own.things["team"]
        self._things = [tenants.planted, tenants.theirs.things["team"], own]
        self._schema = openapi.from_dict(_without_security(DESCRIPTION))

    def operations(self) -> list[Any]:
        """Return what is asked, and last whatever deletes."""
        found = [result.ok() for result in self._schema.get_all_operations()]
        wanted = [item for item in found if item.label not in _LEFT_OUT]
        return sorted(wanted, key=lambda item: (_METHODS.index(item.method.upper()), item.label))

    def ask_all(self, examples: int) -> None:
        """Ask each operation so often for what it takes, and where that is JSON as often for what it does not."""
        for operation in self.operations():
            if time.monotonic() > self._until:
                return
            self._ask(operation, GenerationMode.POSITIVE, examples)
            if any(body.media_type == "application/json" for body in operation.body):
                self._ask(operation, GenerationMode.NEGATIVE, examples)

    def _ask(self, operation: Any, mode: GenerationMode, examples: int) -> None:
        callers = sorted(self._callers(operation.method))

        @hypothesis.seed(self._seed)
        @hypothesis.settings(
            max_examples=examples,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @hypothesis.given(operation.as_strategy(generation_mode=mode))
        def ask(case: Case) -> None:
            self.tenants.site.clock.move(0.01)
            # by chance of our own: hypothesis begins with what comes first
            if self._chance.random() < _NAMED_PART:
                _name(case, self._chance.choice(self._things))
            try:
                self._send(case, self._chance.choice(callers))
            except Broken as error:
                self.broken.append(error)

        ask()

    def _callers(self, method: str) -> dict[str, Caller]:
        """Return the strangers, and who may do all: strangers' administrators, and for reading the insiders."""
        insiders = self.tenants.insiders if method.upper() == "GET" else {}
        more = {f"{name} of the other tenant": caller for name, caller in insiders.items()}
        return self.tenants.strangers | more | {"server admin": self.tenants.own.callers["server admin"]}

    def _send(self, case: Case, who: str) -> None:
        caller = self._callers(case.method)[who]
        auth = ("api", caller.key) if caller.key else None
        answer = case.call(base_url=self._url, session=self._session, auth=auth, timeout=_WAIT_S, allow_redirects=False)
        self.answers[answer.status_code] += 1
        body = answer.request.body or b""
        sent = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
        asked = f"{case.method} {answer.request.url}\n{sent}"
        told = f"{asked[:4000]}\nby {who}: {answer.status_code} {answer.text[:2000]}"
        if any(text in answer.content for text in MEANT):
            return
        if answer.status_code >= 500:
            raise Broken(f"a fault of the server's own: {told}")
        if who in self.tenants.strangers:
            if self.tenants.is_leak(asked, answer.text):
                raise Broken(f"a stranger is answered what another tenant has: {told}")
            self.tenants.note_names(sent)
        try:
            case.validate_response(answer, checks=_CHECKS)
        except FailureGroup as failures:
            reasons = "; ".join(f"{failure.title}: {failure.message}"[:500] for failure in failures.exceptions)
            raise Broken(f"{case.operation.label} answers otherwise than it says: {reasons}\n{told}") from None


def _name(case: Case, things: Things) -> None:
    """Put the names of things that there are where a request names such."""
    place = {"entity": things["entityName"], "project": things["projectName"], "team": things["entityName"]} | VERSION
    place["organization"] = things["$organization"]
    known = place | {"run": "r", "source": things["$source"], "node": things["$version"], "runs": ["r"]}
    for part in case.path_parameters or {}:
        if isinstance(known.get(part), str):
            case.path_parameters[part] = known[part]
    if isinstance(case.body, dict):
        case.body |= {key: known[key] for key in case.body.keys() & known.keys()}
    if case.query and "source" in case.query:
        case.query["source"] = json.dumps(things["$source"])


def _without_security(description: dict[str, Any]) -> dict[str, Any]:
    """Return the description as one of routes that anybody may ask: the key comes from the campaign."""
    paths = {
        path: {method: _open(operation) for method, operation in operations.items()}
        for path, operations in description["paths"].items()
    }
    return {key: value for key, value in description.items() if key != "security"} | {"paths": paths}


def _open(operation: dict[str, Any]) -> dict[str, Any]:
    parameters = [item for item in operation["parameters"] if item["name"] != "X-CSRF-Token"]
    return {key: value for key, value in operation.items() if key != "security"} | {"parameters": parameters}


@contextlib.asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """Serve the application at an address of this machine for as long as needed."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="off", log_config=None))
    running = asyncio.ensure_future(server.serve())
    try:
        while not server.started:  # noqa: ASYNC110 - uvicorn tells nobody when it has
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await running


async def ask_generated(
    tenants: Tenants, seed: int, examples: int, until: float = math.inf
) -> tuple[Counter[int], list[Broken]]:
    """Ask all that is described, in a thread of its own. Returns the answers by status, and what was broken."""
    async with serving(tenants.site.app) as url:
        round_ = Generated(tenants, url, seed, until)
        await asyncio.to_thread(round_.ask_all, examples)
    return round_.answers, round_.broken

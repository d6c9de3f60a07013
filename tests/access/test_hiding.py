"""What a caller may not see: answers as what is absent, and leaves no trace in anything else they may ask."""

import secrets
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
from graphql import GraphQLField, get_named_type, is_leaf_type, is_object_type, is_required_argument

from steelyard.graphql.unsupported import UNSUPPORTED
from steelyard.http.graphql_app import assemble_schema
from tests.access.asks import QUERIES, ROUTES
from tests.access.place import Place, open_place
from tests.access.rules import ALLOWED, RULES, TABLE
from tests.access.test_permissions import ask_route, filled
from tests.harness.site import Answer, Site
from tests.slices.artifact_wire import Logger

pytestmark = pytest.mark.asyncio(loop_scope="module")

SCHEMA = assemble_schema()
OUTSIDE = ("outsider", "service account", "key of another project", ALLOWED)
HIDDEN = [name for name, rule in TABLE["routes"].items() if RULES[rule].needs and "{project}" in name]
CANARY = f"canary{secrets.token_hex(8)}"
DEPTH = 5
PAGE = "/app/projects/{entity}/{project}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(site: Site) -> AsyncIterator[Place]:
    yield await open_place(site)


@pytest.mark.parametrize("name", HIDDEN)
async def test_what_is_hidden_answers_as_what_is_absent(place: Place, name: str):
    hidden = place.things["restricted"]
    absent, is_stream = hidden | {"projectName": "absent"}, name.startswith("POST /files/")
    for who in OUTSIDE:
        answers = [await ask_route(place, name, ROUTES[name], who, things) for things in (hidden, absent)]
        assert answers[0].status == answers[1].status == (401 if is_stream and who == ALLOWED else 404)
        assert told(answers[0], "p-restricted") == told(answers[1], "absent")


def told(answer: Answer, project: str) -> str:
    return str(answer.body["error"]["message"]).replace(project, "…")


async def test_hidden_lines_of_a_chart_answer_as_absent_ones(place: Place):
    runs = [[place.team, project, "r"] for project in ("p-restricted", "absent")]
    body = {"runs": runs, "panels": [{"id": "a", "key": "loss"}]}
    for who in OUTSIDE:
        (frame,) = (await place.callers[who].send("POST", "/app/panels:query", body)).body
        assert frame.header["runs"] == []
        hidden, absent = (error["message"] for error in frame.header["errors"])
        assert hidden == absent.replace("absent", "p-restricted")


# ---- a word that stands only in a restricted project ----------------------------------------------------------


async def plant(place: Place) -> None:
    """Write the word into all that people name, in the restricted project."""
    maker, project = place.callers["team member"], "p-restricted"
    named = {"entityName": place.team, "projectName": project}
    run = {"entityName": place.team, "modelName": project, "name": "r", "displayName": CANARY, "notes": CANARY}
    run |= {"tags": [CANARY], "groupName": CANARY, "jobType": CANARY, "config": f'{{"a": {{"value": "{CANARY}"}}}}'}
    run |= {"summaryMetrics": f'{{"{CANARY}": 1}}'}
    await place.ask("mutation M($i: UpsertBucketInput!) { m: upsertBucket(input: $i) { inserted } }", run)
    await Logger(maker, place.team, project).log(CANARY, {CANARY: b"x"}, description=CANARY, metadata=f'"{CANARY}"')
    view = named | {"type": "runs", "name": CANARY, "displayName": CANARY, "spec": f'{{"a": "{CANARY}"}}'}
    await place.ask("mutation M($i: UpsertViewInput!) { m: upsertView(input: $i) { inserted } }", view)
    alert = named | {"runName": "r", "title": CANARY, "text": CANARY}
    document = "mutation M($i: NotifyScriptableRunAlertInput!) { m: notifyScriptableRunAlert(input: $i) { success } }"
    await place.ask(document, alert)
    description = {"description": CANARY}
    path = f"/app/projects/{place.team}/{project}"
    assert (await place.callers["team admin"].send("PATCH", path, description)).status == 200


def selections(kind: Any, depth: int, above: frozenset[str]) -> Iterator[str]:
    """Select every field that can be asked without arguments, down to `depth`, no type twice on the way."""
    if not is_object_type(kind):
        yield "__typename"
        return
    for name, item in kind.fields.items():
        inner = get_named_type(item.type)
        if f"{kind.name}.{name}" in UNSUPPORTED or any(is_required_argument(arg) for arg in item.args.values()):
            continue
        if is_leaf_type(inner):
            yield name
        elif depth > 1 and inner.name not in above:
            yield f"{name} {{ {' '.join(selections(inner, depth - 1, above | {inner.name})) or '__typename'} }}"


def document_of(name: str, field: GraphQLField, given: dict[str, Any]) -> str:
    kind = get_named_type(field.type)
    variables = ", ".join(f"${key}: {field.args[key].type}" for key in given)
    arguments = ", ".join(f"{key}: ${key}" for key in given)
    inner = " ".join(selections(kind, DEPTH, frozenset({kind.name})))
    return f"query Q{f'({variables})' if given else ''} {{ {name}{f'({arguments})' if given else ''} {{ {inner} }} }}"


async def everything_asked(place: Place, who: str) -> dict[str, str]:
    """Return the answers to all that can be asked about the restricted project, by root field and route."""
    things, answers = place.things["restricted"], {}
    for name, ask in QUERIES.items():
        given = filled(ask.given, things)
        field = SCHEMA.query_type.fields[name]
        answer = await place.callers[who].graphql(document_of(name, field, given), **given)
        assert answer.status in {200, 403, 404, *([401] if who == ALLOWED else [])}, answer.body
        assert "data" in answer.body, answer.body
        answers[name] = str(answer.body)
    for name, ask in ROUTES.items():
        if name.startswith("GET /app/") and "live" not in name:
            answers[name] = str((await ask_route(place, name, ask, who, things)).body)
    return answers


async def test_a_word_of_a_hidden_project_stands_in_no_answer(place: Place):
    await plant(place)
    seen = [name for name, answer in (await everything_asked(place, "team member")).items() if CANARY in answer]
    assert {"project", "models", f"GET {PAGE}", f"GET {PAGE}/views", "GET /app/home"} <= set(seen), seen
    for who in OUTSIDE:
        found = [name for name, answer in (await everything_asked(place, who)).items() if CANARY in answer]
        assert not found, (who, found)

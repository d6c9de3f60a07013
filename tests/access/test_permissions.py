"""Every query field, mutation and route for every kind of caller and visibility, by permissions.toml.

A new field or route fails here until it has a line there and a request in asks.py.
"""

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio
from graphql import GraphQLInputObjectType, get_named_type, is_leaf_type, is_object_type

from steelyard.domains import modules_named
from steelyard.graphql.unsupported import UNSUPPORTED
from steelyard.http.graphql_app import assemble_schema
from tests.access.asks import MUTATIONS, QUERIES, ROUTES
from tests.access.described import check_described
from tests.access.place import Ask, Place, Things, open_place
from tests.access.rules import RULES, TABLE, asked, expected
from tests.harness.site import Answer, Site

pytestmark = pytest.mark.asyncio(loop_scope="module")

SCHEMA = assemble_schema()
# Answered outside the slices' tables.
OTHERS = {
    name for name in TABLE["routes"] if name.split(" ")[1].startswith(("/files/", "/storage/", "/probe/", "/graphql"))
}
OTHERS |= {
    "GET /healthz",
    "GET /ready",
    "GET /favicon.svg",
    "GET /assets/{path:path}",
    "GET /app/{path:path}",
    "GET /scim/{path:path}",
}
OTHERS |= {"GET /{path:path}", "GET /metrics"}
OTHERS |= {"GET /console/api/healthz", "GET /console/api/ready", "GET /traces/health"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(site: Site) -> AsyncIterator[Place]:
    yield await open_place(site)


# ---- the table is whole ---------------------------------------------------------------------------------------


def built(kind: str) -> set[str]:
    return {name for name in SCHEMA.type_map[kind].fields if f"{kind}.{name}" not in UNSUPPORTED}


def registered() -> set[str]:
    routes = set()
    for module in modules_named("routes"):
        routes |= {f"{method} {path}" for method, path, _ in module.routes.entries}
    return routes


async def test_every_field_and_route_has_a_line_and_every_line_is_asked():
    assert set(TABLE["queries"]) == built("Query") == set(QUERIES)
    assert set(TABLE["mutations"]) == built("Mutation") == set(MUTATIONS)
    assert set(TABLE["routes"]) == registered() | OTHERS
    assert set(ROUTES) == set(TABLE["routes"])
    used = {rule for kind in ("queries", "mutations", "routes") for rule in TABLE[kind].values()}
    assert used == set(RULES)


async def test_every_object_type_has_a_line():
    roots = {"Query", "Mutation"}
    shown = {
        name
        for name, kind in SCHEMA.type_map.items()
        if is_object_type(kind) and not name.startswith("__") and not name.endswith(("Payload", "Edge", "Connection"))
    }
    listed = [name for names in TABLE["types"].values() for name in names]
    assert sorted(listed) == sorted(shown - roots)


async def test_the_routes_of_the_application_are_those_of_the_table(site: Site):
    mounted = {route.path for route in site.app._app._app.routes}
    named = {name.split(" ")[1] for name in TABLE["routes"]}
    assert mounted == named - {"/files/{entity}/{project}/{run}/file_stream", "/storage/{key}"}


# ---- the walk -------------------------------------------------------------------------------------------------


def filled(value: Any, things: Things) -> Any:
    """Put the things of the place where `value` names them."""
    if isinstance(value, dict):
        return {key: filled(item, things) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, things) for item in value]
    return things.get(value, value) if isinstance(value, str) else value


async def things_of(place: Place, ask: Ask, visibility: str, *, is_let_in: bool) -> Things:
    made = await ask.prepare(place, visibility) if ask.prepare and is_let_in else {}
    return place.things[visibility] | made


async def walk(place: Place, kind: str, name: str, ask: Ask, send: Any) -> None:
    """Ask for every caller and visibility, and tell all that were answered otherwise than the rule says."""
    rule, wrong = TABLE[kind][name], []
    for who, visibility in asked(rule):
        wanted = expected(rule, who, visibility, is_mutation=kind == "mutations" or name.startswith("POST /files/"))
        things = await things_of(place, ask, visibility, is_let_in=wanted == 200)
        status = await send(place, name, ask, who, things)
        if status not in (ask.lets_in if wanted == 200 else (wanted,)):
            wrong.append(f"{who}, {visibility}: {status} instead of {wanted}")
    assert not wrong, "\n".join([f"{name} ({rule}: {RULES[rule].text})", *wrong])


@pytest.mark.parametrize("name", QUERIES)
async def test_query(place: Place, name: str):
    await walk(place, "queries", name, QUERIES[name], send_query)


async def send_query(place: Place, name: str, ask: Ask, who: str, things: Things) -> int:
    field = SCHEMA.query_type.fields[name]
    given = filled(ask.given, things)
    variables = ", ".join(f"${key}: {field.args[key].type}" for key in given)
    arguments = ", ".join(f"{key}: ${key}" for key in given)
    leaf = "" if is_leaf_type(get_named_type(field.type)) else " { __typename }"
    document = f"query Q{f'({variables})' if given else ''} {{ {name}{f'({arguments})' if given else ''}{leaf} }}"
    answer = await place.callers[who].graphql(document, **given)
    return 404 if answer.status == 200 and answer.body["data"][name] is None else answer.status


@pytest.mark.parametrize("name", MUTATIONS)
async def test_mutation(place: Place, name: str):
    await walk(place, "mutations", name, MUTATIONS[name], send_mutation)


async def send_mutation(place: Place, name: str, ask: Ask, who: str, things: Things) -> int:
    kind = get_named_type(SCHEMA.mutation_type.fields[name].args["input"].type)
    assert isinstance(kind, GraphQLInputObjectType)
    own = ask.given() if callable(ask.given) else ask.given
    named = {key: things[key] for key in ("entityName", "projectName") if key in kind.fields}
    shown = f"{ask.shows} {{ id }}" if ask.shows else "__typename"
    document = f"mutation M($input: {kind.name}!) {{ {name}(input: $input) {{ {shown} }} }}"
    answer = await place.callers[who].graphql(document, input=named | filled(own, things))
    is_null = answer.status == 200 and ask.shows and answer.data[name][ask.shows] is None
    return 404 if is_null else answer.status


@pytest.mark.parametrize("name", ROUTES)
async def test_route(place: Place, name: str):
    await walk(place, "routes", name, ROUTES[name], send_route)


async def send_route(place: Place, name: str, ask: Ask, who: str, things: Things) -> int:
    return (await ask_route(place, name, ask, who, things)).status


async def ask_route(place: Place, name: str, ask: Ask, who: str, things: Things) -> Answer:
    method, _, path = name.partition(" ")
    parts = {"entity": place.team, "project": things["projectName"], "run": "r"} | filled(ask.path, things)
    parts |= {key: item for key, item in things.items() if f"{{{key}}}" in path and not key.startswith("$")}
    for part, value in parts.items():
        path = path.replace(f"{{{part}}}", place_in(value, things))
    body = filled(ask.given() if callable(ask.given) else ask.given, things)
    query = ask.query.replace("$source", quote(json.dumps(things["$source"])))
    answer = await place.callers[who].send(method, path + query, body)
    check_described(name, answer)
    return answer


def place_in(text: str, things: Things) -> str:
    """Replace the things that are named inside of a path."""
    return "/".join(str(things.get(part, part)) for part in text.split("/"))

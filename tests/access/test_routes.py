"""Every route of the web app for every kind of caller. A new route fails here until it has a row.

The place is a private project of a team. What a caller may not see answers exactly as what does not exist.
"""

import importlib
import json
import pkgutil
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio

import steelyard.domains
from tests.harness.site import Answer, Caller, Site
from tests.slices.artifact_wire import Logger
from tests.slices.logged_tables import Table

pytestmark = pytest.mark.asyncio(loop_scope="module")

CALLERS = ("nobody", "stranger", "viewer", "member", "admin", "operator")
FILES = {"a.txt": b"alpha", "t.table.json": b'{"columns": ["a"], "data": [[1]]}'}
UPSERT = "mutation U($input: UpsertBucketInput!) { upsertBucket(input: $input) { bucket { id } } }"


@dataclass
class Place:
    """A team with the project `p`, in it the run `r` and an artifact, and a caller of each kind."""

    site: Site
    team: str
    callers: dict[str, Caller]

    async def fresh_run(self) -> dict[str, str]:
        name = f"run-{secrets.token_hex(4)}"
        await self._start("p", name)
        return {"run": name}

    async def fresh_project(self) -> dict[str, str]:
        name = f"project-{secrets.token_hex(4)}"
        await self._start(name, "r")
        return {"project": name}

    async def fresh_artifact(self) -> dict[str, str]:
        name = f"data-{secrets.token_hex(4)}"
        await Logger(self.callers["member"], self.team, "p").log(name, FILES)
        return VERSION | {"collection": name}

    async def node(self) -> dict[str, str]:
        found = await Logger(self.callers["member"], self.team, "p").find("data:v0")
        assert found is not None
        return {"node": found["artifact"]["id"]}

    async def _start(self, project: str, run: str) -> None:
        given = {"entityName": self.team, "modelName": project, "name": run}
        assert (await self.callers["admin"].graphql(UPSERT, input=given)).data


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(site: Site) -> Place:
    callers = {name: await site.user() for name in ("stranger", "viewer", "member", "admin")}
    callers |= {"nobody": site.nobody(), "operator": await site.user(admin=True)}
    team = await site.team(callers["admin"], member=callers["member"], viewer=callers["viewer"])
    made = Place(site, team, callers)
    await made._start("p", "r")
    await Logger(callers["member"], team, "p").log("data", FILES)
    await Table(callers["member"], SOURCE | {"entity": team}).get("describe")  # until it is ready
    site.ports.closing.set()  # answers that would go on for ever end at once
    return made


# ---- rules ----------------------------------------------------------------------------------------------------

OK = 200
EVERYBODY = dict.fromkeys(CALLERS, OK)
ACCOUNTS = EVERYBODY | {"nobody": 401}
READERS = ACCOUNTS | {"stranger": 404}
WRITERS = READERS | {"viewer": 403}
MANAGERS = WRITERS | {"member": 403}
Prepare = Callable[[Place], Awaitable[dict[str, str]]]


@dataclass(frozen=True)
class Row:
    """What each caller is answered. `prepare` makes something for the request to change, and names it."""

    statuses: dict[str, int]
    body: Any = None
    prepare: Prepare | None = None
    path: dict[str, str] = field(default_factory=dict)
    query: str = ""


def nothing(status: int) -> dict[str, int]:
    """Nobody finds what is not theirs: things of the caller's own are tested with accounts."""
    return dict.fromkeys(CALLERS, status) | {"nobody": 401}


VERSION = {"type": "dataset", "collection": "data", "version": "v0"}
SERIES = {"id": "x", "entity": "", "project": "p", "run": "r", "key": "loss"}
SOURCE = {"kind": "artifact", "entity": "", "project": "p", **VERSION, "path": "t.table.json"}
TABLE_QUESTIONS = ("describe", "query", "row", "summarize")
RUN, PROJECT = "/app/runs/{entity}/{project}/{run}", "/app/projects/{entity}/{project}"
COLLECTION = PROJECT + "/artifacts/{type}/{collection}"
TABLE = {
    "GET /app/session": Row(EVERYBODY),
    "POST /app/session": Row(dict.fromkeys(CALLERS, 401), lambda: {"login": secrets.token_hex(8), "password": "x"}),
    "DELETE /app/session": Row(EVERYBODY),
    "POST /app/setup": Row(
        dict.fromkeys(CALLERS, 403), {"token": "x", "username": "u", "email": "", "password": "long enough"}
    ),
    "POST /app/signup": Row(dict.fromkeys(CALLERS, 403), {"username": "u", "email": "", "password": "long enough"}),
    "POST /app/password": Row(nothing(409), {"current": "wrong", "new": "long enough"}),
    "GET /app/keys": Row(ACCOUNTS),
    "POST /app/keys": Row(ACCOUNTS, {"name": "k"}),
    "DELETE /app/keys/{id}": Row(nothing(404), path={"id": "QXBpS2V5Ojk5OTk5OQ"}),
    "GET /app/sessions": Row(ACCOUNTS),
    "DELETE /app/sessions/{id}": Row(nothing(404), path={"id": "U2Vzc2lvbjo5OTk5OTk"}),
    "GET /app/home": Row(ACCOUNTS),
    "GET /app/compat": Row(ACCOUNTS),
    "GET /app/admin/limits": Row(dict.fromkeys(CALLERS, 403) | {"nobody": 401, "operator": OK}),
    # names of entities are no secret between accounts; what they hold is
    "GET /app/entities/{entity}": Row(ACCOUNTS),
    "POST /app/entities/{entity}/projects": Row(
        WRITERS | {"stranger": 403}, lambda: {"name": f"made-{secrets.token_hex(4)}"}
    ),
    f"GET {PROJECT}": Row(READERS),
    f"PATCH {PROJECT}": Row(MANAGERS, {"visibility": "private"}),
    f"DELETE {PROJECT}": Row(MANAGERS, prepare=Place.fresh_project),
    f"GET {PROJECT}/members": Row(READERS),
    f"POST {PROJECT}/members": Row(
        MANAGERS | {"admin": 404, "operator": 404}, {"username": "nobody-of-this-name", "role": "member"}
    ),
    f"DELETE {PROJECT}/members/{{username}}": Row(
        MANAGERS | {"admin": 404, "operator": 404}, path={"username": "nobody-of-this-name"}
    ),
    f"POST {PROJECT}/runs:query": Row(READERS, {}),
    f"POST {PROJECT}/runs:group": Row(READERS, {"by": ["state"]}),
    f"GET {PROJECT}/columns": Row(READERS),
    f"POST {PROJECT}/runs:select": Row(READERS, {}),
    f"POST {PROJECT}/runs:bulk": Row(WRITERS, {"action": "tag", "runs": ["r"], "add": ["t"]}),
    f"GET {PROJECT}/trash": Row(READERS),
    f"GET {PROJECT}/trash/ids": Row(READERS),
    f"GET {PROJECT}/live": Row(READERS),
    f"GET {PROJECT}/changes": Row(READERS),
    f"POST {PROJECT}/metrics": Row(READERS, {"runs": ["r"]}),
    f"GET {PROJECT}/sweeps": Row(READERS),
    f"GET {PROJECT}/views": Row(READERS),
    f"GET {PROJECT}/views/{{id}}": Row(nothing(404), path={"id": "Vmlldzo5OTk5OTk5"}),
    "GET /app/entities/{entity}/charts/{name}": Row(nothing(404), path={"name": "none"}),
    f"GET {PROJECT}/artifacts": Row(READERS),
    f"GET {COLLECTION}": Row(READERS, path=VERSION),
    f"GET {COLLECTION}/versions:list": Row(READERS, path=VERSION),
    f"GET {COLLECTION}/versions:names": Row(READERS, path=VERSION),
    f"GET {COLLECTION}/aliases:list": Row(READERS, path=VERSION),
    f"PATCH {COLLECTION}": Row(WRITERS, {"description": "x"}, path=VERSION),
    f"DELETE {COLLECTION}": Row(WRITERS, prepare=Place.fresh_artifact),
    f"POST {COLLECTION}/versions:delete": Row(WRITERS, {"versions": ["v9"]}, path=VERSION),
    f"GET {COLLECTION}/{{version}}": Row(READERS, path=VERSION),
    f"GET {COLLECTION}/{{version}}/metrics": Row(READERS, path=VERSION),
    f"GET {COLLECTION}/{{version}}/files": Row(READERS, path=VERSION),
    f"GET {COLLECTION}/{{version}}/files:find": Row(READERS, path=VERSION, query="?find=x"),
    f"GET {COLLECTION}/{{version}}/file": Row(READERS, path=VERSION, query="?path=a.txt"),
    f"GET {COLLECTION}/{{version}}/compare": Row(READERS, path=VERSION, query="?with=v0"),
    f"GET {COLLECTION}/{{version}}/compare:totals": Row(READERS, path=VERSION, query="?with=v0"),
    f"PATCH {COLLECTION}/{{version}}": Row(WRITERS, {"description": "x"}, path=VERSION),
    f"POST {COLLECTION}/{{version}}/aliases": Row(WRITERS, {"add": ["a"]}, path=VERSION),
    f"DELETE {COLLECTION}/{{version}}": Row(WRITERS, None, Place.fresh_artifact, query="?aliases=1"),
    f"POST {COLLECTION}/{{version}}/links": Row(WRITERS, {"collection": "links"}, path=VERSION),
    # the node is the version of the place; absent ones are tested with lineage
    "GET /app/lineage/{node}": Row(READERS, prepare=Place.node),
    "GET /app/lineage/{node}/members": Row(READERS, prepare=Place.node, query="?direction=up"),
    f"GET {RUN}": Row(READERS),
    f"PATCH {RUN}": Row(WRITERS, {"notes": "x"}, Place.fresh_run),
    f"DELETE {RUN}": Row(WRITERS, None, Place.fresh_run),
    f"POST {RUN}/stop": Row(WRITERS, {}, Place.fresh_run),
    f"GET {RUN}/files": Row(READERS),
    f"GET {RUN}/alerts": Row(READERS),
    "GET /app/alerts": Row(ACCOUNTS),
    "POST /app/alerts/read": Row(ACCOUNTS, {"upTo": 1}),
    "GET /app/alert-preferences": Row(ACCOUNTS),
    "PATCH /app/alert-preferences": Row(ACCOUNTS, {"byMail": True}),
    f"GET {RUN}/artifacts": Row(READERS),
    f"GET {RUN}/logs": Row(READERS),
    f"GET {RUN}/logs/labels": Row(READERS),
    f"GET {RUN}/logs/search": Row(READERS, query="?q=x"),
    f"GET {RUN}/logs/download": Row(READERS),
    # each line has an error of its own, see below
    "POST /app/panels:query": Row(ACCOUNTS, {"runs": [], "panels": []}),
    "POST /app/media:query": Row(READERS, lambda: SERIES),
    **{f"POST /app/tables:{what}": Row(READERS, {"source": SOURCE, "column": 0, "row": 0}) for what in TABLE_QUESTIONS},
    "GET /app/tables/export": Row(READERS, query="?source={source}"),
    "GET /artifacts/{entity}/{digest}": Row(nothing(404), path={"digest": "0" * 32}),
    "GET /artifactsV2/{path:path}": Row(nothing(404), path={"path:path": f"default/x/y/{'0' * 32}"}),
}


def registered() -> set[str]:
    routes = set()
    for module in pkgutil.walk_packages(steelyard.domains.__path__, "steelyard.domains."):
        if module.name.endswith("routes"):
            table = importlib.import_module(module.name).routes
            routes |= {f"{method} {path}" for method, path, _ in table.entries}
    return routes


async def test_every_registered_route_has_a_row_and_every_row_its_route():
    assert set(TABLE) == registered()


# ---- the walk -------------------------------------------------------------------------------------------------


async def ask(place: Place, who: str, route: str, **instead: str) -> Answer:
    """Send the request of a row; `instead` replaces parts of its path."""
    row = TABLE[route]
    prepared = await row.prepare(place) if row.prepare else {}
    values = {"entity": place.team, "project": "p", "run": "r"} | row.path | prepared | instead
    method, _, path = route.partition(" ")
    for name, value in values.items():
        path = path.replace(f"{{{name}}}", value)
    body = row.body() if callable(row.body) else row.body
    if isinstance(body, dict) and body.keys() == SERIES.keys():
        body = body | {"entity": place.team} | instead
    source = SOURCE | {"entity": place.team} | instead
    if isinstance(body, dict) and "source" in body:
        body = body | {"source": source}
    query = row.query.replace("{source}", quote(json.dumps(source)))
    return await place.callers[who].send(method, path + query, body)


@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize("route", TABLE)
async def test_the_route_answers_the_caller_as_the_rules_say(place, route, who):
    answer = await ask(place, who, route)
    expected = TABLE[route].statuses[who]
    assert answer.status in ({200, 204} if expected == OK else {expected}), answer.body


HIDING = [route for route, row in TABLE.items() if row.statuses["stranger"] == 404 and "{project}" in route]


@pytest.mark.parametrize("who", ["nobody", "stranger"])
@pytest.mark.parametrize(
    "route", [*HIDING, "POST /app/media:query", "POST /app/tables:query", "GET /app/tables/export"]
)
async def test_what_is_hidden_answers_as_what_is_absent(place, route, who):
    hidden = await ask(place, who, route)
    absent = await ask(place, who, route, project="absent")
    assert hidden.status == absent.status
    assert told_of(hidden) == told_of(absent)


def told_of(answer: Answer) -> str:
    """The message without the names that the two requests differ by."""
    named = re.sub(r"(run|data)-[0-9a-f]{8}", "r", str(answer.body["error"]["message"]))
    return re.sub(r"project-[0-9a-f]{8}|absent", "p", named)


async def test_hidden_lines_answer_as_absent_ones(place):
    runs = [[place.team, project, "r"] for project in ("p", "absent")]
    body = {"runs": runs, "panels": [{"id": "a", "key": "loss"}]}
    (frame,) = (await place.callers["stranger"].send("POST", "/app/panels:query", body)).body
    assert frame.header["runs"] == []
    hidden, absent = (error["message"] for error in frame.header["errors"])
    assert hidden == absent.replace("absent", "p")


async def test_an_unknown_route_is_told_so_to_everybody(place):
    for caller in place.callers.values():
        assert (await caller.send("GET", "/app/no-such-route")).status == 404

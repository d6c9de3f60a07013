"""Questions about lists of runs that are wrong, or built to hurt: refused at once in words, while others are served."""

import json
import statistics
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.contract.test_bad_input import FINAL, message_of
from tests.contract.wire import Wire
from tests.harness.server import Server, User

# What a person accepts who mistyped; tests on a busy machine are given several times as much.
PROMPT_S = 0.2 * 10
LIST = """query L($e: String!, $p: String!, $f: JSONString, $o: String, $n: Int, $a: String) {
  project(name: $p, entityName: $e) { runCount(filters: $f)
  runs(filters: $f, order: $o, first: $n, after: $a) {
    edges { node { name } } pageInfo { endCursor hasNextPage } } } }"""
GROUP = """query G($e: String!, $p: String!, $k: [String!]!, $n: Int, $a: String) { project(name: $p, entityName: $e) {
  runGroups(keys: $k, first: $n, after: $a) { edges { node { count } } } } }"""
FEW, EXPLODING = 40, "^(([a-z])+.)+[A-Z]([a-z])+$"


@pytest.fixture(scope="module")
def project(server: Server, module_user: User) -> Iterator[Wire]:
    wire = Wire(server.url, module_user.name, module_user.api_key, project="questions")
    for number in range(FEW):
        wire.start(f"r{number}")
    yield wire
    names = [edge["node"]["name"] for edge in ask(wire).json()["data"]["project"]["runs"]["edges"]]
    assert names == [f"r{number}" for number in range(FEW)]


def ask(wire: Wire, document: str = LIST, **variables: Any) -> httpx.Response:
    return wire.graphql(document, e=wire.entity, p=wire.project, **variables)


def assert_refused(response: httpx.Response) -> None:
    """Refused in words, and no list given."""
    assert response.status_code in FINAL | {200}, (response.status_code, response.text[:500])
    assert message_of(response)
    assert "Traceback" not in response.text
    project = (response.json().get("data") or {}).get("project") or {}
    assert project.get("runs") is project.get("runGroups") is None


def assert_prompt_refusal(wire: Wire, document: str = LIST, **variables: Any) -> str:
    began_s = time.monotonic()
    response = ask(wire, document, **variables)
    assert time.monotonic() - began_s < PROMPT_S
    assert_refused(response)
    return message_of(response)


def nested(levels: int, inner: str = '{"a": 1}') -> str:
    return '{"$not": ' * levels + inner + "}" * levels


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "7",
        '"name"',
        '{"$and": {}}',
        '{"$or": [1]}',
        '{"$where": "1"}',
        '{"name": {"$near": 1}}',
        '{"name": {"$in": "r1"}}',
        '{"name": {"$in": {"a": 1}}}',
        '{"tags": {"$size": 1.5}}',
        '{"name": {"$regex": "("}}',
        '{"name": {"$regex": "a{1000}{1000}"}}',
        '{"name": {"$regex": "(?=a)"}}',
        '{"name": {"$regex": "\\ud800"}}',
        '{"createdAt": {"$gt": "yesterday"}}',
        '{"createdAt": {"$gt": {"a": 1}}}',
        '{"createdAt": {"$gt": null}}',
        '{"createdAt": 1e400}',
        '{"heartbeat_at": {"$in": ["2025-01-01", "never"]}}',
        '{"colour": 1}',
        '{"config": 1}',
        '{"": 1}',
        '{"config.' + "k." * 600 + '": 1}',
        nested(50),
        nested(1_000),
        nested(100_000),
        "[" * 100_000,
        '{"a": ' * 1_000 + "1" + "}" * 1_000,
        json.dumps({"$and": [{"name": {"$ne": "r"}}] * 20_001}),
        json.dumps({"name": {"$in": ["r"] * 20_001}}),
        json.dumps({"tags": {"$all": ["r"] * 1_001}}),
        json.dumps({"name": {"$regex": "a" * 1_001}}),
        json.dumps({"name": {"$regex": "(?i)\\pL{300}"}}),
        json.dumps({"$or": [{f"config.k{number}": {"$regex": EXPLODING}} for number in range(4_000)]}),
    ],
    ids=lambda text: text[:40],
)
def test_filters(project: Wire, text: str) -> None:
    assert_prompt_refusal(project, f=text)


@pytest.mark.parametrize("order", ["colour", "+", "+config", "-created_at,colour", "name desc", "x" * 10_000])
def test_orders(project: Wire, order: str) -> None:
    if order == "+":
        assert ask(project, o=order).status_code == 200, "no key at all is the default order"
        return
    assert "cannot be searched by" in assert_prompt_refusal(project, o=order)


def test_an_order_of_a_thousand_keys(project: Wire) -> None:
    assert_prompt_refusal(project, o=",".join(f"config.k{number}" for number in range(1_000)))


def test_cursors(project: Wire) -> None:
    page = ask(project, n=3).json()["data"]["project"]["runs"]["pageInfo"]["endCursor"]
    assert ask(project, n=3, a=page).status_code == 200
    assert "another query" in assert_prompt_refusal(project, n=3, a=page, o="-created_at")
    assert "another query" in assert_prompt_refusal(project, n=3, a=page, f='{"name": "r1"}')
    for cursor in ("nonsense", "b2Zmc2V0OjM=", "x" * 100_000, "cnVuOi0xOi0xOng=", page[:-4], "😀"):
        assert_prompt_refusal(project, n=3, a=cursor)


@pytest.mark.parametrize("first", [-1, -(2**31), 2**31, 10**30, 1.5, "many", [1]])
def test_sizes_that_are_no_size(project: Wire, first: Any) -> None:
    assert_refused(ask(project, n=first))


def test_a_huge_page_is_cut_and_says_so(project: Wire) -> None:
    found = ask(project, n=2**31 - 1).json()["data"]["project"]["runs"]
    assert len(found["edges"]) == FEW
    assert not found["pageInfo"]["hasNextPage"]


@pytest.mark.parametrize("keys", [[], ["colour"], ["state"] * 1_000, ["config"]], ids=lambda keys: str(keys)[:30])
def test_groups(project: Wire, keys: list[str]) -> None:
    assert_prompt_refusal(project, GROUP, k=keys)
    assert_prompt_refusal(project, GROUP, k=["state"], a="nonsense")
    assert_prompt_refusal(project, GROUP, k=["state"], n=-1)


@pytest.mark.parametrize("name", ["runs:query", "runs:group"])
def test_bodies_of_the_web_app(project: Wire, name: str) -> None:
    bodies: list[Any] = [[], 7, {"filters": []}, {"filters": {"$x": 1}}, {"order": "name"}, {"order": ["colour"]}]
    bodies += [{"offset": -1}, {"limit": "9"}, {"offset": 10**30}, {"search": 7}]
    bodies += [{"search": "(", "regex": True}, {"columns": "config.lr"}, {"columns": [1]}, {"by": []}, {"by": ["x"]}]
    with project.http() as http:
        for body in bodies:
            response = http.post(f"/app/projects/{project.entity}/{project.project}/{name}", json=body)
            accepted = name == "runs:query" and isinstance(body, dict) and "by" in body
            assert response.status_code in ({200} if accepted else {400, 422}), (body, response.text)


def test_others_are_served_while_somebody_asks_what_is_built_to_hurt(project: Wire) -> None:
    alternatives = [{f"config.k{number}": {"$regex": EXPLODING}} for number in range(49)]
    alternatives += [{f"config.k{number}": {"$exists": True}} for number in range(10_000)]
    hurtful = json.dumps({"$or": [*alternatives, {"display_name": {"$regex": EXPLODING}}]})
    waits: list[float] = []
    over = threading.Event()

    def live() -> None:
        while not over.is_set():
            began_s = time.monotonic()
            assert project.graphql("{ viewer { id } }").status_code == 200
            waits.append(time.monotonic() - began_s)

    other = threading.Thread(target=live)
    other.start()
    try:
        for _ in range(3):
            assert ask(project, f=hurtful, o="-config.k1,+config.k2").status_code == 200
    finally:
        over.set()
        other.join()
    assert statistics.median(waits) < PROMPT_S

"""Requests that are wrong, raw: each gets a clear, final refusal, and nothing that was accepted before is lost.

Final matters as much as clear: the client retries 5xx, 408 and 429 for days, so a permanent problem must be none of
these (docs/protocol/ingest.md, file_stream).
"""

import gzip
import itertools
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.contract.wire import CREATE_FILES, HISTORY, UPSERT, Wire
from tests.harness.server import Server, User

FINAL = {400, 401, 403, 404, 409, 410, 413, 422}
ROWS = [json.dumps({"_step": step, "loss": 1 / (step + 1)}) for step in range(20)]
_projects = itertools.count(1)
LOGS = ["2026-01-02T03:04:05.000001 first", "2026-01-02T03:04:05.000002 second"]


def message_of(response: httpx.Response) -> str:
    body = response.json()
    if "error" in body:
        return body["error"]["message"] if isinstance(body["error"], dict) else body["error"]
    return "; ".join(error["message"] for error in body["errors"])


def assert_refused(response: httpx.Response, *statuses: int) -> None:
    """Refused for good, in words: a sentence for people, no trace of the inside."""
    assert response.status_code in (statuses or FINAL), (response.status_code, response.text[:500])
    message = message_of(response)
    assert len(message) > 3
    assert "Traceback" not in response.text
    assert "steelyard/" not in response.text


def assert_graphql_refused(response: httpx.Response) -> None:
    """Refused as GraphQL does: with 200 or a final status, errors told, nothing done."""
    assert response.status_code in FINAL | {200}, (response.status_code, response.text[:500])
    assert response.json()["errors"], response.text
    assert not any((response.json().get("data") or {}).values()), response.text
    assert message_of(response)


@pytest.fixture
def wire(server: Server, module_user: User) -> Iterator[Wire]:
    """A run with accepted data; after the test all of it must still be there, and the run must still accept more."""
    wire = Wire(server.url, module_user.name, module_user.api_key, project=f"wire-{next(_projects)}")
    wire.start("kept")
    assert wire.append("kept", 0, ROWS).status_code == 200
    assert wire.append("kept", 0, LOGS, file="output.log").status_code == 200
    yield wire
    found = wire.read("kept")
    assert [json.loads(row)["loss"] for row in found["history"]] == [1 / (step + 1) for step in range(20)]
    assert [edge["node"]["line"] for edge in found["logLines"]["edges"]] == ["first", "second"]
    assert wire.append("kept", 20, ['{"_step":20,"loss":0.5}']).status_code == 200
    assert wire.read("kept")["historyLineCount"] == 21


@pytest.mark.parametrize("content", [b"not json", b"", b'{"files": {', b"\xff\xfe\x00", b'{"files": NaN}}'])
def test_a_body_that_is_not_json(wire: Wire, content: bytes) -> None:
    assert_refused(wire.send("kept", content=content, headers={"Content-Type": "application/json"}), 400, 422)


@pytest.mark.parametrize("cut", [1, 10, 40])
def test_gzip_that_ends_too_early(wire: Wire, cut: int) -> None:
    whole = gzip.compress(json.dumps({"files": {HISTORY: {"offset": 20, "content": ROWS}}}).encode())
    assert_refused(wire.send("kept", content=whole[:-cut], headers={"Content-Encoding": "gzip"}), 400, 422)


def test_gzip_that_is_not_gzip(wire: Wire) -> None:
    assert_refused(wire.send("kept", content=b"{}", headers={"Content-Encoding": "gzip"}), 400, 422)


def test_an_unknown_content_encoding(wire: Wire) -> None:
    response = wire.send("kept", content=b"\x00\x01", headers={"Content-Encoding": "compress"})
    assert_refused(response, 400, 415, 422)


@pytest.mark.parametrize(
    "body",
    [
        [],
        "text",
        7,
        {"files": []},
        {"files": {HISTORY: []}},
        {"files": {HISTORY: {"offset": "20", "content": ["{}"]}}},
        {"files": {HISTORY: {"offset": -1, "content": ["{}"]}}},
        {"files": {HISTORY: {"offset": 1.5, "content": ["{}"]}}},
        {"files": {HISTORY: {"offset": 20, "content": "{}"}}},
        {"files": {HISTORY: {"offset": 20, "content": [7]}}},
        {"files": {HISTORY: {"offset": 20, "content": [{"_step": 20}]}}},
        {"files": {HISTORY: {"offset": 20, "content": ["[1, 2]"]}}},
        {"files": {HISTORY: {"offset": 20, "content": ["{not json"]}}},
        {"files": {}, "uploaded": "name"},
        {"complete": True, "exitcode": "zero"},
    ],
    ids=lambda body: json.dumps(body)[:60],
)
def test_wrong_types(wire: Wire, body: Any) -> None:
    assert_refused(wire.send("kept", content=json.dumps(body).encode()), 400, 422)


def test_a_bad_line_takes_no_neighbour_with_it(wire: Wire) -> None:
    """The good rows of a refused request are not half stored: the sender may correct it and send it again."""
    assert_refused(wire.append("kept", 20, ['{"_step":20,"loss":9}', "{broken"]), 400, 422)
    assert wire.read("kept")["historyLineCount"] == 20


def test_a_line_of_twenty_megabytes(wire: Wire) -> None:
    line = json.dumps({"_step": 20, "text": "x" * 20_000_000})
    assert_refused(wire.append("kept", 20, [line]), 400, 413, 422)


def test_a_small_gzip_that_would_fill_the_memory(wire: Wire) -> None:
    bomb = gzip.compress(b'{"files": {"' + b" " * 400_000_000, compresslevel=1)
    assert_refused(wire.send("kept", content=bomb, headers={"Content-Encoding": "gzip"}), 400, 413, 422)


@pytest.mark.parametrize("offset", [10_000_000, 2**40, 2**63, 2**80])
def test_history_far_ahead_of_what_was_accepted(wire: Wire, offset: int) -> None:
    assert_refused(wire.append("kept", offset, ['{"_step":1,"loss":9}']))
    assert wire.read("kept")["historyLineCount"] == 20


@pytest.mark.parametrize("offset", [2**40, 2**63, 2**80])
def test_console_far_ahead_of_what_was_accepted(wire: Wire, offset: int) -> None:
    assert_refused(wire.append("kept", offset, ["far"], file="output.log"))
    assert wire.read("kept")["logLineCount"] == 2


def test_an_unknown_run(wire: Wire) -> None:
    assert_refused(wire.append("never-started", 0, ROWS), 404)


def test_an_unknown_project_and_entity(wire: Wire) -> None:
    with wire.http() as http:
        assert_refused(http.post(f"/files/{wire.entity}/no-such-project/kept/file_stream", json={}), 403, 404)
        assert_refused(http.post(f"/files/no-such-entity/{wire.project}/kept/file_stream", json={}), 403, 404)


def test_a_deleted_run(wire: Wire) -> None:
    bucket = wire.start("short-lived")
    wire.append("short-lived", 0, ROWS)
    wire.delete(bucket["id"])
    assert_refused(wire.append("short-lived", 20, ROWS), 404, 410)
    again = wire.graphql(UPSERT, name="short-lived", project=wire.project, entity=wire.entity)
    assert again.status_code in {200, 400, 410}, "409 would be tried again"
    assert "deleted" in message_of(again)


def test_a_run_of_someone_else(wire: Wire, stranger: User) -> None:
    theirs = Wire(wire.url, stranger.name, stranger.api_key, project=wire.project)
    assert_refused(
        theirs.send("kept", {"files": {HISTORY: {"offset": 20, "content": ROWS}}}, entity=wire.entity), 403, 404
    )
    assert_graphql_refused(theirs.graphql(UPSERT, name="kept", project=wire.project, entity=wire.entity))
    seek = 'query($e:String!,$p:String!){project(name:$p,entityName:$e){run(name:"kept"){id}}}'
    read = theirs.graphql(seek, e=wire.entity, p=wire.project)
    assert (read.json().get("data") or {}).get("project") is None
    opened = theirs.graphql(CREATE_FILES, entity=wire.entity, project=wire.project, run="kept", files=["a.txt"])
    assert_graphql_refused(opened)


def test_no_key(wire: Wire) -> None:
    nobody = Wire(wire.url, wire.entity, None)
    assert_refused(nobody.append("kept", 20, ROWS), 401)
    assert_graphql_refused(nobody.graphql(UPSERT, name="kept", project=wire.project, entity=wire.entity))


@pytest.mark.parametrize("key", ["0" * 40, "local-" + "a" * 40, "short", "k" * 5000, "ключ" * 10])
def test_a_wrong_key(wire: Wire, key: str) -> None:
    wrong = Wire(wire.url, wire.entity, key)
    assert_refused(wrong.append("kept", 20, ROWS), 401)
    response = wrong.graphql("{ viewer { id } }")
    assert_refused(response, 401)
    assert response.json()["errors"]


def test_authorization_that_is_not_basic(wire: Wire) -> None:
    with httpx.Client(base_url=wire.url, timeout=30, trust_env=False) as http:
        for value in ("Basic ???", "Basic", "Bearer nobody", "Digest x", "Basic " + "A" * 9):
            response = http.post(wire.stream_path("kept"), json={}, headers={"Authorization": value})
            assert_refused(response, 401)


@pytest.mark.parametrize(
    "name", ["../escape.txt", "a/../../escape.txt", "/etc/passwd", "..", "a/..", "a\x00b", "..\\x", ""]
)
def test_file_names_that_leave_the_run(wire: Wire, name: str) -> None:
    response = wire.graphql(CREATE_FILES, entity=wire.entity, project=wire.project, run="kept", files=[name])
    assert_graphql_refused(response)


@pytest.mark.parametrize("run", ["..%2F..%2Fetc", "%2E%2E", "kept%2F..%2Fkept", "kept%00", "a" * 5000])
def test_run_ids_in_the_address_that_leave_the_project(wire: Wire, run: str) -> None:
    assert_refused(wire.append(run, 0, ROWS))


def test_an_upload_address_for_another_file(wire: Wire) -> None:
    """The signature covers what it was made for: no one turns a permitted upload into another file or a download."""
    data = wire.data(CREATE_FILES, entity=wire.entity, project=wire.project, run="kept", files=["one.txt", "two.txt"])
    one, two = (httpx.URL(file["uploadUrl"]) for file in data["createRunFiles"]["files"])
    with httpx.Client(timeout=30, trust_env=False) as http:
        for bad in (two.copy_with(query=one.query), one.copy_with(query=None), one.copy_with(path=one.path + "/../x")):
            assert http.put(bad, content=b"bad").status_code in FINAL, bad
        assert http.get(one).status_code in FINAL
        assert http.put(one, content=b"good").status_code in {200, 201, 204}


@pytest.mark.parametrize("name", [" edge", "edge ", "a/b", "a:b", "a;b", "a,b", "a#b", "a?b", "a'b", "x" * 129])
def test_run_ids_that_no_client_would_make(wire: Wire, name: str) -> None:
    assert_graphql_refused(wire.graphql(UPSERT, name=name, project=wire.project, entity=wire.entity))


@pytest.mark.parametrize("project", ["../up", "a/b", "a\\b", "a#b", "a?b", "a%b", "a:b", "a\nb", "x" * 129])
def test_project_names_that_no_client_would_make(wire: Wire, project: str) -> None:
    assert_graphql_refused(wire.graphql(UPSERT, name="new", project=project, entity=wire.entity))


def test_an_unknown_entity(wire: Wire) -> None:
    response = wire.graphql(UPSERT, name="new", project="p", entity="no-such-entity")
    assert_graphql_refused(response)
    assert "no-such-entity" in message_of(response)


def test_a_document_of_depth_one_hundred(wire: Wire) -> None:
    inner = "id"
    for _ in range(50):
        inner = f"project {{ runs(first: 1) {{ edges {{ node {{ {inner} }} }} }} }}"
    begin = time.monotonic()
    response = wire.graphql(
        f'{{ project(name: "{wire.project}", entityName: "{wire.entity}") {{ run(name: "kept") {{ {inner} }} }} }}'
    )
    assert_graphql_refused(response)
    assert time.monotonic() - begin < 20


@pytest.mark.parametrize(
    "query",
    [
        "{",
        "",
        "query { noSuchField }",
        "mutation { upsertBucket(input: 7) { inserted } }",
        "{" * 5000,
        "{ a: viewer { id } " * 1 + "...F } fragment F on Query { ...F }",
    ],
    ids=["open", "empty", "unknown", "type", "braces", "cycle"],
)
def test_documents_that_make_no_sense(wire: Wire, query: str) -> None:
    assert_graphql_refused(wire.graphql(query))


def test_a_document_with_ten_thousand_aliases(wire: Wire) -> None:
    fields = " ".join(
        f'a{number}: project(name: "{wire.project}", entityName: "{wire.entity}") {{ id }}' for number in range(10_000)
    )
    assert_graphql_refused(wire.graphql(f"{{ {fields} }}"))


@pytest.mark.parametrize("content", [b"nonsense", b"[]", b"7", b'{"query": 7}', b'{"variables": {}}'])
def test_graphql_bodies_that_hold_no_query(wire: Wire, content: bytes) -> None:
    with wire.http() as http:
        response = http.post("/graphql", content=content, headers={"Content-Type": "application/json"})
    assert_graphql_refused(response)


@pytest.mark.parametrize("variables", [{"config": "{broken"}, {"config": "[]"}, {"summary": "7"}, {"tags": [7]}])
def test_wrong_types_in_a_run(wire: Wire, variables: dict[str, Any]) -> None:
    document = """mutation($name: String, $project: String, $entity: String, $config: JSONString, $summary: JSONString,
      $tags: [String!]) { upsertBucket(input: {name: $name, modelName: $project, entityName: $entity, config: $config,
      summaryMetrics: $summary, tags: $tags}) { bucket { id } } }"""
    response = wire.graphql(document, name="kept", project=wire.project, entity=wire.entity, **variables)
    assert_graphql_refused(response)


def test_everything_accepted_survives_a_restart(wire: Wire, server: Server) -> None:
    wire.send("kept", content=b"not json")
    wire.append("kept", 2**40, ROWS)
    server.restart()
    assert wire.read("kept")["historyLineCount"] == 20

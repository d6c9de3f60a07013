"""file_stream, raw: what is accepted, in which sizes and encodings, and how resent lines are kept."""

import gzip
import json
import math

import pytest

from tests.contract.wire import HISTORY, Wire
from tests.harness.server import Server, User

INF = float("inf")


@pytest.fixture
def wire(server: Server, user: User) -> Wire:
    return Wire(server.url, user.name, user.api_key)


def test_a_body_of_sixteen_mebibytes(wire: Wire) -> None:
    wire.start("big")
    lines = [json.dumps({"_step": step, "text": "x" * 1_000_000}) for step in range(16)]
    body = json.dumps({"files": {HISTORY: {"offset": 0, "content": lines}}}).encode()
    body += b" " * (16 * 2**20 - len(body))
    assert wire.send("big", content=body).status_code == 200
    assert wire.read("big")["historyLineCount"] == 16


def test_a_compressed_body(wire: Wire) -> None:
    wire.start("small")
    body = gzip.compress(json.dumps({"files": {HISTORY: {"offset": 0, "content": ['{"_step":0,"a":1}']}}}).encode())
    response = wire.send("small", content=body, headers={"Content-Encoding": "gzip"})
    assert (response.status_code, response.json()["stopped"]) == (200, False)
    assert json.loads(wire.read("small")["history"][0]) == {"_step": 0, "a": 1}


def test_rows_sent_twice_are_stored_once(wire: Wire) -> None:
    wire.start("twice")
    rows = [json.dumps({"_step": step, "v": step}) for step in range(6)]
    for offset, part in ((0, rows[:3]), (0, rows[:3]), (1, rows[1:5]), (3, rows[3:])):
        assert wire.append("twice", offset, part).status_code == 200
    found = wire.read("twice")
    assert [json.loads(row)["v"] for row in found["history"]] == list(range(6))
    assert found["historyLineCount"] == 6


def test_not_a_number_on_the_wire(wire: Wire) -> None:
    """Bare tokens in rows come back as tokens inside row texts, and as words where JSON must be strict."""
    wire.start("nan")
    wire.append("nan", 0, ['{"_step":0,"a":NaN,"b":Infinity,"c":-Infinity,"d":-0.0}'])
    wire.append("nan", 0, ['{"a":NaN,"b":Infinity}'], file="wandb-summary.json")
    found = wire.read("nan")
    row = json.loads(found["history"][0])
    assert math.isnan(row["a"])
    assert (row["b"], row["c"], math.copysign(1, row["d"])) == (INF, -INF, -1)
    specs = [json.dumps({"keys": ["_step", "a", "b", "c"], "samples": 10})]
    document = """query($e:String!,$p:String!,$s:[JSONString!]!){project(entityName:$e,name:$p){
      run(name:"nan"){sampledHistory(specs:$s)}}}"""
    response = wire.graphql(document, e=wire.entity, p=wire.project, s=specs)
    assert b"NaN," not in response.content.replace(b'"NaN",', b"")
    (rows,) = response.json()["data"]["project"]["run"]["sampledHistory"]
    assert rows == [{"_step": 0, "a": "NaN", "b": "Infinity", "c": "-Infinity"}]


def test_console_lines_rewritten_on_the_wire(wire: Wire) -> None:
    """Lines are kept by number: sent again they are replaced, a gap reads as empty lines."""
    wire.start("lines")
    stamp = "2026-01-02T03:04:05.000001 "
    wire.append("lines", 0, [stamp + "a", stamp + "b", "ERROR " + stamp + "c"], file="output.log")
    wire.append("lines", 1, [stamp + "B"], file="output.log")
    wire.append("lines", 4, [stamp + "e"], file="output.log")
    edges = wire.read("lines")["logLines"]["edges"]
    assert [(edge["node"]["number"], edge["node"]["line"]) for edge in edges] == [
        (0, "a"),
        (1, "B"),
        (2, "c"),
        (3, ""),
        (4, "e"),
    ]
    assert edges[2]["node"]["level"] == "error"

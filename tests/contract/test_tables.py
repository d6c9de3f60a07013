"""Tables logged by the real client: every cell as it was logged, long ones by windows, media with their files."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.contract.runner import Programs
from tests.harness.server import Server, User

pytestmark = pytest.mark.compatibility("Media and tables")

ROWS = 100_000


@pytest.fixture(scope="module")
def told(module_programs: Programs) -> dict[str, Any]:
    return dict(module_programs.run("log_tables", path="tables/one", rows=ROWS))


@dataclass
class Asking:
    """Questions of the web app to one table."""

    http: httpx.Client
    source: dict[str, Any]

    def ask(self, what: str, **question: Any) -> Any:
        while True:
            answer = self.http.post(f"/app/tables:{what}", json={"source": self.source, **question})
            assert answer.is_success, answer.text
            if answer.status_code == 200:
                return answer.json()

    def cells(self, **question: Any) -> list[list[Any]]:
        return [row["cells"] for row in self.ask("query", **question)["rows"]]


@pytest.fixture
def http(server: Server, module_user: User) -> Iterator[httpx.Client]:
    auth = ("api", module_user.api_key)
    with httpx.Client(base_url=server.url, auth=auth, timeout=120, trust_env=False) as http:
        yield http


@pytest.fixture
def table(http: httpx.Client, told: dict[str, Any]) -> Callable[[str], Asking]:
    return lambda key: Asking(http, {"kind": "link", "uri": told["summary"][key]["artifact_path"]})


def test_cells_are_those_that_the_client_reads(table: Callable[[str], Asking], told: dict[str, Any]) -> None:
    shape = table("eval").ask("describe")
    names = [column["name"] for column in shape["columns"]]
    assert names == ["id", "image", "label", "guess", "score", "sound", "page", "embedding", "when", "nested"]
    assert table("eval").cells(columns=[0, 2, 3, 4]) == told["back"]
    wrong = [{"column": 2, "operator": "!=", "other": 3}]
    assert table("eval").cells(columns=[0], filter=wrong) == [[row[0]] for row in told["back"] if row[1] != row[2]]
    (row,) = table("eval").cells(columns=[8, 9], limit=1)
    assert row == [1706702400000, {"kind": "json", "text": '{"source":"cat","tags":["cat","cat"]}'}]


def test_media_of_cells_are_read_by_their_addresses(table: Callable[[str], Asking]) -> None:
    asking = table("eval")
    page = asking.ask("query", columns=[1, 5, 6], limit=3)
    for row in page["rows"]:
        picture, sound, text = (cell["value"] for cell in row["cells"])
        assert (picture["_type"], sound["_type"], text["_type"]) == ("image-file", "audio-file", "html-file")
        assert picture["masks"].keys() == {"model"}
        for value, start in ((picture, b"\x89PNG"), (sound, b"RIFF"), (text, b"<")):
            answer = httpx.get(page["urls"][value["path"]], trust_env=False)
            assert (answer.status_code, answer.content[: len(start)]) == (200, start)
    answer = httpx.get(page["urls"][text["path"]], trust_env=False)
    assert "sandbox" in answer.headers["content-security-policy"], "pages of users run as nobody"


def test_a_long_table_is_read_by_windows(table: Callable[[str], Asking]) -> None:
    asking = table("long")
    assert asking.ask("describe")["rows"] == ROWS
    assert asking.cells(offset=77_777, limit=2, columns=[0, 1, 3]) == [
        [77_777, "bird 77777", False],
        [77_778, "fish 77778", True],
    ]
    found = asking.ask("query", search="cat 9999", sort=[{"column": 0, "descending": True}], columns=[0])
    assert (found["matched"], found["rows"][0]["cells"]) == (2, [99_995])
    down = asking.cells(sort=[{"column": 2, "descending": True}], columns=[2], offset=50_000, limit=200)
    assert [score for (score,) in down] == sorted((score for (score,) in down), reverse=True)
    summary = asking.ask("summarize", column=3, filter=[{"column": 0, "operator": "<", "value": "9"}])
    assert summary["values"] == [{"value": False, "count": 6}, {"value": True, "count": 3}]
    params = {"source": json.dumps(asking.source), "search": "horse 9999", "columns": "[0,1]"}
    lines = asking.http.get("/app/tables/export", params=params).text.splitlines()
    assert lines == ["id,text", "9999,horse 9999", "99994,horse 99994", "99999,horse 99999"]


def test_increments_are_one_table(table: Callable[[str], Asking]) -> None:
    assert table("growing").cells() == [[0, 1], [1, 0.5], [2, 1 / 3]]


def test_the_file_of_the_run_is_a_table_too(http: httpx.Client, told: dict[str, Any]) -> None:
    place = {"entity": told["entity"], "project": "tables", "run": "one"}
    asking = Asking(http, {"kind": "run", **place, "path": told["summary"]["eval"]["path"]})
    assert asking.ask("describe")["rows"] == 24
    assert asking.cells(columns=[0, 2, 3, 4]) == told["back"]

"""Console output of the real client: labels, rewritten lines, and files in parts."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.contract.runner import Programs
from tests.contract.wire import Wire

pytestmark = pytest.mark.compatibility("Console output")

VERSIONS = ("0.28.2", "0.31.0")
LINES = 300


def read(wire: Wire, run: str, query: str = "limit=10000") -> Any:
    with wire.http() as http:
        answer = http.get(f"/app/runs/{wire.entity}/{wire.project}/{run}/logs?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("version", VERSIONS)
def test_lines_of_a_labelled_program_in_parts(programs_for: Callable[[str], Programs], version: str) -> None:
    programs = programs_for(version)
    console = [f"line {number}\n" for number in range(LINES)]
    console += [f"\rloading {percent} %" for percent in range(0, 101, 5)] + ["\n", "the end é\n"]
    settings = {"x_label": "node-1", "console_multipart": True, "console": "wrap"}
    told = programs.run("log_run", init={"project": "printed", "id": "r"}, settings=settings, rows=[], console=console)
    server = programs.client.env["WANDB_BASE_URL"]
    wire = Wire(server, programs.user.name, programs.user.api_key, project="printed")
    page = read(wire, told["id"])
    texts = [line["text"] for line in page["lines"]]
    first = texts.index("line 0")
    assert texts[first : first + LINES] == [f"line {number}" for number in range(LINES)]
    assert "loading 100 %" in texts[first + LINES]
    assert "the end é" in texts
    assert {line["label"] for line in page["lines"]} == {"node-1"}
    with wire.http() as http:
        files = http.get(f"/app/runs/{wire.entity}/printed/{told['id']}/files").json()["files"]
    parts = [file["url"] for file in files if file["name"].startswith("logs/output_")]
    assert parts
    assert "line 7\n" in "".join(httpx.get(url, timeout=60, trust_env=False).text for url in parts)
    with wire.http() as http:
        path = f"/app/runs/{wire.entity}/printed/{told['id']}/logs"
        found = http.get(f"{path}/search", params={"q": r"^line \d+$", "regex": "1"}).json()
        assert found["matches"] == list(range(first, first + LINES))
        assert http.get(f"{path}/download").text.splitlines() == texts

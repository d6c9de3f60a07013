"""A logged table of 1,000,000 rows: python -m benchmarks.load.tables

What it takes to prepare it, and then what a browser waits for: a page, an order, a filter, a search, what a column
holds, and the file of all rows. Every answer is compared with what was logged.
"""

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx

from benchmarks.load.results import Figures, add_output, percentile, publish
from benchmarks.load.steelyard_server import Steelyard
from benchmarks.load.traffic import ENTITY, KEY, PROJECT
from tests.harness.engines import MYSQL_S3, SQLITE

COLUMNS = ["id", "label", "guess", "score", "loss", "text", "ok", "count", "a", "b"]
PATH = "media/table/long.table.json"
CREATE = """mutation C($e: String!, $p: String!) {
  createRunFiles(input: {entityName: $e, projectName: $p, runName: "one", files: ["%s"]}) { files { uploadUrl } } }"""
START = """mutation S($e: String, $p: String) {
  upsertBucket(input: {name: "one", entityName: $e, modelName: $p}) { bucket { id } } }"""
PAGE_ROWS, PAGES = 100, 20
WORDS = [f"word{number}" for number in range(500)]

Row = list[Any]


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--engine", choices=(SQLITE, MYSQL_S3), default=SQLITE)
    add_output(parser)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> list[Figures]:
    given = parse(arguments)
    with tempfile.TemporaryDirectory() as folder, Steelyard.on(Path(folder) / "server", given.engine) as server:
        with httpx.Client(base_url=server.server.url, auth=("api", KEY), timeout=600, trust_env=False) as http:
            file = Path(folder) / "table.json"
            write_table(file, given.rows)
            upload(http, file)
            rows = measure(Table(http, server), given.rows)
        facts = {"engine": given.engine, "rows of the table": given.rows, "file MB": round(file.stat().st_size / 1e6)}
        publish("tables: a table of many rows", rows, given.output, **facts)
    return rows


def logged(count: int) -> Iterator[Row]:
    """The rows, the same each time they are asked for."""
    rng = random.Random(1)
    for number in range(count):
        label, guess = rng.choice(WORDS), rng.choice(WORDS)
        text = " ".join(rng.choices(WORDS, k=4))
        last = None if rng.random() < 0.1 else rng.random()
        score, loss, ok = rng.random(), rng.gauss(0, 1), rng.random() < 0.5
        yield [number, label, guess, score, loss, text, ok, rng.randrange(10**6), round(rng.random(), 4), last]


def write_table(path: Path, count: int) -> None:
    with path.open("w") as file:
        file.write(f'{{"columns": {json.dumps(COLUMNS)}, "data": [')
        for number, row in enumerate(logged(count)):
            file.write(f"{', ' if number else ''}{json.dumps(row)}")
        file.write("]}")


def upload(http: httpx.Client, path: Path) -> None:
    names = {"e": ENTITY, "p": PROJECT}
    ask(http, START, names)
    url = ask(http, CREATE % PATH, names)["createRunFiles"]["files"][0]["uploadUrl"]
    with path.open("rb") as file:
        httpx.put(url, content=file, timeout=600, trust_env=False).raise_for_status()


def ask(http: httpx.Client, document: str, variables: dict[str, str]) -> Any:
    answer = http.post("/graphql", json={"query": document, "variables": variables})
    answer.raise_for_status()
    return answer.json()["data"]


class Table:
    """Questions as the web app asks them."""

    def __init__(self, http: httpx.Client, server: Steelyard) -> None:
        self.http, self.server = http, server
        self.source = {"kind": "run", "entity": ENTITY, "project": PROJECT, "run": "one", "path": PATH}

    def ask(self, what: str, **question: Any) -> Any:
        while True:
            answer = self.http.post(f"/app/tables:{what}", json={"source": self.source, **question})
            answer.raise_for_status()
            if answer.status_code == httpx.codes.OK:
                return answer.json()

    def query(self, **question: Any) -> Any:
        return self.ask("query", limit=PAGE_ROWS, **question)

    def export(self, **question: Any) -> int:
        """Return how many lines the file has."""
        params = {"source": json.dumps(self.source)} | {key: json.dumps(item) for key, item in question.items()}
        with self.http.stream("GET", "/app/tables/export", params=params) as answer:
            answer.raise_for_status()
            return sum(part.count(b"\n") for part in answer.iter_bytes())


def measure(table: Table, count: int) -> list[Figures]:
    found: list[Figures] = []
    rows = list(logged(count))
    by_score = sorted(range(count), key=lambda number: -rows[number][3])
    wrong = [number for number, row in enumerate(rows) if row[1] != row[2]]
    with_text = [number for number, row in enumerate(rows) if "word77 word8" in row[5]]
    offsets = [int(count * at / PAGES) for at in range(PAGES)]
    down = [{"column": 3, "descending": True}]

    def step(name: str, work: Callable[[], bool]) -> None:
        before, began_s = table.server.usage(), time.perf_counter()
        assert work(), f"{name}: other rows than were logged"
        took_s, now = time.perf_counter() - began_s, table.server.usage()
        figures = {"ms": took_s * 1e3, "server CPU s": now.cpu_since(before), "peak MB": now.peak_mb}
        found.append({"what": name} | figures)

    def pages(name: str, expected: Sequence[int], **question: Any) -> None:
        times = []
        before = table.server.usage()
        for offset in offsets:
            began_s = time.perf_counter()
            answer = table.query(offset=offset, **question)
            times.append((time.perf_counter() - began_s) * 1e3)
            wanted = expected[offset : offset + PAGE_ROWS]
            assert [row["row"] for row in answer["rows"]] == list(wanted), f"{name}: other rows than were logged"
            assert [row["cells"] for row in answer["rows"]] == [rows[number] for number in wanted]
        now = table.server.usage()
        cpu_s = now.cpu_since(before) / len(times)
        figures = {"ms": percentile(times, 50), "p99 ms": percentile(times, 99), "server CPU s": cpu_s}
        found.append({"what": name, **figures, "peak MB": now.peak_mb})

    def first(expected: Sequence[int], **question: Any) -> Callable[[], bool]:
        def work() -> bool:
            answer = table.query(offset=0, **question)
            return answer["matched"] == len(expected) and [row["row"] for row in answer["rows"]] == list(
                expected[:PAGE_ROWS]
            )

        return work

    step("prepare", lambda: table.ask("describe")["rows"] == count)
    pages("a page", range(count))
    step("order by numbers, first time", first(by_score, sort=down))
    pages("a page in that order", by_score, sort=down)
    by_text = sorted(range(count), key=lambda number: rows[number][5])
    step("order by texts, first time", first(by_text, sort=[{"column": 5, "descending": False}]))
    unlike = [{"column": 1, "operator": "!=", "other": 2}]
    step("filter: two columns differ", first(wrong, filter=unlike))
    contains = [{"column": 5, "operator": "contains", "value": "word77 word8"}]
    step("filter: a text contains", first(with_text, filter=contains))
    step("search all columns", first(with_text, search="word77 word8"))
    step("what a column of numbers holds", lambda: sum(table.ask("summarize", column=3)["bins"]["counts"]) == count)
    step(
        "what a column of texts holds",
        lambda: table.ask("summarize", column=1)["distinct"] == len({row[1] for row in rows}),
    )
    step("all rows as CSV", lambda: table.export() == count + 1)
    step("all rows as CSV, in another order", lambda: table.export(sort=down) == count + 1)
    return found


if __name__ == "__main__":
    main()

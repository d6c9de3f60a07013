"""What a browser waits for its charts: python -m benchmarks.load.panels

Three pages are asked over real HTTP (docs/protocol/panels.md): one metric of a long run, one metric of many runs, and a
batch of many panels of many runs. "cold" is the first question after the server was started again and has answered for
another run, so that nothing of what is asked is in its memory; "warm" the same question again. Every line is compared
with what was logged: its points, its last value, the least and greatest of each bucket.
"""

import argparse
import http.client
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from benchmarks.load.results import Figures, add_output, publish, revision
from benchmarks.load.sources import FileStream
from benchmarks.load.steelyard_server import Steelyard, feed
from benchmarks.load.traffic import ENTITY, HEADERS, PROJECT, metric_names, values
from tests.harness.engines import MYSQL_S3, SQLITE
from tests.harness.frames import Line, read_frames, read_lines
from tests.harness.server import ROOT

ROWS = 500
BUCKETS = 1_000
WARM_UP = "small"
# Lines whose every bucket is compared; the others' totals and last values are.
COMPARED = 3


@dataclass(frozen=True)
class Page:
    """`panels` metrics of `runs` runs of `steps` steps."""

    name: str
    runs: int
    steps: int
    panels: int

    def run(self, number: int) -> str:
        return f"{self.name}-{number}"

    def question(self, buckets: int, **more: Any) -> bytes:
        runs = [[ENTITY, PROJECT, self.run(number)] for number in range(self.runs)]
        keys = metric_names(self.panels)
        panels = [{"id": key, "key": key, "x": "_step", "buckets": buckets, **more} for key in keys]
        return orjson.dumps({"runs": runs, "panels": panels})


@dataclass
class Heard:
    """One answer: when its first panel and its last byte were there, and its lines by panel and run."""

    first_ms: float
    whole_ms: float
    size_bytes: int
    lines: dict[tuple[str, int], Line]


def ask(port: int, body: bytes) -> Heard:
    """Ask and read to the end; the answer is taken apart after the clock has stopped."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.connect()
    began = time.perf_counter()
    connection.request("POST", "/app/panels:query", body, HEADERS)
    answer = connection.getresponse()
    pieces = []
    first = 0.0
    while piece := answer.read1(1 << 20):
        pieces.append(piece)
        if not first and b'"done":true' in piece:
            first = time.perf_counter() - began
    whole = time.perf_counter() - began
    content = b"".join(pieces)
    assert answer.status == 200, content[:300]
    connection.close()
    return Heard(first * 1000, whole * 1000, len(content), read_lines(read_frames(content)))


def check(page: Page, heard: Heard) -> None:
    """Assert that the lines are those of what was logged."""
    assert len(heard.lines) == page.runs * page.panels, f"{len(heard.lines)} lines"
    keys = metric_names(page.panels)
    for index, ((key, run), line) in enumerate(heard.lines.items()):
        assert line.header["totals"] == page.steps, line.header
        if index >= COMPARED:
            continue
        logged = metric_of(page, run, keys.index(key))
        ends = np.searchsorted(np.arange(page.steps), line.points["x"], side="right")
        begins = np.append(0, ends[:-1])
        assert line.points["last"] == logged[ends - 1].tolist()
        if not line.header["raw"]:
            assert line.points["min"] == np.minimum.reduceat(logged, begins).tolist()
            assert line.points["max"] == np.maximum.reduceat(logged, begins).tolist()


def metric_of(page: Page, run: int, metric: int) -> Any:
    starts = range(0, page.steps, ROWS)
    return np.array([row[metric] for start in starts for row in values(run, start, ROWS, page.panels)])


def measure(server: Steelyard, page: Page, given: argparse.Namespace) -> Figures:
    """Ask the page cold and warm, `given.rounds` and ten times as often; medians."""
    question = page.question(given.buckets)
    cold = []
    for _ in range(given.rounds):
        server.server.restart()
        ask(server.port, Page(WARM_UP, 1, ROWS, 1).question(BUCKETS))
        cold.append(ask(server.port, question))
    check(page, cold[-1])
    warm = [ask(server.port, question) for _ in range(given.rounds * 10)]
    check(page, warm[-1])
    points = [len(line.points["x"]) for line in warm[-1].lines.values()]
    return {
        "page": f"{page.panels} x {page.runs} x {page.steps:,} steps",
        "points per line": statistics.median(points),
        "MB": warm[-1].size_bytes / 1e6,
        "cold, first panel ms": statistics.median(one.first_ms for one in cold),
        "cold ms": statistics.median(one.whole_ms for one in cold),
        "warm, first panel ms": statistics.median(one.first_ms for one in warm),
        "warm ms": statistics.median(one.whole_ms for one in warm),
        "warm, longest ms": max(one.whole_ms for one in warm),
        "zoom ms": statistics.median(zooms(server, page, given)),
    }


def zooms(server: Steelyard, page: Page, given: argparse.Namespace) -> list[float]:
    """Return how long questions for ever other ranges took, each asked once."""
    chance = np.random.default_rng(1)
    taken = []
    for _ in range(given.rounds * 5):
        width = page.steps * 10 ** chance.uniform(-3, 0)
        low = chance.uniform(0, page.steps - width)
        question = page.question(given.buckets, xMin=low, xMax=low + width)
        taken.append(ask(server.port, question).whole_ms)
    return taken


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=1_000_000, help="of the long run")
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--run-steps", type=int, default=100_000, help="of each of many runs of one metric")
    parser.add_argument("--panels", type=int, default=30)
    parser.add_argument("--panel-steps", type=int, default=10_000, help="of each run in the batch of panels")
    parser.add_argument("--buckets", type=int, default=BUCKETS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pages", nargs="*", choices=("long", "many", "batch"), default=["long", "many", "batch"])
    parser.add_argument("--engine", choices=(SQLITE, MYSQL_S3), default=SQLITE)
    parser.add_argument("--source", type=Path, default=ROOT, help="the checkout whose Steelyard is measured")
    add_output(parser)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> list[Figures]:
    given = parse(arguments)
    pages = [
        Page("long", 1, given.steps, 1),
        Page("many", given.runs, given.run_steps, 1),
        Page("batch", given.runs, given.panel_steps, given.panels),
    ]
    pages = [page for page in pages if page.name in given.pages]
    with (
        tempfile.TemporaryDirectory() as folder,
        Steelyard.on(Path(folder) / "server", given.engine, given.source) as server,
    ):
        for page in [Page(WARM_UP, 1, ROWS, 1), *pages]:
            for run in range(page.runs):
                feed(server, page.run(run), FileStream(page.panels, ROWS, page.steps // ROWS), writer=run)
        server.settle(1800)
        rows = [measure(server, page, given) for page in pages]
    work = f"{given.buckets} buckets, {given.engine}"
    publish("panels: what a browser waits for its charts", rows, given.output, work=work, **measured(given))
    return rows


def measured(given: argparse.Namespace) -> dict[str, str]:
    return {"measured revision": revision(given.source)}


if __name__ == "__main__":
    main()

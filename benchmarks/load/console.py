"""One run that prints 5,000,000 lines: python -m benchmarks.load.console

The lines are sent as the newest client sends them, moved out of the database, and read: pages anywhere, the tail,
a jump back and forth, a filter, searches through all of it, the whole as a file. Everything read is compared with what
was sent. With `--writers` several processes print into one shared run, whose lines are merged by time.
"""

import argparse
import base64
import random
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from urllib.request import Request, urlopen

import orjson

from benchmarks.load.results import Figures, add_output, publish, revision
from benchmarks.load.steelyard_server import Steelyard
from benchmarks.load.traffic import ENTITY, HEADERS, KEY, PROJECT, create_run, end_run, http_post, stream_path
from tests.harness.engines import MYSQL_S3, SQLITE
from tests.harness.server import ROOT

RUN = "long"
EPOCH_S = 1_767_225_600
AUTHORIZATION = {"Authorization": "Basic " + base64.b64encode(f"api:{KEY}".encode()).decode()}


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=5_000_000, help="of all writers together")
    parser.add_argument("--writers", type=int, default=1)
    parser.add_argument("--request", type=int, default=5_000, help="lines in a request")
    parser.add_argument("--page", type=int, default=1_000)
    parser.add_argument("--pages", type=int, default=200, help="pages read at random places")
    parser.add_argument("--engine", choices=(SQLITE, MYSQL_S3), default=SQLITE)
    parser.add_argument("--source", type=Path, default=ROOT, help="the checkout whose Steelyard is measured")
    add_output(parser)
    return parser.parse_args(arguments)


def text_of(number: int) -> str:
    """What line `number` says: a training log, with a rare word in every 100,003rd."""
    word = "diverged" if number % 100_003 == 77 else "ok"
    return f"epoch {number // 10_000} step {number}: loss={(number * 7919 % 10_007) / 10_007:.6f} lr=0.0003 {word}"


def line_of(number: int) -> str:
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(EPOCH_S + number // 1_000))
    level = '"level":"error",' if number % 50 == 0 else ""
    return f'{{{level}"ts":"{moment}.{number % 1_000:03d}000","content":"{text_of(number)}"}}'


class Console:
    """The log of the one run, as the web app asks for it."""

    def __init__(self, server: Steelyard) -> None:
        self.server = server
        self.base = f"http://127.0.0.1:{server.port}/app/runs/{ENTITY}/{PROJECT}/{RUN}/logs"

    def get(self, query: str) -> Any:
        with urlopen(Request(f"{self.base}{query}", headers=AUTHORIZATION), timeout=120) as answer:
            return orjson.loads(answer.read())

    def check_page(self, first: int, limit: int, numbers: range, query: str = "") -> None:
        told = self.get(f"?from={first}&limit={limit}{query}")
        assert [line["text"] for line in told["lines"]] == list(map(text_of, numbers)), f"another page at {first}"

    def search(self, query: str) -> tuple[list[int], int, float]:
        """Return the matches, the number of answers they came in, and the time of the slowest."""
        found: list[int] = []
        at: int | None = 0
        count, slowest_s = 0, 0.0
        while at is not None:
            began_s = time.perf_counter()
            told = self.get(f"/search?q={query}&from={at}")
            slowest_s = max(slowest_s, time.perf_counter() - began_s)
            found, at, count = found + told["matches"], told["next"], count + 1
        return found, count, slowest_s

    def count_bytes(self) -> int:
        size = 0
        with urlopen(Request(f"{self.base}/download", headers=AUTHORIZATION), timeout=600) as answer:
            while part := answer.read(1 << 20):
                size += len(part)
        return size


def main(arguments: list[str] | None = None) -> list[Figures]:
    given = parse(arguments)
    rows: list[Figures] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        Steelyard.on(Path(folder) / "server", given.engine, given.source) as server,
    ):
        rows.append(write(server, given))
        rows.append(settle(server, given))
        rows += read(Console(server), given)
        facts = {
            "measured revision": revision(given.source),
            "peak MB of the server": round(server.usage().peak_mb),
            "disk B/line": round(server.stored_bytes() / given.lines, 1),
        }
    work = f"{given.lines:,} lines of {given.writers} writers, {given.engine}"
    publish("console: a run that prints much", rows, given.output, work=work, **facts)
    return rows


def write(server: Steelyard, given: argparse.Namespace) -> Figures:
    """Each request acknowledged before the next; writers in turn, so that line n of all is the n-th in time."""
    connection = server.connect()
    connection.exchange(create_run(RUN))
    before, began_s = server.usage(), time.perf_counter()
    asked: dict[int, int] = {}
    for start in range(0, given.lines, given.request):
        lines = [line_of(number) for number in range(start, min(start + given.request, given.lines))]
        for writer in range(given.writers):
            mine = lines[writer :: given.writers]
            body = {"files": {"output.log": {"offset": asked.get(writer, 0), "content": mine}}}
            asked[writer] = asked.get(writer, 0) + len(mine)
            headers = HEADERS | ({"X-WANDB-ASYNC-CLIENT-ID": f"w{writer}"} if given.writers > 1 else {})
            connection.exchange(http_post(stream_path(RUN), orjson.dumps(body), headers))
    connection.exchange(end_run(RUN))
    connection.close()
    return figures("write", given.lines, [time.perf_counter() - began_s], server.usage().cpu_since(before))


def settle(server: Steelyard, given: argparse.Namespace) -> Figures:
    before, took_s = server.usage(), server.settle()
    return figures("move what is left to objects", given.lines, [took_s], server.usage().cpu_since(before))


def read(console: Console, given: argparse.Namespace) -> list[Figures]:
    dice, total, page = random.Random(1), given.lines, given.page
    places = [dice.randrange(max(1, total - page)) for _ in range(given.pages)]
    errors = range(0, total, 50)

    def page_at(first: int) -> Callable[[], None]:
        return lambda: console.check_page(first, page, range(first, min(first + page, total)))

    tail = lambda: console.check_page(-1, page, range(max(0, total - page), total))  # noqa: E731
    measured = [
        timed("first page", console, [page_at(0)] * 20, page),
        timed("tail", console, [tail] * 20, page),
        timed("pages anywhere", console, [page_at(first) for first in places], page),
        timed("the same pages again", console, [page_at(first) for first in places], page),
        timed(
            "pages of errors alone",
            console,
            [
                partial(console.check_page, at, page, errors[at : at + page], "&level=error")
                for at in (place // 50 for place in places[:20])
            ],
            page,
        ),
    ]
    rare = [number for number in range(total) if number % 100_003 == 77]
    for title, query, expected in (
        ("search, a rare word", "DIVERGED", rare),
        ("search, a rare pattern", "step+\\d%2B:.*div[a-f]rged$&regex=1", rare),
        ("search, no match", "no+such+words", []),
    ):
        measured.append(searched(title, console, query, expected, total))
    before, began_s = console.server.usage(), time.perf_counter()
    assert console.count_bytes() == sum(len(text_of(number)) + 1 for number in range(total)), "another file"
    took_s = time.perf_counter() - began_s
    return [*measured, figures("download", total, [took_s], console.server.usage().cpu_since(before))]


def timed(title: str, console: Console, calls: list[Callable[[], None]], lines: int) -> Figures:
    before, times = console.server.usage(), []
    for call in calls:
        began_s = time.perf_counter()
        call()
        times.append(time.perf_counter() - began_s)
    return figures(title, lines, times, console.server.usage().cpu_since(before))


def searched(title: str, console: Console, query: str, expected: list[int], total: int) -> Figures:
    before, began_s = console.server.usage(), time.perf_counter()
    found, answers, slowest_s = console.search(query)
    took_s = time.perf_counter() - began_s
    assert found == expected, f"{title}: {len(found)} matches instead of {len(expected)}"
    told = figures(title, total, [took_s], console.server.usage().cpu_since(before))
    return told | {"answers": answers, "slowest answer ms": slowest_s * 1e3}


def figures(title: str, lines: int, times: list[float], cpu_s: float) -> Figures:
    each = len(times)
    return {
        "what": title,
        "lines": lines,
        "ms, median": median(times) * 1e3,
        "ms, slowest": max(times) * 1e3,
        "CPU ms of the server": cpu_s / each * 1e3,
    }


if __name__ == "__main__":
    main()

"""Runs of unusual shape, and many of them: python -m benchmarks.load.sizes wide | long | many

wide: a run of 10,000 distinct keys. long: a run of 10,000,000 steps. many: 10,000 runs of 200 steps, and by how much
each of them lets the database, its tables and the store grow. Each shows the server's memory, and reads curves and rows
of what was logged.
"""

import argparse
import math
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import orjson

from benchmarks.load.results import Figures, add_output, publish, revision
from benchmarks.load.sources import FileStream
from benchmarks.load.steelyard_server import Steelyard, feed
from benchmarks.load.traffic import first_values, metric_names
from tests.harness.engines import MYSQL_S3, SQLITE
from tests.harness.server import ROOT

SAMPLES = 1_000


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shape", choices=SHAPES)
    parser.add_argument("--keys", type=int, help="metrics of a run (wide 10,000, long 1, many 5)")
    parser.add_argument("--steps", type=int, help="steps of a run (wide 200, long 10,000,000, many 200)")
    parser.add_argument("--runs", type=int, default=10_000, help="runs, for many")
    parser.add_argument("--rows", type=int, help="rows in a request (wide 5, long 2,000, many 100)")
    parser.add_argument("--engine", choices=(SQLITE, MYSQL_S3), default=SQLITE)
    parser.add_argument("--source", type=Path, default=ROOT, help="the checkout whose Steelyard is measured")
    add_output(parser)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> list[Figures]:
    given = parse(arguments)
    measure, keys, steps, rows = SHAPES[given.shape]
    source = FileStream(given.keys or keys, given.rows or rows, (given.steps or steps) // (given.rows or rows))
    with (
        tempfile.TemporaryDirectory() as folder,
        Steelyard.on(Path(folder) / "server", given.engine, given.source) as server,
    ):
        rows_found = measure(server, source, given)
        memory = server.usage().peak_mb
    title = f"sizes_{given.shape}: {SHAPE_TITLES[given.shape]}"
    facts = {
        "engine": given.engine,
        "measured revision": revision(given.source),
        "peak MB of the server": round(memory),
    }
    publish(title, rows_found, given.output, **facts)
    return rows_found


def one_run(server: Steelyard, source: FileStream, _given: argparse.Namespace) -> list[Figures]:
    """Log one run, let it be compacted, and read of it what a page of it shows."""
    found: list[Figures] = []
    total = source.rows * source.requests
    points = total * source.metrics

    def step(name: str, work: Callable[[], object]) -> None:
        before, began_s = server.usage(), time.perf_counter()
        work()
        now = server.usage()
        took_s = time.perf_counter() - began_s
        memory = {"memory MB": now.rss_mb, "peak MB": now.peak_mb}
        found.append({"what": name, "seconds": took_s, "server CPU s": now.cpu_since(before), **memory})

    last = metric_names(source.metrics)[-1]
    step(f"log {total:,} steps of {source.metrics:,} metrics", lambda: feed(server, "one", source))
    step("compact", server.settle)
    step("historyKeys", lambda: check_keys(server, source))
    step(f"a curve of {SAMPLES:,} samples", lambda: check_curve(server, last, total))
    step("the same again", lambda: check_curve(server, last, total))
    step(f"the last {source.rows:,} rows, whole", lambda: check_page(server, source))
    found.append({"what": "bytes on disk per point", "seconds": None, "value": server.stored_bytes() / points})
    return found


def check_keys(server: Steelyard, source: FileStream) -> None:
    keys = server.read_run("one", "historyKeys")["historyKeys"]["keys"]
    assert set(metric_names(source.metrics)) <= set(keys), f"{len(keys)} keys"


def check_curve(server: Steelyard, metric: str, total: int) -> None:
    spec = orjson.dumps({"keys": ["_step", metric], "samples": SAMPLES}).decode()
    (rows,) = server.read_run("one", "sampledHistory(specs: $s)", [spec])["sampledHistory"]
    assert 0 < len(rows) <= SAMPLES
    assert rows[-1]["_step"] < total


def check_page(server: Steelyard, source: FileStream) -> None:
    total = source.rows * source.requests
    first = total - source.rows
    page = server.read_run("one", f"history(minStep: {first}, maxStep: {total}, samples: {source.rows})")["history"]
    name = metric_names(source.metrics)[0]
    sent = source.values_from(0, first, total)
    assert [orjson.loads(row)[name] for row in page] == [row[0] for row in sent], "other rows than were logged"


def many_runs(server: Steelyard, source: FileStream, given: argparse.Namespace) -> list[Figures]:
    """Log short runs one after the other; look at what has grown at half of them and at the end."""
    found: list[Figures] = []
    before = books_of(server)
    half = math.ceil(given.runs / 2)
    for name, numbers in (("first half", range(half)), ("second half", range(half, given.runs))):
        if not numbers:
            continue
        used, began_s = server.usage(), time.perf_counter()
        for number in numbers:
            feed(server, f"run-{number}", source, writer=number)
        logged_s = time.perf_counter() - began_s
        server.settle()
        cpu_s = server.usage().cpu_since(used)
        after = books_of(server)
        grown = {f"{key} a run": (after[key] - before[key]) / len(numbers) for key in after}
        points = source.rows * source.requests * source.metrics * len(numbers)
        cost = {"CPU ms a run": cpu_s / len(numbers) * 1000, "CPU s/M points": cpu_s / points * 1e6}
        found.append({"runs": f"{name}, {len(numbers):,}", "logged in s": logged_s, **cost, **grown})
        before = after
    check_last(server, source, f"run-{given.runs - 1}", given.runs - 1)
    return found


def books_of(server: Steelyard) -> dict[str, int]:
    count, size = server.books.objects()
    database = server.books.database_bytes()
    tables = {f"rows of {name}": rows for name, rows in server.books.row_counts().items()}
    return {"database bytes": database, "objects": count, "object bytes": size, **tables}


def check_last(server: Steelyard, source: FileStream, run: str, writer: int) -> None:
    total = source.rows * source.requests
    name = metric_names(source.metrics)[0]
    spec = orjson.dumps({"keys": [name], "samples": total + 1}).decode()
    (rows,) = server.read_run(run, "sampledHistory(specs: $s)", [spec])["sampledHistory"]
    sent = first_values(writer, total, source.rows, source.metrics)
    assert [row[name] for row in rows] == [row[0] for row in sent], "other rows than were logged"


# What measures it, and its usual metrics, steps and rows in a request.
SHAPES = {
    "wide": (one_run, 10_000, 200, 5),
    "long": (one_run, 1, 10_000_000, 2_000),
    "many": (many_runs, 5, 200, 100),
}
SHAPE_TITLES = {"wide": "a run of many keys", "long": "a run of many steps", "many": "growth by many short runs"}


if __name__ == "__main__":
    main()

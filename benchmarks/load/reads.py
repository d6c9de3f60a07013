"""A long run read whole: python -m benchmarks.load.reads

1,000,000 steps of 10 metrics are logged and compacted. Then they are read by raw requests for pages and for Parquet
files, which shows the server alone, and by `scan_history` of unmodified clients, of which the older one reads pages and
the newer one Parquet. Everything read is compared with what was logged. trackio is asked for rows by its query API.
"""

import argparse
import hashlib
import io
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq

from benchmarks.load.results import Figures, add_output, publish, revision
from benchmarks.load.rivals import BulkLog, Trackio
from benchmarks.load.sources import FileStream
from benchmarks.load.steelyard_server import Steelyard, ask_on, feed
from benchmarks.load.traffic import ENTITY, KEY, PROJECT, http_post, metric_names
from tests.harness.client import make_client
from tests.harness.engines import MYSQL_S3, SQLITE
from tests.harness.server import ROOT
from tests.services.clients import VERSIONS

RUN = "long"
SCAN = Path(__file__).with_name("client_scan.py")
SCAN_TIMEOUT_S = 1800
# The client's own page.
PAGE = 1_000
# trackio returns no more rows than these for a query.
TRACKIO_PAGE = 10_000
HISTORY_PAGE = """query($a: Int64!, $b: Int64!, $n: Int!) { project(name: "%s", entityName: "%s") {
    run(name: "%s") { history(minStep: $a, maxStep: $b, samples: $n) } } }"""
PARQUET = 'parquetHistory(liveKeys: ["_step"]) { parquetUrls liveData }'


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--metrics", type=int, default=10)
    parser.add_argument("--rows", type=int, default=500, help="rows in a request when the run is logged")
    parser.add_argument("--clients", nargs="*", choices=VERSIONS, default=["0.22.3", "0.31.0"])
    parser.add_argument("--trackio-steps", type=int, default=100_000, help="0: leave trackio out")
    parser.add_argument("--engine", choices=(SQLITE, MYSQL_S3), default=SQLITE)
    parser.add_argument("--source", type=Path, default=ROOT, help="the checkout whose Steelyard is measured")
    add_output(parser)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> list[Figures]:
    given = parse(arguments)
    source = FileStream(given.metrics, given.rows, given.steps // given.rows)
    rows: list[Figures] = []
    with tempfile.TemporaryDirectory() as folder:
        with Steelyard.on(Path(folder) / "server", given.engine, given.source) as server:
            feed(server, RUN, source)
            server.settle()
            digest = digest_of(([step, *row] for step, row in enumerate(source.values(0, given.steps))))
            rows.append(read_pages(server, source, digest, PAGE))
            rows.append(read_pages(server, source, digest, PAGE * 10))
            rows.append(read_parquet(server, source, digest))
            rows += [scan(server, source, digest, version, Path(folder) / version) for version in given.clients]
            memory = server.usage().peak_mb
        if given.trackio_steps:
            rows.append(read_trackio(Path(folder) / "trackio", given))
    work = f"{given.steps} steps of {given.metrics} metrics, {given.engine}"
    facts = {"measured revision": revision(given.source), "peak MB of the server": round(memory)}
    publish("reads: a long run read whole", rows, given.output, work=work, **facts)
    return rows


def digest_of(rows: Iterator[list[Any]]) -> str:
    digest = hashlib.sha256()
    for row in rows:
        digest.update(repr(row).encode())
    return digest.hexdigest()


def figures(name: str, count: int, seconds: float, cpu_s: float | None) -> Figures:
    return {
        "read": name,
        "rows": count,
        "rows/s": count / seconds if seconds else None,
        "seconds": seconds,
        "server CPU s per million rows": None if cpu_s is None else cpu_s / count * 1e6,
    }


def read_pages(server: Steelyard, source: FileStream, digest: str, width: int) -> Figures:
    """All pages in order on one connection, by the query that clients send; the time is that of waiting for them."""
    query = HISTORY_PAGE % (PROJECT, ENTITY, RUN)
    total = source.rows * source.requests
    names = ["_step", *metric_names(source.metrics)]
    connection, texts, took_s = server.connect(), [], 0.0
    before = server.usage()
    for first in range(0, total, width):
        began_s = time.perf_counter()
        page = ask_on(connection, query, {"a": first, "b": first + width, "n": width})["project"]["run"]["history"]
        took_s += time.perf_counter() - began_s
        texts += page
    used = server.usage().cpu_since(before)
    connection.close()
    read = digest_of([row[name] for name in names] for row in map(orjson.loads, texts))
    assert read == digest, "pages hold other rows than were logged"
    return figures(f"pages of {width:,} rows, raw requests", total, took_s, used)


def read_parquet(server: Steelyard, source: FileStream, digest: str) -> Figures:
    """The addresses, then every file whole, as the newest client fetches them."""
    before, began_s = server.usage(), time.perf_counter()
    found = server.read_run(RUN, PARQUET)["parquetHistory"]
    files = [server.download(url) for url in found["parquetUrls"]]
    took_s = time.perf_counter() - began_s
    used = server.usage().cpu_since(before)
    if not files:
        return {"read": "Parquet files, raw requests", "rows": 0}
    names = ["_step", *metric_names(source.metrics)]
    tables = [pq.read_table(io.BytesIO(file), columns=names) for file in files]
    rows = (list(row) for table in tables for row in zip(*table.to_pydict().values(), strict=True))
    assert not found["liveData"], "a finished run has no live rows"
    assert digest_of(rows) == digest, "Parquet files hold other rows than were logged"
    count = sum(table.num_rows for table in tables)
    title = f"{len(files)} Parquet files, {sum(map(len, files)) / 1e6:.1f} MB, raw requests"
    return figures(title, count, took_s, used)


def scan(server: Steelyard, source: FileStream, digest: str, version: str, home: Path) -> Figures:
    client = make_client(version, home, f"http://127.0.0.1:{server.port}", KEY)
    before = server.usage()
    path = f"{ENTITY}/{PROJECT}/{RUN}"
    names = metric_names(source.metrics)
    found = client.run_json(SCAN, path, *names, env={"WANDB_SILENT": "true"}, timeout_s=SCAN_TIMEOUT_S)
    assert found["digest"] == digest, f"wandb {version} read other rows than were logged: {found['rows']} rows"
    used = server.usage().cpu_since(before)
    return figures(f"scan_history of wandb {version}", found["rows"], found["seconds"], used)


def read_trackio(folder: Path, given: argparse.Namespace) -> Figures:
    with Trackio.on(folder) as server:
        source = server.source(given.metrics, TRACKIO_PAGE // 5, given.trackio_steps // (TRACKIO_PAGE // 5))
        assert isinstance(source, BulkLog)
        connection = server.connect()
        for body in source.bodies(0):
            connection.exchange(http_post("/api/bulk_log", body, server.headers))
        before, took_s, count = server.usage(), 0.0, 0
        for first in range(0, given.trackio_steps, TRACKIO_PAGE):
            query = f"SELECT step, metrics FROM metrics WHERE run_id = 'w0' AND step >= {first} ORDER BY step"
            began_s = time.perf_counter()
            found: Any = server.ask("query_project", project=PROJECT, query=f"{query} LIMIT {TRACKIO_PAGE}")
            took_s += time.perf_counter() - began_s
            count += len(found["rows"])
        used = server.usage().cpu_since(before)
    return figures(f"trackio, pages of {TRACKIO_PAGE:,} rows by query_project", count, took_s, used)


if __name__ == "__main__":
    main()

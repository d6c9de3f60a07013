"""A Steelyard server under load, on a fresh folder (or database and bucket), with one user, whose key we know."""

import argparse
import http.client
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import orjson

from benchmarks.load.books import Books
from benchmarks.load.connection import Connection
from benchmarks.load.program import REST_S, SETTLE_MAX_S, Program
from benchmarks.load.results import revision
from benchmarks.load.sources import FileStream
from benchmarks.load.traffic import (
    ENTITY,
    HEADERS,
    KEY,
    PROJECT,
    create_run,
    end_run,
    http_post,
    metric_names,
    stream_path,
)
from benchmarks.load.writers import Source
from tests.harness.engines import MYSQL_S3, SQLITE, open_engine
from tests.harness.server import FROM_SOURCE, ROOT, Server
from tests.services import mysql

# Background work that does not get on for so long is not going to.
STUCK_S = 20
POLL_S = 0.2
# As the operating guide asks; the tests' server does not wait for its disk.
DURABLE = ("SET GLOBAL innodb_flush_log_at_trx_commit = {flush}", "SET GLOBAL sync_binlog = {flush}")
_READ = 'query($r: String!, $s: [JSONString!]!) { project(name: "%s", entityName: "%s") { run(name: $r) { %s } } }'


def add_choices(parser: argparse.ArgumentParser) -> None:
    """The options by which a benchmark is told which Steelyards take part."""
    parser.add_argument("--engine", nargs="+", choices=(SQLITE, MYSQL_S3), default=[SQLITE], help="what keeps the data")
    parser.add_argument("--source", nargs="+", type=Path, default=[ROOT], help="checkouts whose Steelyard is measured")


def chosen(given: argparse.Namespace, folder: Path, count: int = 1) -> list[AbstractContextManager[Program]]:
    """Each checkout's server on each engine, not yet started, in folders of their own below `folder`.

    Each of `count` processes. Raises `SystemExit` for several of them on SQLite, which is for one.
    """
    pairs = [(source.resolve(), engine) for source in given.source for engine in given.engine]
    folders = (folder / f"steelyard-{index}" for index in range(len(pairs)))
    if count > 1 and SQLITE in given.engine:
        raise SystemExit("several processes need --engine mysql_s3: SQLite is for one")
    return [Steelyard.on(place, engine, source, count) for place, (source, engine) in zip(folders, pairs, strict=True)]


class Steelyard(Program):
    """`steelyard serve` of this checkout, or of the one at `source_root`."""

    def __init__(
        self,
        name: str,
        server: Server,
        env: dict[str, str],
        beside: tuple[int, ...] = (),
        others: Sequence[Server] = (),
    ) -> None:
        assert server.process is not None, "not started"
        self.name, self.server, self.beside = name, server, beside
        self.more = tuple((other.port, other.process.pid) for other in others if other.process)
        self.folder, self.port, self.pid = server.data_dir, server.port, server.process.pid
        self.books = Books(server.data_dir, env)

    @staticmethod
    @contextmanager
    def on(folder: Path, engine: str = SQLITE, source_root: Path = ROOT, count: int = 1) -> Iterator["Steelyard"]:
        """Start one of `count` processes, and stop it when the context ends. A MySQL waits for its disk meanwhile."""
        folder.mkdir()
        with ExitStack() as stack:
            where = stack.enter_context(open_engine(engine))
            if engine == MYSQL_S3:
                stack.enter_context(_durable(where.reach["mysql"]["port"]))
            env = stack.enter_context(where.fresh())
            server = Server(folder / "data", env, program=FROM_SOURCE, cwd=source_root)
            account(server)
            server.start()
            stack.callback(server.stop)
            beside = tuple(service["pid"] for service in where.reach.values())
            name = f"Steelyard, {engine}" if source_root == ROOT else f"Steelyard {revision(source_root)}, {engine}"
            others = [
                Server(folder / f"data-{number}", env, program=FROM_SOURCE, cwd=source_root)
                for number in range(1, count)
            ]
            for other in others:
                stack.callback(other.stop)
                other.start()
            if others:
                name += f", {count} processes"
            yield Steelyard(name, server, env, beside, others)

    def source(self, metrics: int, rows: int, requests: int) -> FileStream:
        return FileStream(metrics, rows, requests)

    def settle(self, max_s: float = SETTLE_MAX_S) -> float:
        """Wait until every ended run is compacted, or nothing more happens; return the seconds that took."""
        began_s = changed_s = time.monotonic()
        left = self.books.unfinished()
        while left and time.monotonic() < min(changed_s + STUCK_S, began_s + max_s):
            time.sleep(POLL_S)
            now = self.books.unfinished()
            if now != left:
                left, changed_s = now, time.monotonic()
        self.wait_at_rest(began_s + max_s)
        return time.monotonic() - began_s - REST_S

    def stored_bytes(self) -> int:
        return self.books.database_bytes() + self.books.objects()[1]

    def verify(self, rows: dict[str, int], source: Source) -> str:
        """Assert that every acknowledged row is there once, in order, and that two metrics hold what was sent."""
        names = metric_names(source.metrics)
        shown = [names[0], names[-1]]
        for run, count in rows.items():
            spec = orjson.dumps({"keys": ["_step", *shown], "samples": count + 1}).decode()
            found = self.read_run(run, "historyLineCount sampledHistory(specs: $s)", [spec])
            assert found["historyLineCount"] == count, f"{run}: {found['historyLineCount']} lines, sent {count}"
            sent = source.values(int(run.removeprefix("w").partition("-")[0]), count)
            expected = [{"_step": step, shown[0]: row[0], shown[1]: row[-1]} for step, row in enumerate(sent)]
            assert found["sampledHistory"][0] == expected, f"{run}: other rows than were sent"
        return f"{sum(rows.values()):,} rows once"

    def read_run(self, run: str, fields: str, specs: list[str] | None = None) -> Any:
        """Ask for fields of a run by GraphQL; `$s` in them is the specs."""
        return self.ask(_READ % (PROJECT, ENTITY, fields), r=run, s=specs or [])["project"]["run"]

    def ask(self, query: str, **variables: object) -> Any:
        """Return the data of a GraphQL answer. Raises `AssertionError` for one with errors."""
        connection = self.connect()
        answer = ask_on(connection, query, variables)
        connection.close()
        return answer

    def download(self, url: str) -> bytes:
        """Fetch one of the server's own addresses, or of its bucket's."""
        host, _, path = url.removeprefix("http://").partition("/")
        connection = http.client.HTTPConnection(host, timeout=120)
        connection.request("GET", f"/{path}")
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        assert answer.status == 200, f"{answer.status}: {body[:300]!r}"
        return body


def account(server: Server) -> None:
    """Make the one user, whose key every benchmark has."""
    who = ("--email", "bench@example.org", "--password", "bench-password", "--api-key", KEY, "--admin")
    server.run_command("user", "create", ENTITY, *who)


def ask_on(connection: Connection, query: str, variables: dict[str, object]) -> Any:
    """Return the data of a GraphQL answer, whose addresses name the port. Raises `AssertionError` for errors."""
    headers = {**HEADERS, "Host": f"127.0.0.1:{connection.port}"}
    body = orjson.dumps({"query": query, "variables": variables})
    answer = orjson.loads(connection.exchange(http_post("/graphql", body, headers)))
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


def feed(server: Steelyard, run: str, source: FileStream, *, end: bool = True, writer: int = 0) -> int:
    """Log one run over one connection as fast as it is answered, its bodies made on the way; return its rows."""
    connection = server.connect()
    connection.exchange(create_run(run))
    for number in range(source.requests):
        body = source.body(writer, number)
        connection.exchange(http_post(stream_path(run), body, HEADERS))
    if end:
        connection.exchange(end_run(run))
    connection.close()
    return source.rows * source.requests


@contextmanager
def _durable(port: int) -> Iterator[None]:
    """Let MySQL write each commit to its disk, as in production, while the context lasts."""
    with mysql.connect(port) as connection, connection.cursor() as cursor:
        for statement in DURABLE:
            cursor.execute(statement.format(flush=1))
        try:
            yield
        finally:
            for statement in DURABLE:
                cursor.execute(statement.format(flush=0))

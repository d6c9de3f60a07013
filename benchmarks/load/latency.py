"""What one of many calm runs waits for its answer: python -m benchmarks.load.latency

200 runs, each with its connection, send a small request every 2 s, at moments spread evenly, as clients do that log
slowly. A request that is late because the one before it was not answered counts from when it was due.
"""

import argparse
import heapq
import select
import tempfile
import time
from pathlib import Path

from benchmarks.load.connection import Connection
from benchmarks.load.program import Program
from benchmarks.load.results import Figures, add_output, percentile, publish
from benchmarks.load.rivals import Acceptor
from benchmarks.load.steelyard_server import add_choices, chosen
from benchmarks.load.writers import Source, run_name

LEAD_S = 0.5


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--every", type=float, default=2, help="seconds between two requests of a run")
    parser.add_argument("--metrics", type=int, default=10)
    parser.add_argument("--rows", type=int, default=3, help="rows in a request")
    parser.add_argument("--seconds", type=float, default=30)
    add_choices(parser)
    add_output(parser)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> list[Figures]:
    given = parse(arguments)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for turn in [*chosen(given, place), Acceptor.on(place / "acceptor")]:
            with turn as server:
                rows.append(measure(server, given))
    work = (
        f"{given.runs} runs, {given.rows} rows of {given.metrics} metrics every {given.every:g} s, {given.seconds:g} s"
    )
    publish("latency: many calm runs", rows, given.output, work=work)
    return rows


def measure(server: Program, given: argparse.Namespace) -> Figures:
    count = max(1, round(given.seconds / given.every))
    source = server.source(given.metrics, given.rows, count)
    bodies = source.bodies(0)
    connections = [open_run(server, source, index) for index in range(given.runs)]
    before = server.usage()
    latencies_s = drive(connections, source, bodies, given.every)
    after = server.usage()
    for connection in connections:
        connection.close()
    took_ms = [one * 1000 for one in latencies_s]
    return {
        "server": server.name,
        "requests": len(took_ms),
        "p50 ms": percentile(took_ms, 50),
        "p99 ms": percentile(took_ms, 99),
        "longest ms": max(took_ms),
        "CPU ms a request": after.cpu_since(before) / len(took_ms) * 1000,
        "peak MB": after.peak_mb,
    }


def open_run(server: Program, source: Source, index: int) -> Connection:
    connection = server.connect()
    if opening := source.opening(run_name(index, 0)):
        connection.exchange(opening)
    return connection


def drive(connections: list[Connection], source: Source, bodies: list[bytes], every_s: float) -> list[float]:
    """Send every body to every run at its moment; return the seconds from each moment to its answer."""
    begin_s = time.perf_counter() + LEAD_S
    gap_s = every_s / len(connections)
    due = [(begin_s + index * gap_s, index, 0) for index in range(len(connections))]
    poll = select.epoll()
    by_file = {connection.fileno(): index for index, connection in enumerate(connections)}
    for connection in connections:
        poll.register(connection, select.EPOLLIN)
    waiting: dict[int, tuple[float, int]] = {}
    latencies_s = []
    while due or waiting:
        while due and due[0][0] <= time.perf_counter():
            moment_s, index, number = heapq.heappop(due)
            body = bodies[number]
            connections[index].begin(source.head(run_name(index, 0), len(body)), body)
            assert not connections[index].is_sending, "a small request goes out at once"
            waiting[index] = (moment_s, number)
        pause_s = max(0.0, due[0][0] - time.perf_counter()) if due else None
        for fileno, _events in poll.poll(pause_s):
            index = by_file[fileno]
            if connections[index].proceed() is None:
                continue
            moment_s, number = waiting.pop(index)
            latencies_s.append(time.perf_counter() - moment_s)
            if number + 1 < len(bodies):
                heapq.heappush(due, (moment_s + every_s, index, number + 1))
    return latencies_s


if __name__ == "__main__":
    main()

"""Whole servers under many writers: python -m benchmarks.load.ingest

32 writers in 8 processes stream 20 metrics, 80 rows a request, over kept-alive HTTP, each waiting for its answer before
it sends the next. Steelyard, trackio and a bare acceptor of the same requests take turns, each on a fresh folder; the
table holds medians over the rounds. Processor time is the server's alone, all its threads. After the load the runs end,
Steelyard is given the time to compact them, and every acknowledged row is read back.
"""

import argparse
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path

from benchmarks.load.program import SETTLE_MAX_S, Program
from benchmarks.load.results import Figures, add_output, median_figures, percentile, publish
from benchmarks.load.rivals import TRACKIO_ROWS, Acceptor, Trackio
from benchmarks.load.steelyard_server import add_choices, chosen
from benchmarks.load.writers import PROCESSES, Writers

SERVERS = ("steelyard", "trackio", "trackio-bulk", "acceptor", "columns")
RATIOS = {
    "trackio": "speed / trackio",
    f"trackio, {TRACKIO_ROWS} rows a request": f"speed / trackio, {TRACKIO_ROWS} rows",
    "bare acceptor": "speed / acceptor",
}
SPEED, P99 = "points/s", "p99 ms"


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--writers", type=int, default=32)
    parser.add_argument("--processes", type=int, default=PROCESSES)
    parser.add_argument("--metrics", type=int, default=20)
    parser.add_argument("--rows", type=int, default=80, help="rows in a request")
    parser.add_argument("--requests", type=int, default=250, help="requests until a writer begins another run")
    parser.add_argument("--seconds", type=float, default=10, help="length of one server's turn")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--settle", type=float, default=SETTLE_MAX_S, help="seconds to wait for compaction at most")
    parser.add_argument("--servers", nargs="+", choices=SERVERS, default=SERVERS)
    parser.add_argument(
        "--serve",
        nargs="+",
        type=int,
        default=[1],
        help="processes of `steelyard serve`, each number in a turn of its own",
    )
    add_choices(parser)
    add_output(parser)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> list[Figures]:
    given = parse(arguments)
    rounds: dict[str, list[Figures]] = {}
    with Writers(given.writers, given.processes) as writers, tempfile.TemporaryDirectory() as folder:
        for number in range(given.rounds):
            for index, program in enumerate(turns(given, Path(folder), number)):
                with program as server:
                    figures = measure(server, writers, given)
                print(f"round {number + 1}, turn {index + 1}: {figures}", flush=True)
                rounds.setdefault(server.name, []).append(figures)
    rows = [{"server": name, **median_figures(one)} for name, one in rounds.items()]
    compare(rows)
    work = f"{given.writers} writers of {given.metrics} metrics, {given.processes} client processes"
    facts = {
        "work": f"{work}, {given.rows} rows a request, {given.requests} requests a run, {given.seconds:g} s a turn",
        "rounds": given.rounds,
    }
    publish("ingest: many writers, the whole server", rows, given.output, **facts)
    return rows


def turns(given: argparse.Namespace, folder: Path, number: int) -> list[AbstractContextManager[Program]]:
    """The servers of one round, not yet started."""
    found: list[AbstractContextManager[Program]] = []
    for name in given.servers:
        place = folder / f"{name}-{number}"
        if name == "steelyard":
            place.mkdir()
            for count in given.serve:
                (place / str(count)).mkdir()
                found += chosen(given, place / str(count), count)
        elif name.startswith("trackio"):
            found.append(Trackio.on(place, TRACKIO_ROWS if name == "trackio-bulk" else None))
        else:
            found.append(Acceptor.on(place, columns=name == "columns"))
    return found


def measure(server: Program, writers: Writers, given: argparse.Namespace) -> Figures:
    """One turn of one server."""
    source = server.source(given.metrics, given.rows, given.requests)
    writers.prepare(source)
    before, beside_s = server.usage(), server.cpu_beside_s()
    tally, begin_s = writers.write(server.ports, source, given.seconds)
    loaded = server.usage()
    writers.close_runs(server.port, source)
    settle_s = server.settle(given.settle)
    settled, beside_s = server.usage(), server.cpu_beside_s() - beside_s
    millions = sum(tally.rows.values()) * given.metrics / 1e6
    stored = server.stored_bytes()
    verified = server.verify(tally.rows, source)
    took_ms = [latency * 1000 for latency in tally.latencies_s]
    return {
        SPEED: millions * 1e6 / (tally.end_s - begin_s),
        "CPU s/M, acknowledged": loaded.cpu_since(before) / millions,
        "CPU s/M, compacted": settled.cpu_since(before) / millions,
        "CPU s/M, database and store": beside_s / millions,
        "p50 ms": percentile(took_ms, 50),
        P99: percentile(took_ms, 99),
        "peak MB": settled.peak_mb,
        "disk B/point": stored / millions / 1e6,
        "compacted after s": settle_s,
        "reading CPU s/M": server.usage().cpu_since(settled) / millions,
        "read back": verified,
    }


def compare(rows: list[Figures]) -> None:
    """Add each row's speed as a multiple of the rivals', and its p99 of the acceptor's."""
    rivals = {row["server"]: row for row in rows}
    for rival, title in RATIOS.items():
        if rival in rivals:
            for row in rows:
                row[title] = row[SPEED] / rivals[rival][SPEED]
    if "bare acceptor" in rivals:
        for row in rows:
            row["p99 / acceptor"] = row[P99] / rivals["bare acceptor"][P99]


if __name__ == "__main__":
    main()

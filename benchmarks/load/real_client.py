"""One run by the unmodified client, and the same where its rows are thrown away: python -m benchmarks.load.real_client

What the client costs by itself is most of the time; the ratio says how much of the rest is the server's. Turns
alternate, and the table holds medians.
"""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from benchmarks.load.program import Program, python_module, started
from benchmarks.load.results import Figures, add_output, median_figures, publish
from benchmarks.load.sources import FileStream
from benchmarks.load.steelyard_server import Steelyard, account, add_choices, chosen
from benchmarks.load.traffic import KEY
from tests.harness.client import make_client
from tests.harness.server import Server
from tests.services.clients import NEWEST, VERSIONS

PROGRAM = Path(__file__).with_name("client_run.py")
TIMEOUT_S = 900


class Discard(Program):
    """benchmarks/load/discarding.py on a fresh folder."""

    def __init__(self, folder: Path, port: int, pid: int) -> None:
        self.name, self.folder, self.port, self.pid = "all thrown away", folder, port, pid

    @staticmethod
    @contextmanager
    def on(folder: Path) -> Iterator["Discard"]:
        folder.mkdir()
        server = Server(folder / "data")
        account(server)
        command = python_module(
            "benchmarks.load.discarding", "--data", str(server.data_dir), "--port", str(server.port)
        )
        with started(command, folder, server.port, {}, None) as pid:
            yield Discard(folder, server.port, pid)

    def source(self, metrics: int, rows: int, requests: int) -> FileStream:
        return FileStream(metrics, rows, requests)


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=50_000)
    parser.add_argument("--metrics", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--client", choices=VERSIONS, default=NEWEST)
    add_choices(parser)
    add_output(parser)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> list[Figures]:
    given = parse(arguments)
    rounds: dict[str, list[Figures]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(given.rounds):
            for turn in turns(given, Path(folder), number):
                with turn as server:
                    figures = measure(server, given, Path(folder) / "home")
                print(f"round {number + 1}: {figures}", flush=True)
                rounds.setdefault(server.name, []).append(figures)
    rows = [{"server": name, **median_figures(one)} for name, one in rounds.items()]
    least_s = next(row["log and finish s"] for row in rows if row["server"] == "all thrown away")
    for row in rows:
        row["speed / thrown away"] = least_s / row["log and finish s"]
    work = f"wandb {given.client}, {given.steps} steps of {given.metrics} metrics"
    publish("real_client: one run by the unmodified client", rows, given.output, work=work, rounds=given.rounds)
    return rows


def turns(given: argparse.Namespace, folder: Path, number: int) -> list[AbstractContextManager[Program]]:
    place = folder / f"round-{number}"
    place.mkdir()
    return [*chosen(given, place), Discard.on(place / "discard")]


def measure(server: Program, given: argparse.Namespace, home: Path) -> Figures:
    client = make_client(given.client, home, f"http://127.0.0.1:{server.port}", KEY)
    before = server.usage()
    sizes = (str(given.steps), str(given.metrics))
    took = client.run_json(PROGRAM, *sizes, env={"WANDB_SILENT": "true"}, timeout_s=TIMEOUT_S)
    after = server.usage()
    if isinstance(server, Steelyard):
        count = server.read_run(took["run"], "historyLineCount")["historyLineCount"]
        assert count == given.steps, f"{count} rows of {given.steps}"
    return {
        "init s": took["init_s"],
        "log s": took["log_s"],
        "finish s": took["finish_s"],
        "log and finish s": took["log_s"] + took["finish_s"],
        "server CPU s": after.cpu_since(before),
        "peak MB": after.peak_mb,
    }


if __name__ == "__main__":
    main()

"""Everything that a set-up consists of dies once while real clients log: nothing acknowledged is lost, all recover.

`python -m tests.deployment.outages [--clients 32] [--bucket-down 60] [--database-down 10] [--network-down 30]` is the
long form, `make outages`; as root on Linux each server and worker is in a network namespace of its own there. Prints
how long each recovery took: from the moment that what failed is back (or, of a server or worker, is dead) until every
client has had rows taken that it had not had taken before.
"""

import argparse
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from tests.contract.runner import Program, Programs
from tests.contract.wire import Wire
from tests.faults.database import OwnMySql
from tests.harness.client import make_client
from tests.harness.deployment import Deployment, wait_healthy
from tests.harness.namespaces import may_make_namespaces, namespaces
from tests.harness.own_s3 import OwnS3
from tests.harness.server import User
from tests.harness.slow_link import SlowLink, slow_link
from tests.harness.small_disks import ResizedDisk, resized_disk
from tests.services import mysql
from tests.services.clients import NEWEST
from tests.services.proxy import proxy
from tests.services.s3 import bucket_url
from tests.services.tls import ensure_certificates

PROJECT = "outages"
# The client's public settings: try again after a fraction of a second instead of two to sixty, so more often before it
# gives up, and send once a second.
PATIENCE = {
    "x_file_stream_transmit_interval": 1,
    **{f"x_{what}_retry_wait_min_seconds": 0.2 for what in ("file_stream", "graphql", "file_transfer")},
    **{f"x_{what}_retry_max": 1000 for what in ("file_stream", "graphql", "file_transfer")},
    **{f"x_{what}_retry_wait_max_seconds": 1 for what in ("file_stream", "graphql", "file_transfer")},
}
RATE, ARTIFACT_EVERY_ROWS = 10, 100
# Far above what was ever seen, on busy machines too: a client that gave up would wait for ever.
BEGIN_MAX_S, RECOVERY_MAX_S, FINISH_MAX_S = 1200.0, 240.0, 1200.0
BEGINNING = "the beginning"
POLL_S = 0.1
COUNTS = """query Counts($e: String!, $p: String!) { project(entityName: $e, name: $p) { runs(first: 100) {
  edges { node { name historyLineCount } } } } }"""
VERSIONS = """query Versions($e: String!, $p: String!) { project(entityName: $e, name: $p) { runs(first: 100) {
  edges { node { name outputArtifacts(first: 1000) { edges { node { state } } } } } } } }"""
WHOLE = """query Whole($e: String!, $p: String!, $r: String!) { project(entityName: $e, name: $p) { run(name: $r) {
  state historyLineCount history(samples: 100000) logLineCount
  outputArtifacts(first: 1000) { edges { node { state versionIndex files(first: 2) { edges { node {
    name directUrl } } } } } } } } }"""


@dataclass(frozen=True)
class Trial:
    """How many clients, and for how long what is killed stays away."""

    clients: int
    database_down_s: float
    bucket_down_s: float
    network_down_s: float = 10.0
    disk_full_s: float = 5.0
    server_down_s: float = 1.0
    # Each server and worker in a network namespace.
    apart: bool = False


@dataclass
class Campaign:
    """`run` raises `AssertionError` for the first promise that was broken, and returns seconds of recovery by fault."""

    trial: Trial
    folder: Path
    note: Callable[[str], None] = print
    recoveries: dict[str, float] = field(default_factory=dict)

    def run(self) -> dict[str, float]:
        with self._world() as (database, store, disk, links, deployment, url):
            user = deployment.servers[0].create_user()
            wires = [Wire(server.url, user.name, user.api_key, project=PROJECT) for server in deployment.servers]
            with self._clients(url, user) as programs:
                self._wait_for_all(BEGINNING, wires, {}, time.monotonic())
                self._outage("database killed", wires, database.kill, database.restart, self.trial.database_down_s)
                self._outage(
                    "bucket stopped", wires, store.stop, store.start, self.trial.bucket_down_s, rows_go_on=True
                )
                if disk is not None:
                    full_s, make_room = self.trial.disk_full_s, partial(free_and_restart, disk, store)
                    self._outage("disk of the bucket full", wires, disk.fill, make_room, full_s, rows_go_on=True)
                    self._wait_for_artifacts("disk of the bucket full, artifacts", wires)
                for what, link in links.items():
                    cut, mend = partial(setattr, link, "is_cut", True), partial(setattr, link, "is_cut", False)
                    self._outage(f"network to the {what} cut", wires, cut, mend, self.trial.network_down_s)
                for machine in deployment.machines[1:2]:  # of the second server, which the proxy goes on asking
                    silent_s = self.trial.network_down_s
                    self._outage(
                        "network to a server cut", wires, machine.pull, machine.plug, silent_s, told_by=wires[:1]
                    )
                self._replace_server(deployment, wires)
                self._replace_worker(deployment, wires)
                (self.folder / "end").touch()
                logged = {name: program.answer(FINISH_MAX_S) for name, program in programs.items()}
            self.note("all clients have ended by themselves")
            for number, (run, found) in enumerate(logged.items()):
                check_whole(wires[number % len(wires)], run, found)
            rows, artifacts = (sum(found[kind] for found in logged.values()) for kind in ("rows", "artifacts"))
            self.note(f"{len(logged)} runs are whole: {rows} rows, {artifacts} artifacts")
        return self.recoveries

    @contextlib.contextmanager
    def _world(
        self,
    ) -> Iterator[tuple[OwnMySql, OwnS3, ResizedDisk | None, dict[str, SlowLink], Deployment, str]]:
        store = OwnS3(self.folder / "s3")
        with OwnMySql(self.folder / "mysql").running() as database, contextlib.ExitStack() as stack:
            disk = stack.enter_context(resized_disk(store.folder / "data"))
            machines = stack.enter_context(namespaces(5)) if self.trial.apart else []
            host = machines[0].gateway if machines else "127.0.0.1"
            store.start()
            try:
                links = {
                    "database": stack.enter_context(slow_link(database.port, host)),
                    "bucket": stack.enter_context(slow_link(store.reach["port"], host)),
                }
                direct = mysql.create_database(database.port, PROJECT)
                env = {
                    "MYSQL": direct.replace(f"@127.0.0.1:{database.port}/", f"@{host}:{links['database'].port}/"),
                    "BUCKET": bucket_url({**store.reach, "host": host, "port": links["bucket"].port}, PROJECT),
                    "BUCKET_PROXY": "true",
                    "NO_PROXY": host,
                    "no_proxy": host,
                    "STEELYARD_HISTORY_FLUSH_CHUNKS": "16",  # so that work on segments is under way at any time
                }
                deployment = Deployment(self.folder, env, machines=machines)
                with deployment.running(), proxy("nginx", deployment.addresses) as url:
                    yield database, store, disk, links, deployment, url
            finally:
                store.end()

    @contextlib.contextmanager
    def _clients(self, url: str, user: User) -> Iterator[dict[str, Program]]:
        authority = str(ensure_certificates().authority)
        with contextlib.ExitStack() as stack:
            programs = {}
            for number in range(self.trial.clients):
                client = make_client(NEWEST, self.folder / f"client-{number}", url, user.api_key)
                client.env.update(SSL_CERT_FILE=authority, REQUESTS_CA_BUNDLE=authority)
                task = {"project": PROJECT, "id": f"run-{number}", "rate": RATE, "every": ARTIFACT_EVERY_ROWS}
                running = Programs(client, user).running(
                    "outlive", settings=PATIENCE, end=str(self.folder / "end"), **task
                )
                programs[f"run-{number}"] = stack.enter_context(running)
            yield programs

    def _outage(
        self,
        name: str,
        wires: list[Wire],
        fail: Callable[[], None],
        come_back: Callable[[], None],
        down_s: float,
        *,
        rows_go_on: bool = False,
        told_by: list[Wire] | None = None,
    ) -> None:
        """`told_by` are the servers that can be asked meanwhile, all where none are named."""
        wires = told_by or wires
        before = accepted(wires)
        fail()
        if rows_go_on:
            self._wait_for_all(f"{name}, meanwhile", wires, before, time.monotonic())
            before = accepted(wires)
        time.sleep(down_s)
        come_back()
        self._wait_for_all(name, wires, before, time.monotonic())

    def _replace_server(self, deployment: Deployment, wires: list[Wire]) -> None:
        victim, others = deployment.servers[0], wires[1:]
        before = accepted(others)
        victim.kill9()
        self._wait_for_all("server killed", others, before, time.monotonic())
        time.sleep(self.trial.server_down_s)
        victim.launch()
        wait_healthy(victim)

    def _replace_worker(self, deployment: Deployment, wires: list[Wire]) -> None:
        before = accepted(wires)
        deployment.workers[0].kill9()
        self._wait_for_all("worker killed", wires, before, time.monotonic())
        deployment.workers[0].start()

    def _wait_for_artifacts(self, name: str, wires: list[Wire]) -> None:
        """Wait until each client has had one more version committed."""
        before, since = committed(wires), time.monotonic()
        while waiting := [run for run, count in committed(wires).items() if count <= before[run]]:
            assert time.monotonic() - since < RECOVERY_MAX_S, f"{name}: {waiting} went on no more"
            time.sleep(POLL_S)
        self.recoveries[name] = round(time.monotonic() - since, 1)
        self.note(f"{name}: each client has committed one after {self.recoveries[name]} s")

    def _wait_for_all(self, name: str, wires: list[Wire], before: dict[str, int], since: float) -> None:
        """Wait until each client has had more rows taken than `before`; rows that were taken never go away."""
        while True:
            now = accepted(wires)
            lost = {run: (count, now.get(run)) for run, count in before.items() if now.get(run, 0) < count}
            assert not lost, f"{name}: rows that had been taken are gone: {lost}"
            waiting = [run for run in self._runs() if now.get(run, 0) <= before.get(run, 0)]
            if not waiting:
                break
            limit_s = BEGIN_MAX_S if name == BEGINNING else RECOVERY_MAX_S
            assert time.monotonic() - since < limit_s, f"{name}: {waiting} went on no more"
            time.sleep(POLL_S)
        self.recoveries[name] = round(time.monotonic() - since, 1)
        self.note(f"{name}: all clients go on after {self.recoveries[name]} s")

    def _runs(self) -> list[str]:
        return [f"run-{number}" for number in range(self.trial.clients)]


def free_and_restart(disk: ResizedDisk, store: OwnS3) -> None:
    """Make room. The store's own index writes nothing any more after a full disk, until it is opened again."""
    disk.free()
    store.stop()
    store.start()


def accepted(wires: list[Wire]) -> dict[str, int]:
    """How many rows of each run the set-up says it has; asked again while nobody can say."""
    end = time.monotonic() + RECOVERY_MAX_S
    while True:
        for wire in wires:
            with contextlib.suppress(httpx.TransportError):
                answer = wire.graphql(COUNTS, e=wire.entity, p=wire.project)
                if answer.status_code == httpx.codes.OK and "errors" not in answer.json():
                    runs = (answer.json()["data"]["project"] or {"runs": {"edges": []}})["runs"]["edges"]
                    return {edge["node"]["name"]: edge["node"]["historyLineCount"] for edge in runs}
        assert time.monotonic() < end, "no server answers"
        time.sleep(POLL_S)


def committed(wires: list[Wire]) -> dict[str, int]:
    """How many versions each run has committed."""
    project = next(iter(wires)).data(VERSIONS, e=wires[0].entity, p=wires[0].project)["project"]
    runs = [edge["node"] for edge in project["runs"]["edges"]]
    return {
        run["name"]: sum(edge["node"]["state"] == "COMMITTED" for edge in run["outputArtifacts"]["edges"])
        for run in runs
    }


def check_whole(wire: Wire, run: str, logged: dict[str, int]) -> None:
    """Every row, line and artifact that the client logged is there once and as it was."""
    found: dict[str, Any] = wire.data(WHOLE, e=wire.entity, p=wire.project, r=run)["project"]["run"]
    rows = [json.loads(text) for text in found["history"]]
    assert [row["step_again"] for row in rows] == list(range(logged["rows"])), f"{run}: rows"
    assert all(row["value"] == (row["step_again"] * 2654435761 % 1_000_003) / 997.0 for row in rows), f"{run}: values"
    assert (found["state"], found["historyLineCount"]) == ("finished", logged["rows"]), run
    assert found["logLineCount"] >= logged["rows"], f"{run}: lines"
    states = [edge["node"] for edge in found["outputArtifacts"]["edges"]]
    ours = {node["versionIndex"]: node for node in states if any("state.txt" in str(f) for f in node["files"]["edges"])}
    assert sorted(ours) == list(range(logged["artifacts"])), f"{run}: artifacts {sorted(ours)}"
    for version, node in ours.items():
        assert node["state"] == "COMMITTED", f"{run}: {node}"
        url = node["files"]["edges"][0]["node"]["directUrl"]
        with httpx.Client(trust_env=False) as http:
            body = http.get(url).text
        assert body == f"{run} {version * ARTIFACT_EVERY_ROWS}\n" * 1000, f"{run}: version {version}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.deployment.outages", description=__doc__)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--bucket-down", type=float, default=60)
    parser.add_argument("--database-down", type=float, default=10)
    parser.add_argument("--network-down", type=float, default=30)
    parser.add_argument("--disk-full", type=float, default=60)
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="steelyard-outages-"))
    started = time.monotonic()
    print(f"{chosen.clients} clients, in {folder}", flush=True)

    def note(text: str) -> None:
        print(f"{time.monotonic() - started:6.0f} s  {text}", flush=True)

    try:
        trial = Trial(
            chosen.clients,
            chosen.database_down,
            chosen.bucket_down,
            chosen.network_down,
            chosen.disk_full,
            apart=may_make_namespaces(),
        )
        note(f"each server and worker in a network namespace of its own: {trial.apart}")
        Campaign(trial, folder, note).run()
    except AssertionError as broken:
        print(f"BROKEN: {broken}\nthe data and the logs are in {folder}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

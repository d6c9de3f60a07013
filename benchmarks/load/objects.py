"""Objects up and down: python -m benchmarks.load.objects

One large file, the same bytes as some shards, and many small files, put and fetched by the signed URLs that a client of
artifacts is given; a bare sink and a bare file server take turns with Steelyard. Everything fetched is compared with
what was put. With `--engine mysql_s3` the URLs lead to the bucket, and what passes Steelyard's own process is counted.
"""

import argparse
import base64
import hashlib
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from benchmarks.load.program import python_module, started
from benchmarks.load.results import Figures, add_output, median_figures, publish
from benchmarks.load.steelyard_server import Steelyard, add_choices, chosen
from benchmarks.load.traffic import ENTITY, PROJECT
from benchmarks.load.usage import usage_of
from tests.services.places import free_port

# As many as the client asks for at a time.
BATCH = 2000
PAGE = 5000
SHARD_CONNECTIONS = 4
CREATE = """mutation($input: CreateArtifactInput!) { createArtifact(input: $input) { artifact { id } } }"""
FILES = """mutation($input: CreateArtifactFilesInput!) { createArtifactFiles(input: $input) { files { edges { node {
  uploadUrl uploadHeaders artifact { id } } } } } }"""
MANIFEST = """mutation($input: CreateArtifactManifestInput!) { createArtifactManifest(input: $input) {
  artifactManifest { file { uploadUrl uploadHeaders } } } }"""
COMMIT = "mutation($id: ID!) { commitArtifact(input: {artifactID: $id}) { artifact { id } } }"
URLS = """query($id: ID!, $after: String, $first: Int) { artifact(id: $id) { files(after: $after, first: $first) {
  pageInfo { endCursor hasNextPage } edges { node { name directUrl } } } } }"""


@dataclass(frozen=True)
class Piece:
    """A file to be put: a part of the source."""

    name: str
    offset: int
    size: int
    md5: str


@dataclass(frozen=True)
class Work:
    """Files that are put and fetched by so many connections."""

    title: str
    pieces: list[Piece]
    connections: int


@dataclass(frozen=True)
class Request:
    url: str
    offset: int
    size: int
    headers: dict[str, str]


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--large", type=int, default=1 << 30, help="bytes of the large file")
    parser.add_argument("--shards", type=int, default=16, help="files that make up the same bytes, four at a time")
    parser.add_argument("--files", type=int, default=10_000, help="small files")
    parser.add_argument("--small", type=int, default=10 << 10, help="bytes of a small file")
    parser.add_argument("--connections", type=int, default=16, help="for the small files, of two processes together")
    parser.add_argument("--rounds", type=int, default=3)
    add_choices(parser)
    add_output(parser)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> list[Figures]:
    given = parse(arguments)
    rounds: dict[str, list[Figures]] = {}
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        works = make_source(source, given)
        for number in range(given.rounds):
            place = Path(folder) / f"round-{number}"
            place.mkdir()
            for opening in [*bare(place), *(_steelyard(one) for one in chosen(given, place))]:
                with opening as server:
                    for row in measure(server, source, works):
                        rounds.setdefault(f"{row['what']} {row['server']}", []).append(row)
    rows = [median_figures(found) for found in rounds.values()]
    compare(rows)
    rows.sort(key=lambda row: row["what"])
    work = f"{given.large >> 20} MiB, in {given.shards} shards too; "
    work += f"{given.files:,} files of {given.small:,} bytes, {given.connections} connections"
    publish("objects: files up and down", rows, given.output, work=work, rounds=given.rounds)
    return rows


def make_source(path: Path, given: argparse.Namespace) -> list[Work]:
    """Write random bytes; return the large file alone, its shards, and small files: all parts of the same."""
    dice, left = random.Random(1), given.large
    whole = hashlib.md5()
    with path.open("wb") as file:
        while left:
            part = dice.randbytes(min(left, 1 << 24))
            file.write(part)
            whole.update(part)
            left -= len(part)
    large = Piece("large.bin", 0, given.large, base64.b64encode(whole.digest()).decode())
    small = []
    with path.open("rb") as file:
        for number in range(given.files):
            # Overlapping parts, so that any number fits; each begins elsewhere, so no two are the same.
            offset = (number * 4099) % max(1, given.large - given.small)
            file.seek(offset)
            digest = hashlib.md5(file.read(given.small)).digest()
            name = f"folder-{number % 100}/file-{number}.bin"
            small.append(Piece(name, offset, given.small, base64.b64encode(digest).decode()))
    shards = [shard_of(path, number, given.large // given.shards) for number in range(given.shards)]
    return [
        Work("large", [large], 1),
        Work("shards", shards, min(SHARD_CONNECTIONS, given.shards)),
        Work("small", small, given.connections),
    ]


def shard_of(path: Path, number: int, size: int) -> Piece:
    with path.open("rb") as file:
        file.seek(number * size)
        digest = hashlib.md5(file.read(size)).digest()
    return Piece(f"shard-{number}.bin", number * size, size, base64.b64encode(digest).decode())


class Target:
    """A server that takes objects. `pid` is the process whose cost is counted."""

    name: str
    pid: int
    share_of = ""

    def addresses_to_put(self, pieces: list[Piece]) -> list[Request]:
        raise NotImplementedError

    def addresses_to_get(self, pieces: list[Piece]) -> list[Request]:
        """For what was put last; its way to the reader is begun here."""
        raise NotImplementedError


class Bare(Target):
    def __init__(self, name: str, port: int, pid: int, *, keeps: bool) -> None:
        self.name, self.port, self.pid, self.keeps = name, port, pid, keeps

    def addresses_to_put(self, pieces: list[Piece]) -> list[Request]:
        return [Request(f"http://127.0.0.1:{self.port}/{one.name}", one.offset, one.size, {}) for one in pieces]

    def addresses_to_get(self, pieces: list[Piece]) -> list[Request]:
        return self.addresses_to_put(pieces) if self.keeps else []


def bare(folder: Path) -> list[AbstractContextManager[Target]]:
    @contextmanager
    def open_one(name: str, *options: str) -> Iterator[Target]:
        place, port = folder / name.replace(" ", "-"), free_port()
        place.mkdir()
        command = python_module("benchmarks.load.bare_files", "--port", str(port), "--folder", str(place), *options)
        with started(command, place, port, {}, None) as pid:
            yield Bare(name, port, pid, keeps=not options)

    return [open_one("bare, thrown away", "--discard"), open_one("bare, to disk")]


class Logged(Target):
    """Steelyard, by the protocol of artifacts: each set of files is one version."""

    def __init__(self, server: Steelyard) -> None:
        self.name, self.pid, self._server = server.name, server.pid, server
        self.artifact = ""
        self._born: dict[str, str] = {}
        self._version = 0

    def addresses_to_put(self, pieces: list[Piece]) -> list[Request]:
        self._version += 1
        spec = {"entityName": ENTITY, "projectName": PROJECT, "artifactTypeName": "dataset"}
        spec |= {"artifactCollectionName": "objects", "digest": hashlib.md5(b"%d" % self._version).hexdigest()}
        self.artifact = self._server.ask(CREATE, input=spec)["createArtifact"]["artifact"]["id"]
        self._born, found = {}, []
        for first in range(0, len(pieces), BATCH):
            batch = pieces[first : first + BATCH]
            files = [{"artifactID": self.artifact, "name": one.name, "md5": one.md5} for one in batch]
            asked = self._server.ask(FILES, input={"artifactFiles": files, "storageLayout": "V2"})
            for one, edge in zip(batch, asked["createArtifactFiles"]["files"]["edges"], strict=True):
                self._born[one.name] = edge["node"]["artifact"]["id"]
                found.append(put_request(edge["node"], one))
        return found

    def addresses_to_get(self, pieces: list[Piece]) -> list[Request]:
        entries = {
            one.name: {"digest": one.md5, "size": one.size, "birthArtifactID": self._born[one.name]} for one in pieces
        }
        manifest = {"version": 1, "storagePolicy": "wandb-storage-policy-v1", "storagePolicyConfig": {}}
        body = orjson.dumps(manifest | {"contents": entries})
        spec = {"artifactID": self.artifact, "name": "wandb_manifest.json", "type": "FULL", "runName": ""}
        spec |= {"entityName": ENTITY, "projectName": PROJECT}
        spec |= {"digest": base64.b64encode(hashlib.md5(body).digest()).decode()}
        asked = self._server.ask(MANIFEST, input=spec)
        node = asked["createArtifactManifest"]["artifactManifest"]["file"]
        with tempfile.NamedTemporaryFile() as file:
            file.write(body)
            file.flush()
            run_clients(Path(file.name), "PUT", [put_request(node, Piece("", 0, len(body), ""))], 1)
        self._server.ask(COMMIT, id=self.artifact)
        urls: dict[str, str] = {}
        after, more = None, True
        while more:
            page = self._server.ask(URLS, id=self.artifact, after=after, first=PAGE)["artifact"]["files"]
            urls |= {edge["node"]["name"]: edge["node"]["directUrl"] for edge in page["edges"]}
            after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        return [Request(urls[one.name], one.offset, one.size, {}) for one in pieces]


@contextmanager
def _steelyard(opening: AbstractContextManager[Any]) -> Iterator[Target]:
    with opening as server:
        yield Logged(server)


def put_request(node: dict[str, Any], piece: Piece) -> Request:
    headers = dict(line.split(":", 1) for line in node["uploadHeaders"] or [])
    return Request(node["uploadUrl"], piece.offset, piece.size, headers)


def measure(target: Target, source: Path, works: list[Work]) -> Iterator[Figures]:
    for work in works:
        title, pieces, width = work.title, work.pieces, work.connections
        began_s = time.perf_counter()
        to_put = target.addresses_to_put(pieces)
        asked_s = time.perf_counter() - began_s
        yield row(f"1 up: {title}", target, pieces, asked_s, partial(run_clients, source, "PUT", to_put, width))
        began_s = time.perf_counter()
        to_get = target.addresses_to_get(pieces)
        asked_s = time.perf_counter() - began_s
        if to_get:
            run_clients(source, "CHECK", to_get, width)
            yield row(f"2 down: {title}", target, pieces, asked_s, partial(run_clients, source, "GET", to_get, width))


def row(what: str, target: Target, pieces: list[Piece], asked_s: float, work: Callable[[], float]) -> Figures:
    before, passed = usage_of(target.pid), passed_bytes(target.pid)
    took_s = work()
    after = usage_of(target.pid)
    size = sum(one.size for one in pieces)
    cpu_s, is_small = after.cpu_since(before), what.endswith("small")
    return {
        "what": what,
        "server": target.name,
        "MB/s": size / took_s / 1e6,
        "files/s": len(pieces) / took_s if is_small else None,
        "server CPU s/GiB": None if is_small else cpu_s / size * (1 << 30),
        "server CPU ms/file": cpu_s / len(pieces) * 1000 if is_small else None,
        "URLs and commit s": asked_s,
        "peak MB": after.peak_mb,
        "passed the process": (passed_bytes(target.pid) - passed) / size,
    }


def compare(rows: list[Figures]) -> None:
    """Add to each row the share of what the bare servers did with the same work."""
    for one in rows:
        for bound in ("bare, thrown away", "bare, to disk"):
            fellow = [row for row in rows if (row["what"], row["server"]) == (one["what"], bound)]
            one[f"of {bound}"] = one["MB/s"] / fellow[0]["MB/s"] if fellow else None


def passed_bytes(pid: int) -> int:
    """Bytes that a process has read and written so far, files and sockets alike."""
    lines = Path(f"/proc/{pid}/io").read_text().splitlines()
    counts = {name: int(value) for name, value in (line.split(": ") for line in lines)}
    return counts["rchar"] + counts["wchar"]


def run_clients(source: Path, method: str, requests: list[Request], connections: int) -> float:
    """Send the requests from one process, or two; return the seconds from the first to the last."""
    processes = min(2, connections)
    running = []
    for index in range(processes):
        client = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.load.client_objects"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        mine = [vars(one) for one in requests[index::processes]]
        work = {"source": str(source), "method": method, "requests": mine, "connections": connections // processes}
        running.append((client, json.dumps(work).encode()))
    for client, body in running:
        assert client.stdin is not None
        client.stdin.write(body)
        client.stdin.close()
    told = []
    for client, _ in running:
        assert client.stdout is not None
        with client.stdout as answer:
            told.append(answer.read())
        assert client.wait() == 0, "a client failed; its error is above"
    spans = [json.loads(one) for one in told]
    took_s: float = max(one["ended"] for one in spans) - min(one["began"] for one in spans)
    return took_s


if __name__ == "__main__":
    main()

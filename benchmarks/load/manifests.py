"""A version of 1,000,000 entries: python -m benchmarks.load.manifests

Its entries are references, as of a data set that lies in a bucket of one's own, or files of which each thousand has the
same content (`--stored`). The manifest is put and committed as a client does it; then files are listed, and it
is fetched again and compared with what was put.
"""

import argparse
import base64
import hashlib
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from benchmarks.load.connection import BadAnswer
from benchmarks.load.objects import COMMIT, CREATE, MANIFEST, Logged, Piece, put_request, run_clients
from benchmarks.load.results import Figures, add_output, publish, revision
from benchmarks.load.steelyard_server import Steelyard
from benchmarks.load.traffic import ENTITY, PROJECT
from tests.harness.engines import MYSQL_S3, SQLITE
from tests.harness.server import ROOT

PAGE = 1_000
CONTENTS = 1_000
FILE_BYTES = 100
FILES = """query($id: ID!, $first: Int) { artifact(id: $id) { state fileCount size files(first: $first) {
  edges { node { name } } } } }"""
CURRENT = "query($id: ID!) { artifact(id: $id) { currentManifest { file { directUrl } } } }"


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--stored", action="store_true", help="files instead of references")
    parser.add_argument("--engine", choices=(SQLITE, MYSQL_S3), default=SQLITE)
    parser.add_argument("--source", type=Path, default=ROOT, help="the checkout whose Steelyard is measured")
    add_output(parser)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> list[Figures]:
    given = parse(arguments)
    with (
        tempfile.TemporaryDirectory() as folder,
        Steelyard.on(Path(folder) / "server", given.engine, given.source) as server,
    ):
        rows = measure(server, given, Path(folder) / "manifest.json")
    facts = {"engine": given.engine, "measured revision": revision(given.source)}
    kind = "files" if given.stored else "references"
    publish(f"manifests: a version of {given.entries:,} {kind}", rows, given.output, **facts)
    return rows


def measure(server: Steelyard, given: argparse.Namespace, path: Path) -> list[Figures]:
    found: list[Figures] = []

    def step(name: str, work: Callable[[], object]) -> None:
        before, began_s = server.usage(), time.perf_counter()
        work()
        took_s, now = time.perf_counter() - began_s, server.usage()
        found.append({"what": name, "s": took_s, "server CPU s": now.cpu_since(before), "peak MB": now.peak_mb})

    artifact, entries = _stored(server, given.entries, path) if given.stored else _references(server, given.entries)
    manifest = {
        "version": 1,
        "storagePolicy": "wandb-storage-policy-v1",
        "storagePolicyConfig": {"storageLayout": "V2"},
    }
    body = orjson.dumps(manifest | {"contents": entries})
    del entries
    path.write_bytes(body)
    step(f"put the manifest, {len(body) / 1e6:.0f} MB", lambda: _put_manifest(server, artifact, path, body))
    step("commit", lambda: _commit(server, artifact))
    step("commit again", lambda: server.ask(COMMIT, id=artifact))
    step(f"the first {PAGE:,} files", partial(_check_files, server, artifact, given.entries))
    url = server.ask(CURRENT, id=artifact)["artifact"]["currentManifest"]["file"]["directUrl"]
    step("fetch the manifest", lambda: _check_manifest(server, url, body))
    return found


def _name(number: int) -> str:
    return f"part-{number // 1000:04}/sample-{number:07}.bin"


def _create(server: Steelyard) -> str:
    spec = {"entityName": ENTITY, "projectName": PROJECT, "artifactTypeName": "dataset"}
    spec |= {"artifactCollectionName": "many", "digest": hashlib.md5(b"many").hexdigest()}
    artifact: str = server.ask(CREATE, input=spec)["createArtifact"]["artifact"]["id"]
    return artifact


def _references(server: Steelyard, count: int) -> tuple[str, dict[str, Any]]:
    return _create(server), {
        _name(number): {
            "digest": hashlib.md5(b"%d" % number).hexdigest(),
            "ref": f"s3://data/{_name(number)}",
            "size": FILE_BYTES,
        }
        for number in range(count)
    }


def _stored(server: Steelyard, count: int, path: Path) -> tuple[str, dict[str, Any]]:
    """Put the contents that the entries share, as files of a version."""
    contents = [f"{number:0{FILE_BYTES}}".encode() for number in range(CONTENTS)]
    path.write_bytes(b"".join(contents))
    digests = [base64.b64encode(hashlib.md5(content).digest()).decode() for content in contents]
    pieces = [Piece(_name(n), n * FILE_BYTES, FILE_BYTES, digest) for n, digest in enumerate(digests)]
    logged = Logged(server)
    run_clients(path, "PUT", logged.addresses_to_put(pieces), 8)
    return logged.artifact, {
        _name(number): {
            "digest": digests[number % CONTENTS],
            "size": FILE_BYTES,
            "birthArtifactID": logged.artifact,
        }
        for number in range(count)
    }


def _put_manifest(server: Steelyard, artifact: str, path: Path, body: bytes) -> None:
    spec = {"artifactID": artifact, "name": "wandb_manifest.json", "type": "FULL", "runName": ""}
    spec |= {"entityName": ENTITY, "projectName": PROJECT}
    spec |= {"digest": base64.b64encode(hashlib.md5(body).digest()).decode()}
    node = server.ask(MANIFEST, input=spec)["createArtifactManifest"]["artifactManifest"]["file"]
    run_clients(path, "PUT", [put_request(node, Piece("", 0, len(body), ""))], 1)


def _commit(server: Steelyard, artifact: str) -> None:
    """Ask again while the server says that it is not done yet, as clients do."""
    while True:
        try:
            server.ask(COMMIT, id=artifact)
        except BadAnswer as error:
            if "still_running" not in str(error):
                raise
            time.sleep(1)
        else:
            return


def _check_files(server: Steelyard, artifact: str, entries: int) -> None:
    told = server.ask(FILES, id=artifact, first=PAGE)["artifact"]
    assert (told["state"], told["fileCount"], told["size"]) == ("COMMITTED", entries, entries * FILE_BYTES), told
    names = [edge["node"]["name"] for edge in told["files"]["edges"]]
    assert names == [_name(number) for number in range(min(PAGE, entries))], "other files than were named"


def _check_manifest(server: Steelyard, url: str, body: bytes) -> None:
    assert orjson.loads(server.download(url))["contents"] == orjson.loads(body)["contents"], "another manifest"


if __name__ == "__main__":
    main()

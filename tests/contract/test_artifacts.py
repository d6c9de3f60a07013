"""Artifacts by the real client: handed from run to run, named, linked, deleted, and made from one another."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import md5, sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest
from xxhash import xxh128

from tests.contract.runner import Programs
from tests.harness.server import Server

pytestmark = pytest.mark.compatibility("Artifacts")

FILES = {"a.txt": "alpha\n", "deep/b with 100 %.txt": "beta ünïcode\n", "empty.txt": ""}


@pytest.fixture
def site_of_text() -> Iterator[str]:
    """The address of a page on another server, as references have it."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            for name, value in (("ETag", '"page-1"'), ("Content-Length", "6"), ("Connection", "close")):
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(b"a page")

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/page.txt"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("version", ["0.31.0", "0.17.9"])
def test_a_dataset_is_handed_over_and_becomes_a_model(programs_for: Callable[[str], Programs], version: str) -> None:
    found = programs_for(version).run("hand_over", project="handed", files=FILES, reference="not copied\n")
    assert found["got"] == FILES | {"elsewhere.txt": "not copied\n"}
    assert found["contents"] == found["made"]["contents"]
    assert (found["made"]["version"], found["again"]) == ("v0", "v0")
    size = sum(len(text.encode()) for text in [*FILES.values(), "not copied\n"])
    for name in ("corpus:v0", "corpus:latest", "corpus:clean"):
        assert found["versions"][name] == ["v0", "dataset", found["made"]["digest"], size]
    assert found["versions"]["net:best"][:2] == ["v0", "model"]
    assert found["aliases"] == ["clean", "latest"]
    assert (found["metadata"], found["description"]) == ({"parts": [1, 2], "of": "text"}, "words")
    assert (found["used_by"], found["logged_by"]) == (["trainer"], ["maker", "trainer"])
    assert (found["inputs"], found["outputs"]) == (["corpus:v0"], ["net:v0"])


def test_versions_are_named_linked_and_deleted(programs: Programs) -> None:
    found = programs.run("curate", project="curated")
    assert found["made"] == ["v0", "v1"]
    assert found["edited"] == {
        "name": "thing:champion",
        "aliases": ["champion"],
        "tags": ["raw", "two words"],
        "metadata": {"seen": True},
        "description": "looked at",
    }
    assert found["first_is_gone"]
    assert found["linked"] == {"name": "shelf:shown", "source": "thing:v0", "files": ["x.txt"], "after": False}
    assert "latest" in found["deleted"]["refused"]
    assert (found["deleted"]["left"], found["deleted"]["latest"]) == (["thing:v0"], "v0")
    assert found["next"] == "v2", "the number of a deleted version is not given again"
    assert found["renamed"] == ["v2", ["kept"]]
    assert found["collections"] == ["shelf"]


def test_versions_are_made_from_others(programs: Programs) -> None:
    found = programs.run("grow", project="grown", count=500)
    assert found["many"] == {"files": 500, "wrong": [], "file_count": 500}
    assert found["on_top"]["texts"] == {"a.txt": "a", "b.txt": "another b", "c.txt": "c"}
    assert found["on_top"]["incremental"] == {"version": "v1", "files": ["a.txt", "b.txt", "c.txt"], "count": 3}
    assert found["on_top"]["draft"] == {"version": "v2", "files": ["b.txt", "c.txt", "d.txt"], "count": 3}
    assert found["together"] == {f"part-{number}.txt": f"part {number}" for number in (1, 2, 3)}


def test_files_are_named_by_the_faster_digest(programs_for: Callable[[str], Programs]) -> None:
    found = programs_for("0.31.0").run("digests", project="faster")
    first, both = {"a.txt": "alpha", "b.txt": "beta"}, {"a.txt": "alpha", "b.txt": "beta", "c.txt": "gamma"}
    assert (found["logged"], found["again"]) == ("v0", "v0")
    for read, files, version in (("used", first, "v0"), ("more", both, "v1"), ("read", both, "v1")):
        digests = {name: b64encode(xxh128(text.encode()).digest()).decode() for name, text in files.items()}
        seen = [found[read][key] for key in ("files", "version", "algorithm", "digests")]
        assert seen == [files, version, "MANIFEST_XXH128", digests]
    assert (found["rehashed"]["version"], found["rehashed"]["algorithm"]) == ("v1", "MANIFEST_MD5")


def test_three_runs_leave_a_graph(programs: Programs, site_of_text: str) -> None:
    found = programs.run("evaluate", project="judged", page=site_of_text)
    collected = {name: found["collected"][name] for name in ("versions", "ttl", "files")}
    assert collected == {
        "versions": ["v0", "v1"],
        "ttl": 30,
        "files": ["a.txt", "b.txt", "near.txt", "page.txt"],
    }
    assert found["trained"]["texts"] == {"a.txt": "a", "b.txt": "b", "near.txt": "near", "page.txt": "a page"}
    assert found["judged"] == {"judged": "weights", "table": [[1], [2]], "entry": "b"}
    assert found["names"] == {"data:v0": "v0", "data:raw": "v0", "data:latest": "v1", "data:clean": "v1", "data": "v1"}
    graph = found["graph"]
    assert (graph["data"], graph["model"]) == (["collect", ["judge", "train"]], ["train", ["judge"]])
    assert graph["inputs"] == ["data:v1", "model:v0", "report:v0"]
    assert graph["outputs"] == ["report:v0"]
    assert graph["types"] == ["dataset", "evaluation", "model"]
    assert graph["tags"] == ["checked"]
    assert found["by_hand"] == {"put": True, "got": "c", "listed": True}


def test_the_first_storage_layout_is_written_and_read(programs_for: Callable[[str], Programs], server: Server) -> None:
    """Newer clients can read it only."""
    writer, texts = programs_for("0.17.9"), {"a.txt": "alpha", "deep/b.txt": "beta ü"}
    old = replace(writer.client, env=writer.client.env | {"_WANDB_USE_V1_ARTIFACTS": "1"})
    found = Programs(old, writer.user).run("old_layout", project="old-layout")
    assert (found["layout"], found["texts"]) == ("V1", texts)
    name = f"{found['entity']}/old-layout/old:latest"
    read = programs_for("0.31.0").run("read_artifact", names=[name])["artifacts"][name]["files"]
    assert read == {path: sha256(text.encode()).hexdigest() for path, text in texts.items()}
    path = f"/artifacts/{found['entity']}/{md5(b'alpha').hexdigest()}"
    got = httpx.get(server.url + path, auth=("api", writer.user.api_key), follow_redirects=True)
    assert (got.status_code, got.content) == (200, b"alpha")

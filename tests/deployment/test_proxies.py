"""What usually breaks at proxies: large and streamed bodies, live pages, odd names, long addresses, forged headers."""

import hashlib
import json
import random
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.contract.wire import CREATE_FILES, Wire
from tests.harness.deployment import Deployment
from tests.harness.server import User

pytestmark = pytest.mark.xdist_group("deployment")  # they share one set-up

KINDS = ["nginx", "caddy", "haproxy", "apache", "envoy", "nginx of the manual"]
OURS = KINDS[:5]
NAME = "a b/ü %2F #?.bin"
PIECES, PIECE_BYTES = 20, 1 << 20
DOWNLOAD = """query Find($e: String!, $p: String!, $f: [String!]) { project(entityName: $e, name: $p) {
  run(name: "files") { files(names: $f) { edges { node { directUrl sizeBytes } } } } } }"""
# A live page that is held back never comes: the limit is for that.
EVENT_WAIT_MAX_S = 60


@pytest.fixture(scope="module")
def user(deployment: Deployment) -> User:
    return deployment.servers[0].create_user()


@pytest.fixture
def wire(deployment: Deployment, user: User) -> Wire:
    """Past the proxies."""
    return Wire(deployment.servers[0].url, user.name, user.api_key, project="proxies")


@pytest.fixture
def http(kind: str, proxies: dict[str, str], user: User, authority: Path) -> Iterator[httpx.Client]:
    """Through the proxy of that kind."""
    trust, account = ssl.create_default_context(cafile=authority), ("api", user.api_key)
    with httpx.Client(base_url=proxies[kind], verify=trust, trust_env=False, auth=account, timeout=60) as client:
        yield client


def content() -> Iterator[bytes]:
    dice = random.Random(1)
    for _ in range(PIECES):
        yield dice.randbytes(PIECE_BYTES)


@pytest.mark.parametrize("kind", OURS)
def test_files_of_odd_names_go_up_in_chunks_and_come_back(kind: str, http: httpx.Client, wire: Wire) -> None:
    wire.start("files")
    name = f"{kind}/{NAME}"
    where = {"entity": wire.entity, "project": wire.project, "run": "files", "files": [name]}
    opened = http.post("/graphql", json={"query": CREATE_FILES, "variables": where}).json()["data"]["createRunFiles"]
    target = opened["files"][0]["uploadUrl"]
    assert target.startswith(str(http.base_url)), "addresses of files are those that the client asked"
    assert http.put(target, content=content(), auth=None).status_code == 200
    asked = {"query": DOWNLOAD, "variables": {"e": wire.entity, "p": wire.project, "f": [name]}}
    (edge,) = http.post("/graphql", json=asked).json()["data"]["project"]["run"]["files"]["edges"]
    assert edge["node"]["sizeBytes"] == PIECES * PIECE_BYTES
    back = hashlib.sha256(http.get(edge["node"]["directUrl"], auth=None).content).hexdigest()
    assert back == hashlib.sha256(b"".join(content())).hexdigest()


@pytest.mark.parametrize("kind", KINDS)
def test_a_live_page_hears_at_once(kind: str, http: httpx.Client, wire: Wire) -> None:
    wire.start(f"live-{KINDS.index(kind)}")
    with http.stream("GET", f"/app/projects/{wire.entity}/{wire.project}/live", timeout=EVENT_WAIT_MAX_S) as events:
        assert events.headers["content-type"].startswith("text/event-stream")
        ended = threading.Event()
        news = threading.Thread(target=_stream_until, args=(replace(wire), f"live-{KINDS.index(kind)}", ended))
        news.start()
        try:
            assert any(line.startswith("event: change") for line in events.iter_lines())
        finally:
            ended.set()
            news.join()


def _stream_until(wire: Wire, run: str, ended: threading.Event) -> None:
    step = 0
    while not ended.is_set():
        wire.append(run, step, [json.dumps({"_step": step, "loss": step})])
        step += 1
        ended.wait(0.3)


@pytest.mark.parametrize("kind", OURS)
def test_long_addresses_and_large_requests_pass(kind: str, http: httpx.Client) -> None:
    assert http.get("/app/session", params={"x": "a" * 20_000}).status_code == 200
    large = {"query": "query($x: String) { viewer { id } }", "variables": {"x": "a" * 10_000_000}}
    answer = http.post("/graphql", json=large)
    assert answer.status_code == 200, answer.text[:300]


@pytest.mark.parametrize("kind", KINDS)
def test_the_address_that_was_asked_is_known_and_cannot_be_forged(
    kind: str, http: httpx.Client, proxies: dict[str, str]
) -> None:
    assert http.get("/app/session").json()["publicUrl"] == proxies[kind]
    if kind in OURS:  # the manual's passes on what a client says; a server with HOST does not listen to that
        forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "X-Forwarded-Port": "81"}
        assert http.get("/app/session", headers=forged).json()["publicUrl"] == proxies[kind]

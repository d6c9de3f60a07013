"""Signed URLs of our own address over real HTTP: a folder behaves as a bucket reached through us does."""

import asyncio
import base64
import hashlib
import http.client
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn
import uvloop
from starlette.requests import ClientDisconnect

from steelyard.adapters.objects.local import SMALL_BYTES
from steelyard.adapters.objects.open import open_store
from steelyard.adapters.objects.signing import OwnAddresses
from steelyard.config.groups.places import ObjectSettings
from steelyard.http.bulk import BulkProtocol
from steelyard.http.objects import ObjectRoutes
from steelyard.kernel.errors import SteelyardError
from steelyard.ports.objects import PART_BYTES_MIN, Grant, ObjectStore, PartAddress, StoredObject
from tests.harness.engines import SQLITE, Engine
from tests.harness.objects import chunks, whole
from tests.services.places import free_port

SMALL = bytes(range(256)) * 40
LARGE = b"".join(i.to_bytes(4, "big") for i in range((SMALL_BYTES * 5) // 4)) + b"end"


class Store(OwnAddresses, ObjectStore):
    """What both kinds of store are whose objects clients reach through us."""


@dataclass
class Storage:
    """A server of objects alone, and a store of the test's own on the same objects."""

    origin: str
    store: Store
    told: list[StoredObject]

    async def put_url(self, key: str, md5: bytes | None = None, ttl_s: int = 60) -> str:
        return (await self.store.sign_put(key, Grant(self.origin, ttl_s), md5=md5)).url

    async def get_url(self, key: str, ttl_s: int = 60) -> str:
        grant = Grant(self.origin, ttl_s)
        return (await self.store.sign_get(key, grant, filename="a ü.txt", content_type="text/plain")).url

    async def stored(self, key: str, body: bytes) -> str:
        """Put an object and return the URL that reads it."""
        await self.store.put(key, chunks(body))
        return await self.get_url(key)


@dataclass
class Served:
    """A server of objects alone, on its own store; `open` opens another store on the same objects."""

    origin: str
    open: Callable[[], Any]
    told: list[StoredObject]


@pytest.fixture(scope="module")
def served(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with engine.fresh() as settings:
        bucket = ObjectSettings(bucket=settings.get("BUCKET", ""), proxied=True)
        reopen = partial(open_store, bucket, tmp_path_factory.mktemp("storage"), "a secret")
        told: list[StoredObject] = []

        async def on_stored(stored: StoredObject) -> None:
            told.append(stored)

        async def vouch(_proof: str) -> None:
            raise AssertionError("no address of these tests names who asked for it")

        store = reopen()
        with serving(ObjectRoutes(store, store.signer, on_stored, vouch), store) as origin:  # type: ignore[attr-defined]
            yield Served(origin, reopen, told)


@pytest.fixture
async def storage(served: Served) -> AsyncIterator[Storage]:
    store = served.open()
    yield Storage(served.origin, store, served.told)
    await store.close()


@contextmanager
def serving(routes: ObjectRoutes, store: ObjectStore) -> Iterator[str]:
    """Run a real server of these routes in a thread, and yield its origin."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        try:
            await routes(scope, receive, send)
        except SteelyardError as error:
            await send({"type": "http.response.start", "status": error.status, "headers": []})
            await send({"type": "http.response.body", "body": error.message.encode()})
        except ClientDisconnect:
            return

    port = free_port()
    options: Any = {"port": port, "loop": "none", "http": BulkProtocol, "ws": "none", "lifespan": "off"}
    server = uvicorn.Server(uvicorn.Config(app, **options, log_level="warning", access_log=False))

    async def serve() -> None:
        await server.serve()
        await store.close()

    thread = threading.Thread(target=lambda: uvloop.run(serve()))
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def md5(body: bytes) -> bytes:
    return hashlib.md5(body).digest()


async def ask(method: str, url: str, **options: Any) -> httpx.Response:
    return await asyncio.to_thread(httpx.request, method, url, timeout=60, **options)


async def test_what_is_put_is_there_and_told_of(storage: Storage) -> None:
    for key, body in {"put/small %/ü": SMALL, "put/large": LARGE, "put/empty": b""}.items():
        answer = await ask("PUT", await storage.put_url(key, md5(body)), content=body)
        assert answer.status_code == 200, answer.text
        assert answer.headers["etag"]
        assert await whole(storage.store, key) == body
        assert [(told.key, told.size_bytes) for told in storage.told[-1:]] == [(key, len(body))]
        got = await ask("GET", await storage.get_url(key))
        assert (got.status_code, got.content, got.headers["etag"]) == (200, body, answer.headers["etag"])


@pytest.mark.parametrize("body", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=5-9", 5, 10),
        ("bytes=0-0", 0, 1),
        ("bytes=10000-", 10_000, None),
        ("bytes=-7", -7, None),
        ("bytes=7-99999999999", 7, None),
    ],
)
async def test_a_range_is_served(storage: Storage, body: bytes, asked: str, first: int, last: int | None) -> None:
    url = await storage.stored("ranges", body)
    answer = await ask("GET", url, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, body[first:last])
    start = first % len(body)
    assert answer.headers["content-range"] == f"bytes {start}-{start + len(answer.content) - 1}/{len(body)}"
    head = await ask("HEAD", url, headers={"Range": asked})
    assert (head.status_code, head.content) == (206, b"")
    assert head.headers["content-length"] == str(len(answer.content))


async def test_ranges_that_cannot_be_served_and_those_that_are_none(storage: Storage) -> None:
    url = await storage.stored("ranges", SMALL)
    for asked in (f"bytes={len(SMALL)}-", "bytes=999999-1000000", "bytes=-0"):
        refused = await ask("GET", url, headers={"Range": asked})
        assert (refused.status_code, refused.headers["content-range"]) == (416, f"bytes */{len(SMALL)}")
    for asked in ("bytes=9-5", "bytes=a-b", "lines=1-2", "bytes=0-1,4-5", "bytes=-"):
        answer = await ask("GET", url, headers={"Range": asked})
        assert (answer.status_code, answer.content) == (200, SMALL)
    empty = await storage.stored("empty", b"")
    assert (await ask("GET", empty, headers={"Range": "bytes=0-"})).status_code == 416
    assert (await ask("GET", empty)).content == b""


async def test_conditions(storage: Storage) -> None:
    url = await storage.stored("conditions", SMALL)
    head = await ask("HEAD", url)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(SMALL)))
    etag = head.headers["etag"]
    assert "last-modified" in head.headers
    for method, header, value, status in (
        ("GET", "If-None-Match", etag, 304),
        ("GET", "If-None-Match", f'"other", W/{etag}', 304),
        ("GET", "If-None-Match", '"other"', 200),
        ("HEAD", "If-None-Match", etag, 304),
        ("GET", "If-Match", etag, 200),
        ("GET", "If-Match", "*", 200),
        ("GET", "If-Match", '"other"', 412),
    ):
        answer = await ask(method, url, headers={header: value})
        assert answer.status_code == status, (header, value)
        assert answer.content == (SMALL if (method, status) == ("GET", 200) else b"")
    for of_version, status in ((etag, 206), ('"other"', 200)):
        assert (await ask("GET", url, headers={"Range": "bytes=0-3", "If-Range": of_version})).status_code == status


async def test_other_sites_may_ask(storage: Storage) -> None:
    url = await storage.stored("cors", SMALL)
    asked = {"Origin": "https://other.example", "Access-Control-Request-Method": "PUT"}
    answer = await ask("OPTIONS", url, headers=asked)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, "*")
    assert "PUT" in answer.headers["access-control-allow-methods"]
    for answer in (await ask("GET", url), await ask("GET", f"{url}x"), await ask("POST", url)):
        assert answer.headers["access-control-allow-origin"] == "*"
    assert (await ask("DELETE", url)).status_code == 405


async def test_a_url_is_good_for_what_it_was_signed_for(storage: Storage) -> None:
    read, write = await storage.stored("signed", SMALL), await storage.put_url("signed")
    for method, url in (
        ("PUT", read),
        ("GET", write),
        ("GET", read.replace("/signed?", "/other?")),
        ("GET", read.replace("text%2Fplain", "text%2Fhtml")),
        ("GET", read.replace("signature=", "signature=0")),
        ("GET", read.partition("&signature")[0]),
        ("GET", read.partition("?")[0]),
        ("GET", await storage.get_url("signed", ttl_s=-1)),
        ("PUT", await storage.put_url("signed", ttl_s=-1)),
        ("PUT", write + "&md5=AAAA"),
    ):
        answer = await ask(method, url, content=b"x" if method == "PUT" else None)
        assert answer.status_code == 403, (method, url)
    assert await whole(storage.store, "signed") == SMALL
    assert (await ask("GET", await storage.get_url("never"))).status_code == 404


@pytest.mark.parametrize("body", [SMALL, LARGE], ids=["small", "large"])
async def test_other_content_than_announced_is_refused(storage: Storage, body: bytes) -> None:
    answer = await ask("PUT", await storage.put_url("wrong", md5(b"other")), content=body)
    assert (answer.status_code, "MD5" in answer.text) == (422, True)
    assert await storage.store.stat("wrong") is None


@pytest.mark.parametrize("size", [len(SMALL), 9 << 20], ids=["small", "of several parts"])
async def test_an_address_for_one_content_never_changes_what_is_there(storage: Storage, size: int) -> None:
    right, other = b"r" * size, b"o" * size
    url = await storage.put_url("fixed", md5(right))
    for body, status in ((right, 200), (other, 422), (right, 200)):
        told = {"Content-MD5": base64.b64encode(md5(body)).decode()}
        assert (await ask("PUT", url, content=body, headers=told)).status_code == status
        assert await whole(storage.store, "fixed") == right


@pytest.mark.parametrize("sent", [len(SMALL) // 2, len(LARGE) - 1])
async def test_an_upload_that_breaks_off_leaves_what_was_there(storage: Storage, sent: int) -> None:
    await storage.store.put("broken", chunks(b"before"))
    at = urlsplit(await storage.put_url("broken"))
    head = f"PUT {at.path}?{at.query} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(LARGE)}\r\n\r\n"
    with socket.create_connection((at.hostname, at.port)) as connection:
        connection.sendall(head.encode() + LARGE[:sent])
    await asyncio.sleep(0.2)
    assert await whole(storage.store, "broken") == b"before"


async def test_parts_by_http(storage: Storage) -> None:
    first = bytes(PART_BYTES_MIN)
    upload_id = await storage.store.start_parts("parts")

    async def url_of(number: int, body: bytes) -> str:
        part = PartAddress("parts", upload_id, number)
        return (await storage.store.sign_part(part, Grant(storage.origin, 60), md5=md5(body))).url

    listed = []
    for number, body in enumerate((first, LARGE, SMALL), 1):
        headers = {"Content-Md5": base64.b64encode(md5(body)).decode(), "Content-Type": "application/octet-stream"}
        answer = await ask("PUT", await url_of(number, body), content=body, headers=headers)
        assert answer.status_code == 200, answer.text
        listed.append((number, answer.headers["etag"]))
    # The last part is smaller than a part may be, but nobody says that it is not the last.
    wrong = await ask("PUT", await url_of(1, first), content=SMALL)
    assert wrong.status_code == 422
    unsized = await ask("PUT", await url_of(1, first), content=iter([first]))
    assert unsized.status_code == 411
    assert (await ask("PUT", (await url_of(1, first)).replace("part=1", "part=2"), content=first)).status_code == 403
    await storage.store.abort_parts("parts", upload_id)
    gone = await ask("PUT", await url_of(1, first), content=first)
    assert gone.status_code == 404, gone.text


async def test_an_object_of_parts_is_served_over_their_borders(storage: Storage) -> None:
    first = LARGE * (PART_BYTES_MIN // len(LARGE) + 1)
    upload_id = await storage.store.start_parts("joined")
    listed = []
    for number, body in enumerate((first, LARGE), 1):
        address = PartAddress("joined", upload_id, number)
        listed.append((number, await storage.store.put_part(address, chunks(body), size_bytes=len(body))))
    await storage.store.complete_parts("joined", upload_id, listed)
    url, joined, border = await storage.get_url("joined"), first + LARGE, len(first)
    assert (await ask("GET", url)).content == joined
    for start, end in ((border - 5, border + 5), (border, border + 1), (0, border), (border - 1, border)):
        got = await ask("GET", url, headers={"Range": f"bytes={start}-{end - 1}"})
        assert got.content == joined[start:end]


async def test_a_connection_goes_on_after_a_large_object(storage: Storage) -> None:
    at = urlsplit(await storage.stored("kept", LARGE))
    connection = http.client.HTTPConnection(at.hostname or "", at.port or 0, timeout=30)

    def fetch() -> tuple[bytes, Any]:
        connection.request("GET", f"{at.path}?{at.query}")
        return connection.getresponse().read(), connection.sock

    (first, socket_before), (second, socket_after) = [await asyncio.to_thread(fetch) for _ in range(2)]
    connection.close()
    assert first == second == LARGE
    assert socket_before is socket_after


async def test_a_reader_who_does_not_read_keeps_nobody_waiting(storage: Storage) -> None:
    """More of them than there are threads, in the middle of an object that no socket can hold."""
    at = urlsplit(await storage.stored("slow", LARGE * 60))
    request = f"GET {at.path}?{at.query} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    quick = await storage.stored("quick", SMALL)
    idle = []
    for _ in range(40):
        connection = socket.create_connection((at.hostname, at.port))
        connection.sendall(request)
        idle.append(connection)
    try:
        await asyncio.sleep(0.3)
        for connection in idle:
            assert connection.recv(15) == b"HTTP/1.1 200 OK"
        assert (await ask("GET", quick)).content == SMALL
        assert (await ask("PUT", await storage.put_url("quick"), content=LARGE)).status_code == 200
        received = bytearray()
        first = idle[0]
        first.settimeout(30)
        while len(received) < len(LARGE) * 60:
            received += await asyncio.to_thread(first.recv, 1 << 20)
        assert bytes(received[-3:]) == b"end"
    finally:
        for connection in idle:
            connection.close()
    await asyncio.sleep(0.3)
    assert (await ask("GET", quick)).content == LARGE


async def test_an_object_that_is_replaced_while_it_is_read_is_read_to_its_end(storage: Storage, engine: Engine) -> None:
    if engine.name != SQLITE:
        pytest.skip("a bucket decides by itself what a reader of a replaced object sees")
    body = LARGE * 60
    at = urlsplit(await storage.stored("replaced", body))
    with socket.create_connection((at.hostname, at.port)) as connection:
        connection.settimeout(30)
        connection.sendall(f"GET {at.path}?{at.query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        received = bytearray(await asyncio.to_thread(connection.recv, 100))
        await storage.store.put("replaced", chunks(SMALL))
        while part := await asyncio.to_thread(connection.recv, 1 << 20):
            received += part
    assert received.partition(b"\r\n\r\n")[2] == body

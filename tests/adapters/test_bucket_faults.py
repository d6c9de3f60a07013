"""What a bucket may answer when it works not as it should: what passes is told from what is our own mistake."""

import threading
import time
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from steelyard.adapters.objects.s3 import S3Objects
from steelyard.adapters.objects.signing import UrlSigner
from steelyard.config.bucket_url import Bucket
from steelyard.kernel.errors import NotFound, SteelyardError, Unavailable
from tests.services.places import free_port

SILENT = 0


class Answers(BaseHTTPRequestHandler):
    """Answers every request with the status that the key names; `SILENT` is answered too late."""

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status = int(self.path.partition("?")[0].rpartition("/")[2])
        if status == SILENT:
            time.sleep(2)
        body = b"" if self.command == "HEAD" else b"<Error><Code>Any</Code><Message>any</Message></Error>"
        self.send_response(status or 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = answer  # noqa: N815 - the names are the base class's

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as above
        """Nobody reads it."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def bucket_at(port: int) -> S3Objects:
    bucket = Bucket("b", "", f"http://127.0.0.1:{port}", "us-east-1", "key", "secret", True)
    return S3Objects(bucket, UrlSigner("a secret"), read_timeout_s=1)


async def body() -> AsyncIterator[bytes]:
    yield b"x"


async def whole(bucket: S3Objects, key: str) -> None:
    async for _ in bucket.get(key):
        pass


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_what_passes_is_told_as_such(port: int, status: int) -> None:
    bucket, key = bucket_at(port), str(status)
    for asking in (bucket.read_ranges(key, [(0, 1)]), bucket.put(key, body()), bucket.stat(key), whole(bucket, key)):
        with pytest.raises(Unavailable):
            await asking


@pytest.mark.parametrize("status", [400, 401, 403, 409])
async def test_a_refusal_is_no_passing_fault(port: int, status: int) -> None:
    bucket, key = bucket_at(port), str(status)
    for asking in (bucket.read_ranges(key, [(0, 1)]), bucket.put(key, body()), bucket.stat(key), whole(bucket, key)):
        with pytest.raises(Exception, match=r".") as refused:
            await asking
        assert not isinstance(refused.value, SteelyardError)


async def test_absence_is_no_fault(port: int) -> None:
    bucket = bucket_at(port)
    assert await bucket.stat("404") is None
    with pytest.raises(NotFound):
        await bucket.read_ranges("404", [(0, 1)])


async def test_silence_and_absence_of_a_server_end(port: int) -> None:
    for bucket in (bucket_at(port), bucket_at(free_port())):
        with pytest.raises(Unavailable):
            await bucket.read_ranges(str(SILENT), [(0, 1)])
        with pytest.raises(Unavailable):
            await bucket.put(str(SILENT), body())

"""The object store goes away for a while, or is slow: rows are taken all the same, reads say so, all comes back.

SQLite and a real S3 server of the tests' own, with thresholds so small that segments are made all the time.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults.streaming import WITH_ACCOUNT, Streamed, wire_to
from tests.harness.catalog import count_segments, longest_journal, wait_until
from tests.harness.own_s3 import OwnS3
from tests.harness.server import Server
from tests.harness.slow_link import SlowLink, slow_link
from tests.services.s3 import bucket_url

FLUSH_CHUNKS = 4
# Much longer than anything but the store takes; shorter than the silence after which the store counts as gone.
DELAY_S = 5.0


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnS3]:
    store = OwnS3(tmp_path_factory.mktemp("store") / "s3")
    if not store.is_installed():
        pytest.skip("the S3 server is not here; `make services` fetches it")
    store.start()
    yield store
    store.end()


@pytest.fixture(scope="module")
def link(store: OwnS3) -> Iterator[SlowLink]:
    with slow_link(store.reach["port"]) as link:
        yield link


@pytest.fixture(scope="module")
def server(store: OwnS3, link: SlowLink, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = {
        "BUCKET": bucket_url(store.reach | {"port": link.port}, "outage"),
        "STEELYARD_HISTORY_FLUSH_CHUNKS": str(FLUSH_CHUNKS),
    }
    server = Server(tmp_path_factory.mktemp("server") / "data", WITH_ACCOUNT | settings)
    try:
        yield server.start()
    finally:
        server.stop()


def begin(server: Server, name: str) -> Streamed:
    """A run that has just enough rows for a segment."""
    run = Streamed(wire_to(server), name).start()
    for _ in range(FLUSH_CHUNKS):
        assert run.send() == 200
    return run


def is_flushed(server: Server) -> bool:
    return longest_journal(server) < FLUSH_CHUNKS


def test_a_store_that_is_gone_for_a_while(server: Server, store: OwnS3) -> None:
    read, unread = begin(server, "read"), begin(server, "unread")
    wait_until(lambda: is_flushed(server), "the first segments")
    assert read.read() == read.rows

    store.stop()
    before = count_segments(server)
    going_on = begin(server, "going on")
    wait_until(lambda: "work on segments failed" in server.log_text(), "a flush in vain")
    assert [unread.send(), going_on.send()] == [200, 200]
    assert read.read() == read.rows  # from memory
    assert going_on.read() == going_on.rows  # from the journal
    refused = unread.try_read()
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]) == (503, {"code": "unavailable"})
    assert "object store" in refused.json()["errors"][0]["message"]
    assert count_segments(server) == before

    store.start()  # it answers a little before it has found its objects again
    wait_until(lambda: unread.try_read().status_code == 200, "a read after the outage")
    assert unread.read() == unread.rows
    wait_until(lambda: is_flushed(server), "the journal flushed after the outage")
    for run in (read, unread, going_on):
        assert run.send() == 200
        assert run.read() == run.rows


def test_a_slow_store_keeps_nobody_waiting_who_does_not_need_it(server: Server, link: SlowLink) -> None:
    unread = begin(server, "slow unread")
    wait_until(lambda: is_flushed(server), "a segment")

    link.delay_s = DELAY_S
    run = begin(server, "slow")  # and its flush waits for the store
    with ThreadPoolExecutor(1) as other:
        reading = other.submit(unread.read)
        longest = longest_wait(run, until=reading.done)
        assert reading.result() == unread.rows
    assert link.delayed, "nobody asked the store"
    assert longest < DELAY_S

    link.delay_s = 0
    wait_until(lambda: is_flushed(server), "the journal flushed")
    assert run.read() == run.rows


def longest_wait(run: Streamed, until: Callable[[], bool]) -> float:
    """Stream until told to end; return how long the slowest answer took, seconds."""
    longest = 0.0
    while not until():
        began = time.monotonic()
        assert run.send() == 200
        longest = max(longest, time.monotonic() - began)
    return longest

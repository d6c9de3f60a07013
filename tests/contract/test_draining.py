"""A process that is asked to end serves on for a while, sends everybody elsewhere, and goes when nobody is left."""

import signal
from collections.abc import Callable

import httpx
import pytest

from tests.harness.engines import SQLITE, Engine
from tests.harness.server import Server

# Far longer than the test takes: it must end before, by itself.
DRAIN_S = 600


@pytest.fixture
def server(start_server: Callable[..., Server], engine: Engine) -> Server:
    if engine.name != SQLITE:
        pytest.skip("the database has no part in it")
    return start_server(STEELYARD_SERVER_DRAIN_S=str(DRAIN_S))


def test_a_process_that_ends_lets_its_connections_run_out(server: Server) -> None:
    assert server.process is not None
    with (
        httpx.Client(base_url=server.url, trust_env=False) as kept,
        httpx.Client(base_url=server.url, trust_env=False) as new,
    ):
        assert "connection" not in kept.get("/ready").headers
        server.process.terminate()
        while (told := new.get("/ready")).status_code == 200:
            pass
        assert (told.status_code, told.headers["connection"]) == (503, "close")
        assert new.get("/healthz").status_code == 200, "it still takes new connections"
        last = kept.get("/app/session")
        assert (last.status_code, last.headers["connection"]) == (200, "close")
    assert server.process.wait(30) == -signal.SIGTERM


def test_an_interrupt_does_not_wait_for_anybody(server: Server) -> None:
    assert server.process is not None
    with httpx.Client(base_url=server.url, trust_env=False) as kept:
        assert kept.get("/healthz").status_code == 200
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(30) is not None

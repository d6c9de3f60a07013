"""Servers are replaced one after the other while requests come through every proxy: not one of them fails."""

import signal
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.deployment.load import BETWEEN_S, Load, is_ready
from tests.harness.deployment import Deployment

pytestmark = pytest.mark.xdist_group("deployment")  # they share one set-up
KINDS = ["nginx", "caddy", "haproxy", "apache", "envoy"]


def test_no_request_fails_while_servers_are_replaced(
    deployment: Deployment, proxies: dict[str, str], authority: Path
) -> None:
    loads = {kind: Load(proxies[kind], deployment.servers[0].create_user(), authority) for kind in KINDS}
    with ExitStack() as stack:
        for load in loads.values():
            stack.enter_context(load.running())
        for server in deployment.servers:
            assert server.stop() == -signal.SIGTERM  # ended by itself, in time
            server.start()
            assert is_ready(server)
            time.sleep(BETWEEN_S)
    print({kind: load.requests for kind, load in loads.items()})
    assert {kind: load.failures for kind, load in loads.items()} == {kind: [] for kind in KINDS}
    assert all(load.rows > 20 for load in loads.values())

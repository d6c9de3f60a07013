"""From an empty database to a green `wandb verify`, through every proxy: first administrator, login, verify."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.contract.verify_report import LINES, VerifyReport
from tests.harness.client import Client, ClientError
from tests.harness.deployment import Deployment

pytestmark = pytest.mark.xdist_group("deployment")  # they share one set-up

# The manual's configuration has nginx's own limit of 1 MB for bodies; it is the one thing that has to be added.
MANUAL, LARGE = "nginx of the manual", "Checking ability to send large payloads through proxy"
# What the others are asked is in test_proxies.py; every run of the client's check takes a dozen seconds of processor.
VERIFIED = ["nginx", MANUAL, "caddy", "haproxy"]


def verified(client: Client, url: str, key: str, authority: Path) -> tuple[VerifyReport, str]:
    trusting = {"SSL_CERT_FILE": str(authority), "REQUESTS_CA_BUNDLE": str(authority)}
    client.cli("login", f"--host={url}", key, env=trusting)
    try:
        printed = client.cli("verify", f"--host={url}", env=trusting, timeout_s=400)
    except ClientError as failed:  # as it ends when a line is red
        printed = str(failed)
    return VerifyReport.read(printed), printed


def test_verify_has_nothing_to_say_behind_any_proxy(
    deployment: Deployment,
    proxies: dict[str, str],
    administrator: str,
    client_of: Callable[..., Client],
    authority: Path,
) -> None:
    first, *others = VERIFIED
    keys = {first: administrator} | {kind: deployment.servers[0].create_user().api_key for kind in others}
    clients = {kind: client_of(deployment.servers[0], logged_in=False) for kind in VERIFIED}
    with ThreadPoolExecutor(len(VERIFIED)) as pool:
        asked = {kind: pool.submit(verified, clients[kind], proxies[kind], keys[kind], authority) for kind in VERIFIED}
    for kind, answer in asked.items():
        report, printed = answer.result()
        assert list(report.marks) == LINES, printed
        expected = [LARGE] if kind == MANUAL else []
        assert (kind, report.failed, report.yellow, len(report.red)) == (kind, expected, [], len(expected)), printed

"""Behind a TLS proxy with a private authority, `wandb verify` has no complaint left, not even a yellow one.

On SQLite and a folder; tests/deployment/test_set_up.py does the same with MySQL, a bucket and several servers. The
verdict over plain http is part of tests/e2e/test_first_start.py.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.verify_report import LINES, VerifyReport
from tests.harness.client import Client
from tests.harness.server import Server

pytestmark = pytest.mark.usefixtures("sqlite_only")


def test_verify_has_nothing_to_say(
    start_server: Callable[..., Server],
    client_of: Callable[..., Client],
    tls_proxy: Callable[..., str],
    authority: Path,
) -> None:
    server = start_server()
    url = tls_proxy(server)
    trusting = {"SSL_CERT_FILE": str(authority), "REQUESTS_CA_BUNDLE": str(authority)}
    printed = client_of(server, base_url=url).cli("verify", f"--host={url}", env=trusting, timeout_s=400)
    report = VerifyReport.read(printed)
    assert list(report.marks) == LINES, printed
    assert (report.failed, report.yellow, report.red) == ([], [], []), printed

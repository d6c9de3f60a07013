"""The set-up that operators run: MySQL, a bucket, three servers, two workers, behind each proxy with TLS.

All tests here share one, and are of one xdist group.
"""

import contextlib
import re
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.harness.deployment import Deployment
from tests.harness.engines import MYSQL_S3, Engine
from tests.harness.server import PASSWORD
from tests.services.proxy import KINDS, proxy


@pytest.fixture(scope="session")
def processes(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Servers and workers, started together on an empty database. Clients reach the bucket through the servers."""
    if engine.name != MYSQL_S3:
        pytest.skip("a folder belongs to one server")
    with engine.fresh() as env:
        set_up = Deployment(tmp_path_factory.mktemp("deployment"), {**env, "BUCKET_PROXY": "true"})
        with set_up.running():
            yield set_up


@pytest.fixture(scope="session")
def proxies(processes: Deployment) -> Iterator[dict[str, str]]:
    """The https address of each kind of proxy, all in front of the same servers."""
    with contextlib.ExitStack() as stack:
        yield {kind: stack.enter_context(proxy(kind, processes.ports)) for kind in KINDS}


@pytest.fixture(scope="session")
def administrator(processes: Deployment, proxies: dict[str, str], authority: Path) -> str:
    """The key of the first administrator, who is made by the link that a log shows, as the web app does it."""
    token = re.findall(r"/setup\?token=([\w-]+)", processes.log_text())[-1]
    url = proxies["nginx"]
    trust = ssl.create_default_context(cafile=authority)
    with httpx.Client(base_url=url, verify=trust, trust_env=False, headers={"Origin": url}) as browser:
        account = {"username": "ada", "email": "ada@example.com", "password": PASSWORD, "token": token}
        made = browser.post("/app/setup", json=account)
        assert made.status_code == 204, made.text
        assert re.search(r"steelyard_session=.*; Secure", made.headers["set-cookie"]), "the address is https"
        session = browser.get("/app/session").json()
        assert session["publicUrl"] == url
        key = browser.post("/app/keys", json={"name": "laptop"}, headers={"X-CSRF-Token": session["csrfToken"]})
        return str(key.json()["secret"])


@pytest.fixture(scope="session")
def deployment(processes: Deployment, administrator: str) -> Deployment:
    """The set-up, with its first administrator."""
    return processes

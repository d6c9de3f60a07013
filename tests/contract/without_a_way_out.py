"""What test_air_gap.py runs on a machine whose only network is itself: a server, a real client, every file of the app.

The kernel counts each attempt to leave, whoever makes it, a question for a name included.
"""

import json
import re
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx

from steelyard.http import web_app
from tests.contract.runner import Programs
from tests.contract.test_air_gap import CALM
from tests.harness.catalog import wait_until
from tests.harness.client import Client
from tests.harness.server import PASSWORD, Server

PAGES = ("/", "/login", "/home", "/settings", "/compat", "/admin", "/oidc/login", "/nowhere/at/all")
ASSETS = Path(web_app.__file__).parents[1] / "web_dist"
# Sources of a policy, and addresses of a style sheet or the page itself, that lead elsewhere.
ELSEWHERE = re.compile(r"""(?:url\(\s*["']?|(?:src|href)=["'])(?:https?:)?//""")


def attempts() -> int:
    """How often something in this network had no way to go, and how many questions for names went out."""
    counted: dict[str, int] = {}
    for line in Path("/proc/net/snmp6").read_text().splitlines():
        name, value = line.split()
        counted[name] = int(value)
    lines = [line.split() for line in Path("/proc/net/snmp").read_text().splitlines()]
    for names, values in zip(lines[::2], lines[1::2], strict=True):
        counted |= {names[0] + name: int(value) for name, value in zip(names[1:], values[1:], strict=True)}
    return counted["Ip:OutNoRoutes"] + counted["Ip6OutNoRoutes"] + counted["Udp:OutDatagrams"]


def test_nothing_asks_for_another_machine(
    start_server: Callable[..., Server], client_of: Callable[..., Client]
) -> None:
    before = attempts()
    server = start_server(**CALM)
    user = server.create_user(None, "--admin")
    client = client_of(server, user=user)
    client.env.update(CALM)
    programs = Programs(client, user)
    path = programs.run("alert", init={"project": "gap"}, alerts=[{"title": "t", "text": "x"}])["path"]
    with httpx.Client(base_url=server.url, trust_env=False) as browser:
        assert browser.post("/app/session", json={"login": user.name, "password": PASSWORD}).status_code == 204
        for page in (*PAGES, f"/{path}"):
            answer = browser.get(page)
            policy = answer.headers.get("content-security-policy", "")
            assert "//" not in policy, (page, policy)
            assert not ELSEWHERE.search(answer.text), page
        for file in ASSETS.glob("assets/*"):
            answer = browser.get(f"/assets/{file.name}")
            assert answer.status_code == 200, file.name
            assert file.suffix not in {".css", ".svg"} or not ELSEWHERE.search(answer.text), file.name
        # each kind of background work has had its turn
        wait_until(lambda: all(work["doneAt"] for work in schedules(browser)), "all background work")
        assert not [work for work in schedules(browser) if work["failedAt"]]
    told = json.loads(server.try_command("doctor", "--json").stdout)
    assert not [item for item in told["findings"] if item["level"] == "fail"]
    complaints = re.findall(r"^\S+ \[(?:warning|error).*", server.log_text(), re.MULTILINE)
    assert complaints == []
    assert attempts() == before
    with suppress(OSError):
        socket.getaddrinfo("example.org", 443)
    assert attempts() > before, "the kernel does not count"


def schedules(browser: httpx.Client) -> list[dict[str, str | None]]:
    found: list[dict[str, str | None]] = browser.get("/app/admin/jobs").json()["schedules"]
    return found

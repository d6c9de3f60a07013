"""`run.alert` of a real client: kept with the run, and mailed to its author by a server with a mail server set."""

import json
import time
import urllib.request
from base64 import b64encode
from collections.abc import Callable

import pytest

from tests.contract.runner import Programs
from tests.harness.client import Client
from tests.harness.post_office import open_post_office
from tests.harness.server import Server, User

pytestmark = pytest.mark.compatibility("Alerts")

ALERTS = [
    {"title": "low accuracy", "text": "0.31 – below 0.4", "level": "WARN"},
    {"title": "low accuracy", "text": "held back by the client's own wait of a minute", "level": "WARN"},
    {"title": "diverged", "text": "NaN", "level": "ERROR", "wait_s": 0.001},
    {"title": "diverged", "text": "again", "level": "ERROR", "wait_s": 0.001},
]
MAIL_WAIT_MAX_S = 60


def kept(server: Server, user: User) -> list[list[str]]:
    request = urllib.request.Request(f"{server.url}/app/alerts")
    request.add_header("Authorization", "Basic " + b64encode(f"api:{user.api_key}".encode()).decode())
    found = json.loads(server.opener.open(request, timeout=30).read())["alerts"]
    return [[item["severity"], item["title"], item["text"]] for item in found]


@pytest.mark.parametrize("version", ["0.31.0", "0.28.2"])
def test_alerts_are_kept_and_mailed(
    start_server: Callable[..., Server], client_of: Callable[..., Client], version: str
) -> None:
    with open_post_office() as office:
        server = start_server(GORILLA_EMAIL_SINK=office.url, GORILLA_EMAIL_FROM_ADDRESS="tracker@example.com")
        user = server.create_user()
        programs = Programs(client_of(server, version, user=user), user)
        path = programs.run("alert", init={"project": "alerts"}, alerts=ALERTS)["path"]
        expected = [["WARN", "low accuracy", "0.31 – below 0.4"], ["ERROR", "diverged", "NaN"]]
        assert kept(server, user)[::-1] == [*expected, ["ERROR", "diverged", "again"]]
        end = time.monotonic() + MAIL_WAIT_MAX_S
        while len(office.letters) < 3:
            assert time.monotonic() < end, "the mail did not come"
            time.sleep(0.2)
        assert {letter["Subject"] for letter in office.letters} == {"[WARN] low accuracy", "[ERROR] diverged"}
        assert {letter["To"] for letter in office.letters} == {user.email}
        entity, project, run = path.split("/")
        assert all(f"/{entity}/{project}/runs/{run}" in letter.get_content() for letter in office.letters)

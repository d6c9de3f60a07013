"""Slack from button to message: a real browser connects a channel, a real client's `run.alert` arrives there."""

import re
import time
from collections.abc import Callable

from playwright.sync_api import Browser, expect

from tests.contract.runner import Programs
from tests.e2e.browser import visit
from tests.harness.client import Client
from tests.harness.engines import Engine
from tests.harness.server import PASSWORD, Server
from tests.harness.slack import open_slack

WAIT_MAX_S = 60
LISTED = """import json, wandb
print(json.dumps([[found.team_name, found.channel_name] for found in wandb.Api().slack_integrations()]))"""


def wait_for(seen: Callable[[], object]) -> None:
    end = time.monotonic() + WAIT_MAX_S
    while not seen():
        assert time.monotonic() < end, "the message did not come"
        time.sleep(0.1)


def test_a_person_connects_slack_and_is_told_there(
    start_server: Callable[..., Server], client_of: Callable[..., Client], browser: Browser, engine: Engine
) -> None:
    with open_slack() as slack:
        server = start_server(**slack.env)
        user = server.create_user()
        with visit(browser, server, engine, slack.url) as window:
            window.sign_in(user.name, PASSWORD)
            page = window.open("/settings#alerts")
            slack.approves = False
            page.get_by_role("button", name="Connect Slack").click()
            page.get_by_role("alert").get_by_text("The request was cancelled at Slack").wait_for()
            window.complaints.clear()
            slack.approves = True
            page.get_by_role("link", name="To the settings").click()
            page.get_by_role("button", name="Connect Slack").click()
            page.wait_for_url(re.compile("/settings#alerts$"))
            page.get_by_text("#alerts", exact=True).wait_for()
            client = client_of(server, user=user)
            alerts = [{"title": "diverged", "text": "NaN", "level": "ERROR"}]
            programs = Programs(client, user)
            path = programs.run("alert", init={"project": "alerts"}, alerts=alerts)["path"]
            assert client.run_json(LISTED) == [["Lab", "#alerts"]]
            wait_for(lambda: slack.messages)
            (message,) = slack.messages
            entity, project, run = path.split("/")
            assert message.startswith("*[ERROR] diverged*\nNaN\n")
            assert f"<{server.url}/{entity}/{project}/runs/{run}|" in message
            slack.status, slack.said = 410, "channel_is_archived"
            programs.run("alert", init={"project": "alerts"}, alerts=alerts)
            wait_for(lambda: slack.asked == 2)
            page.reload()
            page.get_by_text("Slack answers 410: channel_is_archived").wait_for()
            page.get_by_role("button", name="Disconnect").click()
            page.get_by_role("dialog").get_by_role("button", name="Disconnect").click()
            expect(page.get_by_role("button", name="Connect Slack")).to_be_visible()

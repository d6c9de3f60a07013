"""Rates on streams and requests (docs/operate/running.md, rate limits)."""

import dataclasses

import pytest
import pytest_asyncio

from steelyard.kernel.limiter import Limiter, Rates
from tests.harness.site import Site
from tests.slices.streamed import START

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def bounded(site):
    """`bounded(run_requests=1)` is the site with these rates, and the seconds that have passed as a list of one."""
    opened = []

    def make(**rates):
        seconds = [0.0]
        limiter = Limiter(Rates(**rates), lambda: seconds[0])
        made = Site(dataclasses.replace(site.ports, limiter=limiter), site.clock)
        opened.append(made)
        return made, seconds

    yield make
    for made in opened:
        await made.http.aclose()


async def stream(caller, run, body=None):
    path = f"/files/{caller.name}/p/{run}/file_stream"
    return await caller.site.http.post(path, json=body or {}, auth=("api", caller.key))


async def start(site, user, *names):
    caller = dataclasses.replace(user, site=site)
    for name in names:
        assert (await caller.graphql(START, name=name)).data
    return caller


async def test_without_rates_nothing_is_said_of_them(site, user):
    caller = await start(site, user, "r")
    answer = await stream(caller, "r")
    assert not [name for name in answer.headers if name.startswith("ratelimit")]


async def test_a_refused_request_says_how_long_to_wait_and_a_passed_one_what_is_left(bounded, user):
    site, seconds = bounded(run_requests=1)
    caller = await start(site, user, "r", "s")
    answers = [await stream(caller, "r") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["ratelimit-remaining"] for answer in answers] == ["1", "0", "0"]
    assert (answers[2].headers["retry-after"], answers[2].headers["ratelimit-reset"]) == ("1", "1")
    assert "this run" in answers[2].json()["error"]["message"]
    assert (await stream(caller, "s")).status_code == 200, "another run has a rate of its own"
    seconds[0] = 1.0
    assert (await stream(caller, "r")).status_code == 200


async def test_what_is_refused_is_not_stored_and_comes_through_later(bounded, user):
    site, seconds = bounded(project_bytes=100)
    caller = await start(site, user, "r")
    rows = ['{"_step": 0, "v": 1}'] * 20
    first = {"files": {"wandb-history.jsonl": {"offset": 0, "content": rows}}}
    second = {"files": {"wandb-history.jsonl": {"offset": 20, "content": rows}}}
    assert (await stream(caller, "r", first)).status_code == 200
    refused = await stream(caller, "r", second)
    assert refused.status_code == 429
    seconds[0] += int(refused.headers["retry-after"])
    assert (await stream(caller, "r", second)).status_code == 200
    ask = """query($e: String!) { project(name: "p", entityName: $e) { run(name: "r") { historyLineCount } } }"""
    found = (await caller.graphql(ask, e=caller.name)).data["project"]["run"]
    assert found["historyLineCount"] == 40


async def test_requests_of_an_account_are_bounded_wherever_they_go(bounded, user):
    site, _ = bounded(user_requests=2)
    caller = await start(site, user, "r")
    answers = [await stream(caller, "r") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    answer = await caller.graphql("{ viewer { id } }")
    assert answer.status == 429
    assert "this user" in answer.message
    other = dataclasses.replace(await site.user(), site=site)
    assert (await other.graphql("{ viewer { id } }")).status == 200


async def test_an_administrator_sees_what_was_refused(bounded, user):
    site, _seconds = bounded(run_requests=1, processes=1)
    caller = await start(site, user, "r")
    for _ in range(4):
        await stream(caller, "r")
    admin = dataclasses.replace(await site.user(admin=True), site=site)
    found = {item["name"]: item for item in (await admin.send("GET", "/app/admin/limits")).body["rates"]}
    assert (found["run_requests"]["passed"], found["run_requests"]["refused"]) == (2, 2)
    assert found["project_bytes"] == {"name": "project_bytes", "perSecond": 0, "passed": 0, "refused": 0}

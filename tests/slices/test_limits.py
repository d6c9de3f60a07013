"""Rates on streams and requests (docs/operate/running.md, rate limits)."""

import dataclasses

import pytest
import pytest_asyncio

from steelyard.kernel.ids import decode_global_id
from steelyard.kernel.limiter import Charge, Limiter, Rates
from tests.harness.site import Site
from tests.slices.artifact_wire import Logger
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


CREATE = """mutation C($e: String!) { createArtifact(input: {entityName: $e, projectName: "demo",
  artifactTypeName: "dataset", artifactCollectionName: "more",
  digest: "0123456789abcdef0123456789abcdef"}) { artifact { id } } }"""


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


async def raw(caller, document, **variables):
    body = {"query": document, "variables": variables}
    return await caller.site.http.post("/graphql", json=body, auth=("api", caller.key))


async def test_creations_and_updates_of_runs_are_bounded_by_project(bounded, user):
    site, seconds = bounded(project_run_changes=1)
    caller = dataclasses.replace(user, site=site)
    made = await raw(caller, START, name="one")
    run = made.json()["data"]["upsertBucket"]["bucket"]["id"]
    edit = 'mutation E($id: String!) { upsertBucket(input: {id: $id, notes: "n"}) { bucket { id } } }'
    assert (await raw(caller, edit, id=run)).status_code == 200
    for refused in (await raw(caller, START, name="two"), await raw(caller, edit, id=run)):
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        assert "too many run changes per second for this project" in refused.json()["errors"][0]["message"]
    other = 'mutation { upsertBucket(input: {modelName: "other", name: "r"}) { bucket { id } } }'
    assert (await raw(caller, other)).status_code == 200, "another project has a rate of its own"
    seconds[0] = 1.0
    again = START.replace("bucket {", "inserted bucket {")
    made = await raw(caller, again, name="two")
    assert made.json()["data"]["upsertBucket"]["inserted"] is True, "what was refused was not made"


async def test_artifact_versions_are_bounded_by_project_and_window(bounded, user):
    site, seconds = bounded(project_artifacts=3, project_artifacts_window_s=30)
    caller = dataclasses.replace(user, site=site)
    logger = Logger(caller)
    for number in range(3):
        await logger.create(f"data{number}", {"a": b"1"})
    refused = await raw(caller, CREATE, e=caller.name)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert "too many artifacts per 30 seconds for this project" in refused.json()["errors"][0]["message"]
    seconds[0] = 10.0
    assert (await raw(caller, CREATE, e=caller.name)).status_code == 200
    assert (await raw(caller, CREATE, e=caller.name)).status_code == 429
    admin = dataclasses.replace(await site.user(admin=True), site=site)
    found = {item["name"]: item for item in (await admin.send("GET", "/app/admin/limits")).body["rates"]}
    assert found["project_artifacts"] == {"name": "project_artifacts", "perSecond": 0.1, "passed": 4, "refused": 2}
    assert "project_artifacts_window_s" not in found


async def test_an_administrator_sees_what_was_refused(bounded, user):
    site, _seconds = bounded(run_requests=1, processes=1)
    caller = await start(site, user, "r")
    for _ in range(4):
        await stream(caller, "r")
    admin = dataclasses.replace(await site.user(admin=True), site=site)
    found = {item["name"]: item for item in (await admin.send("GET", "/app/admin/limits")).body["rates"]}
    assert (found["run_requests"]["passed"], found["run_requests"]["refused"]) == (2, 2)
    assert found["project_bytes"] == {"name": "project_bytes", "perSecond": 0, "passed": 0, "refused": 0}


async def test_who_has_asked_for_too_long_waits_until_the_time_is_made_up_for(bounded, user):
    site, seconds = bounded(user_query_seconds=1)
    caller = await start(site, user)
    assert (await caller.graphql("{ viewer { username } }")).status == 200
    who = (await caller.graphql("{ viewer { id } }")).data["viewer"]["id"]
    site.ports.limiter.spend(Charge("user_query_seconds", decode_global_id("User", who), 5))
    refused = await caller.graphql("{ viewer { username } }")
    assert (refused.status, refused.message) == (429, "too many query seconds per second for this user; slow down")
    seconds[0] += 5
    assert (await caller.graphql("{ viewer { username } }")).status == 200
    counted = site.ports.limiter.counters["user_query_seconds"]
    assert (counted.passed, counted.refused) == (3, 1)

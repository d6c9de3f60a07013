"""Time to live: a version's own counts, else its collection's, else the team's; what is over is deleted."""

import dataclasses
from typing import Any

import pytest
import pytest_asyncio

from steelyard.domains.artifacts.jobs import expire_versions
from tests.harness.site import Caller, Site
from tests.slices.artifact_wire import Logger

pytestmark = pytest.mark.asyncio(loop_scope="module")

DAY = 86_400
READ = "query A($id: ID!) { artifact(id: $id) { state ttlDurationSeconds ttlIsInherited } }"
UPDATE = """mutation U($id: ID!, $ttl: Int64) { updateArtifact(input: {artifactID: $id, ttlDurationSeconds: $ttl}) {
  artifact { ttlDurationSeconds ttlIsInherited } } }"""
LINK = """mutation L($id: ID!, $e: String!, $p: String!) { linkArtifact(input: {artifactID: $id, entityName: $e,
  projectName: $p, artifactPortfolioName: "kept"}) { versionIndex } }"""


@pytest_asyncio.fixture(loop_scope="module")
async def logger(user: Caller) -> Logger:
    return Logger(user)


async def ttl(caller: Caller, artifact_id: str) -> tuple[int, bool] | None:
    """Return what a client reads of the time, None for a version that is gone."""
    found = (await caller.graphql(READ, id=artifact_id)).data["artifact"]
    return (found["ttlDurationSeconds"], found["ttlIsInherited"]) if found else None


async def change(caller: Caller, artifact_id: str, seconds: int) -> tuple[int, bool]:
    found = (await caller.graphql(UPDATE, id=artifact_id, ttl=seconds)).data["updateArtifact"]["artifact"]
    return found["ttlDurationSeconds"], found["ttlIsInherited"]


async def set_policy(caller: Caller, entity: str, **given: Any) -> dict[str, Any]:
    answer = await caller.send("PATCH", f"/app/entities/{entity}/artifact-ttl", given)
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.body
    return found


def collection_path(logger: Logger, name: str) -> str:
    return f"/app/projects/{logger.place['entityName']}/{logger.project}/artifacts/dataset/{name}"


async def test_a_version_goes_when_its_own_time_is_over(site: Site, logger: Logger, user: Caller):
    short = await logger.log("short", {"a": b"1"}, ttlDurationSeconds=2 * DAY)
    kept = await logger.log("kept", {"a": b"2"}, ttlDurationSeconds=-2)
    plain = await logger.log("plain", {"a": b"3"})
    assert [await ttl(user, item) for item in (short, kept, plain)] == [(2 * DAY, False), (-2, False), (-1, True)]
    page = (await user.send("GET", collection_path(logger, "short") + "/v0")).body
    assert page["ttlSeconds"] == 2 * DAY
    assert page["expiresAt"] is not None
    site.clock.move(2 * DAY - 60)
    await expire_versions(site.system)
    assert await ttl(user, short) == (2 * DAY, False)
    site.clock.move(61)
    await expire_versions(site.system)
    assert await ttl(user, short) is None
    assert await logger.find("short:latest") is None
    assert await ttl(user, kept) == (-2, False)
    assert await ttl(user, plain) == (-1, True)


async def test_a_time_can_be_changed_until_it_is_over(site: Site, logger: Logger, user: Caller):
    made = await logger.log("changed", {"a": b"1"}, ttlDurationSeconds=DAY)
    assert await change(user, made, 3 * DAY) == (3 * DAY, False)
    site.clock.move(2 * DAY)
    await expire_versions(site.system)
    assert await change(user, made, -1) == (-1, True)
    site.clock.move(5 * DAY)
    await expire_versions(site.system)
    assert await ttl(user, made) == (-1, True)
    for wrong in (0, -3, 10**12):
        answer = await user.graphql(UPDATE, id=made, ttl=wrong)
        assert "errors" in answer.body, wrong


async def test_versions_inherit_from_collection_and_team(site: Site, logger: Logger, user: Caller):
    team = await set_policy(user, user.name, ttlSeconds=10 * DAY)
    assert team == {"ttlSeconds": 10 * DAY, "adminsOnly": False, "canChange": True}
    by_team = await logger.log("team", {"a": b"1"})
    by_collection = await logger.log("coll", {"a": b"2"})
    own = await logger.log("coll", {"a": b"3"}, ttlDurationSeconds=30 * DAY)
    off = await logger.log("off", {"a": b"4"})
    changed = await user.send("PATCH", collection_path(logger, "coll"), {"ttlSeconds": 5 * DAY})
    assert (changed.status, changed.body["ttlSeconds"]) == (200, 5 * DAY)
    assert (await user.send("PATCH", collection_path(logger, "off"), {"ttlSeconds": -2})).status == 200
    seen = [await ttl(user, item) for item in (by_team, by_collection, own, off)]
    assert seen == [(10 * DAY, True), (5 * DAY, True), (30 * DAY, False), (-2, True)]
    gone = []
    for _ in range(7):
        site.clock.move(5 * DAY + 1)
        await expire_versions(site.system)
        gone.append([await ttl(user, item) is None for item in (by_team, by_collection, own, off)])
    assert gone[0] == [False, True, False, False]
    assert gone[1] == [True, True, False, False]
    assert gone[-1] == [True, True, True, False]
    assert (await set_policy(user, user.name, ttlSeconds=None))["ttlSeconds"] is None


async def test_another_entity_keeps_what_it_has(site: Site, logger: Logger, user: Caller):
    other = Logger(await site.user())
    made = await other.log("theirs", {"a": b"1"})
    await set_policy(user, user.name, ttlSeconds=DAY)
    site.clock.move(3 * DAY)
    await expire_versions(site.system)
    assert await ttl(other.caller, made) == (-1, True)


async def test_what_programs_make_by_themselves_and_what_a_registry_has_is_kept(
    site: Site, logger: Logger, user: Caller
):
    await set_policy(user, user.name, ttlSeconds=DAY)
    generated = [
        await logger.log(f"made-{kind}", {"a": kind.encode()}, artifactTypeName=kind)
        for kind in ("job", "run_table", "code", "wandb-history")
    ]
    linked = await logger.log("linked", {"a": b"1"})
    assert (await user.graphql(LINK, id=linked, e=user.name, p="model-registry")).data
    assert await ttl(user, linked) == (-2, False)
    plain = await logger.log("plain", {"a": b"2"})
    refused = await logger.try_create("made-job", {"a": b"3"}, artifactTypeName="job", ttlDurationSeconds=DAY)
    assert "no time to live" in refused.message
    site.clock.move(2 * DAY)
    await expire_versions(site.system)
    assert await ttl(user, plain) is None
    assert all([await ttl(user, item) is not None for item in (*generated, linked)])


async def test_who_may_set_it(site: Site):
    admin, member, viewer, stranger = [await site.user() for _ in range(4)]
    team = await site.team(admin, member=member, viewer=viewer)
    logger = Logger(member, team)
    made = await logger.log("set", {"a": b"1"}, ttlDurationSeconds=DAY)
    path = f"/app/entities/{team}/artifact-ttl"
    assert (await member.send("PATCH", path, {"ttlSeconds": DAY})).status == 403
    assert (await stranger.send("GET", path)).status == 404
    assert (await viewer.send("GET", path)).body == {"ttlSeconds": None, "adminsOnly": False, "canChange": False}
    await set_policy(admin, team, adminsOnly=True)
    answer = await member.graphql(UPDATE, id=made, ttl=2 * DAY)
    assert "only administrators" in answer.message
    assert "only administrators" in (await logger.try_create("n", {"a": b"2"}, ttlDurationSeconds=DAY)).message
    assert (await logger.try_create("n", {"a": b"2"})).data, "without a time everything goes on"
    assert (await member.send("PATCH", collection_path(logger, "set"), {"ttlSeconds": DAY})).status == 403
    assert await change(admin, made, 2 * DAY) == (2 * DAY, False)
    for wrong in ({"ttlSeconds": 0}, {"ttlSeconds": "x"}, {"adminsOnly": "yes"}, {"ttlSeconds": -2}):
        assert (await admin.send("PATCH", path, wrong)).status == 422, wrong


async def test_many_portions_delete_what_is_over_and_only_that(site: Site, logger: Logger, user: Caller):
    made = [await logger.log(f"v{number}", {"a": bytes([number])}, ttlDurationSeconds=DAY) for number in range(3)]
    site.clock.move(2 * DAY)
    policy = dataclasses.replace(site.ports.policy, gc=dataclasses.replace(site.ports.policy.gc, batch_rows=1))
    ctx = dataclasses.replace(site.system, ports=dataclasses.replace(site.ports, policy=policy))
    assert await change(user, made[1], -2) == (-2, False)
    await expire_versions(ctx)
    assert [await ttl(user, item) is None for item in made] == [True, False, True]

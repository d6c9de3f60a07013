"""The audit log tells who looked at what: once for a while, by whoever looks, and not where it is switched off."""

from dataclasses import replace
from typing import Any

import pytest

from steelyard.context import AuditPolicy
from tests.harness.site import Caller, Site
from tests.slices.artifact_wire import BY_ID, Logger
from tests.slices.test_views import UPSERT, VIEW

pytestmark = pytest.mark.asyncio(loop_scope="module")
READS = {"artifact:read", "project:read", "report:read", "user:read", "user:initiate_login"}
SHOW = "query P($e: String!) { project(name: $p, entityName: $e) { id } }".replace("$p", '"demo"')
FIND = "query U($q: String!) { users(query: $q) { edges { node { username } } } }"


async def told(site: Site, by: Caller) -> list[dict[str, Any]]:
    """Return what the log tells of the reading of one person."""
    admin = await site.user(admin=True)
    answer = await admin.send("GET", f"/admin/audit_logs?numDays=2&limit=20000&actor={by.name}")
    return [line for line in answer.body["audit_logs"] if line["action"] in READS]


async def test_a_project_is_told_of_once_for_a_while_and_for_each_who_looks(site: Site):
    owner, admin = await site.user(), await site.user(admin=True)
    logger = Logger(owner)
    await logger.create("data", {"a": b"1"})
    for _ in range(3):
        assert (await owner.graphql(SHOW, e=owner.name)).data["project"]
        assert (await owner.send("GET", f"/app/projects/{owner.name}/demo")).status == 200
    assert (await admin.send("GET", f"/app/projects/{owner.name}/demo")).status == 200
    (line,) = await told(site, owner)
    assert (line["action"], line["entity_name"], line["project_name"]) == ("project:read", owner.name, "demo")
    assert (line["response_code"], line["actor_api_key"]) == (200, f"…{owner.key[-4:]}")
    assert [line["project_name"] for line in await told(site, admin)] == ["demo"]


async def test_what_may_not_be_seen_leaves_no_line_of_reading(site: Site):
    owner, stranger = await site.user(), await site.user()
    await Logger(owner).create("data", {"a": b"1"})
    assert (await stranger.graphql(SHOW, e=owner.name)).data["project"] is None
    assert (await stranger.send("GET", f"/app/projects/{owner.name}/demo")).status == 404
    assert await told(site, stranger) == []


async def test_who_is_given_the_files_of_an_artifact_is_told_of(site: Site):
    owner, admin = await site.user(), await site.user(admin=True)
    logger = Logger(owner)
    made = await logger.log("data", {"a": b"1"})
    assert "artifact:read" not in [line["action"] for line in await told(site, owner)]
    assert (await admin.graphql(BY_ID, id=made)).data["artifact"]["files"]["totalCount"] == 1
    (line,) = await told(site, admin)
    assert (line["action"], line["artifact_qualified_name"]) == ("artifact:read", f"{owner.name}/demo/data:v0")
    page = await owner.send("GET", f"/app/projects/{owner.name}/demo/artifacts/dataset/data/v0")
    assert page.status == 200
    assert [line["action"] for line in await told(site, owner)] == ["artifact:read"]


async def test_a_report_is_told_of_by_its_name(site: Site):
    owner = await site.user()
    saved = await owner.graphql(
        UPSERT, input={"entityName": owner.name, "projectName": "p", "type": "runs", "name": "n", "spec": "{}"}
    )
    assert (await owner.graphql(VIEW, id=saved.data["upsertView"]["view"]["id"])).data["view"]
    (line,) = [line for line in await told(site, owner) if line["action"] == "report:read"]
    assert line["report_name"] == "n"


async def test_looking_for_people_is_told_of_with_whom_it_found(site: Site):
    admin, somebody, _ = await site.user(admin=True), await site.user(), await site.user()
    assert (await admin.graphql(FIND, q=somebody.name)).data["users"]["edges"]
    assert (await admin.send("GET", "/app/admin/users?limit=3")).status == 200
    one, some = await told(site, admin)
    assert (one["action"], one["username"]) == ("user:read", somebody.name)
    assert len(some["detail"]["names"]) == some["detail"]["count"] == 3


@pytest.mark.parametrize("audit", [AuditPolicy(reads=False), AuditPolicy(collect=False)])
async def test_reading_can_be_left_out(site: Site, audit: AuditPolicy):
    owner, usual = await site.user(), site.ports
    await Logger(owner).create("data", {"a": b"1"})
    site.use(replace(usual, policy=replace(usual.policy, audit=audit)))
    try:
        assert (await owner.graphql(SHOW, e=owner.name)).data["project"]
    finally:
        site.use(usual)
    assert await told(site, owner) == []

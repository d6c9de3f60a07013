"""Storage figures follow what is logged and deleted, at once; nobody is shown what they may not see."""

import dataclasses
from typing import Any

import pytest
from sqlalchemy import func, select

from steelyard.context import CollectionPolicy
from steelyard.domains.files.tables import run_files, run_sizes
from steelyard.domains.history.jobs import tend_segments
from tests.harness.site import Caller, Site
from tests.slices.artifact_wire import Logger, entries
from tests.slices.logged_tables import put_file
from tests.slices.streamed import Run

pytestmark = pytest.mark.asyncio(loop_scope="module")

DAY = 86_400
DELETE = "mutation D($id: ID!) { deleteArtifact(input: {artifactID: $id, deleteAliases: true}) { artifact { id } } }"
DELETE_FILES = "mutation D($f: [ID!]!) { deleteFiles(input: {files: $f, projectId: 1}) { success } }"
FILES = """query F($e: String!) { project(name: "p", entityName: $e) { run(name: "r") {
  files(first: 9) { edges { node { id name } } } } } }"""
ENTITY = "query E($e: String!) { entity(name: $e) { storageBytes } }"
SIZES = "query A($id: ID!) { artifact(id: $id) { size storageBytes } }"


async def show(caller: Caller, path: str) -> dict[str, Any]:
    answer = await caller.send("GET", f"/app/{path}/storage")
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.body
    return found


async def entity_bytes(caller: Caller, name: str) -> int:
    return int((await caller.graphql(ENTITY, e=name)).data["entity"]["storageBytes"])


async def test_versions_count_until_they_are_deleted_and_then_wait(site: Site, user: Caller):
    logger, path = Logger(user), f"projects/{user.name}/demo"
    first = await logger.log("set", {"a": b"x" * 100, "b": b"y" * 50})
    await logger.log("set", {"b": b"y" * 50})
    await logger.log("other", {"c": b"z" * 7})
    found = await show(user, path)
    assert found["usage"] == {
        "totalBytes": 207, "versionBytes": 207, "fileBytes": 0, "historyBytes": 0, "versions": 3, "runs": 0
    }  # fmt: skip
    assert [(item["name"], item["versions"], item["sizeBytes"]) for item in found["collections"]] == [
        ("set", 2, 200),
        ("other", 1, 7),
    ]
    assert [(item["username"], item["usage"]["totalBytes"]) for item in found["people"]] == [(user.name, 207)]
    assert await entity_bytes(user, user.name) == 207

    assert (await user.graphql(DELETE, id=first)).data
    found = await show(user, path)
    assert (found["usage"]["totalBytes"], found["waiting"]["versionBytes"]) == (57, 150)
    assert await entity_bytes(user, user.name) == 57
    site.clock.move(3 * DAY)
    answer = await (await site.user(admin=True)).send("POST", "/app/admin/storage:collect")
    assert answer.status == 200, answer.body
    assert answer.body["contents"] == 1
    assert (await show(user, path))["waiting"]["versionBytes"] == 0


async def test_what_references_lead_to_is_not_stored_here(site: Site, user: Caller):
    logger, files = Logger(user), {"a": b"12345"}
    made = await logger.create("linked", files)
    await logger.upload(made["id"], files)
    listed = entries(files) | {"far": {"digest": "etag", "ref": "s3://bucket/far", "size": 1_000_000}}
    await logger.put_manifest(made["id"], listed)
    assert (await logger.commit(made["id"])).data
    sizes = (await user.graphql(SIZES, id=made["id"])).data["artifact"]
    assert sizes == {"size": 1_000_005, "storageBytes": 5}
    assert await entity_bytes(user, user.name) == 5


async def test_files_and_rows_of_runs_count_until_they_go(site: Site, user: Caller):
    for name, size in (("a.txt", 1000), ("b.txt", 300)):
        await put_file(user, "r", name, b"f" * size)
    await user.graphql(FILES, e=user.name)
    run = Run(user, "r")
    await run.send(0, [{"_step": step, "x": step} for step in range(300)])
    await run.post({"complete": True, "exitcode": 0})
    await tend_segments(site.system)
    path = f"projects/{user.name}/p"
    found = await show(user, path)
    history = found["usage"]["historyBytes"]
    assert history > 0
    assert (found["usage"]["fileBytes"], found["usage"]["totalBytes"]) == (1300, 1300 + history)
    assert found["runs"] == [
        {"id": "r", "title": found["runs"][0]["title"], "fileBytes": 1300, "historyBytes": history}
    ]

    await put_file(user, "r", "a.txt", b"f" * 400)
    await run.post({"uploaded": ["a.txt"]})
    nodes = (await user.graphql(FILES, e=user.name)).data["project"]["run"]["files"]["edges"]
    assert (await show(user, path))["usage"]["fileBytes"] == 700, "the same name again replaces what was there"
    (second,) = [edge["node"]["id"] for edge in nodes if edge["node"]["name"] == "b.txt"]
    assert (await user.graphql(DELETE_FILES, f=[second])).data
    assert (await show(user, path))["usage"]["fileBytes"] == 400

    answer = await user.send("DELETE", f"/app/runs/{user.name}/p/r")
    assert answer.status in {200, 204}, answer.body
    found = await show(user, path)
    assert (found["usage"]["totalBytes"], found["runs"], found["waiting"]["trashBytes"]) == (0, [], 400)


async def test_the_sums_are_those_of_the_files(site: Site, user: Caller):
    for run in range(4):
        for name in range(3):
            await put_file(user, f"r{run}", f"{name}.txt", b"f" * (run + 1) * (name + 1))
    async with site.ports.database.read() as conn:
        files = select(run_files.c.run_id, func.sum(run_files.c.size_bytes)).group_by(run_files.c.run_id)
        counted = {row[0]: int(row[1]) for row in await conn.execute(files) if row[1]}
        kept = {row.run_id: row.file_bytes for row in await conn.execute(select(run_sizes)) if row.file_bytes}
    assert kept == counted


async def test_an_entity_shows_its_projects_to_those_who_may_see_them(site: Site, user: Caller):
    stranger, admin = await site.user(), await site.user(admin=True)
    for project, size in (("small", 10), ("large", 90)):
        await Logger(user, project=project).log("set", {"a": b"x" * size})
    found = await show(user, f"entities/{user.name}")
    assert [(item["name"], item["usage"]["totalBytes"]) for item in found["projects"]] == [("large", 90), ("small", 10)]
    assert found["usage"]["totalBytes"] == 100
    for other, sees in ((admin, 100), (stranger, 0)):
        found = await show(other, f"entities/{user.name}")
        assert (found["usage"]["totalBytes"], len(found["projects"])) == (sees, 2 if sees else 0)
        assert await entity_bytes(other, user.name) == sees
    assert (await stranger.send("GET", f"/app/projects/{user.name}/large/storage")).status == 404
    assert (await user.send("PATCH", f"/app/projects/{user.name}/large", {"visibility": "public"})).status == 200
    assert (await show(stranger, f"entities/{user.name}"))["usage"]["totalBytes"] == 90
    assert (await stranger.send("GET", "/app/entities/nobody-at-all/storage")).status == 404
    assert (await site.nobody().send("GET", f"/app/entities/{user.name}/storage")).status == 401


async def test_administrators_see_who_takes_what_and_preview_and_collect(site: Site, user: Caller):
    admin = await site.user(admin=True)
    first = await Logger(user).log("set", {"a": b"only here " * 9})
    for call in (("GET", "storage"), ("POST", "storage:preview"), ("POST", "storage:collect")):
        assert (await user.send(call[0], f"/app/admin/{call[1]}")).status == 403
    shown = (await admin.send("GET", "/app/admin/storage")).body
    assert (user.name, 90) in [(item["name"], item["usage"]["totalBytes"]) for item in shown["entities"]]
    assert (await user.graphql(DELETE, id=first)).data
    policy = dataclasses.replace(site.ports.policy, gc=CollectionPolicy(grace_s=0), write_ttl_s=60)
    before = site.ports
    site.use(dataclasses.replace(before, policy=policy))
    site.clock.move(2 * DAY)
    would = (await admin.send("POST", "/app/admin/storage:preview")).body
    assert (would["contents"], would["sizeBytes"]) == (1, 90)
    done = (await admin.send("POST", "/app/admin/storage:collect")).body
    assert done["contents"] == 1
    latest = (await admin.send("GET", "/app/admin/storage")).body["collections"][0]
    assert (latest["startedBy"], latest["state"], latest["contents"]) == ("page", "done", 1)
    assert latest["endedAt"] is not None
    site.use(before)
    assert (await admin.send("POST", "/app/admin/storage:preview")).body["contents"] == 0

"""One change for many runs, the trash, and what is left after a purge (docs/guide/trash.md)."""

import dataclasses

import pytest
import pytest_asyncio
from sqlalchemy import select

from steelyard.domains.admin.purging import purge_runs
from steelyard.domains.files.purging import delete_purged_objects
from steelyard.domains.history.jobs import tend_segments
from steelyard.domains.history.sweep import sweep_segments
from steelyard.domains.runs import tables, trash
from tests.harness.site import Site
from tests.slices.streamed import Run

pytestmark = pytest.mark.asyncio(loop_scope="module")

START = """mutation S($name: String, $project: String, $entity: String, $tags: [String!], $group: String,
    $config: JSONString) { upsertBucket(input: {name: $name, modelName: $project, entityName: $entity, tags: $tags,
    groupName: $group, config: $config}) { bucket { id name } inserted } }"""
RUN = """query R($e: String!, $p: String!, $r: String!) { project(name: $p, entityName: $e) {
    run(name: $r) { name state tags group sweepName config summaryMetrics stopped historyLineCount fileCount } } }"""


class Place:
    def __init__(self, caller, project="p", entity=None):
        self.caller, self.project, self.entity = caller, project, entity or caller.name

    @property
    def path(self):
        return f"/app/projects/{self.entity}/{self.project}"

    async def start(self, name, **given):
        return await self.caller.graphql(START, name=name, project=self.project, entity=self.entity, **given)

    async def run(self, name):
        answer = await self.caller.graphql(RUN, e=self.entity, p=self.project, r=name)
        return answer.data["project"] and answer.data["project"]["run"]

    async def bulk(self, action, runs, caller=None, **given):
        body = {"action": action, "runs": runs} | given
        return await (caller or self.caller).send("POST", f"{self.path}/runs:bulk", body)

    async def trash(self):
        return (await self.caller.send("GET", f"{self.path}/trash")).body

    async def names(self):
        rows = (await self.caller.send("POST", f"{self.path}/runs:query", {"order": ["+created_at"]})).body["rows"]
        return [row["id"] for row in rows]

    async def finish(self, name):
        body = {"complete": True, "exitcode": 0}
        path = f"/files/{self.entity}/{self.project}/{name}/file_stream"
        assert (await self.caller.send("POST", path, body)).status == 200


@pytest_asyncio.fixture(loop_scope="module")
async def place(site, user):
    made = Place(user)
    for name in ("a", "b", "c"):
        await made.start(name, tags=["old"] if name == "a" else [], config='{"lr": {"value": 1}}')
        site.clock.move(1)
    return made


async def test_tags_are_added_and_removed_and_the_answer_says_where(place):
    answer = (await place.bulk("tag", ["a", "b", "none"], add=["old", "new"])).body
    assert answer["done"] == ["a", "b"]
    assert answer["skipped"] == [{"id": "none", "reason": "there is no such run"}]
    assert (await place.run("a"))["tags"] == ["old", "new"]
    again = (await place.bulk("tag", ["a", "c"], add=["new"])).body
    assert again["done"] == ["c"], "an undo of this must leave the others their tag"
    await place.bulk("tag", again["done"], remove=["new"])
    assert [(await place.run(name))["tags"] for name in "abc"] == [["old", "new"], ["old", "new"], []]


async def test_groups_are_set_and_an_undo_brings_back_the_former_ones(place):
    await place.bulk("group", ["a"], group="first")
    answer = (await place.bulk("group", ["a", "b"], group="second")).body
    assert answer["before"] == {"a": "first", "b": ""}
    assert [(await place.run(name))["group"] for name in "ab"] == ["second", "second"]
    await place.bulk("group", [], groups=answer["before"])
    assert [(await place.run(name))["group"] for name in "ab"] == ["first", ""]


async def test_running_programs_are_asked_to_stop(place):
    await place.finish("c")
    answer = (await place.bulk("stop", ["a", "b", "c"])).body
    assert (answer["done"], [item["id"] for item in answer["skipped"]]) == (["a", "b"], ["c"])
    body = (await Run(place.caller, "a").post({})).body
    assert body["stopped"] is True


async def test_all_matching_runs_are_selected_by_the_same_query_as_the_table(place):
    path = f"{place.path}/runs:select"
    assert (await place.caller.send("POST", path, {})).body == {"ids": ["c", "b", "a"]}
    some = await place.caller.send("POST", path, {"search": "^b$", "regex": True})
    assert some.body == {"ids": ["b"]}


@pytest.mark.parametrize(
    "body",
    [
        {"action": "explode", "runs": []},
        {"runs": ["a"]},
        {"action": "tag", "runs": "a"},
        {"action": "tag", "runs": [1]},
        {"action": "tag", "runs": ["a"] * 1001, "add": ["x"]},
        {"action": "group", "runs": ["a"], "group": 1},
        {"action": "group", "runs": ["a"], "group": "g" * 600},
        {"action": "group", "groups": {"a": 1}},
        {"action": "move", "runs": ["a"]},
        {"action": "move", "runs": ["a"], "to": {"entity": 1, "project": "q"}},
    ],
)
async def test_unfit_requests_are_refused(place, body):
    assert (await place.caller.send("POST", f"{place.path}/runs:bulk", body)).status == 422


async def test_a_tag_too_many_is_told_for_that_run_alone(place):
    await place.bulk("tag", ["a"], add=[f"t{number}" for number in range(999)])
    answer = (await place.bulk("tag", ["a", "b"], add=["x", "y"])).body
    assert answer["done"] == ["b"]
    assert "1000 tags" in answer["skipped"][0]["reason"]


# ---- the trash ------------------------------------------------------------------------------------------------


async def test_deleted_runs_wait_in_the_trash_and_come_back_as_they_were(site, place):
    stream = Run(place.caller, "b")
    await stream.send(0, [{"_step": 0, "v": 1}, {"_step": 1, "v": 2}])
    before = await place.run("b")
    assert (await place.bulk("delete", ["a", "b"])).body["done"] == ["a", "b"]
    assert await place.names() == ["c"]
    assert (await place.run("b"), (await stream.post({})).status) == (None, 410)
    found = await place.trash()
    assert (found["total"], [row["id"] for row in found["runs"]], found["keptDays"]) == (2, ["b", "a"], None)
    assert found["runs"][0]["deletedBy"] == place.caller.name
    assert found["runs"][0]["storageBytes"] > 0
    assert (await place.caller.send("GET", f"{place.path}/trash/ids")).body == {"ids": ["b", "a"]}
    answer = (await place.bulk("restore", ["b", "c"])).body
    assert (answer["done"], [item["id"] for item in answer["skipped"]]) == (["b"], ["c"])
    assert await place.run("b") == before
    await site_forgets(site)
    assert (await stream.post({})).status == 200, "its program may go on"
    assert [row["v"] for row in await stream.rows()] == [1, 2]


async def site_forgets(site):
    """What a process knows of a run for some seconds is of a process that has just started."""
    site.app = Site(site.ports, site.clock).app
    site.http._transport.app = site.app


async def test_a_run_deleted_by_the_client_lies_in_the_trash_too(place):
    made = (await place.start("b")).data["upsertBucket"]["bucket"]["id"]
    delete = "mutation D($id: ID!) { deleteRun(input: {id: $id, deleteArtifacts: false}) { clientMutationId } }"
    assert (await place.caller.graphql(delete, id=made)).status == 200
    assert [row["id"] for row in (await place.trash())["runs"]] == ["b"]
    assert (await place.start("b")).status == 410, "its id is taken"
    await place.bulk("restore", ["b"])
    assert (await place.start("b")).data["upsertBucket"]["inserted"] is False


async def stored_keys(site, prefix):
    return [item.key async for item in site.ports.objects.list(prefix)]


async def test_a_purge_frees_every_byte_and_leaves_the_id(site, place):
    stream = Run(place.caller, "a")
    await stream.send(0, [{"_step": step, "v": step} for step in range(10)])
    create = """mutation C($e: String!) { createRunFiles(input: {entityName: $e, projectName: "p", runName: "a",
      files: ["f.txt"]}) { files { uploadUrl } } }"""
    await place.caller.graphql(create, e=place.entity)
    async with site.ports.database.read() as conn:
        statement = select(tables.runs.c.id).where(tables.runs.c.run_id == "a").order_by(tables.runs.c.id.desc())
        number = (await conn.execute(statement.limit(1))).scalar_one()
    key = f"runs/{number}/{'0' * 64}"
    await site.ports.objects.put(key, body(b"content"))
    await place.finish("a")
    await tend_segments(site.system)
    (segment,) = await stored_keys(site, f"segments/{number}/") or [None]

    assert "not in the trash" in (await place.bulk("purge", ["a"])).body["skipped"][0]["reason"]
    await place.bulk("delete", ["a"])
    assert (await place.bulk("purge", ["a"])).body["done"] == ["a"]
    assert (await place.trash())["total"] == 0
    assert "for good" in (await place.bulk("restore", ["a"])).body["skipped"][0]["reason"]
    for _ in range(2):  # again is harmless
        await purge_runs(site.system)
        await delete_purged_objects(site.system)
    assert await stored_keys(site, f"runs/{number}/") == []
    site.clock.move(2 * 86_400)
    await site.ports.objects.put(key, body(b"an upload that was under way"))
    await delete_purged_objects(site.system)
    await sweep_segments(site.system)
    assert await stored_keys(site, f"runs/{number}/") == []
    if segment:
        assert await site.ports.objects.stat(segment) is None
    async with site.ports.database.read() as conn:
        row = (await conn.execute(select(tables.runs).where(tables.runs.c.id == number))).one()
        assert (row.config, row.summary, row.title, row.tags, row.purged_at is not None) == (
            "{}",
            "{}",
            "a",
            "[]",
            True,
        )
        assert (await conn.execute(select(tables.run_purges))).all() == []
    assert (await place.start("a")).status == 410


async def body(content):
    yield content


async def test_what_nobody_restores_expires_when_the_settings_say_so(site, place):
    policy = dataclasses.replace(site.ports.policy, trash_days=7)
    ctx = dataclasses.replace(site.system, ports=dataclasses.replace(site.ports, policy=policy))
    await place.bulk("delete", ["a", "b"])
    site.clock.move(6 * 86_400)
    await trash.expire_trash(site.system)
    await trash.expire_trash(ctx)
    assert (await place.trash())["total"] == 2
    site.clock.move(2 * 86_400)
    await trash.expire_trash(ctx)
    await trash.expire_trash(ctx)
    assert (await place.trash())["total"] == 0
    assert (await place.names()) == ["c"]


async def test_who_may_delete_for_good(site):
    admin, member, viewer = [await site.user() for _ in range(3)]
    team = await site.team(admin, member=member, viewer=viewer)
    place = Place(admin, entity=team)
    await place.start("admins")
    await Place(member, entity=team).start("members")
    runs = ["admins", "members"]
    assert (await place.bulk("delete", runs, viewer)).status == 403
    assert (await place.bulk("delete", runs, member)).body["done"] == runs
    purged = (await place.bulk("purge", runs, member)).body
    assert (purged["done"], purged["skipped"][0]["id"]) == (["members"], "admins")
    assert (await place.bulk("purge", runs)).body["done"] == ["admins"]


# ---- another project ------------------------------------------------------------------------------------------


async def test_runs_move_with_everything_they_have(site, place):
    other = Place(place.caller, "q")
    await other.start("b")
    stream = Run(place.caller, "a")
    await stream.send(0, [{"_step": step, "v": step} for step in range(3)])
    for name in ("a", "b"):
        await place.finish(name)
    to = {"entity": place.entity, "project": "q"}
    answer = (await place.bulk("move", ["a", "b", "c", "none"], to=to)).body
    assert answer["done"] == ["a"]
    reasons = {item["id"]: item["reason"] for item in answer["skipped"]}
    assert "of this id" in reasons["b"]
    assert "running" in reasons["c"]
    assert (await place.names(), await other.names()) == (["b", "c"], ["a", "b"])
    moved = await other.run("a")
    assert (moved["historyLineCount"], moved["state"], moved["sweepName"]) == (3, "finished", None)
    back = (await other.bulk("move", ["a"], to={"entity": place.entity, "project": "p"})).body
    assert back["done"] == ["a"]
    assert [row["v"] for row in await stream.rows()] == [0, 1, 2]


async def test_runs_move_only_to_where_one_may_write(site):
    mover, stranger, team_admin = [await site.user() for _ in range(3)]
    team = await site.team(team_admin, viewer=mover)
    place = Place(mover)
    await place.start("a")
    await Place(team_admin, "q", team).start("x")
    await Place(stranger, "q").start("x")
    await place.finish("a")
    for entity, status in ((stranger.name, 404), (team, 403), (place.entity, 422)):
        to = {"entity": entity, "project": "q" if entity != place.entity else "p"}
        assert (await place.bulk("move", ["a"], to=to)).status == status
    assert (await place.bulk("move", ["a"], to={"entity": place.entity, "project": "none"})).status == 404

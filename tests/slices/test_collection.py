"""What no version needs any more goes, and nothing else: deleted versions, unfinished uploads, stale manifests."""

import dataclasses
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from steelyard.context import CollectionPolicy
from steelyard.domains.artifacts import commit, staging
from steelyard.domains.artifacts.jobs import collect_content
from steelyard.domains.artifacts.lifecycle.collecting import Collected, collect, preview
from steelyard.domains.artifacts.queries import find_artifact, touch_pending
from steelyard.domains.files.purging import delete_due, delete_purged_objects
from steelyard.kernel.errors import Unavailable
from steelyard.kernel.ids import decode_global_id
from tests.harness.site import Caller, Site
from tests.slices.artifact_wire import MANIFEST, MAPPING, UPDATE_MANIFEST, Logger, entries, md5

pytestmark = pytest.mark.asyncio(loop_scope="module")
DAY = 86_400
DELETE = "mutation D($id: ID!) { deleteArtifact(input: {artifactID: $id, deleteAliases: true}) { artifact { id } } }"
DELETE_COLLECTION = """mutation D($id: ID!) {
  deleteArtifactSequence(input: {artifactSequenceID: $id}) { artifactCollection { state } } }"""
DELETE_PROJECT = "mutation D($id: String!) { deleteModel(input: {id: $id}) { success } }"
UPSERT_RUN = """mutation R($e: String!, $p: String!) {
  upsertBucket(input: {entityName: $e, modelName: $p, name: "r1"}) { bucket { id } } }"""
OPEN_FILE = """mutation F($e: String!, $p: String!) {
  createRunFiles(input: {entityName: $e, projectName: $p, runName: "r1", files: ["x.txt"]}) { files { uploadUrl } } }"""
RUN_FILE = """query F($e: String!, $p: String!) { project(entityName: $e, name: $p) { run(name: "r1") {
  files(names: ["x.txt"]) { edges { node { directUrl } } } } } }"""
PROJECT = "query P($e: String!, $p: String!) { project(entityName: $e, name: $p) { id } }"


@pytest_asyncio.fixture(loop_scope="module")
async def logger(user: Caller) -> Logger:
    return Logger(user)


async def beat() -> None:
    """Nobody watches."""


async def run_collection(site: Site) -> Collected:
    done = Collected()
    await collect(site.system, done, beat)
    return done


async def project_id(logger: Logger) -> int:
    found = await logger.caller.graphql(PROJECT, e=logger.place["entityName"], p=logger.project)
    return decode_global_id("Project", found.data["project"]["id"])


async def stored(site: Site, project: int, *contents: bytes) -> list[bool]:
    """Tell for each content whether the store has it for the project."""
    keys = [item.key async for item in site.ports.objects.list(f"artifacts/{project}/content/")]
    return [any(hashlib.md5(content).hexdigest() in key for key in keys) for content in contents]


async def readable(logger: Logger, name: str) -> dict[str, bytes]:
    found = await logger.find(name)
    assert found
    read = await logger.read(found["artifact"]["id"])
    nodes = [edge["node"] for edge in read["files"]["edges"]]
    assert json.loads(await logger.get(read["currentManifest"]["file"]["directUrl"]))["contents"].keys() == {
        node["name"] for node in nodes
    }
    return {node["name"]: await logger.get(node["directUrl"]) for node in nodes}


async def test_bytes_of_a_deleted_version_go_after_the_grace_but_for_those_that_others_have(site: Site, logger: Logger):
    first = await logger.log("set", {"a": b"only the first", "b": b"both"})
    await logger.log("set", {"b": b"both", "c": b"only the second"})
    project = await project_id(logger)
    assert (await logger.caller.graphql(DELETE, id=first)).data
    site.clock.move(DAY - 60)
    await run_collection(site)
    assert await stored(site, project, b"only the first") == [True], "the grace is not over"
    site.clock.move(3700)
    would = await preview(site.system, beat)
    done = await run_collection(site)
    assert (done.contents, would.contents) == (1, 1)
    assert would.freed.size_bytes == len(b"only the first") < done.freed.size_bytes, "its manifest went as well"
    assert await stored(site, project, b"only the first", b"both", b"only the second") == [False, True, True]
    assert await readable(logger, "set:v1") == {"b": b"both", "c": b"only the second"}
    assert await run_collection(site) == Collected(manifests=0), "there is nothing left to do"


async def test_content_that_a_client_was_promised_stays_while_it_goes_on(site: Site, logger: Logger):
    first = await logger.log("old", {"x": b"promised"})
    made = await logger.create("new", {"x": b"promised"})
    (slot,) = await logger.open_files(made["id"], {"x": b"promised"})
    assert slot["uploadUrl"] is None, "the client is told that it need not upload"
    assert (await logger.caller.graphql(DELETE, id=first)).data
    for _ in range(5):
        site.clock.move(DAY / 2)
        await run_collection(site)
        await logger.upload(made["id"], {"y": b"more"})
    await logger.put_manifest(made["id"], entries({"x": b"promised", "y": b"more"}))
    assert (await logger.commit(made["id"])).data
    site.clock.move(3 * DAY)
    await run_collection(site)
    assert await readable(logger, "new") == {"x": b"promised", "y": b"more"}


async def test_content_that_comes_into_use_while_the_collection_is_under_way_stays(site: Site, logger: Logger):
    """Between looking and taking anything may happen: what was unused then is asked about again."""
    files = {name: f"unused {name}".encode() for name in "abc"}
    first = await logger.log("before", files)
    assert (await logger.caller.graphql(DELETE, id=first)).data
    site.clock.move(2 * DAY)
    policy = dataclasses.replace(site.ports.policy, gc=CollectionPolicy(batch_rows=1))
    ctx = dataclasses.replace(site.system, ports=dataclasses.replace(site.ports, policy=policy))
    told: list[dict[str, Any]] = []

    async def meanwhile() -> None:
        if done.contents == 1 and not told:
            made = await logger.create("after", files)
            told.extend(await logger.open_files(made["id"], files))
            await logger.upload(made["id"], files)
            await logger.put_manifest(made["id"], entries(files))
            assert (await logger.commit(made["id"])).data

    done = Collected()
    await collect(ctx, done, meanwhile)
    assert sorted(slot["uploadUrl"] is None for slot in told) == [False, True, True], "one had gone by then"
    assert done.contents == 1
    assert await readable(logger, "after") == files


async def test_an_upload_that_nobody_goes_on_with_is_given_up(site: Site, logger: Logger):
    files = {"x": b"given up"}
    made = await logger.create("left", files, clientID="g" * 128)
    await logger.upload(made["id"], files)
    await logger.put_manifest(made["id"], entries(files))
    project = await project_id(logger)
    site.clock.move(DAY - 60)
    await run_collection(site)
    assert await stored(site, project, b"given up") == [True]
    site.clock.move(2 * DAY)
    would, done = await preview(site.system, beat), await run_collection(site)
    assert (would.versions, would.manifests, would.contents) == (done.versions, done.manifests, done.contents)
    assert done.versions == done.contents == 1
    assert [item.key async for item in site.ports.objects.list(f"artifacts/{project}/")] == []
    answer = await logger.commit(made["id"])
    assert (answer.status, answer.message) == (404, "artifact not found")
    again = await logger.create("left", files, clientID="g" * 128)
    assert again["id"] != made["id"]
    mapped = (await logger.caller.graphql(MAPPING, id="g" * 128)).data["clientIDMapping"]
    assert mapped == {"serverID": again["id"]}
    (slot,) = await logger.open_files(again["id"], files)
    assert slot["uploadUrl"], "the content has to come again"


async def test_content_announced_and_never_sent_is_forgotten(site: Site, logger: Logger):
    site.clock.move(3 * DAY)
    await run_collection(site)
    made = await logger.create("bare", {"x": b"never sent"})
    await logger.open_files(made["id"], {"x": b"never sent"})
    site.clock.move(3 * DAY)
    done = await run_collection(site)
    assert (done.versions, done.contents, done.freed.objects) == (1, 1, 0)


async def test_of_a_committed_version_the_one_manifest_stays_that_readers_get(site: Site, logger: Logger):
    made = await logger.create("tidy", {"x": b"x"})
    born = await logger.upload(made["id"], {"x": b"x"})
    await logger.put_manifest(made["id"], entries({"x": b"first try"}))
    spec = {"artifactID": made["id"], "name": "wandb_manifest.json", "digest": "", "runName": ""}
    announced = await logger.caller.graphql(MANIFEST, input=logger.place | spec, upload=False)
    number = announced.data["createArtifactManifest"]["artifactManifest"]["id"]
    for body in (b"second try", b"third try"):
        change = {"artifactManifestID": number, "digest": md5(body)}
        file = (await logger.caller.graphql(UPDATE_MANIFEST, input=change)).data["updateArtifactManifest"]
        assert await logger.put(file["artifactManifest"]["file"], body) == 200
    await logger.put_manifest(made["id"], entries({"x": b"x"}, born))
    assert (await logger.commit(made["id"])).data
    project = await project_id(logger)
    prefix = f"artifacts/{project}/manifests/"
    assert len([item async for item in site.ports.objects.list(prefix)]) == 4
    site.clock.move(2 * DAY)
    await run_collection(site)
    await delete_purged_objects(site.system)
    assert len([item async for item in site.ports.objects.list(prefix)]) == 1
    assert await readable(logger, "tidy") == {"x": b"x"}


async def test_a_version_that_builds_on_a_deleted_one_is_whole_or_fails(site: Site, logger: Logger):
    base = await logger.log("base", {"a": b"of the base"})
    made = await logger.create("base", {"a": b"of the base", "b": b"on top"})
    await logger.upload(made["id"], {"b": b"on top"})
    await logger.put_manifest(made["id"], entries({"b": b"on top"}), "INCREMENTAL", baseArtifactID=base)
    assert (await logger.caller.graphql(DELETE, id=base)).data
    for _ in range(3):
        site.clock.move(DAY / 2)
        await run_collection(site)
        await logger.upload(made["id"], {"b": b"on top"})
    answer = await logger.commit(made["id"])
    assert (answer.status, answer.message) == (404, "artifact not found"), "half of it would be a lie"


async def test_a_deleted_collection_frees_its_name_and_its_bytes(site: Site, logger: Logger):
    await logger.log("gone", {"a": b"one of the gone"})
    made = await logger.create("gone", {"a": b"two of the gone"})
    await logger.upload(made["id"], {"a": b"two of the gone"})
    project = await project_id(logger)
    gone = await logger.caller.graphql(DELETE_COLLECTION, id=made["artifactSequence"]["id"])
    assert gone.data["deleteArtifactSequence"]["artifactCollection"]["state"] == "DELETED"
    assert await logger.find("gone") is None
    assert (await logger.commit(made["id"])).status == 404
    await logger.log("gone", {"a": b"another"})
    assert (await logger.find("gone:v0")) is not None
    site.clock.move(2 * DAY)
    await run_collection(site)
    wanted = [False, False, True]
    assert await stored(site, project, b"one of the gone", b"two of the gone", b"another") == wanted


async def test_a_deleted_project_leaves_nothing(site: Site, user: Caller):
    logger = Logger(user, project="doomed")
    await logger.log("thing", {"a": b"a", "b": b"b"})
    pending = await logger.create("other", {"c": b"c"})
    slots = await logger.open_files(pending["id"], {"c": b"c"})
    found = await user.graphql(PROJECT, e=user.name, p="doomed")
    project = await project_id(logger)
    assert (await user.graphql(DELETE_PROJECT, id=found.data["project"]["id"])).data
    assert await logger.put(slots[0], b"c") == 200, "the address is good for a day yet"
    site.clock.move(DAY + 3601)
    while (await delete_due(site.system)).objects:
        """There may be more."""
    assert [item.key async for item in site.ports.objects.list(f"artifacts/{project}/")] == []


async def test_a_commit_that_the_collection_overtook_fails_and_may_be_repeated(site: Site, logger: Logger):
    """A listing that a commit has begun long ago counts as left behind, though its commit may only be slow."""
    made = await logger.create("slow", {"x": b"slow"})
    born = await logger.upload(made["id"], {"x": b"slow"})
    await logger.put_manifest(made["id"], entries({"x": b"slow"}, born))
    async with site.ports.database.read() as conn:
        artifact = await find_artifact(conn, decode_global_id("Artifact", made["id"]))
    assert artifact
    uploaded = await staging.choose(site.system, artifact)
    staged = await staging.claim(site.system, artifact, uploaded[0])
    assert staged
    await staging.stage(site.system, staged, uploaded)
    site.clock.move(2 * DAY)
    async with site.ports.database.write() as conn:
        await touch_pending(conn, [artifact.id], site.clock())
    await run_collection(site)
    with pytest.raises(Unavailable, match="taken over"):
        await commit._publish(site.system, artifact, staged)
    with pytest.raises(Unavailable, match="taken over"):
        await staging.stage(site.system, staged, uploaded)
    assert (await logger.commit(made["id"])).data
    assert await readable(logger, "slow") == {"x": b"slow"}


async def test_a_new_run_keeps_its_files_though_it_has_the_number_of_one_that_is_gone(site: Site, user: Caller):
    """SQLite gives the number of the newest row anew once that row is gone."""
    await upload_run_file(site, user, "first", b"of the first")
    found = await user.graphql(PROJECT, e=user.name, p="first")
    assert (await user.graphql(DELETE_PROJECT, id=found.data["project"]["id"])).data
    await upload_run_file(site, user, "second", b"of the second")
    site.clock.move(DAY + 3601)
    await delete_purged_objects(site.system)
    answer = await user.graphql(RUN_FILE, e=user.name, p="second")
    assert await Logger(user).get(answer.data["project"]["run"]["files"]["edges"][0]["node"]["directUrl"]) == (
        b"of the second"
    )


async def upload_run_file(site: Site, user: Caller, project: str, content: bytes) -> None:
    assert (await user.graphql(UPSERT_RUN, e=user.name, p=project)).data
    opened = await user.graphql(OPEN_FILE, e=user.name, p=project)
    url = opened.data["createRunFiles"]["files"][0]["uploadUrl"]
    assert (await Logger(user).request("PUT", url, content=content)).status_code == 200


async def test_parts_of_an_upload_that_was_never_completed_go(site: Site, logger: Logger):
    objects = site.ports.objects
    await logger.log("whole", {"x": b"not in parts"})
    key = f"artifacts/{await project_id(logger)}/content/{'0' * 32}-parts"
    number = await objects.start_parts(key)
    await run_collection(site)
    later = datetime.now(UTC) + timedelta(days=2)
    unfinished = [item.upload_id async for item in objects.list_unfinished("artifacts/", later)]
    assert number in unfinished, "somebody may be at it"
    # The store has a clock of its own.
    ahead = dataclasses.replace(site.ports, clock=lambda: later + timedelta(days=1))
    done = Collected()
    await collect(dataclasses.replace(site.system, ports=ahead), done, beat)
    assert done.uploads == len(unfinished)
    assert [item async for item in objects.list_unfinished("artifacts/", later)] == []


async def test_the_worker_collects_as_often_as_the_settings_say(site: Site, logger: Logger):
    async def passes(contents: bytes, **policy: Any) -> bool:
        """Tell whether the worker takes unused content with these settings."""
        gone = await logger.log("worked", {"x": contents})
        assert (await logger.caller.graphql(DELETE, id=gone)).data
        site.clock.move(2 * DAY)
        gc = CollectionPolicy(**policy)
        ports = dataclasses.replace(site.ports, policy=dataclasses.replace(site.ports.policy, gc=gc))
        await collect_content(dataclasses.replace(site.system, ports=ports))
        return await stored(site, await project_id(logger), contents) == [False]

    assert not await passes(b"one", enabled=False)
    assert await passes(b"two")
    assert not await passes(b"three", every_s=3 * DAY)
    assert await passes(b"four", every_s=3 * DAY)

"""Objects that no row knows are found, whatever they were for; what a row knows, or may know yet, is never one."""

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from steelyard.domains.admin.orphans import Orphans, delete_orphans, find_orphans
from steelyard.domains.artifacts.jobs import run_collection
from steelyard.domains.artifacts.lifecycle import log
from steelyard.domains.artifacts.lifecycle.collecting import Collected
from steelyard.domains.artifacts.lifecycle.log import Kind, StartedBy, State
from steelyard.domains.projects.queries import find_project
from steelyard.kernel.errors import Unavailable
from tests.harness.site import Caller, Site
from tests.slices.artifact_wire import Logger, entries
from tests.slices.every_object import fill
from tests.slices.logged_tables import in_version
from tests.unit.columnar.plain_tables import table_text

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOST = [
    f"runs/987654/{hashlib.sha256(b'lost').hexdigest()}",
    "segments/987654/0123456789abcdef0123456789abcdef.parquet",
    f"artifacts/987654/content/{'0' * 32}-abc",
    f"artifacts/987654/content/xxh128-{'0' * 32}-abc",
    "artifacts/987654/manifests/987654-abcdef",
    "derived/runs/987654/lost/index",
    "doctor/left",
]
FOREIGN = ["backup/of/somebody", "runs/readme.txt", "artifacts/notes"]
DELETE = "mutation D($id: ID!) { deleteArtifact(input: {artifactID: $id, deleteAliases: true}) { artifact { id } } }"


async def body(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def beat() -> None:
    """Nobody watches."""


async def find(site: Site) -> tuple[set[str], Orphans]:
    seen = Orphans()
    return {item.key async for portion in find_orphans(site.system, seen, beat) for item in portion}, seen


@pytest_asyncio.fixture(loop_scope="module")
async def later(site: Site) -> None:
    """Stand at a moment when everything that the store has by now is old."""
    site.clock.now = max(site.clock.now, datetime.now(UTC) + timedelta(days=4))


async def test_exactly_what_no_row_knows_is_found_and_deleted(site: Site, user: Caller, later: None):
    await fill(site, user)
    known = {item.key async for item in site.ports.objects.list("")}
    assert {key.split("/")[0] for key in known} == {"artifacts", "derived", "runs", "segments"}
    for key in [*LOST, *FOREIGN]:
        await site.ports.objects.put(key, body(b"12345"))
    found, seen = await find(site)
    assert found == set(LOST)
    assert (seen.found.objects, seen.found.size_bytes, seen.foreign) == (len(LOST), 5 * len(LOST), len(FOREIGN))
    assert {item.key async for item in site.ports.objects.list("")} == known | {*LOST, *FOREIGN}, "only looked at"

    done = await delete_orphans(site.system, StartedBy.COMMAND, Orphans(), beat)
    assert (done.freed.objects, done.freed.size_bytes) == (len(LOST), 5 * len(LOST))
    assert {item.key async for item in site.ports.objects.list("")} == known | {*FOREIGN}
    async with site.ports.database.read() as conn:
        latest = (await log.list_runs(conn, 1))[0]
    assert (latest.kind, latest.objects, latest.state(site.clock())) == (Kind.ORPHANS, len(LOST), State.DONE)


async def test_what_may_still_be_under_way_is_no_orphan(site: Site, user: Caller):
    site.clock.now = datetime.now(UTC)
    await site.ports.objects.put(LOST[0], body(b"young"))
    assert (await find(site))[0] == set()
    await site.ports.objects.delete(LOST[0])


async def test_content_that_is_expected_is_no_orphan_under_whatever_key(site: Site, user: Caller):
    """An upload in parts becomes an object under a key of its own before the row of its content leads there."""
    logger, files = Logger(user), {"big": b"comes in parts"}
    made = await logger.create("big", files)
    await logger.open_files(made["id"], files)
    site.clock.now = max(site.clock.now, datetime.now(UTC) + timedelta(days=4))
    digest = hashlib.md5(files["big"]).hexdigest()
    project = await project_of(site, user)
    await site.ports.objects.put(f"artifacts/{project}/content/{digest}-inparts", body(files["big"]))
    assert (await find(site))[0] == set()
    await logger.upload(made["id"], files)
    await logger.put_manifest(made["id"], entries(files))
    assert (await logger.commit(made["id"])).data
    assert (await find(site))[0] == {f"artifacts/{project}/content/{digest}-inparts"}, "it came for nothing"
    await delete_orphans(site.system, StartedBy.COMMAND, Orphans(), beat)


async def project_of(site: Site, user: Caller) -> int:
    async with site.ports.database.read() as conn:
        found = await find_project(conn, user.name, "demo")
    assert found
    return found.id


async def test_what_waits_to_be_deleted_is_no_orphan(site: Site, user: Caller, later: None):
    await fill(site, user)
    assert (await user.send("DELETE", f"/app/projects/{user.name}/p")).status in {200, 204}
    assert (await user.send("DELETE", f"/app/projects/{user.name}/demo")).status in {200, 204}
    found, _ = await find(site)
    assert found == set()


async def test_an_index_goes_with_the_content_that_is_collected(site: Site, user: Caller):
    logger = Logger(user)
    made = await logger.log("indexed", {"t.table.json": table_text(["a"], [[3]])})
    before = {item.key async for item in site.ports.objects.list("derived/")}
    await in_version(logger, "indexed", "t.table.json").get()
    after = {item.key async for item in site.ports.objects.list("derived/")}
    assert len(after - before) == 1
    assert (await logger.caller.graphql(DELETE, id=made)).data
    site.clock.move(3 * 86_400)
    done = Collected()
    await run_collection(site.system, StartedBy.COMMAND, done, beat)
    assert {item.key async for item in site.ports.objects.list("derived/")} & (after - before) == set()
    async with site.ports.database.read() as conn:
        latest = (await log.list_runs(conn, 1))[0]
    assert (latest.kind, latest.contents, latest.size_bytes) == (Kind.CONTENT, done.contents, done.freed.size_bytes)


async def test_a_failed_run_says_why_and_one_that_died_is_told_from_one_that_goes_on(site: Site):
    async def fail() -> None:
        raise Unavailable("the store is away")

    site.clock.move(60)
    with pytest.raises(Unavailable):
        await delete_orphans(site.system, StartedBy.COMMAND, Orphans(), fail)
    async with site.ports.database.read() as conn:
        (failed,) = await log.list_runs(conn, 1)
    assert (failed.state(site.clock()), failed.failure) == (State.FAILED, "the store is away")

    under_way = log.recorded(site.system, Kind.CONTENT, StartedBy.PAGE, Collected(), beat)
    async with under_way, site.ports.database.read() as conn:
        (running,) = await log.list_runs(conn, 1)
    assert running.state(site.clock()) is State.RUNNING
    assert running.state(site.clock() + timedelta(hours=1)) is State.INTERRUPTED

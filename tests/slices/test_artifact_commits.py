"""Commits that take longer than clients wait, in one process and in several (docs/protocol/artifacts.md)."""

import asyncio
from dataclasses import replace

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from steelyard.domains.artifacts import tables as t
from steelyard.kernel.ids import decode_global_id
from steelyard.kernel.lasting import Lasting
from steelyard.sql.dialect import insert_row
from tests.harness.site import Caller, Site
from tests.slices.artifact_wire import Logger, entries

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONTENT = {f"{number:04}.txt": str(number).encode() for number in range(50)}


@pytest_asyncio.fixture(loop_scope="module")
async def logger(user: Caller) -> Logger:
    return Logger(user)


def another_process(logger: Logger, patience_s: float) -> Logger:
    """The same account at another process on the same database and store; it answers after `patience_s`."""
    site = logger.caller.site
    other = Site(replace(site.ports, lasting=Lasting(patience_s)), site.clock)
    return replace(logger, caller=replace(logger.caller, site=other))


async def ready(logger: Logger, name: str) -> str:
    made = await logger.create(name, CONTENT)
    await logger.put_manifest(made["id"], entries(CONTENT, await logger.upload(made["id"], CONTENT)))
    return str(made["id"])


async def committed(logger: Logger, artifact_id: str) -> int:
    """Ask until it is committed; return how often it was asked."""
    for asked in range(1, 500):
        answer = await logger.commit(artifact_id)
        if answer.status == 200:
            return asked
        assert (answer.status, answer.body["errors"][0]["extensions"]["code"]) == (503, "still_running")
        await asyncio.sleep(0.02)
    raise AssertionError("not done")


async def staged(logger: Logger, artifact_id: str) -> int:
    rows = select(t.artifact_manifests.c.id).where(
        t.artifact_manifests.c.artifact_id == decode_global_id("Artifact", artifact_id),
        t.artifact_manifests.c.kind == "STAGED",
        t.artifact_manifests.c.condemned_at.is_(None),
    )
    async with logger.caller.site.ports.database.read() as conn:
        return int((await conn.execute(select(func.count()).select_from(rows.subquery()))).scalar_one())


async def leave_staged(logger: Logger, artifact_id: str) -> int:
    """Leave what a process leaves that died in the middle of a commit."""
    site = logger.caller.site
    async with site.ports.database.write() as conn:
        return await insert_row(
            conn,
            t.artifact_manifests,
            artifact_id=decode_global_id("Artifact", artifact_id),
            kind="STAGED",
            name="wandb_manifest.json",
            digest="",
            object_key="nowhere",
            created_at=site.clock(),
        )


async def test_a_long_commit_goes_on_and_is_asked_for_again(logger: Logger):
    hasty = another_process(logger, 0)
    made = await ready(logger, "long")
    assert await committed(hasty, made) > 1
    found = await logger.find("long:v0")
    assert found and found["artifact"]["fileCount"] == len(CONTENT)
    assert await logger.find("long:v1") is None


async def test_a_failure_is_told_to_who_asks_again_and_a_new_attempt_starts_anew(logger: Logger):
    hasty = another_process(logger, 0)
    made = await logger.create("mended", CONTENT)
    born = await logger.upload(made["id"], CONTENT)
    more = CONTENT | {"late.txt": b"late"}
    await logger.put_manifest(made["id"], entries(more, born | {"late.txt": made["id"]}))
    answer = await hasty.commit(made["id"])
    while answer.status == 503:
        await asyncio.sleep(0.02)
        answer = await hasty.commit(made["id"])
    assert (answer.status, "'late.txt' has not been uploaded" in answer.message) == (422, True)
    assert await staged(logger, made["id"]) == 0
    await logger.upload(made["id"], more)
    await logger.put_manifest(made["id"], entries(more, born | {"late.txt": made["id"]}))
    await committed(hasty, made["id"])


async def test_several_processes_make_one_commit(logger: Logger):
    made = await ready(logger, "several")
    others = [another_process(logger, 10) for _ in range(3)]
    answers = await asyncio.gather(*(other.commit(made) for other in others))
    assert [answer.status for answer in answers] == [200] * 3
    assert await staged(logger, made) == 0
    async with logger.caller.site.ports.database.read() as conn:
        lists = select(func.count(func.distinct(t.artifact_entries.c.manifest_id))).join(
            t.artifact_manifests, t.artifact_manifests.c.id == t.artifact_entries.c.manifest_id
        )
        mine = lists.where(t.artifact_manifests.c.artifact_id == decode_global_id("Artifact", made))
        assert (await conn.execute(mine)).scalar_one() == 1
    assert await logger.find("several:v1") is None


async def test_who_asks_with_a_manifest_of_their_own_is_given_the_same_version(logger: Logger):
    for number in range(6):
        made = await logger.create(f"twins-{number}", CONTENT)
        listed = entries(CONTENT, await logger.upload(made["id"], CONTENT))
        asking = []
        for client in (another_process(logger, 10), another_process(logger, 10)):
            await client.put_manifest(made["id"], listed)
            asking.append(asyncio.create_task(client.commit(made["id"])))
        answers = await asyncio.gather(*asking)
        assert [answer.status for answer in answers] == [200] * 2, answers
        assert await staged(logger, made["id"]) == 0


async def test_the_commit_of_a_dead_process_is_taken_over(logger: Logger):
    made = await ready(logger, "orphan")
    await leave_staged(logger, made)
    hasty = another_process(logger, 0.1)
    assert (await hasty.commit(made)).status == 503, "the other process may be alive"
    assert await logger.find("orphan") is None
    logger.caller.site.clock.move(31)
    await committed(hasty, made)
    assert await staged(logger, made) == 0
    assert (await logger.read(made))["fileCount"] == len(CONTENT)

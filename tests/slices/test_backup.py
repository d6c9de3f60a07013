"""Snapshots: what is deleted while one is made, what is let go, what keeps a restore from doing harm."""

import dataclasses
import hashlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from steelyard.adapters.objects.open import open_place, open_store
from steelyard.backup.checking import Checked, check_snapshot
from steelyard.backup.making import LOCK, Made, make_backup
from steelyard.backup.model import Snapshot
from steelyard.backup.restoring import Restored, Target, restore_snapshot
from steelyard.backup.snapshots import find_snapshot, keep_newest, list_snapshots
from steelyard.config.groups.places import ObjectSettings
from steelyard.config.sources import load
from steelyard.domains.artifacts.tables import artifact_blobs
from steelyard.kernel.errors import Conflict, Invalid, NotFound, Unavailable
from steelyard.opening import open_ports, open_settled_database
from steelyard.ports.objects import ObjectStore
from tests.harness.engines import Engine
from tests.harness.site import Caller, Site, open_site
from tests.slices.artifact_wire import Logger
from tests.slices.streamed import START, Run

pytestmark = pytest.mark.asyncio(loop_scope="module")


class BrokenOff(Exception):
    """Somebody ended the restore."""


async def still() -> None:
    """Nobody looks at the progress."""


async def back_up(site: Site, place: ObjectStore, beat: Any = still) -> Snapshot:
    site.clock.move(10)
    return await make_backup(site.system, place, Made(), beat)


@asynccontextmanager
async def empty_target(engine: Engine, folder: Path) -> AsyncIterator[tuple[Target, dict[str, str]]]:
    """Yield an empty database and store, and the settings that lead there."""
    with engine.fresh() as env:
        settings = load({"data_dir": folder}, env).settings
        target = Target(open_settled_database(settings), open_store(settings.objects, folder, ""))
        try:
            yield target, env
        finally:
            await target.objects.close()
            await target.database.close()


@pytest.fixture
def place(tmp_path: Path) -> ObjectStore:
    return open_place(str(tmp_path / "backup"), ObjectSettings())


async def run_of(user: Caller, name: str) -> Run:
    await user.graphql(START, name=name, entity=user.name)
    return Run(user, name)


async def some_version(user: Caller, content: bytes) -> str:
    return await Logger(user).log("data", {"a b.bin": content, "empty": b""})


async def key_of(site: Site, content: bytes) -> str:
    async with site.ports.database.read() as conn:
        digest = hashlib.md5(content).hexdigest()
        found = await conn.execute(select(artifact_blobs.c.object_key).where(artifact_blobs.c.digest == digest))
        return str(found.scalar_one())


async def forget(site: Site, key: str) -> None:
    """Have no row name the object any more."""
    async with site.ports.database.write() as conn:
        lost = update(artifact_blobs).where(artifact_blobs.c.object_key == key).values(stored_at=None)
        await conn.execute(lost)


async def test_everything_comes_back(
    site: Site, user: Caller, engine: Engine, place: ObjectStore, tmp_path: Path
) -> None:
    rows = [{"_step": step, "loss": step / 7, "text": "ü 🙂"} for step in range(50)]
    await (await run_of(user, "kept")).send(0, rows)
    version = await some_version(user, b"content of a file")
    snapshot = await back_up(site, place)
    checked = Checked()
    await check_snapshot(place, snapshot, checked, still, deep=True)
    assert (checked.faults, checked.rows, checked.objects) == ([], snapshot.rows, snapshot.objects)
    async with empty_target(engine, tmp_path / "target") as (target, env):
        await restore_snapshot(place, snapshot, target, Restored(), still)
        with pytest.raises(Conflict, match="not empty"):
            await restore_snapshot(place, snapshot, target, Restored(), still)
        async with open_site(tmp_path / "target", env) as restored:
            caller = Caller(restored, user.name, user.key)
            fields = "history(samples: 1000) summaryMetrics createdAt historyLineCount"
            assert await Run(caller, "kept").ask(fields) == await Run(user, "kept").ask(fields)
            files = {
                edge["node"]["name"]: edge["node"] for edge in (await Logger(caller).read(version))["files"]["edges"]
            }
            assert await Logger(caller).get(files["a b.bin"]["directUrl"]) == b"content of a file"


async def test_what_is_deleted_meanwhile_is_in_none_or_in_all_of_it(
    site: Site, user: Caller, place: ObjectStore
) -> None:
    content = secrets.token_bytes(100)
    await some_version(user, content)
    key = await key_of(site, content)
    made = Made()

    async def delete_once() -> None:
        """As a collection does: first the row, then the object, after the rows have been read."""
        if made.table != "gc_runs" and made.rows and not made.copied.objects and await site.ports.objects.stat(key):
            await forget(site, key)
            await site.ports.objects.delete(key)

    site.clock.move(10)
    snapshot = await make_backup(site.system, place, made, delete_once)
    assert snapshot.missing == 0
    checked = Checked()
    await check_snapshot(place, snapshot, checked, still, deep=True)
    assert checked.faults == []


async def test_what_the_store_has_lost_is_counted(site: Site, user: Caller, place: ObjectStore) -> None:
    content = secrets.token_bytes(100)
    await some_version(user, content)
    await site.ports.objects.delete(await key_of(site, content))
    snapshot = await back_up(site, place)
    assert snapshot.missing == 1
    await forget(site, await key_of(site, content))


async def test_older_snapshots_are_let_go_with_what_only_they_had(site: Site, user: Caller, place: ObjectStore) -> None:
    content = secrets.token_bytes(100)
    await some_version(user, content)
    first = await back_up(site, place)
    await some_version(user, b"another")
    second = await back_up(site, place)
    third = await back_up(site, place)
    assert [item.name for item in await list_snapshots(place)] == [first.name, second.name, third.name]
    assert await keep_newest(place, 2, still) == (1, 0), "all that the first had is in the others"
    key = await key_of(site, content)
    await site.ports.objects.delete(key)
    await forget(site, key)
    last = await back_up(site, place)
    assert await keep_newest(place, 1, still) == (2, len(content))
    assert (await find_snapshot(place, None)).name == last.name
    with pytest.raises(NotFound):
        await find_snapshot(place, third.name)
    checked = Checked()
    await check_snapshot(place, last, checked, still, deep=True)
    assert checked.faults == []


async def test_an_interrupted_restore_is_no_server_and_may_be_done_again(
    site: Site, user: Caller, engine: Engine, place: ObjectStore, tmp_path: Path
) -> None:
    await some_version(user, b"content")
    snapshot = await back_up(site, place)
    done = Restored()

    async def break_off() -> None:
        if done.table == "artifacts":
            raise BrokenOff

    async with empty_target(engine, tmp_path / "target") as (target, env):
        with pytest.raises(BrokenOff):
            await restore_snapshot(place, snapshot, target, done, break_off)
        with pytest.raises(Unavailable, match="steelyard restore"):
            await open_ports(load({"data_dir": tmp_path / "target"}, env).settings)
        await restore_snapshot(place, snapshot, target, Restored(), still)
        async with open_site(tmp_path / "target", env) as restored:
            assert await Logger(Caller(restored, user.name, user.key)).find("data:latest")


async def test_one_backup_at_a_time(site: Site, place: ObjectStore) -> None:
    async def another() -> None:
        with pytest.raises(Conflict, match="another backup"):
            await make_backup(site.system, place, Made(), still)

    await back_up(site, place, another)
    assert await place.stat(LOCK) is None


async def test_what_this_release_cannot_read_is_refused(
    site: Site, engine: Engine, place: ObjectStore, tmp_path: Path
) -> None:
    snapshot = await back_up(site, place)
    newer = dataclasses.replace(snapshot, revision="9999")
    async with empty_target(engine, tmp_path / "target") as (target, _):
        with pytest.raises(Invalid, match="9999"):
            await restore_snapshot(place, newer, target, Restored(), still)
    with pytest.raises(Invalid, match="format"):
        Snapshot.load(dataclasses.replace(snapshot, format=99).dump(), "here")
    with pytest.raises(Invalid, match="no description"):
        Snapshot.load(b"{}", "here")

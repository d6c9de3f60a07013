"""Faults of the storage that pass are told as such: 503, which clients repeat, and never as an answer of success."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, make_url
from sqlalchemy.pool import Pool

from steelyard.adapters.objects.s3 import S3Objects
from steelyard.adapters.objects.signing import UrlSigner
from steelyard.config.bucket_url import Bucket
from tests.harness.engines import SQLITE, Engine
from tests.harness.site import Answer, Caller, Site, open_site
from tests.services import mysql
from tests.services.places import free_port

START = """mutation($name: String, $entity: String, $notes: String) {
  upsertBucket(input: {name: $name, modelName: "p", entityName: $entity, notes: $notes}) { bucket { id } } }"""
READ = 'query($e: String!) { project(name: "p", entityName: $e) { run(name: "r") { id historyLineCount } } }'
ROW = '{"_step":0,"loss":0.5}'


@pytest.fixture
def said_to_connections() -> Iterator[list[str]]:
    """Statements that every connection runs when it is taken from its pool, whoever takes it."""
    statements: list[str] = []

    def on_checkout(connection: Any, _record: Any, _proxy: Any) -> None:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()

    event.listen(Pool, "checkout", on_checkout)
    yield statements
    event.remove(Pool, "checkout", on_checkout)


@pytest.fixture
async def site(engine: Engine, tmp_path: Path, said_to_connections: list[str]) -> AsyncIterator[Site]:
    """A site of its own, whose database gives up waiting soon."""
    with engine.fresh() as env:
        async with open_site(tmp_path, env) as opened:
            is_sqlite = engine.name == SQLITE
            said_to_connections.append(
                "PRAGMA busy_timeout=50" if is_sqlite else "SET SESSION innodb_lock_wait_timeout=1"
            )
            yield opened


@pytest.fixture
async def user(site: Site) -> Caller:
    caller = await site.user()
    await start(caller)
    return caller


async def start(user: Caller, notes: str = "") -> Answer:
    return await user.graphql(START, name="r", entity=user.name, notes=notes)


async def send(user: Caller, offset: int = 0, row: str = ROW) -> Answer:
    files = {"wandb-history.jsonl": {"offset": offset, "content": [row]}}
    return await user.send("POST", f"/files/{user.name}/p/r/file_stream", {"files": files})


async def stored(user: Caller) -> int:
    return int((await user.graphql(READ, e=user.name)).data["project"]["run"]["historyLineCount"])


@pytest.fixture
def held(site: Site, engine: Engine, tmp_path: Path) -> Callable[[], Any]:
    """`with held():` somebody else has the locks that every write of a run needs."""

    @contextlib.contextmanager
    def hold() -> Iterator[None]:
        if engine.name == SQLITE:
            with contextlib.closing(sqlite3.connect(tmp_path / "steelyard.db", isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                yield
                other.execute("ROLLBACK")
            return
        url = make_url(str(site.ports.database.engine.url))
        with mysql.connect(url.port or 0) as connection, connection.cursor() as cursor:
            connection.select_db(str(url.database))
            connection.begin()
            cursor.execute("SELECT id FROM runs FOR UPDATE")
            yield
            connection.rollback()

    return hold


async def test_a_locked_database_is_a_passing_fault(user: Caller, held: Callable[[], Any]) -> None:
    with held():
        changed, streamed = await start(user, "n"), await send(user)
    assert (changed.status, changed.body["errors"][0]["extensions"]) == (503, {"code": "unavailable"})
    assert "busy" in changed.message
    assert (streamed.status, await stored(user)) == (503, 0)
    assert ((await start(user, "n")).status, (await send(user)).status, await stored(user)) == (200, 200, 1)


async def test_a_lost_connection_is_a_passing_fault(
    site: Site, user: Caller, engine: Engine, held: Callable[[], Any]
) -> None:
    if engine.name == SQLITE:
        pytest.skip("a file has no connections to lose")
    with held():
        changing = asyncio.create_task(start(user, "n"))
        await asyncio.sleep(0.3)
        kill_connections(site)
        answer = await changing
    assert (answer.status, answer.body["errors"][0]["extensions"]) == (503, {"code": "unavailable"})
    assert (await start(user, "n")).status == 200


async def test_a_deadlock_is_untied_and_nobody_hears_of_it(
    site: Site, user: Caller, engine: Engine, said_to_connections: list[str]
) -> None:
    if engine.name == SQLITE:
        pytest.skip("a file has one writer at a time, so that no two wait for each other")
    said_to_connections[:] = ["SET SESSION innodb_lock_wait_timeout=50"]  # it waits until the two wait for each other
    url = make_url(str(site.ports.database.engine.url))
    async with asyncio.TaskGroup() as tasks:
        with mysql.connect(url.port or 0) as connection, connection.cursor() as other:
            connection.select_db(str(url.database))
            connection.begin()
            other.execute("UPDATE runs SET notes = 'of the one that changed more, and so may go on'")
            other.execute("SELECT id FROM projects FOR SHARE")
            made = tasks.create_task(user.graphql(START, name="second", entity=user.name))
            await asyncio.sleep(0.3)
            assert not made.done(), "the number of the run is taken from the project"
            await asyncio.to_thread(other.execute, "SELECT id FROM projects FOR UPDATE")
            await asyncio.sleep(0.1)
            assert not made.done(), "tried again, it waits"
            connection.rollback()
            other.execute("SHOW ENGINE INNODB STATUS")
            assert "LATEST DETECTED DEADLOCK" in str(other.fetchone())
    answer = made.result()
    assert (answer.status, answer.body.get("errors")) == (200, None)
    assert [run["name"] for run in await runs_of(user)] == ["r", "second"]


async def test_an_artifact_takes_its_run_before_its_project(
    site: Site, user: Caller, engine: Engine, held: Callable[[], Any]
) -> None:
    """As rows of the run do; the other way round, both would wait for each other behind a third that counts runs."""
    if engine.name == SQLITE:
        pytest.skip("a file has one writer at a time, so that no two wait for each other")
    url = make_url(str(site.ports.database.engine.url))
    create = """mutation($e: String!) { createArtifact(input: {entityName: $e, projectName: "p", runName: "r",
      artifactTypeName: "data", artifactCollectionName: "c", digest: "d", digestAlgorithm: MANIFEST_MD5,
      clientID: "one", sequenceClientID: "all"}) { artifact { id } } }"""
    with held(), mysql.connect(url.port or 0) as connection, connection.cursor() as other:
        connection.select_db(str(url.database))
        made = asyncio.create_task(user.graphql(create, e=user.name))
        await asyncio.sleep(0.3)
        assert not made.done(), "it waits for the run"
        other.execute("SELECT name FROM projects FOR UPDATE SKIP LOCKED")
        free = other.fetchall()
    answer = await made
    assert (answer.status, answer.body.get("errors"), free) == (200, None, (("p",),))


async def runs_of(user: Caller, headers: dict[str, str] | None = None) -> list[dict[str, Any]]:
    query = """query($e: String!) { project(name: "p", entityName: $e) {
      runs(order: "+created_at") { edges { node { name } } } } }"""
    found = (await user.graphql(query, headers, e=user.name)).data
    return [edge["node"] for edge in found["project"]["runs"]["edges"]]


def kill_connections(site: Site) -> None:
    """End the connections of the site that wait for an answer; whoever holds the locks waits for nothing."""
    url = make_url(str(site.ports.database.engine.url))
    with mysql.connect(url.port or 0) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW PROCESSLIST")
        for number, _user, _host, database, command, *_ in cursor.fetchall():
            if (database, command) == (url.database, "Query"):
                cursor.execute(f"KILL {number}")


async def test_a_full_database_stores_nothing_and_says_so(
    user: Caller, engine: Engine, said_to_connections: list[str]
) -> None:
    if engine.name != SQLITE:
        pytest.skip("MySQL knows no limit to the size of a database")
    large = '{"_step":1,"text":"' + "x" * 300_000 + '"}'
    said_to_connections.append("PRAGMA max_page_count=1")  # what there is stays; nothing is added
    streamed, changed = await send(user, row=large), await start(user, "n" * 300_000)
    assert (streamed.status, changed.status, await stored(user)) == (503, 503, 0)
    assert "full" in streamed.message
    # reading goes on, though the audit log has no room for its lines: more of them than the last pages hold
    readers = [f"reader {number} {'x' * 100}" for number in range(60)]
    assert {(await runs_of(user, {"User-Agent": reader}))[0]["name"] for reader in readers} == {"r"}
    said_to_connections[-1] = "PRAGMA max_page_count=1000000"
    assert ((await send(user, row=large)).status, await stored(user)) == (200, 1)


async def test_a_bucket_that_does_not_answer_is_a_passing_fault(site: Site, user: Caller) -> None:
    bucket = Bucket("b", "", f"http://127.0.0.1:{free_port()}", "us-east-1", "key", "secret", path_style=True)
    nobody = S3Objects(bucket, UrlSigner("a secret"))
    alone = Site(replace(site.ports, objects=nobody), site.clock)
    answer = await alone.http.get("/ready")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
    assert (await Caller(alone, user.name, user.key).send("GET", "/healthz")).status == 200
    assert (await send(Caller(alone, user.name, user.key))).status == 200
    await alone.http.aclose()

"""Uploads, commits, deletions and collections meet at random, on two server processes' worth of connections at once.

Whatever happens: the bytes of every committed version are there, and in the end nothing else is. The seed is printed;
`--hypothesis-seed N` takes another one, `--hypothesis-profile thorough` goes on for longer.
"""

import asyncio
import dataclasses
import hashlib
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from steelyard.context import CollectionPolicy, Context
from steelyard.domains.artifacts import content_queries, deletion, queries
from steelyard.domains.artifacts import tables as t
from steelyard.domains.artifacts.lifecycle.collecting import Collected, collect
from steelyard.domains.artifacts.model import Kind, State
from steelyard.domains.files.purging import delete_due
from steelyard.kernel.errors import Conflict, NotFound
from steelyard.kernel.ids import decode_global_id, encode_global_id
from steelyard.sql.dialect import is_passing
from tests.harness.engines import Engine
from tests.harness.site import Answer, Caller, Clock, Site, open_site
from tests.slices.artifact_wire import FILES, Logger, entries, md5

pytestmark = pytest.mark.asyncio

HOUR = 3600
URL_TTL_S = 2 * HOUR
POLICY = CollectionPolicy(grace_s=HOUR, unfinished_s=4 * HOUR, batch_rows=1)
CONTENTS = [f"content number {number}".encode() * (number + 1) for number in range(16)]
COLLECTIONS = ["alpha", "beta"]
PROJECT = "model"
# What the server may answer to a client that was overtaken by a deletion or a collection.
OVERTAKEN = {404, 409, 422}


class Patient(Caller):
    """Asks again when told so, as clients do: the commit goes on, or two transactions were in each other's way."""

    async def graphql(self, document: str, headers: dict[str, str] | None = None, **variables: Any) -> Answer:
        answer = await super().graphql(document, headers, **variables)
        while answer.status == 503:
            await asyncio.sleep(0.05)
            answer = await super().graphql(document, headers, **variables)
        return answer


class World:
    """The sites, and what their clients know to be committed."""

    def __init__(self, sites: list[Site], clock: Clock, caller: Caller, seed: int) -> None:
        self.sites, self.clock, self.caller = sites, clock, caller
        self.random = random.Random(seed)
        # Time stands still while somebody uses an address: those who come too late are not let in.
        self.time = asyncio.Lock()
        self.committed: dict[int, dict[str, bytes]] = {}
        self.counts: Counter[str] = Counter()
        self.over = False
        self.enough = asyncio.Event()

    def logger(self) -> Logger:
        site = self.random.choice(self.sites)
        return Logger(Patient(site, self.caller.name, self.caller.key), project=PROJECT)

    def system(self) -> Context:
        return self.random.choice(self.sites).system

    def pick(self) -> dict[str, bytes]:
        chosen = self.random.sample(CONTENTS, self.random.randint(1, 5))
        return {f"{number}.bin": content for number, content in enumerate(chosen)}


async def pause(world: World, most_s: float) -> None:
    await asyncio.sleep(world.random.random() * most_s)


async def write(world: World) -> None:
    """One client: begins versions, uploads what it is asked for, commits or loses interest."""
    while not world.over:
        await pause(world, 0.05)
        logger, files = world.logger(), world.pick()
        base = (
            world.random.choice(list(world.committed.items())[-3:] or [None]) if world.random.random() < 0.3 else None
        )
        made = await logger.try_create(world.random.choice(COLLECTIONS), files, enableDigestDeduplication=False)
        if "errors" in made.body:
            assert made.status in OVERTAKEN, made.body
            continue
        number = str(made.data["createArtifact"]["artifact"]["id"])
        if not await upload(world, number, files):
            world.counts["late"] += 1
            continue
        if world.random.random() < 0.15:
            world.counts["left behind"] += 1
            continue
        await pause(world, 0.2)
        if world.random.random() < 0.3:
            await commit(world, number, files, None)  # a client that asks twice
        await commit(world, number, files, base)


async def upload(world: World, number: str, files: dict[str, bytes]) -> bool:
    """Upload in two portions with time in between; False when that took too long."""
    names = list(files)
    middle = world.random.randint(0, len(names))
    for some in (names[:middle], names[middle:]):
        part = {name: files[name] for name in some}
        if not part:
            continue
        opened_at, logger = world.clock(), world.logger()
        specs = [{"artifactID": number, "name": name, "md5": md5(content)} for name, content in part.items()]
        answer = await logger.caller.graphql(FILES, input={"artifactFiles": specs, "storageLayout": "V2"})
        if "errors" in answer.body:
            assert answer.status in OVERTAKEN, answer.body
            return False
        slots = [edge["node"] for edge in answer.data["createArtifactFiles"]["files"]["edges"]]
        world.counts["told that it is there"] += sum(slot["uploadUrl"] is None for slot in slots)
        await pause(world, 0.1)
        for slot, content in zip(slots, part.values(), strict=True):
            async with world.time:
                if slot["uploadUrl"] and (world.clock() - opened_at).total_seconds() > URL_TTL_S:
                    return False
                if slot["uploadUrl"]:
                    assert await logger.put(slot, content) == 200
        await pause(world, 0.1)
    return True


async def commit(world: World, number: str, files: dict[str, bytes], base: tuple[int, dict[str, bytes]] | None) -> None:
    logger = world.logger()
    whole = dict(files)
    try:
        async with world.time:
            if base is None:
                await logger.put_manifest(number, entries(files))
            else:
                whole = base[1] | files
                given = {"baseArtifactID": encode_global_id("Artifact", base[0])}
                await logger.put_manifest(number, entries(files), "INCREMENTAL", **given)
    except AssertionError as error:
        assert "not found" in str(error), error  # the version, or the one it builds on
        world.counts["overtaken"] += 1
        return
    answer = await logger.commit(number)
    if "errors" in answer.body:
        assert answer.status in OVERTAKEN, answer.body
        world.counts["overtaken"] += 1
        return
    world.committed.setdefault(decode_global_id("Artifact", number), whole)
    world.counts["committed"] += 1
    world.counts["on top of another"] += base is not None
    if world.counts["committed"] >= settings.default.max_examples // 3:
        world.enough.set()


async def delete(world: World) -> None:
    while not world.over:
        await pause(world, 0.06)
        if not world.committed:
            continue
        number, ctx = world.random.choice(list(world.committed)[-8:]), world.system()
        try:
            if world.random.random() < 0.05:
                async with ctx.database.read() as conn:
                    artifact = await queries.find_artifact(conn, number)
                assert artifact
                await deletion.delete_collection(ctx, artifact.sequence_id, Kind.SEQUENCE)
            else:
                await deletion.delete_version(ctx, number, with_aliases=True)
            world.counts["deleted"] += 1
        except (NotFound, Conflict):
            pass
        except DBAPIError as error:
            assert is_passing(error), error


async def collect_again_and_again(world: World) -> None:
    done = Collected()

    async def beat() -> None:
        await pause(world, 0.03)

    while not world.over:
        ctx = world.system()
        await collect(ctx, done, beat)
        await delete_due(ctx)
    for name in ("versions", "manifests", "contents"):
        world.counts[f"collected {name}"] += getattr(done, name)


async def move_time(world: World) -> None:
    while not world.over:
        await asyncio.sleep(0.05)
        async with world.time:
            world.clock.move(world.random.random() * HOUR * 0.9)


async def check(world: World) -> None:
    """Every committed version is whole: asked of rows and store, past all that caches and answers could hide."""
    while not world.over:
        await pause(world, 0.2)
        for number in world.random.sample(list(world.committed), min(3, len(world.committed))):
            await check_version(world, world.system(), number)


async def check_version(world: World, ctx: Context, number: int) -> bool:
    """Tell whether the version is committed; then all its bytes are there."""
    async with ctx.database.read() as conn:
        artifact = await queries.find_artifact(conn, number)
        if artifact is None or artifact.state is not State.COMMITTED:
            return False
        assert artifact.manifest_id is not None
        listed = await content_queries.list_entries(conn, artifact.manifest_id, -1, 1000)
        manifests = await content_queries.list_manifests_by_id(conn, [artifact.manifest_id])
    wanted = world.committed[number]
    try:
        found = {entry.path: await content_of(ctx, entry.object_key) for entry in listed}
        assert found == wanted
        assert b'"contents"' in await content_of(ctx, manifests[0].object_key)
        world.counts["seen whole"] += 1
    except (NotFound, AssertionError):
        # Deleted meanwhile, and the grace passed while we looked? Then nobody was promised anything any more.
        async with ctx.database.read() as conn:
            artifact = await queries.find_artifact(conn, number)
        if artifact is not None and artifact.state is State.COMMITTED:
            raise
        return False
    return True


async def content_of(ctx: Context, key: str | None) -> bytes:
    assert key is not None
    return b"".join([piece async for piece in ctx.ports.objects.get(key)])


async def test_committed_versions_are_whole_and_nothing_else_stays(
    engine: Engine, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    seed = request.config.getoption("--hypothesis-seed") or random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    with engine.fresh() as env:
        async with open_site(tmp_path, env) as one, open_site(tmp_path, env) as two:
            for site in (one, two):
                policy = dataclasses.replace(site.ports.policy, write_ttl_s=URL_TTL_S, gc=POLICY)
                site.use(dataclasses.replace(site.ports, clock=one.clock, policy=policy))
            world = World([one, two], one.clock, await one.user(), int(seed))
            await world.logger().log("alpha", {"first": b"first"})
            await live(world)
            print(dict(world.counts))
            await settle(world)


async def live(world: World) -> None:
    async with asyncio.TaskGroup() as group:
        for work in (write, write, write, write, delete, collect_again_and_again, collect_again_and_again, check):
            group.create_task(work(world))
        group.create_task(move_time(world))
        await world.enough.wait()
        world.over = True


async def settle(world: World) -> None:
    """Days later exactly the objects of living versions are there, and exactly the rows that lead to them."""
    ctx = world.system()
    alive = [number for number in world.committed if await check_version(world, ctx, number)]

    async def beat() -> None:
        """Nobody is in a hurry."""

    for _ in range(2):
        world.clock.move(48 * HOUR)
        await collect(ctx, Collected(), beat)
        await delete_due(ctx)
    for number in alive:
        assert await check_version(world, ctx, number)
    first = hashlib.md5(b"first").hexdigest()
    wanted = {first} | {hashlib.md5(text).hexdigest() for number in alive for text in world.committed[number].values()}
    keys = [item.key async for item in ctx.ports.objects.list("artifacts/")]
    contents = {key.rsplit("/", 1)[1].split("-")[0] for key in keys if "/content/" in key}
    assert contents | {first} == wanted
    assert len(keys) == len(contents) + sum("/manifests/" in key for key in keys)
    async with ctx.database.read() as conn:
        states = {row.id: row.state for row in await conn.execute(select(t.artifacts.c.id, t.artifacts.c.state))}
        manifests = (await conn.execute(select(t.artifact_manifests.c.artifact_id))).scalars().all()
        blobs = (await conn.execute(select(t.artifact_blobs.c.object_key))).scalars().all()
    assert Counter(manifests) == Counter(number for number, state in states.items() if state == State.COMMITTED)
    assert sorted(blobs) == sorted(key for key in keys if "/content/" in key)

"""Runs that are forked and rewound, with sight of what keeps them."""

import json
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, func, select

from steelyard.context import HistoryPolicy
from steelyard.domains.history import sweep
from steelyard.domains.history.flush import flush_stream
from steelyard.domains.history.merge import merge_stream
from steelyard.domains.history.tables import history_segments
from steelyard.domains.runs.tables import runs
from tests.harness.site import Caller, Site
from tests.slices.streamed import START
from tests.slices.test_segments import Stored, row

SMALL = HistoryPolicy(flush_chunks=4, seal_values=60, merge_fan_in=3)


class Branched(Stored):
    async def fork_at(self, step: int, name: str = "child") -> "Branched":
        told = (await self.fork(name, step)).data["upsertBucket"]
        assert told["inserted"]
        return await find_newest(self.caller, name)

    async def log(self, first: int, steps: list[int], **more: Any) -> None:
        await self.send(first, [row(step, **more) for step in steps])

    async def flush(self) -> None:
        while await flush_stream(self.ctx, self.due()):
            pass

    async def settle(self) -> None:
        """Let everything become segments, and these as few as can be."""
        await self.flush()
        while await merge_stream(self.ctx, self.due(ended=True)):
            pass

    async def seen_afresh(self) -> list[Any]:
        self.forget()
        return await self.seen()

    async def texts(self) -> list[str]:
        self.forget()
        return [json.dumps(item, sort_keys=True) for item in await self.rows()]

    async def refuses(self, first: int, steps: list[int], **headers: str) -> bool:
        return (await self.offer(first, [row(step, late=True) for step in steps], **headers)).status == 409

    async def shared_objects(self) -> set[str]:
        """The objects of this run's segments that were not written for it."""
        return {item.object_key for item in await self.segments()} - set(await self.objects())

    async def vanish(self) -> None:
        """Be gone for good, with everything."""
        await sweep.purge_streams(self.ctx, self.number)
        async with self.ctx.database.write() as conn:
            await conn.execute(delete(runs).where(runs.c.id == self.number))


def texts_of(steps: list[int], **more: Any) -> list[str]:
    return [json.dumps(row(step, **more), sort_keys=True) for step in steps]


async def find_newest(caller: Caller, name: str) -> Branched:
    site = caller.site
    async with site.ports.database.read() as conn:
        number = (await conn.execute(select(func.max(runs.c.id)).where(runs.c.run_id == name))).scalar() or 0
    ports = replace(site.ports, policy=replace(site.ports.policy, history=SMALL))
    return Branched(caller, name, replace(site.system, ports=ports), number)


async def start(caller: Caller, name: str = "r") -> Branched:
    await caller.graphql(START, name=name, entity=caller.name)
    return await find_newest(caller, name)


async def sweep_all(site: Site) -> None:
    """Let the sweeper do what it does once no signed URL is good any more."""
    await sweep.sweep_segments(site.system)
    site.clock.move(site.ports.policy.url_ttl_s + sweep.GRACE_S + 1)
    await sweep.sweep_segments(site.system)


async def lost_objects(site: Site) -> set[str]:
    """Objects that segments lead to and that are not there."""
    async with site.ports.database.read() as conn:
        wanted = set((await conn.execute(select(history_segments.c.object_key))).scalars())
    return wanted - {item.key async for item in site.ports.objects.list("segments/")}

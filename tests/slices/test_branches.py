"""Forked and rewound runs: readers see one run, whatever becomes of the one that the rows came from."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import func, select, update

from steelyard.domains.runs.tables import runs
from tests.harness.site import Caller, Site
from tests.slices.streamed import START
from tests.slices.test_segments import SMALL, Stored, log, row

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def number_of(site: Site, name: str, caller: Caller) -> int:
    async with site.ports.database.read() as conn:
        return (await conn.execute(select(func.max(runs.c.id)))).scalar() or 0


async def stored(site: Site, caller: Caller, name: str) -> Stored:
    ports = replace(site.ports, policy=replace(site.ports.policy, history=SMALL))
    return Stored(caller, name, replace(site.system, ports=ports), await number_of(site, name, caller))


@pytest_asyncio.fixture(loop_scope="module")
async def run(site: Site, user: Caller) -> AsyncIterator[Stored]:
    await user.graphql(START, name="r", entity=user.name)
    yield await stored(site, user, "r")
    async with site.ports.database.write() as conn:  # what one test leaves is not due in the next
        await conn.execute(update(runs).values(state="running"))


async def fork(parent: Stored, name: str, step: int) -> tuple[Stored, dict[str, Any]]:
    told = (await parent.fork(name, step)).data["upsertBucket"]
    assert told["inserted"]
    return await stored(parent.caller.site, parent.caller, name), told["bucket"]


def text(rows: list[Any]) -> list[str]:
    return [json.dumps(item, sort_keys=True) for item in rows]


async def test_a_fork_begins_with_the_rows_of_its_parent(run: Stored) -> None:
    await log(run, 0, 20)
    child, told = await fork(run, "child", 6)
    assert told["historyLineCount"] == 7
    assert text(await child.rows()) == text([row(step) for step in range(7)])
    await child.send(7, [row(step, child=True) for step in range(7, 12)])
    expected = [row(step) for step in range(7)] + [row(step, child=True) for step in range(7, 12)]
    assert text(await child.rows()) == text(expected)
    assert text(await run.rows()) == text([row(step) for step in range(20)])


async def test_a_rewind_takes_later_rows_away(run: Stored) -> None:
    await log(run, 0, 20)
    told = await run.rewind(6)
    assert (told["historyLineCount"], told["state"]) == (7, "running")
    assert text(await run.rows()) == text([row(step) for step in range(7)])
    await run.send(7, [row(step, again=True) for step in range(7, 12)])
    expected = [row(step) for step in range(7)] + [row(step, again=True) for step in range(7, 12)]
    assert text(await run.rows()) == text(expected)
    (archive,) = (await run.ask("archives { step lastStep lineCount history }"))["archives"]
    assert (archive["step"], archive["lastStep"], archive["lineCount"]) == (6, 19, 13)
    assert text(list(map(json.loads, archive["history"]))) == text([row(step) for step in range(7, 20)])

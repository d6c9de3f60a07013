"""Work that outlives those who ask for it."""

import asyncio

import pytest

from steelyard.kernel.errors import Invalid, StillRunning
from steelyard.kernel.lasting import Lasting


class Work:
    def __init__(self, fails: bool = False) -> None:
        self.begun, self.ended, self.fails = 0, 0, fails
        self.may_end = asyncio.Event()

    async def __call__(self) -> str:
        self.begun += 1
        await self.may_end.wait()
        self.ended += 1
        if self.fails:
            raise Invalid("it failed")
        return "done"


async def ask(lasting: Lasting, work: Work) -> str:
    return await lasting.result("key", work, "the work")


async def test_all_who_wait_get_the_outcome_of_one_work():
    lasting, work = Lasting(), Work()
    waiting = [asyncio.create_task(ask(lasting, work)) for _ in range(3)]
    await asyncio.sleep(0)
    work.may_end.set()
    assert await asyncio.gather(*waiting) == ["done"] * 3
    assert work.begun == 1
    assert await ask(lasting, work) == "done"
    assert work.begun == 2, "what was handed out is forgotten"


async def test_work_goes_on_when_nobody_waits_and_its_outcome_is_kept():
    lasting, work = Lasting(patience_s=0.01), Work()
    for _ in range(2):
        with pytest.raises(StillRunning):
            await ask(lasting, work)
    work.may_end.set()
    await asyncio.sleep(0.01)
    assert (work.begun, work.ended) == (1, 1)
    assert await ask(lasting, work) == "done"
    assert work.begun == 1


async def test_a_failure_is_told_to_the_next_and_then_forgotten():
    lasting, work = Lasting(patience_s=0.01), Work(fails=True)
    with pytest.raises(StillRunning):
        await ask(lasting, work)
    work.may_end.set()
    await asyncio.sleep(0.01)
    for begun in (1, 2):
        with pytest.raises(Invalid, match="it failed"):
            await ask(lasting, work)
        assert work.begun == begun


async def test_who_leaves_does_not_end_the_work():
    lasting, work = Lasting(), Work()
    leaving = asyncio.create_task(ask(lasting, work))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    work.may_end.set()
    assert await ask(lasting, work) == "done"
    assert work.begun == 1


async def test_closing_ends_what_is_under_way():
    lasting, work = Lasting(patience_s=0.01), Work()
    with pytest.raises(StillRunning):
        await ask(lasting, work)
    await lasting.close()
    work.may_end.set()
    await asyncio.sleep(0.01)
    assert work.ended == 0

"""One question for all who wait; answers age; failures are not kept."""

import asyncio

import pytest

from steelyard.kernel.remembered import Remembered


class Source:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.failing = False

    async def load(self, key: str) -> str:
        self.asked.append(key)
        await asyncio.sleep(0)
        if self.failing:
            raise LookupError(key)
        return key.upper()


async def test_many_who_ask_at_once_cause_one_question() -> None:
    source = Source()
    remembered = Remembered(source.load, ttl_s=60, limit=10)
    assert await asyncio.gather(*(remembered.get("a") for _ in range(5))) == ["A"] * 5
    assert await remembered.get("a") == "A"
    assert source.asked == ["a"]


async def test_an_old_answer_is_asked_for_again() -> None:
    source = Source()
    remembered = Remembered(source.load, ttl_s=0, limit=10)
    await remembered.get("a")
    await remembered.get("a")
    assert source.asked == ["a", "a"]


async def test_a_failure_reaches_everybody_and_is_not_kept() -> None:
    source = Source()
    source.failing = True
    remembered = Remembered(source.load, ttl_s=60, limit=10)
    results = await asyncio.gather(*(remembered.get("a") for _ in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [LookupError] * 3
    source.failing = False
    assert await remembered.get("a") == "A"


async def test_the_oldest_goes_when_there_are_too_many() -> None:
    source = Source()
    remembered = Remembered(source.load, ttl_s=60, limit=2)
    for key in "abc":
        await remembered.get(key)
    await remembered.get("c")
    await remembered.get("a")
    assert source.asked == ["a", "b", "c", "a"]


async def test_one_who_leaves_does_not_take_the_answer_along() -> None:
    remembered = Remembered(Source().load, ttl_s=60, limit=2)
    first = asyncio.ensure_future(remembered.get("a"))
    second = asyncio.ensure_future(remembered.get("a"))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == "A"
    with pytest.raises(asyncio.CancelledError):
        await first

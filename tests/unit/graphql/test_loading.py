"""Children of a page are fetched with one question."""

import asyncio
from typing import Any

import pytest

from steelyard.context import Context
from steelyard.graphql.loading import Batch
from steelyard.kernel.errors import NotFound


def context() -> Context:
    return Context(ports=None)  # type: ignore[arg-type]


def batch(asked: list[list[int]]) -> Batch[int, str]:
    async def fetch(_ctx: Context, keys: list[int]) -> dict[int, str]:
        asked.append(keys)
        if 13 in keys:
            raise NotFound("no thirteen")
        return {key: str(key) for key in keys if key < 10}

    return Batch("numbers", fetch)


async def late(loader: Batch[int, str], ctx: Context, key: int) -> Any:
    await asyncio.sleep(0)
    return await loader.load(ctx, key)


async def test_what_is_asked_at_once_is_fetched_at_once() -> None:
    asked: list[list[int]] = []
    loader, ctx = batch(asked), context()
    found = await asyncio.gather(loader.load(ctx, 1), loader.load(ctx, 2), late(loader, ctx, 3), loader.load(ctx, 1))
    assert found == ["1", "2", "3", "1"]
    assert asked == [[1, 2, 3]]


async def test_what_is_absent_is_none_and_what_is_known_is_not_asked_again() -> None:
    asked: list[list[int]] = []
    loader, ctx = batch(asked), context()
    assert await loader.load(ctx, 20) is None
    assert await loader.load(ctx, 20) is None
    assert asked == [[20]]
    await loader.load(context(), 20)
    assert asked == [[20], [20]]


async def test_a_failure_reaches_everybody_who_waits_and_is_not_remembered() -> None:
    asked: list[list[int]] = []
    loader, ctx = batch(asked), context()
    failed = await asyncio.gather(loader.load(ctx, 13), loader.load(ctx, 1), return_exceptions=True)
    assert [type(item) for item in failed] == [NotFound, NotFound]
    assert await loader.load(ctx, 1) == "1"
    with pytest.raises(NotFound):
        await loader.load(ctx, 13)


async def test_one_that_is_given_up_leaves_the_others_what_they_asked_for() -> None:
    """A field that fails has the fields beside it cancelled, and no others."""
    loader, ctx = batch([]), context()
    first, same, later = (asyncio.ensure_future(loader.load(ctx, key)) for key in (1, 1, 2))
    await asyncio.sleep(0)
    first.cancel()
    assert await asyncio.wait_for(asyncio.gather(same, later), 5) == ["1", "2"]
    assert await asyncio.wait_for(loader.load(ctx, 1), 5) == "1"

"""Measuring: processor time of a call as the median of repeats, so that a busy machine shows less."""

import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any


def cpu_ms(call: Callable[[], Any], repeats: int = 15) -> float:
    """Return the median processor time of `call`, in milliseconds, after one call to warm up."""
    call()
    taken = []
    for _ in range(repeats):
        begin = time.process_time()
        call()
        taken.append(time.process_time() - begin)
    return statistics.median(taken) * 1000


async def async_cpu_ms(call: Callable[[], Awaitable[Any]], repeats: int = 15) -> float:
    """Return the median processor time of this process, all threads, while it awaits `call`, in milliseconds."""
    await call()
    taken = []
    for _ in range(repeats):
        begin = time.process_time()
        await call()
        taken.append(time.process_time() - begin)
    return statistics.median(taken) * 1000


def row_texts(count: int, metrics: int, first: int = 0) -> list[str]:
    """Return rows as the client writes them: a step, two times and `metrics` floats of full length."""
    names = [f"train/metric_{number}" for number in range(metrics)]
    return [
        "{"
        + ",".join(f'"{name}":{(step * 0.6180339887498949 + i * 0.1) % 1!r}' for i, name in enumerate(names))
        + f',"_step":{step},"_runtime":{step * 0.25},"_timestamp":{1.7e9 + step * 0.25}'
        + "}"
        for step in range(first, first + count)
    ]


def report(title: str, cost_ms: float, points: int) -> None:
    print(f"{title:<58}{cost_ms:>10.3f} ms{points / cost_ms / 1000:>10.1f} M points/s")

"""Copies blobs within a container. The service does it by itself; the bytes come by nobody."""

from __future__ import annotations

import asyncio

import httpx

from steelyard.adapters.objects.azure_calls import ContainerCalls, check
from steelyard.kernel.errors import NotFound, Unavailable

# Within an account a copy is mostly made before the answer comes; otherwise it is asked for again and again.
_WAITS_S = (0.05, 0.2, 0.5, *[1.0] * 30)
_STATUS = "x-ms-copy-status"


async def copy(calls: ContainerCalls, key: str, other: str) -> None:
    """Make `other` what `key` is now. Raises `NotFound` when that is absent, `Unavailable` when it takes too long."""
    source = {"x-ms-copy-source": calls.url(key, "r")}
    answer = await calls.send("PUT", calls.url(other, "cw"), headers=source)
    if answer.status_code == httpx.codes.NOT_FOUND:
        raise NotFound("the object is not there")
    check(answer)
    for wait in _WAITS_S:
        if answer.headers.get(_STATUS, "success") == "success":
            return
        await asyncio.sleep(wait)
        answer = await calls.send("HEAD", calls.url(other, "r"))
        check(answer)
    raise Unavailable("the object store copies for too long; the request may be repeated")

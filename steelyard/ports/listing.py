"""A listing of a store in pages, for those who ask something else about many objects at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator

from steelyard.ports.objects import ObjectStore, StoredObject

PAGE = 500


async def pages_of(store: ObjectStore, prefix: str = "") -> AsyncIterator[list[StoredObject]]:
    """Yield the objects below `prefix`, up to `PAGE` of them together; no page is empty."""
    page: list[StoredObject] = []
    async for item in store.list(prefix):
        page.append(item)
        if len(page) == PAGE:
            yield page
            page = []
    if page:
        yield page

"""The objects that the rows name: a snapshot is whole when all of them are in it.

Kept as 64-bit digests of their keys, 8 bytes for each of what may be millions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import xxhash
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.admin.named_objects import KINDS

if TYPE_CHECKING:
    import numpy.typing as npt

Digests: TypeAlias = "npt.NDArray[np.uint64]"
_PAGE = 10_000


def digest(key: str) -> int:
    return xxhash.xxh3_64_intdigest(key.encode())


class References:
    """The keys that rows name, and which of them have been found."""

    def __init__(self, digests: Digests) -> None:
        self._digests = digests
        self._found = np.zeros(len(digests), np.bool_)

    def find(self, keys: list[str]) -> None:
        """Note that these are there."""
        asked = np.array([digest(key) for key in keys], np.uint64)
        at = np.searchsorted(self._digests, asked)
        known = at < len(self._digests)
        known[known] = self._digests[at[known]] == asked[known]
        self._found[at[known]] = True

    @property
    def missing(self) -> int:
        return int(len(self._found) - self._found.sum())


async def load_references(conn: AsyncConnection) -> References:
    pages: list[Digests] = []
    for kind in KINDS:
        found = await conn.stream(kind.question)
        pages += [_digests(page) async for page in found.partitions(_PAGE)]
    return References(np.unique(np.concatenate([np.zeros(0, np.uint64), *pages])))


def _digests(page: Sequence[Row[Any]]) -> Digests:
    return np.fromiter((digest(row.object_key) for row in page if row.object_key), np.uint64)

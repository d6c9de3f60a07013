"""Which objects the rows name: a snapshot is whole when all of them are in it.

Kept as 64-bit digests of their keys, 8 bytes for each of what may be millions.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import xxhash
from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.artifacts import tables as artifacts
from steelyard.domains.artifacts.model import State
from steelyard.domains.files.tables import run_files
from steelyard.domains.history.model import SegmentState
from steelyard.domains.history.tables import history_segments

Digests = npt.NDArray[np.uint64]
_PAGE = 10_000


def _named() -> list[Select[tuple[str]]]:
    blobs, manifests, versions = artifacts.artifact_blobs, artifacts.artifact_manifests, artifacts.artifacts
    segments = history_segments
    return [
        select(run_files.c.object_key).where(run_files.c.uploaded_at.is_not(None)),
        select(segments.c.object_key).where(segments.c.state.in_([SegmentState.LIVE, SegmentState.ARCHIVED])),
        select(blobs.c.object_key).where(blobs.c.stored_at.is_not(None)),
        select(manifests.c.object_key)
        .join(versions, versions.c.manifest_id == manifests.c.id)
        .where(versions.c.state == State.COMMITTED, versions.c.deleted_at.is_(None)),
    ]


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
    for question in _named():
        found = await conn.stream(question)
        pages += [_digests(page) async for page in found.partitions(_PAGE)]
    return References(np.unique(np.concatenate([np.zeros(0, np.uint64), *pages])))


def _digests(page: Sequence[Row[tuple[str]]]) -> Digests:
    return np.fromiter((digest(row.object_key) for row in page if row.object_key), np.uint64)

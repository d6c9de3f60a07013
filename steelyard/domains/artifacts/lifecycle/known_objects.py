"""Which objects of the store the rows about artifacts know. Asked by the finder of orphans."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.artifacts.content import find_space
from steelyard.domains.artifacts.model import Space
from steelyard.domains.artifacts.tables import artifact_blobs as blobs
from steelyard.domains.artifacts.tables import artifact_manifests as manifests
from steelyard.ports.team_buckets import split_key

_MANIFEST = re.compile(r"artifacts/\d{1,18}/manifests/(\d{1,18})-[^/]+")


def _manifest(key: str) -> re.Match[str] | None:
    return _MANIFEST.fullmatch(split_key(key)[1])


async def list_known_keys(conn: AsyncConnection, keys: Sequence[str]) -> set[str]:
    """Return those of the keys that lead to content or a manifest, or may do so yet.

    An upload in parts is made one object before its row leads there: while content of that digest is expected, every
    object of the digest is spared. Keys that were not made by artifacts are spared as well.
    """
    known = {key for key in keys if not find_space(key) and not _manifest(key)}
    by_space: dict[Space, dict[str, list[str]]] = {}
    versions: list[int] = []
    for key in keys:
        if found := find_space(key):
            by_space.setdefault(found[0], {}).setdefault(found[1], []).append(key)
        elif match := _manifest(key):
            versions.append(int(match[1]))
    for space, digests in by_space.items():
        statement = select(blobs.c.digest, blobs.c.object_key, blobs.c.stored_at).where(
            blobs.c.project_id == space.project_id,
            blobs.c.algorithm == space.algorithm,
            blobs.c.digest.in_(digests),
        )
        for row in await conn.execute(statement):
            known.update([row.object_key] if row.stored_at else digests[row.digest])
    if versions:
        mine = select(manifests.c.object_key).where(manifests.c.artifact_id.in_(set(versions)))
        known.update((await conn.execute(mine)).scalars())
    return known

"""Do database and store belong together: are the objects there that the rows name?

They come apart when one of them is restored from another moment than the other, or when somebody deletes in the bucket.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from steelyard.doctor.findings import Finding, fail, info, ok
from steelyard.domains.admin import named_objects
from steelyard.domains.admin.named_objects import KINDS, Kind, NamedObject
from steelyard.kernel.at_once import run_all
from steelyard.kernel.errors import Unavailable
from steelyard.ports.objects import ObjectStore
from steelyard.sql.engine import Database

# Looked at when not all are: the newest, where a restore shows, and some at each of a few places among the others.
_NEWEST, _PLACES, _AT_A_PLACE = 50, 10, 10
_PAGE = 1000
_AT_ONCE = 32
EXAMPLES = 20


@dataclass
class _Seen:
    looked_at: int = 0
    missing: int = 0
    damaged: int = 0
    examples: list[str] = field(default_factory=list)


async def look_at_consistency(database: Database, objects: ObjectStore, *, deep: bool) -> AsyncIterator[Finding]:
    """Yield a finding for each kind of object. With `deep` every row is looked at, else a sample of them."""
    for kind in KINDS:
        async with database.read() as conn:
            count, highest = await named_objects.count_named(conn, kind)
        seen = _Seen()
        try:
            pages = _every(database, kind) if deep else _sample(database, kind, highest)
            async for page in pages:
                await _look(database, objects, kind, page, seen)
        except Unavailable as error:
            fix = "see what is said of the store: steelyard doctor --only objects"
            yield fail(f"consistency.{kind.word}", error.message, "a store that answers", fix)
            return
        yield _finding(kind, count, seen)


async def _every(database: Database, kind: Kind) -> AsyncIterator[list[NamedObject]]:
    """Yield all of them, each page by a question of its own: nothing is held while the store is asked."""
    after = 0
    while True:
        async with database.read() as conn:
            page = await named_objects.list_after(conn, kind, after, _PAGE)
        if not page:
            return
        yield page
        after = page[-1].id


async def _sample(database: Database, kind: Kind, highest: int) -> AsyncIterator[list[NamedObject]]:
    async with database.read() as conn:
        found = {item.id: item for item in await named_objects.list_newest(conn, kind, _NEWEST)}
        for _ in range(_PLACES):
            place = random.randrange(highest + 1)  # noqa: S311 - a sample, no secret
            found |= {item.id: item for item in await named_objects.list_after(conn, kind, place, _AT_A_PLACE)}
    yield list(found.values())


async def _look(database: Database, objects: ObjectStore, kind: Kind, page: Sequence[NamedObject], seen: _Seen) -> None:
    stored = await objects.stat_many([item.object_key for item in page])
    seen.looked_at += len(page)
    unseen = [item.object_key for item in page if item.object_key not in stored]
    # a bucket's list may leave out what is new: asked alone it is sure
    asked = await run_all(objects.stat, unseen, _AT_ONCE)
    stored |= {there.key: there for there in asked if there is not None}
    wrong = []
    for item in page:
        there = stored.get(item.object_key)
        if there is None or item.size_bytes not in {None, there.size_bytes}:
            wrong.append((item, there is None))
    if not wrong:
        return
    async with database.read() as conn:
        # what was deleted meanwhile is no fault
        named = await named_objects.list_still_named(conn, kind, [item.id for item, _ in wrong])
        owners = await named_objects.list_owners(conn, kind, [item.owner for item, _ in wrong])
    for item, is_missing in wrong:
        if item.id in named:
            seen.missing += is_missing
            seen.damaged += not is_missing
            if len(seen.examples) < EXAMPLES:
                seen.examples.append(f"{item.object_key} of {owners.get(item.owner, 'nobody')}")


def _finding(kind: Kind, count: int, seen: _Seen) -> Finding:
    id_ = f"consistency.{kind.word}"
    looked = f"{seen.looked_at:,} of {count:,} objects looked at"
    if not count:
        return info(id_, "no objects yet")
    if not seen.missing + seen.damaged:
        return ok(id_, f"{looked}, all there")
    return fail(
        id_,
        f"{looked}: {seen.missing:,} missing, {seen.damaged:,} of another size: {'; '.join(seen.examples)}",
        "every object that the database names",
        "restore database and store from one moment (docs/operate/backup.md), or bring back the objects from older"
        " versions of the bucket; `steelyard doctor --consistency` looks at all of them",
    )

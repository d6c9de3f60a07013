"""Two versions side by side: which files one has and the other lacks, and which both have with other content.

Both listings are read in steps of the same range of paths, and only what differs leaves the database.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, fields
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.artifacts.browse import entry_queries as queries
from steelyard.domains.artifacts.browse.entry_queries import Pair, PathRow, Span
from steelyard.domains.artifacts.model import Artifact

Kind = Literal["added", "removed", "changed"]
KINDS: tuple[Kind, ...] = ("added", "removed", "changed")

# Entries of either version that one step compares, and how long one request goes on making steps.
_STEP = 10_000
_TIME_S = 0.4


@dataclass(frozen=True)
class Change:
    """A path that differs; sizes are None on the side that has no such file."""

    key: bytes
    path: str
    kind: Kind
    size_before: int | None
    size_after: int | None
    ref: str | None


@dataclass(frozen=True)
class Changes:
    """What differs among about `compared` paths; `next` is the key where to go on, None at the end."""

    items: list[Change]
    compared: int
    next: bytes | None


@dataclass(frozen=True)
class Totals:
    """What the paths up to `next` add up to, None when that is all of them."""

    added: int = 0
    added_bytes: int = 0
    removed: int = 0
    removed_bytes: int = 0
    changed: int = 0
    changed_bytes_before: int = 0
    changed_bytes_after: int = 0
    compared: int = 0
    next: bytes | None = None


async def list_changes(  # noqa: PLR0913, PLR0917 - two sides, and which part of the difference
    ctx: Context, before: Artifact, after: Artifact, kind: Kind | None, start: bytes, limit: int
) -> Changes:
    """Return what changed from one version to the other, by path, up to `limit`, as far as some tenths of a second
    reach. The caller may read both."""
    found: list[Change] = []
    compared, until = 0, time.monotonic() + _TIME_S
    async with ctx.database.read() as conn:
        while True:
            span = await _step(conn, before, after, start)
            found += await _changes(conn, before, after, span, limit - len(found), kind)
            compared += _STEP
            if len(found) == limit:
                return Changes(found, compared, found[-1].key + b"\x01")
            if span.end is None or time.monotonic() > until:
                return Changes(found, compared, span.end)
            start = span.end


async def _step(conn: AsyncConnection, before: Artifact, after: Artifact, start: bytes) -> Span:
    """Return the next range of which neither version has more than a step's entries."""
    ends = [await queries.find_key(conn, side, Span(start), _STEP) for side in (_listed(before), _listed(after))]
    return Span(start, min((end for end in ends if end is not None), default=None))


def _listed(artifact: Artifact) -> int:
    """Return the manifest; a version without one lists nothing."""
    return artifact.manifest_id or 0


async def _changes(  # noqa: PLR0913, PLR0917 - two sides, and which part of the difference
    conn: AsyncConnection, before: Artifact, after: Artifact, span: Span, limit: int, kind: Kind | None
) -> list[Change]:
    found: list[Change] = []
    if kind != "removed":
        pairs = await queries.list_differing(
            conn, _listed(after), _listed(before), span, limit, {"added": True, "changed": False}.get(kind or "")
        )
        found += [_of_pair(pair) for pair in pairs]
    if kind in {None, "removed"}:
        pairs = await queries.list_differing(conn, _listed(before), _listed(after), span, limit, is_missing=True)
        found += [_removed(pair.row) for pair in pairs]
    return sorted(found, key=lambda change: change.key)[:limit]


def _of_pair(pair: Pair) -> Change:
    row = pair.row
    if pair.is_in_other:
        return Change(row.key, row.path, "changed", pair.other_size_bytes or 0, row.size_bytes or 0, row.ref)
    return Change(row.key, row.path, "added", None, row.size_bytes or 0, row.ref)


def _removed(row: PathRow) -> Change:
    return Change(row.key, row.path, "removed", row.size_bytes or 0, None, row.ref)


async def count_changes(ctx: Context, before: Artifact, after: Artifact, start: bytes) -> Totals:
    """Add up what changed, as far as some tenths of a second reach. The caller may read both versions."""
    totals, until = Totals(), time.monotonic() + _TIME_S
    async with ctx.database.read() as conn:
        while True:
            span = await _step(conn, before, after, start)
            totals = _sum(totals, await _count(conn, before, after, span))
            if span.end is None or time.monotonic() > until:
                return totals
            start = span.end


async def _count(conn: AsyncConnection, before: Artifact, after: Artifact, span: Span) -> Totals:
    new = await queries.count_differing(conn, _listed(after), _listed(before), span)
    old = await queries.count_differing(conn, _listed(before), _listed(after), span, is_missing=True)
    return Totals(
        added=new.missing,
        added_bytes=new.missing_bytes,
        removed=old.missing,
        removed_bytes=old.missing_bytes,
        changed=new.changed,
        changed_bytes_before=new.changed_other_bytes,
        changed_bytes_after=new.changed_bytes,
        compared=_STEP,
        next=span.end,
    )


def _sum(first: Totals, second: Totals) -> Totals:
    counted = [field.name for field in fields(Totals) if field.name != "next"]
    return Totals(**{name: getattr(first, name) + getattr(second, name) for name in counted}, next=second.next)

"""Questions about a range of a manifest's entries in the order of their paths. They never commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.artifacts.tables import artifact_entries as entries

# The optimizer knows nothing of what a manifest looks like and would now and then sort all of it.
_BY_PATH = "FORCE INDEX (ix_artifact_entries_manifest_id_path_key)"


@dataclass(frozen=True)
class Span:
    """Keys from `start` on and below `end`; None is the end of the manifest."""

    start: bytes = b""
    end: bytes | None = None


@dataclass(frozen=True)
class PathRow:
    """An entry as lists show it."""

    key: bytes
    path: str
    digest: str
    size_bytes: int | None
    ref: str | None


def _columns(table: Any) -> list[ColumnElement[Any]]:
    return [table.c.path_key, table.c.path, table.c.digest, table.c.size_bytes, table.c.ref]


def _in(table: Any, manifest_id: int, span: Span) -> ColumnElement[bool]:
    inside = and_(table.c.manifest_id == manifest_id, table.c.path_key >= span.start)
    return inside if span.end is None else and_(inside, table.c.path_key < span.end)


def _within(manifest_id: int, span: Span, *columns: ColumnElement[Any]) -> Select[Any]:
    return select(*columns).with_hint(entries, _BY_PATH, "mysql").where(_in(entries, manifest_id, span))


async def list_rows(conn: AsyncConnection, manifest_id: int, span: Span, limit: int) -> list[PathRow]:
    """Return the first entries of the span, by path."""
    statement = _within(manifest_id, span, *_columns(entries)).order_by(entries.c.path_key).limit(limit)
    return [PathRow(*row) for row in await conn.execute(statement)]


async def find_key(conn: AsyncConnection, manifest_id: int, span: Span, offset: int) -> bytes | None:
    """Return the key of the entry behind the first `offset` of the span, None when there are no more than those."""
    statement = _within(manifest_id, span, entries.c.path_key).order_by(entries.c.path_key)
    found: bytes | None = (await conn.execute(statement.offset(offset).limit(1))).scalar()
    return found


async def find_rows(
    conn: AsyncConnection, manifest_id: int, span: Span, words: Sequence[str], limit: int
) -> list[PathRow]:
    """Return the first entries of the span whose path has all the words, in any case of letters."""
    statement = _within(manifest_id, span, *_columns(entries))
    for word in words:
        statement = statement.where(entries.c.path.icontains(word, autoescape=True))
    return [PathRow(*row) for row in await conn.execute(statement.order_by(entries.c.path_key).limit(limit))]


async def list_weights(conn: AsyncConnection, manifest_id: int, span: Span, limit: int) -> list[tuple[str, int | None]]:
    """Return path and size of the first entries of the span."""
    statement = _within(manifest_id, span, entries.c.path, entries.c.size_bytes).order_by(entries.c.path_key)
    return [(row[0], row[1]) for row in await conn.execute(statement.limit(limit))]


# ---- two manifests --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pair:
    """An entry of one manifest, and the size of what the other has at its path, if it has any."""

    row: PathRow
    is_in_other: bool
    other_size_bytes: int | None


def _differing(manifest_id: int, other_id: int, span: Span, is_missing: bool | None) -> tuple[Select[Any], Any]:
    """Return the question for entries of the first manifest that the other lacks or has otherwise, and the other.

    `is_missing` narrows it to those that it lacks (True) or has (False).
    """
    other = entries.alias("other")
    # by key first: both indexes are then read in the same order
    same_path = and_(
        other.c.manifest_id == other_id, other.c.path_key == entries.c.path_key, other.c.path == entries.c.path
    )
    missing = other.c.path_digest.is_(None)
    changed = or_(
        other.c.digest != entries.c.digest,
        func.coalesce(other.c.ref, literal("")) != func.coalesce(entries.c.ref, literal("")),
    )
    wanted = or_(missing, changed) if is_missing is None else missing if is_missing else changed
    statement = select().with_hint(entries, _BY_PATH, "mysql").with_hint(other, _BY_PATH, "mysql")
    statement = statement.select_from(entries.outerjoin(other, same_path))
    return statement.where(_in(entries, manifest_id, span), wanted), other


async def list_differing(  # noqa: PLR0913, PLR0917 - two sides, and which part of the difference
    conn: AsyncConnection, manifest_id: int, other_id: int, span: Span, limit: int, is_missing: bool | None = None
) -> list[Pair]:
    """Return the first entries of the span that the other manifest lacks or has with other content, by path."""
    statement, other = _differing(manifest_id, other_id, span, is_missing)
    beside = (other.c.path_digest.is_not(None), other.c.size_bytes)
    statement = statement.add_columns(*_columns(entries), *beside).order_by(entries.c.path_key).limit(limit)
    return [Pair(PathRow(*row[:5]), bool(row[5]), row[6]) for row in await conn.execute(statement)]


@dataclass(frozen=True)
class Differences:
    """How many entries of one manifest the other lacks or has otherwise, and their bytes."""

    missing: int = 0
    missing_bytes: int = 0
    changed: int = 0
    changed_bytes: int = 0
    changed_other_bytes: int = 0


async def count_differing(
    conn: AsyncConnection, manifest_id: int, other_id: int, span: Span, is_missing: bool | None = None
) -> Differences:
    """Add up the entries that `list_differing` lists."""
    statement, other = _differing(manifest_id, other_id, span, is_missing)
    missing = other.c.path_digest.is_(None)

    def total(condition: ColumnElement[bool], value: Any) -> ColumnElement[Any]:
        return func.coalesce(func.sum(case((condition, func.coalesce(value, 0)), else_=0)), 0)

    statement = statement.add_columns(
        total(missing, 1),
        total(missing, entries.c.size_bytes),
        total(~missing, 1),
        total(~missing, entries.c.size_bytes),
        total(~missing, other.c.size_bytes),
    )
    return Differences(*(int(value) for value in (await conn.execute(statement)).one()))

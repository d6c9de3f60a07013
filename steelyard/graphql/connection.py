"""Relay-like pages: opaque cursors that mean "after this item" (docs/protocol/graphql-operations.md, pagination)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from steelyard.kernel.errors import Invalid

DEFAULT_PAGE = 50
# Clients ask for up to 5000; more is answered with this many and `hasNextPage`.
MAX_PAGE = 10_000
# Of the numbers in cursors: no database holds a longer one.
_DIGITS_MAX = 18


@dataclass(frozen=True)
class PageInfo:
    end_cursor: str | None
    has_next_page: bool
    start_cursor: str | None = None
    has_previous_page: bool = False


@dataclass(frozen=True)
class Edge:
    node: Any
    cursor: str


@dataclass(frozen=True)
class Connection:
    """One page. `total_count` is that of all pages where it was asked of the database, else None."""

    edges: list[Edge]
    page_info: PageInfo
    total_count: int | None = None


def encode_cursor(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def decode_cursor(cursor: str | None) -> str | None:
    """Return what `encode_cursor` was given, None for no cursor. Raises `Invalid` for a text of no cursor."""
    if not cursor:
        return None
    try:
        return base64.b64decode(cursor, validate=True).decode()
    except ValueError as error:
        raise Invalid(f"the cursor {cursor[:80]!r} is not one of this server") from error


def decode_number(cursor: str | None, kind: str) -> int | None:
    """Return the number that a cursor of `kind` holds, None for no cursor. Raises `Invalid` for another cursor."""
    text = decode_cursor(cursor)
    if text is None:
        return None
    found, _, number = text.partition(":")
    if found != kind or not number.isascii() or not number.isdigit() or len(number) > _DIGITS_MAX:
        raise Invalid("the cursor belongs to another query")
    return int(number)


def page_size(first: int | None) -> int:
    if first is not None and first < 0:
        raise Invalid("first must not be negative")
    return min(DEFAULT_PAGE if first is None else first, MAX_PAGE)


def offset_of(after: str | None) -> int:
    """Return the position after an offset cursor. Raises `Invalid`."""
    return decode_number(after, "offset") or 0


def offset_page(items: Sequence[Any], offset: int, size: int, total: int | None = None) -> Connection:
    """Make a page of `items` fetched from `offset` with `size + 1` asked: the extra one tells that more follow."""
    return connection(items, size, lambda index, _item: f"offset:{offset + index + 1}", total)


def slice_page(items: Sequence[Any], first: int | None, after: str | None) -> Connection:
    """Page over a complete list that is small enough to have been loaded."""
    offset, size = offset_of(after), page_size(first)
    return offset_page(items[offset : offset + size + 1], offset, size, len(items))


def connection(
    items: Sequence[Any], size: int, cursor_of: Callable[[int, Any], str], total: int | None = None
) -> Connection:
    edges = [Edge(item, encode_cursor(cursor_of(index, item))) for index, item in enumerate(items[:size])]
    start, end = (edges[0].cursor, edges[-1].cursor) if edges else (None, None)
    return Connection(edges, PageInfo(end, len(items) > size, start), total)

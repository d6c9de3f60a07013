"""Where the rows are in a table's JSON, found in a stream of bytes without decoding it.

A table is an object with the keys `columns` and `data`, in any order among others (docs/protocol/tables.md). What is in
`data` is handed on row by row as it stands; all else is kept, and is the head. Costs 2 ms per MB: brackets are looked
at by numpy, and nothing else is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from steelyard.kernel import jsontext
from steelyard.kernel.errors import Invalid

if TYPE_CHECKING:
    import numpy.typing as npt

# Values may nest as deep as this, the table's own three levels included: parsers of browsers and our own go further.
DEPTH_MAX = 100
# One row, and all that is no row. What is larger would have to be held in memory whole, several times over.
ROW_MAX_BYTES = 32 << 20
HEAD_MAX_BYTES = 64 << 20

_QUOTE, _BACKSLASH = 34, 92
# `[` and `{`, `]` and `}` differ in one bit each.
_CASE, _OPEN, _CLOSE = 0x20, 0x7B, 0x7D
_DATA_KEY = re.compile(rb'(?<!\\)"data"\s*:\s*\Z')
# As much of what stands before a list as is looked at for its key.
_KEY_BYTES = 64
_BETWEEN_ROWS = b" \t\r\n,"

Positions: TypeAlias = "npt.NDArray[np.int64]"
Mask: TypeAlias = "npt.NDArray[np.bool_]"


class NotATable(Invalid):
    """The file is no table that can be shown; the message says why."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Whole rows one after the other: their text from the first bracket to the last, and where each is in the file."""

    text: bytes
    starts: Positions
    lengths: Positions


class _Place(Enum):
    BEFORE, INSIDE, AFTER = range(3)


@dataclass(frozen=True, slots=True)
class _Brackets:
    """Brackets outside of texts: where they are in the chunk, which ones open, and how deep it is after each."""

    at: Positions
    opens: Mask
    depth: Positions

    def find(self, *, opens: bool, depth: int, since: int) -> Positions:
        chosen = (self.depth == depth) & (self.opens == opens) & (self.at >= since)
        found: Positions = self.at[chosen]
        return found


class RowScanner:
    """Takes a file chunk by chunk. Raises `NotATable` as soon as it cannot be one."""

    def __init__(self) -> None:
        self._place = _Place.BEFORE
        self._head = bytearray()
        # What follows the last whole row, and where in the file it begins.
        self._rest = b""
        self._rest_start = 0
        self._position = 0
        self._depth = 0
        self._in_text = False
        self._escaping = False

    def feed(self, chunk: bytes) -> Rows | None:
        """Return the rows that end in `chunk`, None when none does."""
        brackets = self._brackets(chunk)
        begin, rows = 0, None
        if self._place is _Place.BEFORE:
            begin = self._find_data(chunk, brackets)
        if self._place is _Place.INSIDE:
            rows, begin = self._take_rows(chunk, brackets, begin)
        if self._place is not _Place.INSIDE:
            self._add_head(chunk, brackets, begin)
        self._position += len(chunk)
        return rows

    def finish(self) -> dict[str, Any]:
        """Return the head: the object with an empty list for `data`."""
        if self._place is _Place.INSIDE or self._depth != 0:
            raise NotATable("the file is no table: it is cut short")
        try:
            head = jsontext.loads(bytes(self._head))
        except ValueError:
            raise NotATable("the file is no table: it is not JSON") from None
        if self._place is _Place.BEFORE or not isinstance(head, dict):
            raise NotATable("the file is no table: it has no list `data`")
        return head

    def _brackets(self, chunk: bytes) -> _Brackets:
        bytes_ = np.frombuffer(chunk, np.uint8)
        quotes = self._quotes(bytes_)
        folded = bytes_ | _CASE
        at = np.flatnonzero((folded == _OPEN) | (folded == _CLOSE))
        inside = (np.searchsorted(quotes, at) + self._in_text) % 2 == 1
        at = at[~inside]
        self._in_text = (len(quotes) + self._in_text) % 2 == 1
        opens = folded[at] == _OPEN
        depth = self._depth + np.cumsum(np.where(opens, 1, -1))
        if len(depth):
            self._depth = int(depth[-1])
            if int(depth.max()) > DEPTH_MAX:
                raise NotATable(f"the table nests deeper than {DEPTH_MAX} levels")
            if int(depth.min()) < 0:
                raise NotATable("the file is no table: it is not JSON")
        return _Brackets(at, opens, depth)

    def _quotes(self, bytes_: npt.NDArray[np.uint8]) -> Positions:
        """Return where texts begin and end: the quotes that no backslash stands before, itself not escaped."""
        quotes = np.flatnonzero(bytes_ == _QUOTE)
        escaped = [0] if self._escaping else []
        backslashes = np.flatnonzero(bytes_ == _BACKSLASH)
        if len(backslashes) == 0:
            self._escaping = self._escaping and len(bytes_) == 0
            return _without(quotes, np.array(escaped, np.int64))
        firsts = np.flatnonzero(np.diff(backslashes, prepend=-2) != 1)
        starts = backslashes[firsts]
        ends = backslashes[np.append(firsts[1:], len(backslashes)) - 1] + 1
        lengths = ends - starts
        if self._escaping and starts[0] == 0:
            lengths[0] -= 1  # the first of them is what is escaped
        odd = ends[lengths % 2 == 1]
        self._escaping = bool(len(odd)) and int(odd[-1]) == len(bytes_)
        return _without(quotes, np.append(escaped, odd).astype(np.int64))

    def _find_data(self, chunk: bytes, brackets: _Brackets) -> int:
        """Return where the rows begin, 0 while their list has not been met."""
        for at in self._lists_of_data(chunk, brackets, 0):
            self._add(chunk[: at + 1])
            self._place = _Place.INSIDE
            self._rest_start = self._position + at + 1
            return at + 1
        return 0

    def _lists_of_data(self, chunk: bytes, brackets: _Brackets, since: int) -> list[int]:
        found = []
        for at in brackets.find(opens=True, depth=2, since=since).tolist():
            before = bytes(self._head[-_KEY_BYTES:]) + chunk[max(since, at - _KEY_BYTES) : at]
            if chunk[at] == ord("[") and _DATA_KEY.search(before[-_KEY_BYTES:]):
                found.append(at)
        return found

    def _take_rows(self, chunk: bytes, brackets: _Brackets, begin: int) -> tuple[Rows | None, int]:
        """Return the rows that end in the chunk, and where what follows their list begins."""
        closed = brackets.find(opens=False, depth=1, since=begin)
        end = int(closed[0]) if len(closed) else len(chunk)
        starts, ends = (brackets.find(opens=opens, depth=2 + opens, since=begin) for opens in (True, False))
        starts, ends = starts[starts < end], ends[ends < end]
        region = self._rest + chunk[begin:end]
        # places in the region
        offset = len(self._rest) - begin
        first = self._open_row()
        row_starts = np.append([first] if first is not None else [], starts + offset).astype(np.int64)
        row_ends = ends + offset + 1
        rows = self._rows(region, row_starts[: len(row_ends)], row_ends)
        kept = int(row_ends[-1]) if len(row_ends) else 0
        self._keep(region[kept:], is_row=len(row_starts) > len(row_ends))
        self._rest_start += kept
        if len(closed):
            self._place, self._rest = _Place.AFTER, b""
        return rows, end

    def _open_row(self) -> int | None:
        """Return where in the rest the row begins whose end has not come."""
        start = len(self._rest) - len(self._rest.lstrip(_BETWEEN_ROWS))
        return start if start < len(self._rest) else None

    def _rows(self, region: bytes, starts: Positions, ends: Positions) -> Rows | None:
        if not len(ends):
            return None
        if region[: int(starts[0])].strip(_BETWEEN_ROWS):
            raise NotATable("the file is no table: a row is not a list")
        return Rows(region[int(starts[0]) : int(ends[-1])], starts + self._rest_start, ends - starts)

    def _keep(self, rest: bytes, *, is_row: bool) -> None:
        if not is_row and rest.strip(_BETWEEN_ROWS):
            raise NotATable("the file is no table: a row is not a list")
        if len(rest) > ROW_MAX_BYTES:
            raise NotATable(f"the table has a row of more than {ROW_MAX_BYTES >> 20} MB")
        self._rest = rest

    def _add_head(self, chunk: bytes, brackets: _Brackets, begin: int) -> None:
        if self._place is _Place.AFTER and self._lists_of_data(chunk, brackets, begin):
            raise NotATable("the file is no table: it has the key `data` twice")
        self._add(chunk[begin:])

    def _add(self, part: bytes) -> None:
        self._head += part
        if len(self._head) > HEAD_MAX_BYTES:
            raise NotATable("the file is no table: it has no list of rows")


def _without(places: Positions, others: Positions) -> Positions:
    """Return those of `places` that are not among `others`; both ascend."""
    if not len(others) or not len(places):
        return places
    next_ = np.minimum(np.searchsorted(others, places), len(others) - 1)
    found: Positions = places[others[next_] != places]
    return found

"""A table as questions see it: columns by number, rows by number, whatever files it is made of.

What is read of an index is kept in the memory that its readers share, cell by cell as `Piece`s; rows are read from the
file anew each time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from steelyard.columnar.cache import BoundedCache
from steelyard.columnar.groups import Indexes
from steelyard.columnar.packing import unpack
from steelyard.columnar.tables.cells import decode_row
from steelyard.columnar.tables.forms import Form, common_form
from steelyard.columnar.tables.index_file import PLACES, ColumnFacts, Directory
from steelyard.columnar.tables.pieces import Piece, as_form, decode_piece, join_pieces
from steelyard.kernel.errors import TooLarge

Memory = BoundedCache[Hashable, Any]
Ranges = Sequence[tuple[int, int]]
Read = Callable[[Ranges], Awaitable[list[bytes]]]

# A column that is needed whole, to sort by it: several of them must fit into memory.
WHOLE_MAX_BYTES = 256 << 20
# Rows that are read together although others are between them: a request costs more than so many bytes.
_GAP_BYTES = 64 << 10
# Requests for rows at a time.
_PARALLEL = 16
# Rows that are held as text and decoded at a time.
_BATCH_BYTES = 8 << 20


class Frame(Protocol):
    """Rows are numbered from 0 in the order of the files; `spans` are consecutive rows whose cells come together."""

    @property
    def names(self) -> Sequence[str]: ...

    @property
    def columns(self) -> Sequence[ColumnFacts]: ...

    @property
    def row_count(self) -> int: ...

    @property
    def spans(self) -> Sequence[range]: ...

    async def pieces(self, span: int, columns: Sequence[int]) -> dict[int, Piece]:
        """Return the cells of some columns in one span, each in the form of the whole column."""
        ...

    async def column(self, column: int) -> Piece:
        """Return all cells of a column. Raises `TooLarge`."""
        ...

    async def cells(self, rows: Indexes, columns: Sequence[int]) -> list[list[Any]]:
        """Return the cells of rows in some columns, in the order asked, decoded from the file: exact."""
        ...

    def reading_from(self, reads: Mapping[str, Read]) -> Frame:
        """Return the same table with other ways to its files, by the keys of their parts: near ones (`Part`)."""
        ...


@dataclass(frozen=True)
class Part:
    """One file with its index. `key` names this content of it for ever.

    `is_near`: its rows are read without delay, however far they are from each other, in as few calls as there can be.
    """

    key: str
    directory: Directory
    read_index: Read
    read_file: Read
    is_near: bool = False


@dataclass(frozen=True)
class Places:
    """Where rows are: in the file of which part, from which byte on, and how long."""

    parts: Indexes
    starts: Indexes
    lengths: Indexes

    def cut(self, rows: slice) -> Places:
        return Places(self.parts[rows], self.starts[rows], self.lengths[rows])


class StoredFrame:
    """Meets `Frame`: the rows of one file, or of several one after the other."""

    def __init__(self, parts: Sequence[Part], memory: Memory) -> None:
        self._parts = parts
        self._memory = memory
        self.names = parts[0].directory.names
        self.columns = [_join_facts([part.directory.columns[at] for part in parts]) for at in range(len(self.names))]
        self._groups = [(part, group) for part in parts for group in range(len(part.directory.group_rows))]
        counts = [int(part.directory.group_rows[group]) for part, group in self._groups]
        self._ends = np.cumsum(counts, dtype=np.int64)
        self.spans = [range(int(end) - count, int(end)) for end, count in zip(self._ends, counts, strict=True)]

    @property
    def row_count(self) -> int:
        return int(self._ends[-1]) if len(self._ends) else 0

    def reading_from(self, reads: Mapping[str, Read]) -> StoredFrame:
        parts = [replace(part, read_file=reads[part.key], is_near=True) for part in self._parts]
        return StoredFrame(parts, self._memory)

    async def pieces(self, span: int, columns: Sequence[int]) -> dict[int, Piece]:
        part, group = self._groups[span]
        found = await self._load(part, [(group, column) for column in columns])
        return {column: as_form(piece, self.columns[column].form) for column, piece in zip(columns, found, strict=True)}

    async def column(self, column: int) -> Piece:
        pieces: list[Piece] = []
        for part in self._parts:
            groups = range(len(part.directory.group_rows))
            pieces += await self._load(part, [(group, column) for group in groups])
        if sum(piece.size_bytes for piece in pieces) > WHOLE_MAX_BYTES:
            raise TooLarge(f"the column {self.names[column]!r} is too large to sort by; filter instead")
        return await asyncio.to_thread(join_pieces, pieces, self.columns[column].form)

    async def _load(self, part: Part, wanted: Sequence[tuple[int, int]]) -> list[Piece]:
        found = [self._memory.get(("table cells", part.key, *place)) for place in wanted]
        lacking = [place for place, piece in zip(wanted, found, strict=True) if piece is None]
        made = iter(await self._read_pieces(part, lacking) if lacking else [])
        return [next(made) if piece is None else piece for piece in found]

    async def _read_pieces(self, part: Part, wanted: Sequence[tuple[int, int]]) -> list[Piece]:
        directory = part.directory
        blobs = await _read_some(part.read_index, [directory.span(group, column) for group, column in wanted])
        forms = [Form(int(directory.forms[place])) for place in wanted]
        counts = [int(directory.group_rows[group]) for group, _ in wanted]
        pieces = await asyncio.to_thread(lambda: list(map(decode_piece, forms, counts, blobs)))
        for place, piece in zip(wanted, pieces, strict=True):
            self._memory.put(("table cells", part.key, *place), piece, piece.size_bytes)
        return pieces

    async def cells(self, rows: Indexes, columns: Sequence[int]) -> list[list[Any]]:
        found: list[list[Any]] = []
        places = await self._find(rows)
        for batch in _batches(places.lengths):
            texts = await self._read(places.cut(batch))
            found += await asyncio.to_thread(_decode, texts, columns)
        return found

    async def _find(self, rows: Indexes) -> Places:
        """Return where the rows are, in the order asked."""
        spans = np.searchsorted(self._ends, rows, side="right")
        part_of, starts, lengths = (np.empty(len(rows), np.int64) for _ in range(3))
        for number, part in enumerate(self._parts):
            mine = [span for span in np.unique(spans).tolist() if self._groups[span][0] is part]
            known = await self._load_places(part, [self._groups[span][1] for span in mine]) if mine else []
            for span, (every_start, every_length) in zip(mine, known, strict=True):
                chosen = spans == span
                within = rows[chosen] - self.spans[span].start
                part_of[chosen] = number
                starts[chosen], lengths[chosen] = every_start[within], every_length[within]
        return Places(part_of, starts, lengths)

    async def _read(self, places: Places) -> list[bytes]:
        texts: list[bytes] = [b""] * len(places.parts)
        for number in np.unique(places.parts).tolist():
            at = np.flatnonzero(places.parts == number)
            found = await _read_rows(self._parts[number], places.starts[at], places.lengths[at])
            for place, text in zip(at.tolist(), found, strict=True):
                texts[place] = text
        return texts

    async def _load_places(self, part: Part, groups: Sequence[int]) -> list[list[Indexes]]:
        keys = [("table cells", part.key, group, PLACES) for group in groups]
        found: list[Any] = [self._memory.get(key) for key in keys]
        lacking = [at for at, places in enumerate(found) if places is None]
        if lacking:
            blobs = await part.read_index([part.directory.span(groups[at], PLACES) for at in lacking])
            for at, places in zip(lacking, await asyncio.to_thread(lambda: list(map(unpack, blobs))), strict=True):
                found[at] = places
                self._memory.put(keys[at], places, sum(array.nbytes for array in places))
        return found


def _join_facts(facts: Sequence[ColumnFacts]) -> ColumnFacts:
    joined = ColumnFacts()
    for one in facts:
        joined.add(one.counts, tuple(one.media), large_ints=one.large_ints)
    joined.form = common_form((one.form for one in facts), large_ints=joined.large_ints)
    return joined


async def _read_some(read: Read, ranges: Ranges) -> list[bytes]:
    """Return the bytes of each range; some may be empty, which stores do not answer."""
    found = iter(await read([(start, end) for start, end in ranges if start < end]))
    return [next(found) if start < end else b"" for start, end in ranges]


async def _read_rows(part: Part, starts: Indexes, lengths: Indexes) -> list[bytes]:
    """Return the text of each row. Rows near each other come in one request, others at the same time."""
    ranges: list[tuple[int, int]] = []
    range_of = np.empty(len(starts), np.int64)
    for at in np.argsort(starts, kind="stable").tolist():
        start, end = int(starts[at]), int(starts[at] + lengths[at])
        if ranges and start - ranges[-1][1] <= _GAP_BYTES and not part.is_near:
            ranges[-1] = ranges[-1][0], max(end, ranges[-1][1])
        else:
            ranges.append((start, end))
        range_of[at] = len(ranges) - 1
    bodies = await (part.read_file(ranges) if part.is_near else _read_apart(part.read_file, ranges))
    offsets = starts - np.array([start for start, _ in ranges], np.int64)[range_of]
    places = zip(range_of.tolist(), offsets.tolist(), lengths.tolist(), strict=True)
    return [bodies[number][offset : offset + length] for number, offset, length in places]


async def _read_apart(read: Read, ranges: Ranges) -> list[bytes]:
    """Return ranges that are far apart: stores would read all that is between them if they were asked for together."""
    gate = asyncio.Semaphore(_PARALLEL)

    async def read_one(one: tuple[int, int]) -> bytes:
        async with gate:
            (body,) = await read([one])
            return body

    return await asyncio.gather(*map(read_one, ranges))


def _batches(lengths: Indexes) -> Iterator[slice]:
    """Yield consecutive rows of `_BATCH_BYTES` together, or of one row."""
    start = size = 0
    for at, length in enumerate(lengths.tolist()):
        if size and size + length > _BATCH_BYTES:
            yield slice(start, at)
            start, size = at, 0
        size += length
    if start < len(lengths):
        yield slice(start, len(lengths))


def _decode(texts: Sequence[bytes], columns: Sequence[int]) -> list[list[Any]]:
    return [_choose(decode_row(text), columns) for text in texts]


def _choose(cells: list[Any], columns: Sequence[int]) -> list[Any]:
    """Return the cells of some columns; rows that are too short end with nulls."""
    count = len(cells)
    return [cells[column] if column < count else None for column in columns]

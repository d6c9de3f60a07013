"""A segment, read back by ranges of bytes: the columns just as they were written, or levels of pyramids.

Charts read levels, with the directory alone. Raw reading takes the footer as well, which the reader keeps; whoever
caches readers caches both. What takes long is decoded in a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from steelyard.columnar.columns import Column, no_rows
from steelyard.columnar.directory import Directory, Form, Key, Part, Span
from steelyard.columnar.groups import Indexes, Mask
from steelyard.columnar.level_blobs import unpack_key_level, unpack_points, unpack_row_set_level
from steelyard.columnar.lines import Lines
from steelyard.columnar.packing import unpack, unpack_values
from steelyard.columnar.paths import components
from steelyard.columnar.pyramid import KeyLevel, NonFinitePoints, RowSetLevel
from steelyard.columnar.slots import STEP

if TYPE_CHECKING:
    from steelyard.columnar.parquet_file import Cells

# Returns the bytes of each range of the object, start to end (exclusive), in the order asked.
ReadRanges = Callable[[Sequence[tuple[int, int]]], Awaitable[list[bytes]]]

# Unpacking less than this takes about as long as handing it to a thread.
_INLINE_MAX_BYTES = 128 << 10
# What parsed Parquet metadata costs a cache, per byte of the footer.
_COST_PER_FOOTER_BYTE = 8

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Consecutive lines of a segment: those from `first_row` on. Rows of `columns` are counted from there."""

    first_row: int
    steps: Indexes
    columns: dict[str, Column]


class SegmentReader:
    """Errors of `read` pass through. Every call is one round of reading, however many keys it is for."""

    def __init__(self, directory: Directory, read: ReadRanges) -> None:
        self.directory = directory
        self._read = read
        self._footer: Any = None

    @property
    def size_bytes(self) -> int:
        """What the reader costs a cache."""
        footer = self.directory.footer
        parsed = (footer.end - footer.start) * _COST_PER_FOOTER_BYTE if self._footer is not None else 0
        return self.directory.memory_bytes + parsed

    async def levels(self, wanted: Sequence[tuple[str, int]]) -> list[tuple[RowSetLevel, KeyLevel]]:
        """Return levels of keys, each named by its place in `RowSet.levels`. Raises `KeyError` for an unknown key."""
        pairs = []
        for path, at in wanted:
            key = self.directory.keys[path]
            assert key.row_set is not None, "only numbers have levels"
            row_set = self.directory.row_sets[key.row_set]
            pairs.append((row_set.blobs[at], key.levels[at], row_set.levels[at].width_log2))
        blobs = await self._blobs(number for pair in pairs for number in pair[:2])

        def unpack_all() -> list[tuple[RowSetLevel, KeyLevel]]:
            rows = {(number, width): unpack_row_set_level(blobs[number], width) for number, _, width in pairs}
            return [(rows[number, width], unpack_key_level(blobs[of_key])) for number, of_key, width in pairs]

        return await _decode(sum(map(len, blobs.values())), unpack_all)

    async def non_finite(self, paths: Iterable[str]) -> dict[str, NonFinitePoints]:
        """Return some of the NaN and infinities of each key that has any."""
        parts = {path: self.directory.keys[path].blobs.get(Part.NON_FINITE) for path in paths}
        found = {path: number for path, number in parts.items() if number is not None}
        blobs = await self._blobs(found.values())
        return {path: unpack_points(blobs[number]) for path, number in found.items()}

    async def columns(self, paths: Iterable[str]) -> dict[str, Column]:
        """Return the columns of those keys that the segment has."""
        return (await self._excerpt(paths, range(len(self.directory.row_groups)), with_steps=False)).columns

    async def excerpt(self, paths: Iterable[str], step_min: int, step_max: int) -> Excerpt:
        """Return all lines with a step from `step_min` to `step_max`, and those stored together with them."""
        groups = self.directory.row_groups
        touched = [at for at, group in enumerate(groups) if group.step_max >= step_min and group.step_min <= step_max]
        return await self._excerpt(paths, range(touched[0], touched[-1] + 1) if touched else range(0), with_steps=True)

    async def lines(self, paths: Iterable[str] = ()) -> Lines:
        """Return all lines, with the columns of those keys that the segment has."""
        directory, number = self.directory, self.directory.lines
        every = range(len(directory.row_groups))
        if number is None:
            assert directory.first_line is not None, "lines are consecutive or listed"
            excerpt = await self._excerpt(paths, every, with_steps=True)
            of_writer = np.zeros(directory.row_count, dtype=np.int64)
            numbers = np.arange(directory.first_line, directory.first_line + directory.row_count)
        else:
            excerpt, blobs = await asyncio.gather(self._excerpt(paths, every, with_steps=True), self._blobs([number]))
            of_writer, numbers = await _decode(directory.row_count * 16, lambda: unpack(blobs[number]))
        return Lines(excerpt.steps, directory.writers, of_writer, numbers, excerpt.columns)

    async def _blobs(self, numbers: Iterable[int]) -> dict[int, bytes]:
        spans = {number: self.directory.blob(number) for number in numbers}
        if not spans:
            return {}
        return dict(zip(spans, await self._read(list(spans.values())), strict=True))

    async def _excerpt(self, paths: Iterable[str], groups: range, *, with_steps: bool) -> Excerpt:
        every = self.directory.keys
        keys = [every[path] for path in dict.fromkeys(paths) if path in every]
        leaves = {leaf for key in keys if key.leaves for leaf in range(key.leaves[0], sum(key.leaves))}
        if with_steps:
            leaves.add(0)
        numbers = [number for key in keys for part, number in key.blobs.items() if part is not Part.NON_FINITE]
        spans = [self.directory.blob(number) for number in numbers]
        chunks = _chunks(self.directory, groups, sorted(leaves))
        footer = [self.directory.footer] if chunks and self._footer is None else []
        found = await self._read([*spans, *chunks, *footer]) if spans or chunks else []
        blobs = dict(zip(numbers, found, strict=False))
        pieces = {span.start: body for span, body in zip(chunks, found[len(spans) :], strict=False)}

        def decode() -> Excerpt:
            cells = self._cells(groups, sorted(leaves), pieces, found[-1] if footer else b"") if chunks else None
            steps = no_rows() if cells is None or not with_steps else cells.numbers((STEP,))
            rows = _rows_of(self.directory, groups)
            return Excerpt(rows.start, steps, {key.path: _column(key, cells, blobs, rows) for key in keys})

        return await asyncio.to_thread(decode)

    def _cells(self, groups: range, leaves: Sequence[int], pieces: Mapping[int, bytes], footer: bytes) -> Cells:
        # Loads pyarrow, 35 MB that a server does without until its first segment is read raw.
        from steelyard.columnar.parquet_file import parse_footer, read_cells

        if footer:
            self._footer = parse_footer(footer)
        return read_cells(self._footer, groups, leaves, pieces)


async def _decode(size_bytes: int, decode: Callable[[], T]) -> T:
    return decode() if size_bytes <= _INLINE_MAX_BYTES else await asyncio.to_thread(decode)


def _chunks(directory: Directory, groups: range, leaves: Sequence[int]) -> list[Span]:
    """Return where the leaf columns are in the row groups. Everything before the blobs lies side by side."""
    spans: list[Span] = []
    start = directory.rows_start
    for at, group in enumerate(directory.row_groups):
        ends = list(accumulate(group.chunk_sizes, initial=start))
        if at in groups:
            spans += [Span(ends[leaf], ends[leaf + 1]) for leaf in leaves]
        start = ends[-1]
    return spans


def _rows_of(directory: Directory, groups: range) -> range:
    ends = list(accumulate((group.rows for group in directory.row_groups), initial=0))
    return range(ends[groups.start], ends[groups.stop]) if groups else range(0)


def _column(key: Key, cells: Cells | None, blobs: Mapping[int, bytes], rows: range) -> Column:
    """Return the column of a key, as far as it is in `rows`, counted from the first of these."""
    held = {part: blobs[number] for part, number in key.blobs.items() if number in blobs}
    nulls = _within(unpack(held[Part.NULLS])[0], rows) if Part.NULLS in held else no_rows()
    if Part.VALUES in held:
        return _blob_column(key, held, rows, nulls)
    place = tuple(components(key.path))
    if cells is None or key.leaves is None:
        none = np.empty(0) if key.form is not Form.OBJECTS else None
        return Column(no_rows(), none, _ints(key, held, no_rows()), (), nulls)
    at = cells.rows(place)
    if key.form is Form.OBJECTS:
        return Column(at, None, None, tuple(cells.objects(place)), nulls)
    return Column(at, cells.numbers(place).astype(np.float64, copy=False), _ints(key, held, at + rows.start), (), nulls)


def _blob_column(key: Key, held: Mapping[Part, bytes], rows: range, nulls: Indexes) -> Column:
    where = unpack(held[Part.ROWS])[0] if Part.ROWS in held else np.arange(key.count, dtype=np.int64)
    low, high = np.searchsorted(where, [rows.start, rows.stop]).tolist()
    at = where[low:high] - rows.start
    if key.form is Form.OBJECTS:
        return Column(at, None, None, tuple(unpack_values(held[Part.VALUES])[low:high]), nulls)
    return Column(at, unpack(held[Part.VALUES])[0][low:high], _ints(key, held, where[low:high]), (), nulls)


def _ints(key: Key, held: Mapping[Part, bytes], rows: Indexes) -> Mask | None:
    if key.form is Form.INTS:
        return np.ones(len(rows), np.bool_)
    return unpack(held[Part.INTS])[0][rows] if Part.INTS in held else None


def _within(rows: Indexes, wanted: range) -> Indexes:
    low, high = np.searchsorted(rows, [wanted.start, wanted.stop])
    return rows[low:high] - wanted.start

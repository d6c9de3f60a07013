"""Segments opened for reading: what is read of them stays in memory while room allows, for everything that reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from steelyard.columnar.columns import Column, first_rows
from steelyard.columnar.directory import Directory
from steelyard.columnar.lines import Lines
from steelyard.columnar.paths import flat_name
from steelyard.columnar.pyramid import KeyLevel, NonFinitePoints, RowSetLevel
from steelyard.columnar.segment_reader import Excerpt, SegmentReader
from steelyard.context import Context
from steelyard.domains.history import segment_queries
from steelyard.domains.history.memory import Memory, memory_of
from steelyard.domains.history.model import Segment
from steelyard.kernel.errors import NotFound
from steelyard.ports.objects import ObjectStore

# What an entry costs beyond its arrays, in bytes.
_ENTRY_COST_BYTES = 500


class SegmentGone(Exception):
    """The segment was replaced, and so long ago that its object has been deleted. Ask for the stream anew."""


class OpenSegment:
    """One segment. Everything it returns may be kept by the caller, for it never changes. Raises `SegmentGone`."""

    def __init__(self, segment: Segment, directory: Directory, objects: ObjectStore, memory: Memory) -> None:
        self.segment = segment
        # Several segments may share an object: what is kept of it is kept once.
        self._object = segment.object_key
        self._memory = memory
        self._reader = SegmentReader(directory, partial(objects.read_ranges, segment.object_key))
        self._paths: dict[str, list[str]] | None = None

    @property
    def directory(self) -> Directory:
        return self._reader.directory

    @property
    def size_bytes(self) -> int:
        return self._reader.size_bytes + _ENTRY_COST_BYTES

    def find_paths(self, key: str) -> list[str]:
        """Return the paths whose flattened name, or which themselves, are `key`; most often just one or none."""
        if self._paths is None:
            self._paths = {}
            for path in self.directory.keys:
                self._paths.setdefault(flat_name(path), []).append(path)
        return self._paths.get(key) or self._paths.get(flat_name(key)) or []

    async def columns(self, keys: Iterable[str] | None = None) -> dict[str, Column]:
        """Return columns by path: those of `keys` (names or paths) that it has, or all."""
        every = self.directory.keys
        paths = list(every) if keys is None else [path for key in keys for path in self.find_paths(key)]
        found = {path: self._memory.get(("column", self._object, path)) for path in dict.fromkeys(paths)}
        missing = [path for path, column in found.items() if column is None]
        if missing:
            try:
                read = await self._reader.columns(missing)
            except NotFound as error:
                raise SegmentGone from error
            for path, column in read.items():
                found[path] = column
                size = column.size_bytes + _ENTRY_COST_BYTES
                self._memory.put(("column", self._object, path), column, size)
        whole = {path: column for path, column in found.items() if column is not None}
        return whole if self.segment.cut_step is None else first_rows(whole, self.segment.row_count)

    async def levels(self, wanted: Sequence[tuple[str, int]]) -> list[tuple[RowSetLevel, KeyLevel]]:
        """Return levels of keys, each by its path and its place in `RowSet.levels`."""
        found = {pair: self._memory.get(("level", self._object, *pair)) for pair in wanted}
        missing = [pair for pair, level in found.items() if level is None]
        if missing:
            try:
                read = await self._reader.levels(missing)
            except NotFound as error:
                raise SegmentGone from error
            for pair, level in zip(missing, read, strict=True):
                found[pair] = level
                self._memory.put(("level", self._object, *pair), level, _level_size(*level))
        return [found[pair] for pair in wanted]  # type: ignore[misc] # all were found by now

    async def non_finite(self, path: str) -> NonFinitePoints:
        """Return some of the NaN and infinities of a key that has any."""
        kept = ("non-finite", self._object, path)
        found: NonFinitePoints | None = self._memory.get(kept)
        if found is None:
            try:
                found = (await self._reader.non_finite([path]))[path]
            except NotFound as error:
                raise SegmentGone from error
            self._memory.put(kept, found, len(found) * 32 + _ENTRY_COST_BYTES)
        return found

    async def excerpt(self, keys: Iterable[str], step_min: int, step_max: int) -> Excerpt:
        """Return the lines of some steps and those stored with them, columns by path. Nothing of it is kept."""
        paths = [path for key in keys for path in self.find_paths(key)]
        try:
            return await self._reader.excerpt(paths, step_min, step_max)
        except NotFound as error:
            raise SegmentGone from error

    async def lines(self, *, whole: bool = False) -> Lines:
        """Return its lines, with all columns when `whole`, else without any. Nothing of it is kept."""
        return await self.lines_of(self.directory.keys if whole else ())

    async def lines_of(self, paths: Iterable[str]) -> Lines:
        """Return its lines with the columns of these paths. Nothing of it is kept."""
        try:
            lines = await self._reader.lines(paths)
        except NotFound as error:
            raise SegmentGone from error
        return lines if self.segment.cut_step is None else lines.first(self.segment.row_count)


def _level_size(rows: RowSetLevel, values: KeyLevel) -> int:
    return (len(rows) * 8 + len(values) * 5) * 8 + _ENTRY_COST_BYTES


async def open_segments(ctx: Context, segments: Iterable[Segment]) -> list[OpenSegment]:
    """Return the segments opened, in their order; directories that are not in memory are read by one statement.

    Raises `SegmentGone`.
    """
    memory = memory_of(ctx)
    wanted = {segment.id: segment for segment in segments}
    found: dict[int, OpenSegment] = {n: kept for n in wanted if (kept := memory.get(("open", n))) is not None}
    missing = sorted(wanted.keys() - found.keys())
    if missing:
        directories = await ctx.database.read_at_once(partial(segment_queries.load_directories, ids=missing))
        for number in missing:
            if number not in directories:
                raise SegmentGone
            directory = Directory.from_bytes(directories[number])
            opened = OpenSegment(wanted[number], directory, ctx.ports.objects, memory)
            memory.put(("open", number), opened, opened.size_bytes)
            found[number] = opened
    return [found[number] for number in wanted]


async def are_rewritten(ctx: Context, segments: Iterable[Segment]) -> bool:
    """Tell whether any of them replaced lines of one that had been sealed before. Raises `SegmentGone`."""
    return any(item.directory.rewritten for item in await open_segments(ctx, segments))

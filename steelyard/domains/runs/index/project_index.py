"""All runs of one project as columns, in memory (docs/adr/0006-run-index.md). Pure; `keeping.py` keeps it current."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import IntEnum
from typing import Any

import numpy as np

from steelyard.domains.runs import documents
from steelyard.domains.runs.index.cells import cells_of
from steelyard.domains.runs.index.column import Column, Ints, Kind
from steelyard.domains.runs.keys import Key, Source, config_value, unwrapped, value_at
from steelyard.kernel.ids import encode_global_id
from steelyard.sql.filters import MISSING

# Columns of the table that an index holds, in the order of the rows that `put_runs` takes.
PLAIN = (
    "run_id",
    "title",
    "state",
    "tags",
    "group_name",
    "job_type",
    "sweep_name",
    "username",
    "host",
    "notes",
    "description",
    "commit_sha",
    "created_at",
    "updated_at",
    "heartbeat_at",
    "started_at",
    "duration_s",
)
HEAD = ("id", "version", "number", "is_alive")
_FIRST_CAPACITY = 64
_DOCUMENTS = (Source.CONFIG, Source.SUMMARY)


class Need(IntEnum):
    """How much of a value a question must have at hand."""

    EXISTENCE = 0
    VALUES = 1
    # Objects too, which else are known to be there only.
    OBJECTS = 2


class ProjectIndex:
    """Every run has a slot for good, deleted ones too: their versions tell that nothing else has changed."""

    def __init__(self, budget_bytes: int) -> None:
        self.size = 0
        self._capacity = _FIRST_CAPACITY
        self.ids: Ints = np.zeros(self._capacity, np.int64)
        self.versions: Ints = np.zeros(self._capacity, np.int64)
        self.numbers: Ints = np.zeros(self._capacity, np.int64)
        self.alive = np.zeros(self._capacity, bool)
        # The version of the documents that are in the columns; -1 for none.
        self.read_versions: Ints = np.full(self._capacity, -1, np.int64)
        self.slots: dict[int, int] = {}
        self.newest: datetime | None = None
        self._budget = budget_bytes
        self._clock = 0
        self._plain = {name: Column(self._capacity) for name in PLAIN}
        self._cells: dict[Source, dict[str, Column]] = {source: {} for source in _DOCUMENTS}
        # Columns of keys whose values must be there whole, by a look into each document.
        self._whole: dict[Key, Column] = {}
        self._known: dict[Source, set[str]] = {source: set() for source in _DOCUMENTS}
        self._closed: dict[Source, set[str]] = {source: set() for source in _DOCUMENTS}
        # Names that no column holds, for want of room.
        self._left_out: set[Key] = set()
        self._empty = Column(self._capacity)
        self._base: Ints | None = None
        self._nbytes = 0

    # ---- runs -------------------------------------------------------------------------------------------------

    def put_runs(self, rows: Sequence[Sequence[Any]]) -> None:
        """Take in rows of `HEAD` and `PLAIN`: new runs, and new versions of known ones."""
        if not rows:
            return
        self._make_room(sum(row[0] not in self.slots for row in rows))
        slots = np.array([self._slot(row[0]) for row in rows], np.int64)
        by_name = dict(zip((*HEAD, *PLAIN), zip(*rows, strict=True), strict=True))
        self.versions[slots] = by_name["version"]
        self.numbers[slots] = by_name["number"]
        self.alive[slots] = by_name["is_alive"]
        for name, column in self._plain.items():
            values = by_name[name]
            column.put_many(slots, [MISSING if value is None else value for value in values])
        self._base = None
        self.forget_documents(slots[~self.alive[slots]])

    def forget_documents(self, slots: Ints) -> None:
        """Deleted runs have no cells."""
        for column in self._document_columns():
            column.kinds[slots] = Kind.MISSING
        self.read_versions[slots] = -1

    def remove(self, ids: Iterable[int]) -> None:
        """Forget runs that are no longer of this project."""
        for run in ids:
            slot = self.slots.pop(run)
            self.alive[slot], self.versions[slot] = False, 0
            self.forget_documents(np.array([slot]))
        self._base = None

    def _slot(self, run: int) -> int:
        slot = self.slots.get(run)
        if slot is None:
            slot = self.slots[run] = self.size
            self.ids[slot] = run
            self.size += 1
        return slot

    def _make_room(self, more: int) -> None:
        if self.size + more <= self._capacity:
            return
        self._capacity = max(self.size + more, self._capacity * 5 // 4)
        for name in ("ids", "versions", "numbers", "alive", "read_versions"):
            old = getattr(self, name)
            new = np.full(self._capacity, -1 if name == "read_versions" else 0, old.dtype)
            new[: self.size] = old[: self.size]
            setattr(self, name, new)
        for column in (*self._plain.values(), *self._document_columns(), self._empty):
            column.grow(self._capacity)

    @property
    def base(self) -> Ints:
        """The slots of living runs, in the order of creation within the project."""
        if self._base is None:
            slots = np.flatnonzero(self.alive[: self.size])
            self._base = slots[np.lexsort((self.ids[slots], self.numbers[slots]))]
        return self._base

    def checksum(self) -> tuple[int, int]:
        """Return how many runs are known, deleted ones too, and the sum of their versions."""
        return len(self.slots), int(self.versions[: self.size].sum())

    # ---- documents --------------------------------------------------------------------------------------------

    def unread(self) -> list[int]:
        """Return the living runs whose documents have changed since they were read."""
        stale = self.alive[: self.size] & (self.read_versions[: self.size] != self.versions[: self.size])
        return [int(run) for run in self.ids[: self.size][stale]]

    def put_documents(self, rows: Sequence[tuple[int, int, str, str]], wanted: Key | None = None) -> None:
        """Take in (id, version, config, summary); for a `wanted` key only its column, in full."""
        rows = [row for row in rows if row[0] in self.slots]
        trees = [(documents.config_tree(documents.read_object(row[2])), documents.read_object(row[3])) for row in rows]
        slots = [self.slots[row[0]] for row in rows]
        for place, source in enumerate(_DOCUMENTS):
            own = [tree[place] for tree in trees]
            for key in [key for key in self._whole if key.source is source and wanted in {None, key}]:
                self._whole[key].put_many(np.array(slots, np.int64), [_read(key, tree) for tree in own])
            if wanted is None:
                self._put_cells(source, slots, own)
        if wanted is None:
            self.read_versions[slots] = [row[1] for row in rows]
        self._nbytes = -1

    def _put_cells(self, source: Source, slots: list[int], trees: list[dict[str, Any]]) -> None:
        alike: dict[tuple[str, ...], tuple[list[int], list[Any]]] = {}
        for slot, tree in zip(slots, trees, strict=True):
            cells = cells_of(tree, self._closed[source])
            if self.read_versions[slot] >= 0:
                self._clear_others(source, slot, cells)
            same_slots, rows = alike.setdefault(tuple(cells), ([], []))
            same_slots.append(slot)
            rows.append(cells.values())
        for names, (same_slots, rows) in alike.items():
            at = np.array(same_slots, np.int64)
            for name, values in zip(names, zip(*rows, strict=True), strict=True):
                column = self._cell_column(source, name)
                if column is not None:
                    column.put_many(at, values)

    def _clear_others(self, source: Source, slot: int, cells: dict[str, Any]) -> None:
        for name, column in self._cells[source].items():
            if name not in cells:
                column.kinds[slot] = Kind.MISSING

    def _cell_column(self, source: Source, name: str) -> Column | None:
        column = self._cells[source].get(name)
        if column is None and Key(source, name) not in self._left_out:
            self._known[source].add(name)
            if self.nbytes > self._budget:
                self._left_out.add(Key(source, name))
                return None
            column = self._cells[source][name] = Column(self._capacity)
            self._nbytes += 9 * self._capacity
        return column

    def _document_columns(self) -> list[Column]:
        return [*(column for cells in self._cells.values() for column in cells.values()), *self._whole.values()]

    # ---- columns ----------------------------------------------------------------------------------------------

    def lacking(self, key: Key, need: Need) -> Key | None:
        """Return the key whose column must be read from all documents before `key` can be compared; None for none."""
        if not key.in_document or key in self._whole:
            return None
        name = self._resolved(key)
        if name is None:
            return key
        column = self._cells[key.source].get(name)
        if column is None:
            return key if name in self._known[key.source] else None
        kept_away = {Need.EXISTENCE: (), Need.VALUES: (Kind.AWAY,), Need.OBJECTS: (Kind.AWAY, Kind.OBJECT)}[need]
        return key if any(map(column.has, kept_away)) else None

    def _resolved(self, key: Key) -> str | None:
        """Return the name of the cells that hold the key; None where only a look into each document can tell."""
        known, closed = self._known[key.source], self._closed[key.source]
        other = unwrapped(key.name) if key.source is Source.CONFIG else None
        names = [name for name in (key.name, other) if name is not None]
        if closed and any(prefix in closed for name in names for prefix in _prefixes(name)):
            return None
        there = [name for name in names if name in known]
        if len(there) > 1:
            return None
        return there[0] if there else names[0]

    def open_whole(self, key: Key) -> None:
        """Make the column of a key that `lacking` named; `put_documents` fills it."""
        self._whole[key] = Column(self._capacity)

    def close_whole(self, key: Key) -> None:
        self._whole.pop(key, None)

    def column(self, key: Key) -> Column:
        """Return the column of a key that lacks nothing."""
        self._clock += 1
        if key.source is Source.TAG:
            return self._tag_column(key.name)
        if key.source is Source.ID:
            return self._id_column()
        if key.source is Source.COLUMN:
            return self._plain[key.name]
        column = self._whole.get(key)
        if column is None:
            column = self._cells[key.source].get(self._resolved(key) or key.name, self._empty)
        column.used = self._clock
        return column

    def temporary_column(self, values: Mapping[int, Any]) -> Column:
        """Return a column of values by slot that is not kept."""
        column = Column(self._capacity)
        column.put_many(np.array(list(values), np.int64), list(values.values()))
        return column

    def _tag_column(self, tag: str) -> Column:
        tags, column = self._plain["tags"], Column(self._capacity)
        has = np.array([tag in item for item in tags.compounds.items], bool)
        column.kinds[:] = Kind.BOOLEAN
        if len(has):
            column.numbers[:] = has[tags.codes] & (tags.kinds == Kind.COMPOUND)
        return column

    def _id_column(self) -> Column:
        column, slots = Column(self._capacity), self.base
        column.put_many(slots, [encode_global_id("Run", int(run)) for run in self.ids[slots]])
        return column

    def shown_names(self, source: Source) -> list[str]:
        """Return the names of cells that a table can show: no objects, none of the client's own."""
        shown = {name for name, column in self._cells[source].items() if _is_shown(column)}
        shown.update(key.name for key in self._left_out if key.source is source)
        return sorted(name for name in shown if not name.startswith("_"))

    # ---- memory -----------------------------------------------------------------------------------------------

    @property
    def nbytes(self) -> int:
        """An estimate: columns, and what is kept of each run beside them."""
        if self._nbytes < 0:
            columns = (*self._plain.values(), *self._document_columns())
            names = sum(len(name) + 100 for names in self._known.values() for name in names)
            self._nbytes = sum(column.nbytes for column in columns) + names + self._capacity * 200
        return self._nbytes

    def trim(self) -> None:
        """Drop the columns that were not needed for longest until a quarter of the budget is free."""
        self._nbytes = -1
        if self.nbytes <= self._budget:
            return
        held = [(Key(source, name), column) for source in _DOCUMENTS for name, column in self._cells[source].items()]
        for key, column in sorted([*held, *self._whole.items()], key=lambda item: item[1].used):
            if self.nbytes <= self._budget * 3 // 4:
                break
            self._nbytes -= column.nbytes
            if self._whole.get(key) is column:
                del self._whole[key]
            else:
                del self._cells[key.source][key.name]
                self._left_out.add(key)


def _is_shown(column: Column) -> bool:
    return bool(((column.kinds > Kind.MISSING) & (column.kinds < Kind.OBJECT)).any())


def _read(key: Key, tree: dict[str, Any]) -> Any:
    return config_value(tree, key.name) if key.source is Source.CONFIG else value_at(tree, key.name)


def _prefixes(name: str) -> Iterable[str]:
    parts = name.split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts)))

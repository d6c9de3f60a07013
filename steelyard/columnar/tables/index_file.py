"""The directory of an index: what lies where in it, and what is known of each column without reading any.

An index is blobs and, last, the directory. For each group of rows come the places of its rows in the file, then the
cells of each column (pieces.py). Whoever keeps an index keeps the length of its directory as well.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from steelyard.columnar.groups import Indexes
from steelyard.columnar.packing import pack, pack_values, unpack, unpack_values
from steelyard.columnar.tables.forms import Form, Kind, common_form

# Types of media that are remembered of one column; nobody shows more.
_MEDIA_MAX = 20
_LENGTH = struct.Struct("<I")
# What the places of rows are called among the columns of a group.
PLACES = -1


@dataclass(slots=True)
class ColumnFacts:
    """How many cells of each kind a column has, which types of media, and the form that holds all its cells."""

    counts: dict[Kind, int] = field(default_factory=dict)
    media: dict[str, None] = field(default_factory=dict)
    large_ints: bool = False
    form: Form = Form.EMPTY

    def add(self, counts: dict[Kind, int], media: Sequence[str] = (), *, large_ints: bool = False) -> None:
        for kind, count in counts.items():
            self.counts[kind] = self.counts.get(kind, 0) + count
        for name in media[: _MEDIA_MAX - len(self.media)]:
            self.media[name] = None
        self.large_ints |= large_ints


@dataclass(frozen=True, slots=True)
class Directory:
    """`names` and `head` as in the file, the head without them and without rows. `forms[group, column]`."""

    names: list[str]
    head: dict[str, Any]
    columns: list[ColumnFacts]
    group_rows: Indexes
    forms: Indexes
    ends: Indexes

    @classmethod
    def of(cls, names: list[str], head: dict[str, Any], columns: list[ColumnFacts], groups: Groups) -> Directory:
        width = len(names)
        forms = np.array(groups.forms, np.int64).reshape(len(groups.rows), width)
        sizes = np.array(groups.sizes, np.int64).reshape(len(groups.rows), width + 1)
        for column, facts in enumerate(columns):
            held = {Form(number) for number in np.unique(forms[:, column]).tolist()}
            facts.form = common_form(held, large_ints=facts.large_ints)
        ends = np.cumsum(sizes.reshape(-1)).reshape(sizes.shape)
        return cls(names, head, columns, np.array(groups.rows, np.int64), forms, ends)

    @property
    def row_count(self) -> int:
        return int(self.group_rows.sum())

    @property
    def size_bytes(self) -> int:
        """Return about what it takes in memory."""
        return int(self.forms.nbytes + self.ends.nbytes) + 400 * len(self.names) + 2 * len(repr(self.head))

    def span(self, group: int, column: int) -> tuple[int, int]:
        """Return where the cells of a column are, or the places of the rows (`PLACES`): from, and to which byte."""
        at = group * self.ends.shape[1] + column + 1
        flat = self.ends.reshape(-1)
        return (int(flat[at - 1]) if at else 0), int(flat[at])


@dataclass(slots=True)
class Groups:
    """The groups of an index that is being made: rows, forms of the pieces, sizes of the blobs."""

    rows: list[int] = field(default_factory=list)
    forms: list[list[int]] = field(default_factory=list)
    sizes: list[list[int]] = field(default_factory=list)

    def add(self, rows: int, forms: list[Form], sizes: list[int], lacking: int) -> None:
        """Add a group that has no cells of the last `lacking` columns."""
        self.rows.append(rows)
        self.forms.append([*map(int, forms), *[int(Form.EMPTY)] * lacking])
        self.sizes.append(sizes + [0] * lacking)

    def widen(self, width: int) -> None:
        """Give each group empty pieces of the columns that came later."""
        for forms, sizes in zip(self.forms, self.sizes, strict=True):
            lacking = width - len(forms)
            forms.extend([int(Form.EMPTY)] * lacking)
            sizes.extend([0] * lacking)


def encode_directory(directory: Directory) -> bytes:
    sizes = np.diff(directory.ends.reshape(-1), prepend=0)
    arrays = pack(directory.group_rows, directory.forms.reshape(-1), sizes)
    facts = [
        [[[int(kind), count] for kind, count in one.counts.items()], list(one.media), one.large_ints, int(one.form)]
        for one in directory.columns
    ]
    values = pack_values([directory.names, directory.head, facts])
    return _LENGTH.pack(len(arrays)) + arrays + values


def decode_directory(blob: bytes) -> Directory:
    """Return the directory that `encode_directory` was given."""
    (size,) = _LENGTH.unpack_from(blob)
    rows, forms, sizes = unpack(blob[_LENGTH.size : _LENGTH.size + size])
    names, head, facts = unpack_values(blob[_LENGTH.size + size :])
    columns = [
        ColumnFacts({Kind(kind): count for kind, count in counts}, dict.fromkeys(media), large_ints, Form(form))
        for counts, media, large_ints, form in facts
    ]
    shape = len(rows), len(names)
    ends = np.cumsum(sizes).reshape(shape[0], shape[1] + 1)
    return Directory(names, head, columns, rows, forms.reshape(shape), ends)

"""Columns of lines as the columns of a Parquet file: which there are, of which type, and their arrays.

Top-level keys are columns, objects in rows are structs, plain columns come before structs: that is how clients read
them (docs/protocol/queries.md, Parquet). Imports pyarrow: loaded with the first segment that is written or read raw.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from steelyard.columnar.arrow_values import Fidelity, arrow_values
from steelyard.columnar.columns import Column
from steelyard.columnar.groups import Indexes, Mask
from steelyard.columnar.key_facts import are_integers
from steelyard.columnar.lines import Lines
from steelyard.columnar.paths import components
from steelyard.columnar.slots import STEP
from steelyard.kernel import jsontext

if TYPE_CHECKING:
    import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Leaf:
    """The column of one key. `values[i]` stands in row `rows[i]`; `present` are the rows of explicit nulls as well.

    `fidelity`: how much of the values the cells give back. `path` is None where the cells are of no single key.
    """

    path: str | None
    rows: Indexes
    present: Indexes
    values: npt.NDArray[Any] | pa.Array
    fidelity: Fidelity = Fidelity.EXACT

    @property
    def type(self) -> pa.DataType:
        return pa.from_numpy_dtype(self.values.dtype) if isinstance(self.values, np.ndarray) else self.values.type

    @property
    def is_exact(self) -> bool:
        return self.fidelity is Fidelity.EXACT

    @property
    def has_texts(self) -> bool:
        return self.fidelity is Fidelity.TEXT

    @property
    def width(self) -> int:
        """How many columns of Parquet it is."""
        return count_leaves(self.type)

    @property
    def leaves(self) -> Iterator[Leaf]:
        yield self

    def cells(self, begin: int, end: int) -> pa.Array:
        """Return the cells of the rows from `begin` to before `end`."""
        low, high = np.searchsorted(self.rows, [begin, end]).tolist()
        values = self.values[low:high]
        if high == low:
            return pa.nulls(end - begin, self.type)
        if high - low == end - begin:
            return pa.array(values) if isinstance(values, np.ndarray) else values
        places = self.rows[low:high] - begin
        return _scattered(values, places, end - begin)

    def mark(self, present: Mask, begin: int) -> None:
        """Set `present`, of the rows from `begin` on, where the key stands."""
        low, high = np.searchsorted(self.present, [begin, begin + len(present)]).tolist()
        present[self.present[low:high] - begin] = True


def _scattered(values: npt.NDArray[Any] | pa.Array, places: Indexes, count: int) -> pa.Array:
    valid = np.zeros(count, np.bool_)
    valid[places] = True
    if not isinstance(values, np.ndarray):
        index = np.zeros(count, np.int64)
        index[places] = np.arange(len(places))
        return values.take(pa.array(index, mask=~valid))
    cells = np.zeros(count, values.dtype)
    cells[places] = values
    bits = pa.py_buffer(np.packbits(valid, bitorder="little"))
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), count, [bits, pa.py_buffer(cells)])


@dataclass(frozen=True, slots=True)
class Struct:
    """A key whose values are objects, by their own keys."""

    children: dict[str, Node] = field(default_factory=dict)

    @property
    def type(self) -> pa.DataType:
        return pa.struct([pa.field(name, child.type) for name, child in self.children.items()])

    @property
    def leaves(self) -> Iterator[Leaf]:
        for child in self.children.values():
            yield from child.leaves

    def cells(self, begin: int, end: int) -> pa.Array:
        arrays = [child.cells(begin, end) for child in self.children.values()]
        present = np.zeros(end - begin, np.bool_)
        self.mark(present, begin)
        mask = None if present.all() else pa.array(~present)
        return pa.StructArray.from_arrays(arrays, names=list(self.children), mask=mask)

    def mark(self, present: Mask, begin: int) -> None:
        """Set `present` where any key below stands."""
        for child in self.children.values():
            child.mark(present, begin)


Node = Leaf | Struct


def lay_out(lines: Lines, columns: Mapping[str, Column]) -> dict[str, Node]:
    """Return the columns of the file by name, in their order; `_step` is the step of each line, sent or not."""
    every = np.arange(len(lines), dtype=np.int64)
    nodes: dict[str, Node] = {}
    by_name: dict[str, dict[str, list[str]]] = {}
    for path in columns:
        name, *below = components(path)
        by_name.setdefault(name, {})[path] = below
    by_name.pop(STEP, None)
    for name, paths in by_name.items():
        nodes[name] = _tree(paths, columns) or _texts(paths, columns)
    steps = Leaf(None, every, every, lines.steps)
    return {STEP: steps, **dict(sorted(nodes.items(), key=lambda item: pa.types.is_struct(item[1].type)))}


def count_leaves(kind: pa.DataType) -> int:
    """Return how many columns of Parquet a column of this type is."""
    if pa.types.is_struct(kind):
        return sum(count_leaves(kind.field(i).type) for i in range(kind.num_fields))
    return 1


def _leaf(path: str, column: Column) -> Leaf:
    present = column.rows if not len(column.nulls) else np.union1d(column.rows, column.nulls)
    if column.numbers is None:
        objects, fidelity = arrow_values(column.objects)
        return Leaf(path, column.rows, present, objects, fidelity)
    values = column.numbers.astype(np.int64) if are_integers(column) else column.numbers
    return Leaf(path, column.rows, present, values)


def _tree(paths: Mapping[str, list[str]], columns: Mapping[str, Column]) -> Node | None:
    """Return the node of a top-level key; None when an object in some rows is something else in others.

    A key that is an object or null is an object: its nulls are those of the struct.
    """
    if len(paths) == 1 and not any(paths.values()):
        (path,) = paths
        return _leaf(path, columns[path])
    root = Struct()
    inner = {tuple(below[:depth]) for below in paths.values() for depth in range(len(below))}
    for path, below in paths.items():
        if tuple(below) in inner:
            if len(columns[path]):
                return None
            continue
        place = root
        for name in below[:-1]:
            child = place.children.setdefault(name, Struct())
            assert isinstance(child, Struct), "what has keys below it is no leaf"
            place = child
        place.children[below[-1]] = _leaf(path, columns[path])
    return root


def _texts(paths: Mapping[str, list[str]], columns: Mapping[str, Column]) -> Leaf:
    """Return the values of a top-level key as JSON texts."""
    found: dict[int, dict[str, Any]] = {}
    for path, below in paths.items():
        column = columns[path]
        rows = [*column.rows.tolist(), *column.nulls.tolist()]
        for row, value in zip(rows, [*column.values(), *[None] * len(column.nulls)], strict=True):
            place = found.setdefault(row, {})
            for name in ("", *below[:-1]) if below else ():
                place = place.setdefault(name, {})
            place[below[-1] if below else ""] = value
    order = sorted(row for row, value in found.items() if value[""] is not None)
    places = np.array(order, dtype=np.int64)
    texts = pa.array([jsontext.dumps(found[row][""]) for row in order], pa.string())
    return Leaf(None, places, places, texts, Fidelity.TEXT)

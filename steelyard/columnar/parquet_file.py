"""Writing and reading the Parquet part of a segment. Imports pyarrow: loaded when the first one is written or read."""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from steelyard.columnar.directory import Span
from steelyard.columnar.groups import Indexes
from steelyard.columnar.parquet_columns import Node
from steelyard.columnar.slots import STEP

if TYPE_CHECKING:
    import numpy.typing as npt

# Rows that are decoded together: about 1 MB of one column of floats. Small enough that the ends of a range are cheap.
ROW_GROUP_MAX = 131_072
# Cells of a row group, so that wide files need no more memory than long ones while they are written.
_CELLS_MAX = 4_000_000
# No smaller however many columns there are, for each costs the footer 100 bytes per group.
_ROW_GROUP_MIN = 4_096
_ZSTD_LEVEL = 1
# Where the first row group begins, after "PAR1".
ROWS_START = 4


class ParquetFileWriter:
    """Writes row groups into memory, then anything else, then the footer. Readers find all by absolute places."""

    def __init__(self, columns: Mapping[str, Node]) -> None:
        self._columns = columns
        self._schema = pa.schema([pa.field(name, node.type) for name, node in columns.items()])
        self._sink = pa.BufferOutputStream()
        self._metadata: list[Any] = []
        floats, texts = _encodings(self._schema)
        self._writer = pq.ParquetWriter(
            self._sink,
            self._schema,
            compression="zstd",
            compression_level=_ZSTD_LEVEL,
            use_dictionary=texts,
            column_encoding=floats,
            write_statistics=[STEP],
            store_schema=False,
            # One page for each column of a row group: planes of bytes compress better the longer they are.
            max_rows_per_page=ROW_GROUP_MAX,
            metadata_collector=self._metadata,
        )

    def write_rows(self, count: int) -> Iterator[tuple[int, int]]:
        """Write all rows, group by group, and yield the first row of each and the one after its last."""
        size = min(ROW_GROUP_MAX, max(_ROW_GROUP_MIN, _CELLS_MAX // len(self._columns)))
        for begin in range(0, count, size):
            end = min(begin + size, count)
            cells = [node.cells(begin, end) for node in self._columns.values()]
            self._writer.write_table(pa.Table.from_arrays(cells, schema=self._schema), end - begin)
            yield begin, end

    def tell(self) -> int:
        return int(self._sink.tell())

    def write(self, blob: bytes) -> None:
        self._sink.write(blob)

    def close(self) -> tuple[bytes, Span]:
        """Return the file, and where its footer is: metadata alone, without the length and the magic after it."""
        start = self.tell()
        self._writer.close()
        body: bytes = self._sink.getvalue().to_pybytes()
        return body, Span(start, len(body))

    def chunk_sizes(self) -> list[tuple[int, ...]]:
        """Return for every row group how many bytes each leaf column has. They follow each other without gaps."""
        metadata = self._metadata[0]
        groups = (metadata.row_group(index) for index in range(metadata.num_row_groups))
        return [
            tuple(group.column(leaf).total_compressed_size for leaf in range(group.num_columns)) for group in groups
        ]


def _encodings(schema: Any) -> tuple[dict[str, str], list[str]]:
    """Return how numbers are encoded, and which columns have a dictionary: texts, which repeat themselves.

    A column `a.b` and the key `b` of a struct `a` have one name here. If they differ in type, neither is named.
    """
    wanted: dict[str, set[str]] = {}
    for name, kind in _leaves(schema):
        number = "BYTE_STREAM_SPLIT" if pa.types.is_float64(kind) else "DELTA_BINARY_PACKED"
        is_number = pa.types.is_float64(kind) or pa.types.is_int64(kind)
        wanted.setdefault(name, set()).add(number if is_number else "text" if pa.types.is_string(kind) else "")
    only = {name: next(iter(kinds)) for name, kinds in wanted.items() if len(kinds) == 1}
    numbers = {name: kind for name, kind in only.items() if kind not in {"text", ""}}
    return numbers, [name for name, kind in only.items() if kind == "text"]


def _leaves(fields: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for item in fields:
        name = f"{prefix}{item.name}"
        if pa.types.is_struct(item.type):
            yield from _leaves((item.type.field(i) for i in range(item.type.num_fields)), f"{name}.")
        elif pa.types.is_list(item.type):
            yield f"{name}.list.element", item.type.value_type
        else:
            yield name, item.type


def parse_footer(body: bytes) -> Any:
    """Return the metadata in the footer, whose last bytes are its length and the magic."""
    return pq.read_metadata(pa.BufferReader(b"PAR1" + body))


def read_cells(metadata: Any, groups: Sequence[int], leaves: Sequence[int], pieces: Mapping[int, bytes]) -> Cells:
    """Return the cells of these leaf columns in these row groups.

    `pieces` are the bytes of the file that hold them, by where they begin.
    """
    source = pa.PythonFile(_Pieces(pieces), mode="r")
    with pq.ParquetFile(source, metadata=metadata, pre_buffer=False) as file:
        return Cells(file.reader.read_row_groups(list(groups), column_indices=list(leaves), use_threads=False))


class Cells:
    """Columns of rows that were read together, each named by the keys that lead to it."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def rows(self, place: Sequence[str]) -> Indexes:
        """Return in which rows there is a value."""
        cells = self._cells(place)
        if not cells.null_count:
            return np.arange(len(cells), dtype=np.int64)
        return np.flatnonzero(cells.is_valid().to_numpy(zero_copy_only=False))

    def numbers(self, place: Sequence[str]) -> npt.NDArray[Any]:
        values: npt.NDArray[Any] = self._values(place).to_numpy()
        return values

    def objects(self, place: Sequence[str]) -> list[Any]:
        values: list[Any] = self._values(place).to_pylist()
        return values

    def _values(self, place: Sequence[str]) -> Any:
        cells = self._cells(place)
        return cells.drop_null() if cells.null_count else cells

    def _cells(self, place: Sequence[str]) -> Any:
        name, *below = place
        cells = self._table.column(name).combine_chunks()
        for child in below:
            at = cells.type.get_field_index(child)
            cells = cells.flatten()[at]  # nulls of the struct are nulls of what is in it
        return cells


class _Pieces(io.RawIOBase):
    """A file of which only some pieces are there, as pyarrow reads it: no other is asked for."""

    def __init__(self, pieces: Mapping[int, bytes]) -> None:
        self._starts = sorted(pieces)
        self._pieces = [pieces[start] for start in self._starts]
        self._size = self._starts[-1] + len(self._pieces[-1])
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._position = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence] + offset
        return self._position

    def read(self, size: int = -1) -> bytes:
        place = bisect_right(self._starts, self._position) - 1
        begin = self._position - self._starts[place]
        piece = self._pieces[place]
        assert 0 <= begin <= len(piece) - size, "a piece that was not read"
        self._position += size
        return piece[begin : begin + size]

"""Cells of one column over consecutive rows, in a form that can be compared: a `Piece`, and its bytes in an index.

Where all cells are of one kind, the piece is an array of that kind; otherwise it is `Mixed`. What a reader sees never
comes from here, but from the file itself: a piece only has to order, to filter and to count.

Imports pyarrow: loaded with the first table that is opened.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from steelyard.columnar.groups import EXACT_INT_END, Floats, Indexes, Mask
from steelyard.columnar.packing import compress, decompress, pack, unpack
from steelyard.columnar.tables.forms import Form, Kind

if TYPE_CHECKING:
    import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Mixed:
    """Cells of several kinds. `numbers` + `rest` is a number exactly.

    `texts` has the text, the JSON, or what names media.
    """

    kinds: Indexes
    numbers: Floats
    rest: Floats
    texts: Any

    def take(self, rows: Indexes) -> Mixed:
        return Mixed(self.kinds[rows], self.numbers[rows], self.rest[rows], self.texts.take(pa.array(rows)))

    def without(self, absent: Mask) -> Mixed:
        """Return the cells with nulls where `absent` is."""
        numbers, rest = (np.where(absent, 0.0, values) for values in (self.numbers, self.rest))
        texts = pc.if_else(pa.array(~absent), self.texts, None)
        return Mixed(np.where(absent, int(Kind.NULL), self.kinds), numbers, rest, texts)


@dataclass(frozen=True, slots=True)
class Piece:
    """`cells` is an Arrow array, or `Mixed`."""

    form: Form
    cells: Any

    def __len__(self) -> int:
        return len(self.cells.kinds if self.form is Form.MIXED else self.cells)

    @property
    def size_bytes(self) -> int:
        if self.form is not Form.MIXED:
            return int(self.cells.nbytes)
        return len(self) * 24 + int(self.cells.texts.nbytes)

    @property
    def has_large_ints(self) -> bool:
        """Tell of whole numbers that need more than a float."""
        if self.form is not Form.INT:
            return False
        numbers = self.cells.drop_null().to_numpy()
        return bool(len(numbers)) and bool(numbers.max() > EXACT_INT_END or numbers.min() < -EXACT_INT_END)

    def count_kinds(self) -> dict[Kind, int]:
        if self.form is Form.MIXED:
            counts = np.bincount(self.cells.kinds, minlength=len(Kind)).tolist()
            return {kind: counts[kind] for kind in Kind if counts[kind]}
        nulls = self.cells.null_count
        counts_of = (
            {Kind.NULL: nulls, _KIND_OF[self.form]: len(self) - nulls} if len(self) > nulls else {Kind.NULL: nulls}
        )
        return {kind: count for kind, count in counts_of.items() if count}

    def take(self, rows: Indexes) -> Piece:
        """Return the cells of these rows; a negative row is null."""
        absent = rows < 0
        if self.form is not Form.MIXED:
            return Piece(self.form, self.cells.take(pa.array(rows, mask=absent)))
        if not len(self):
            return mixed_of([None] * len(rows))
        return Piece(Form.MIXED, self.cells.take(np.where(absent, 0, rows)).without(absent))


# ---- from values --------------------------------------------------------------------------------------------------


def piece_of(values: Sequence[Any], *, extended: bool = False) -> Piece:
    """Return the cells `values`, decoded from JSON. `extended`: NaN and large integers may be inside of them."""
    form = _plain_form(set(map(type, values)) - {type(None)})
    piece = None if form is None else _plain(form, values)
    return mixed_of(values, extended=extended) if piece is None else piece


_KIND_OF = {
    Form.EMPTY: Kind.NULL,
    Form.BOOLEAN: Kind.BOOLEAN,
    Form.INT: Kind.NUMBER,
    Form.FLOAT: Kind.NUMBER,
    Form.TEXT: Kind.TEXT,
}
_ARROW = {
    Form.EMPTY: pa.null(),
    Form.BOOLEAN: pa.bool_(),
    Form.INT: pa.int64(),
    Form.FLOAT: pa.float64(),
    Form.TEXT: pa.string(),
}


def _plain_form(kinds: set[type]) -> Form | None:
    if not kinds:
        return Form.EMPTY
    if len(kinds) == 1:
        return {bool: Form.BOOLEAN, int: Form.INT, float: Form.FLOAT, str: Form.TEXT}.get(next(iter(kinds)))
    return Form.FLOAT if kinds == {int, float} else None


def _plain(form: Form, values: Sequence[Any]) -> Piece | None:
    """Return None where the form cannot hold all values exactly."""
    try:
        if form is Form.FLOAT and not all(_is_exact(value) for value in values if type(value) is int):
            return None
        return Piece(form, pa.array(values, _ARROW[form], from_pandas=False))
    except (OverflowError, pa.ArrowInvalid, UnicodeEncodeError):
        return None


def _is_exact(value: int) -> bool:
    return -EXACT_INT_END <= value <= EXACT_INT_END


def mixed_of(values: Sequence[Any], *, extended: bool = False) -> Piece:
    kinds = np.zeros(len(values), np.int64)
    numbers, rest = np.zeros(len(values)), np.zeros(len(values))
    texts: list[str | None] = [None] * len(values)
    for row, value in enumerate(values):
        kind = kinds[row] = _kind(value)
        if kind == Kind.NUMBER:
            numbers[row], rest[row], texts[row] = _split(value)
        elif kind == Kind.BOOLEAN:
            numbers[row] = value
        elif kind != Kind.NULL:
            texts[row] = _clean(_text(kind, value, extended=extended))
    return Piece(Form.MIXED, Mixed(kinds, numbers, rest, pa.array(texts, pa.string())))


def _kind(value: Any) -> Kind:
    if value is None:
        return Kind.NULL
    if isinstance(value, bool):
        return Kind.BOOLEAN
    if isinstance(value, (int, float)):
        return Kind.NUMBER
    if isinstance(value, str):
        return Kind.TEXT
    return Kind.MEDIA if isinstance(value, dict) and isinstance(value.get("_type"), str) else Kind.JSON


def split_number(value: float) -> tuple[float, float]:
    """Return a float and what is missing to `value`: pairs of these compare as the numbers do.

    Beyond the largest float, only the sign is told.
    """
    try:
        number = float(value)
    except OverflowError:
        return (math.inf if value > 0 else -math.inf), 0.0
    if isinstance(value, float) or _is_exact(value):
        return number, 0.0
    return number, float(value - int(number))


def _split(value: float) -> tuple[float, float, str | None]:
    number, rest = split_number(value)
    return number, rest, None


def _text(kind: Kind, value: Any, *, extended: bool) -> str:
    if kind == Kind.TEXT:
        return str(value)
    if kind == Kind.MEDIA:
        return name_of_media(value)
    if extended:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return orjson.dumps(value).decode()


def name_of_media(value: dict[str, Any]) -> str:
    """Return the text that media are found and sorted by: the caption, without one the file."""
    for key in ("caption", "path", "artifact_path", "_type"):
        found = value.get(key)
        if isinstance(found, str) and found:
            return found
    return ""


def _clean(text: str) -> str:
    """Return the text without halves of pairs, which JSON can name and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode() if not text.isascii() else text


# ---- one form for all ---------------------------------------------------------------------------------------------


def as_form(piece: Piece, form: Form) -> Piece:
    """Return the same cells in a form that `common_form` has chosen."""
    if piece.form is form:
        return piece
    if form is not Form.MIXED:
        return Piece(form, piece.cells.cast(_ARROW[form]))
    count = len(piece)
    absent = np.asarray(piece.cells.is_null())
    kinds = np.where(absent, Kind.NULL, _KIND_OF[piece.form]).astype(np.int64)
    numbers, rest = np.zeros(count), np.zeros(count)
    texts = pa.nulls(count, pa.string())
    if piece.form is Form.TEXT:
        texts = piece.cells
    elif piece.form is not Form.EMPTY:
        values = np.asarray(piece.cells.fill_null(False if piece.form is Form.BOOLEAN else 0))
        numbers = values.astype(np.float64)
        rest = _rest_of_ints(values, numbers) if piece.form is Form.INT else rest
    return Piece(Form.MIXED, Mixed(kinds, numbers, rest, texts))


def _rest_of_ints(values: npt.NDArray[Any], numbers: Floats) -> Floats:
    large = np.flatnonzero(np.abs(numbers) >= EXACT_INT_END)
    rest = np.zeros(len(values))
    for row in large.tolist():
        rest[row] = int(values[row]) - int(numbers[row])
    return rest


def join_pieces(pieces: Sequence[Piece], form: Form) -> Piece:
    """Return the cells of all pieces, one after the other, in one form."""
    same = [as_form(piece, form) for piece in pieces]
    if len(same) == 1:
        return same[0]
    if form is not Form.MIXED:
        chunks = [piece.cells for piece in same]
        return Piece(form, pa.concat_arrays(chunks) if chunks else pa.array([], _ARROW[form]))
    if not same:
        return mixed_of([])
    parts = [piece.cells for piece in same]
    return Piece(
        form,
        Mixed(
            np.concatenate([part.kinds for part in parts]),
            np.concatenate([part.numbers for part in parts]),
            np.concatenate([part.rest for part in parts]),
            pa.concat_arrays([part.texts for part in parts]),
        ),
    )


# ---- bytes --------------------------------------------------------------------------------------------------------

_LENGTH = struct.Struct("<I")
_WITH_TEXT = (Kind.TEXT, Kind.JSON, Kind.MEDIA)


def encode_piece(piece: Piece) -> bytes:
    """Return the piece without its form and its length, which the directory of an index holds."""
    if piece.form is Form.EMPTY:
        return b""
    if piece.form is Form.MIXED:
        cells = piece.cells
        return _with_texts(pack(cells.kinds, cells.numbers, cells.rest), cells.texts.drop_null())
    present = piece.cells.drop_null()
    nulls = np.asarray(piece.cells.is_null()) if piece.cells.null_count else np.zeros(0, np.bool_)
    if piece.form is Form.TEXT:
        return _with_texts(pack(nulls), present)
    return pack(nulls, present.to_numpy(zero_copy_only=False))


def decode_piece(form: Form, count: int, blob: bytes) -> Piece:
    """Return the piece that `encode_piece` was given."""
    if form is Form.EMPTY:
        return Piece(form, pa.nulls(count))
    if form is Form.MIXED:
        arrays, texts = _split_texts(blob)
        kinds, numbers, rest = unpack(arrays)
        return Piece(form, Mixed(kinds, numbers, rest, _spread(~np.isin(kinds, _WITH_TEXT), texts)))
    if form is Form.TEXT:
        arrays, texts = _split_texts(blob)
        return Piece(form, _spread(unpack(arrays)[0], texts))
    nulls, values = unpack(blob)
    return Piece(form, _spread(nulls, pa.array(values, _ARROW[form])))


def _with_texts(arrays: bytes, texts: Any) -> bytes:
    """Return `arrays`, the lengths of the texts, and the texts; the first two with their own length before them."""
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, np.int32, len(texts) + 1, texts.offset * 4) if len(texts) else np.zeros(1, np.int32)
    body = data.slice(int(ends[0]), int(ends[-1] - ends[0])).to_pybytes() if len(texts) and data else b""
    lengths = pack(np.diff(ends).astype(np.int64))
    return b"".join([_LENGTH.pack(len(arrays)), arrays, _LENGTH.pack(len(lengths)), lengths, compress(body)])


def _split_texts(blob: bytes) -> tuple[bytes, Any]:
    arrays, rest = _first(blob)
    lengths, body = _first(rest)
    (sizes,) = unpack(lengths)
    offsets = np.concatenate([np.zeros(1, np.int32), np.cumsum(sizes, dtype=np.int32)])
    return arrays, pa.StringArray.from_buffers(len(sizes), pa.py_buffer(offsets), pa.py_buffer(decompress(body)))


def _first(blob: bytes) -> tuple[bytes, bytes]:
    (size,) = _LENGTH.unpack_from(blob)
    return blob[_LENGTH.size : _LENGTH.size + size], blob[_LENGTH.size + size :]


def _spread(nulls: Mask, present: Any) -> Any:
    """Return the present cells in their rows. No mask at all: there is no null."""
    if not nulls.any():
        return present
    return present.take(pa.array(np.cumsum(~nulls) - 1, mask=nulls))

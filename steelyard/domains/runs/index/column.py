"""The values of one key in all runs of a project: for each run a kind, and a number or the code of an object.

A run has a *slot*, its place in every array. Texts and lists are kept once per distinct value, by code. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from steelyard.sql.filters import MISSING, as_number

if TYPE_CHECKING:
    import numpy.typing as npt

Bools: TypeAlias = "npt.NDArray[np.bool_]"
Floats: TypeAlias = "npt.NDArray[np.float64]"
Ints: TypeAlias = "npt.NDArray[np.int64]"


class Kind(IntEnum):
    """What a run has under the key."""

    MISSING = 0
    NULL = 1
    NUMBER = 2
    BOOLEAN = 3
    MOMENT = 4
    TEXT = 5
    # A list, or an object that somebody asked for as a whole.
    COMPOUND = 6
    # A text or list that is too large to be kept: whoever compares it reads the document.
    AWAY = 7
    # Not kept either; what is in it has columns of its own.
    OBJECT = 8


class Marker:
    """What stands for a value that is not kept itself."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind


OBJECT, AWAY = Marker(Kind.OBJECT), Marker(Kind.AWAY)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NUMERIC = {int, float}
# What a text costs beside its characters, in the list, the table of codes and as an object.
_TEXT_BYTES = 150
_SPARE_CODES = 1024


def microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // _MICROSECOND


class Vocabulary:
    """Distinct objects by code."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self._codes: dict[Any, int] = {}
        self.nbytes = 0

    def code(self, identity: Any, item: Any) -> int:
        found = self._codes.get(identity)
        if found is None:
            found = self._codes[identity] = len(self.items)
            self.items.append(item)
            self.nbytes += _TEXT_BYTES + (len(identity) if isinstance(identity, str) else 60 * len(identity))
        return found

    def find(self, identity: Any) -> int | None:
        return self._codes.get(identity)


class Column:
    """Grows by slots; `numbers` and `codes` hold something only where `kinds` says so."""

    def __init__(self, capacity: int) -> None:
        self.kinds: npt.NDArray[np.uint8] = np.zeros(capacity, np.uint8)
        self._numbers: Floats | None = None
        self._codes: npt.NDArray[np.int32] | None = None
        self.texts, self.compounds = Vocabulary(), Vocabulary()
        # When it was last needed, for whoever must make room.
        self.used = 0
        self._ranks: npt.NDArray[np.int64] | None = None

    @property
    def nbytes(self) -> int:
        arrays = (self.kinds, self._numbers, self._codes)
        return sum(item.nbytes for item in arrays if item is not None) + self.texts.nbytes + self.compounds.nbytes

    @property
    def has_numbers(self) -> bool:
        return self._numbers is not None

    @property
    def numbers(self) -> Floats:
        if self._numbers is None:
            self._numbers = np.zeros(len(self.kinds))
        return self._numbers

    @property
    def codes(self) -> npt.NDArray[np.int32]:
        if self._codes is None:
            self._codes = np.zeros(len(self.kinds), np.int32)
        return self._codes

    def grow(self, capacity: int) -> None:
        more = capacity - len(self.kinds)
        self.kinds = np.append(self.kinds, np.zeros(more, np.uint8))
        if self._numbers is not None:
            self._numbers = np.append(self._numbers, np.zeros(more))
        if self._codes is not None:
            self._codes = np.append(self._codes, np.zeros(more, np.int32))

    def has(self, kind: Kind) -> bool:
        return bool((self.kinds == kind).any())

    def clear(self, slot: int) -> None:
        self.kinds[slot] = Kind.MISSING

    # ---- writing ----------------------------------------------------------------------------------------------

    def put_many(self, slots: Ints, values: Sequence[Any]) -> None:
        """Set the values of distinct slots; whole columns of numbers or texts at once."""
        types = set(map(type, values))
        if types <= _NUMERIC:
            try:
                self.numbers[slots] = np.array(values, np.float64)
            except OverflowError:
                self._put_each(slots, values)
            else:
                self.kinds[slots] = Kind.NUMBER
        elif types == {str}:
            self.codes[slots] = [self.texts.code(value, value) for value in values]
            self.kinds[slots] = Kind.TEXT
        else:
            self._put_each(slots, values)
        self._forget_unused()

    def _put_each(self, slots: Iterable[int], values: Iterable[Any]) -> None:
        for slot, value in zip(slots, values, strict=True):
            self._put(slot, value)

    def _put(self, slot: int, value: Any) -> None:
        if value is MISSING or value is None:
            self.kinds[slot] = Kind.NULL if value is None else Kind.MISSING
        elif isinstance(value, Marker):
            self.kinds[slot] = value.kind
        elif isinstance(value, bool):
            self.kinds[slot], self.numbers[slot] = Kind.BOOLEAN, value
        elif isinstance(value, int | float):
            self.kinds[slot], self.numbers[slot] = Kind.NUMBER, as_number(value)
        elif isinstance(value, str):
            self.kinds[slot], self.codes[slot] = Kind.TEXT, self.texts.code(value, value)
        elif isinstance(value, datetime):
            self.kinds[slot], self.numbers[slot] = Kind.MOMENT, microseconds(value)
        else:
            # a tuple holds texts only, and is one itself
            identity = value if isinstance(value, tuple) else repr(value)
            self.kinds[slot] = Kind.COMPOUND
            self.codes[slot] = self.compounds.code(identity, value)

    def _forget_unused(self) -> None:
        """Drop objects that no run has any more, once they are the most."""
        limit = 2 * len(self.kinds) + _SPARE_CODES
        for kind, name in ((Kind.TEXT, "texts"), (Kind.COMPOUND, "compounds")):
            if len(getattr(self, name).items) > limit:
                slots = np.flatnonzero(self.kinds == kind)
                values = [self.value(int(slot)) for slot in slots]
                setattr(self, name, Vocabulary())
                self._put_each(slots, values)
                self._ranks = None

    # ---- reading ----------------------------------------------------------------------------------------------

    def value(self, slot: int) -> Any:
        """Return one value as Python has it; whole numbers as such. A value that is not kept comes as its marker."""
        kind = self.kinds[slot]
        if kind in {Kind.MISSING, Kind.NULL}:
            return MISSING if kind == Kind.MISSING else None
        if kind == Kind.TEXT:
            return self.texts.items[self.codes[slot]]
        if kind == Kind.COMPOUND:
            return self.compounds.items[self.codes[slot]]
        return self._number(kind, float(self.numbers[slot])) if kind <= Kind.MOMENT else _MARKERS[kind]

    @staticmethod
    def _number(kind: int, number: float) -> Any:
        if kind == Kind.BOOLEAN:
            return number == 1
        if kind == Kind.MOMENT:
            return EPOCH + timedelta(microseconds=number)
        return int(number) if math.isfinite(number) and number.is_integer() and abs(number) < 1 << 53 else number

    def label(self, slot: int) -> Any:
        """Return the value as what a group of runs has in common: null for what is missing, and for NaN."""
        value = self.value(slot)
        if value is MISSING or isinstance(value, Marker) or (isinstance(value, float) and math.isnan(value)):
            return None
        return list(value) if isinstance(value, tuple) else value

    def text_ranks(self) -> Ints:
        """Return the place of each text, by code, in their order. Kept until there are more texts."""
        if self._ranks is None or len(self._ranks) != len(self.texts.items):
            texts = self.texts.items
            order = sorted(range(len(texts)), key=texts.__getitem__)
            self._ranks = np.empty(len(texts), np.int64)
            self._ranks[order] = np.arange(len(texts))
        return self._ranks


_MARKERS = {Kind.OBJECT: OBJECT, Kind.AWAY: AWAY}

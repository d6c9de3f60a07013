"""The client's filter language, MongoDB-style JSON (docs/protocol/queries.md, run filters): parsed to a small tree.

`parse` turns the text into the tree once, `matches` decides one item. What a key means is the caller's: `matches` asks
it for the value of a key. The tree is plain data, so that it may also be compiled to SQL.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import re2

from steelyard.kernel import jsontext
from steelyard.kernel.clock import parse_iso
from steelyard.kernel.errors import Invalid

# Filters come from people and generators of a few levels; the bound keeps recursion shallow.
DEPTH_MAX = 40
# A sweep of thousands of runs is asked for by one `$in`.
PARTS_MAX = 20_000
# Values of one `$all`, each of which is compared by itself.
ALL_MAX = 1000
PATTERN_MAX = 1000
# Some short patterns take milliseconds to compile; many simple ones are one with alternatives.
PATTERNS_MAX = 50
_PATTERN_BYTES = 1 << 20
# Whoever sends milliseconds since 1970 sends more than this; as seconds it would be the year 5138.
_MILLISECONDS_FROM = 1e11


class Missing(Enum):
    """The value of a key that an item does not have; `MISSING` matches like null."""

    MISSING = "missing"


MISSING = Missing.MISSING
Lookup = Callable[[str], Any]


class Op(Enum):
    EQ = "$eq"
    NE = "$ne"
    GT = "$gt"
    GTE = "$gte"
    LT = "$lt"
    LTE = "$lte"
    IN = "$in"
    NIN = "$nin"
    EXISTS = "$exists"
    REGEX = "$regex"
    CONTAINS = "$contains"
    ALL = "$all"
    SIZE = "$size"


@dataclass(frozen=True)
class Every:
    """All parts match; true without any."""

    parts: tuple[Filter, ...] = ()


@dataclass(frozen=True)
class Some:
    """One part matches at least; false without any."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True)
class Negation:
    part: Filter


@dataclass(frozen=True)
class Test:
    """One comparison of the value of `key`. `pattern` is the compiled operand of `$regex`."""

    key: str
    op: Op
    operand: Any
    pattern: Any = field(default=None, compare=False)


Filter = Every | Some | Negation | Test
EVERYTHING = Every()


# ---- reading --------------------------------------------------------------------------------------------------


def parse(text: str | None) -> Filter:
    """Return the filter that `text` holds; none, blank and null mean everything. Raises `Invalid`."""
    if not text or not text.strip():
        return EVERYTHING
    try:
        value = jsontext.loads(text)
    except ValueError as error:
        raise Invalid(f"the filter is not JSON: {error}") from error
    return read(value)


def read(value: Any) -> Filter:
    """Return the filter of an already decoded document. Raises `Invalid`."""
    return _Reader().filter(value, 0) if value is not None else EVERYTHING


class _Reader:
    """Reads one document, counting its parts, and the patterns among them."""

    def __init__(self) -> None:
        self._parts = self._patterns = 0

    def filter(self, value: Any, depth: int) -> Filter:
        if not isinstance(value, dict):
            raise Invalid(f"a filter must be an object, not {_shown(value)}")
        if depth > DEPTH_MAX:
            raise Invalid(f"the filter nests deeper than {DEPTH_MAX} levels")
        return _joined([self._entry(key, item, depth + 1) for key, item in value.items()])

    def _entry(self, key: str, value: Any, depth: int) -> Filter:
        self._parts += 1
        if self._parts > PARTS_MAX:
            raise Invalid(f"the filter has more than {PARTS_MAX} parts")
        if key in {"$and", "$or", "$nor"}:
            parts = tuple(self.filter(item, depth) for item in _list(key, value))
            if key == "$and":
                return Every(parts)
            return _any_of(parts) if key == "$or" else Negation(_any_of(parts))
        if key == "$not":
            return Negation(self.filter(value, depth))
        if key.startswith("$"):
            raise Invalid(f"unknown operator {key[:40]!r}")
        return self._comparison(key, value, depth)

    def _comparison(self, key: str, value: Any, depth: int) -> Filter:
        if depth > DEPTH_MAX:
            raise Invalid(f"the filter nests deeper than {DEPTH_MAX} levels")
        if not isinstance(value, dict) or not any(name.startswith("$") for name in value):
            return Test(key, Op.EQ, value)
        tests: list[Filter] = []
        for name, operand in value.items():
            if name == "$not":
                inner = operand if isinstance(operand, dict) else {"$eq": operand}
                tests.append(Negation(self._comparison(key, inner, depth + 1)))
            elif name != "$options":
                self._count_pattern(name)
                tests.append(_test(key, name, operand, str(value.get("$options") or "")))
        return _joined(tests)

    def _count_pattern(self, name: str) -> None:
        self._patterns += name == Op.REGEX.value
        if self._patterns > PATTERNS_MAX:
            raise Invalid(f"the filter has more than {PATTERNS_MAX} regular expressions: join them by |")


def _joined(parts: list[Filter]) -> Filter:
    return parts[0] if len(parts) == 1 else Every(tuple(parts))


def _any_of(parts: tuple[Filter, ...]) -> Filter:
    """Whoever asks for some of thousands of runs may name each in a part of its own: one look-up decides them all."""
    tests = [part for part in parts if isinstance(part, Test) and part.op is Op.EQ]
    if len(parts) > 1 and len(tests) == len(parts) and len({test.key for test in tests}) == 1:
        return Test(tests[0].key, Op.IN, [test.operand for test in tests])
    return Some(parts)


def _test(key: str, name: str, operand: Any, options: str) -> Filter:
    try:
        op = Op(name)
    except ValueError as error:
        raise Invalid(f"unknown operator {name[:40]!r}") from error
    if op in {Op.IN, Op.NIN, Op.ALL}:
        most = ALL_MAX if op is Op.ALL else PARTS_MAX
        if len(_list(name, operand)) > most:
            raise Invalid(f"{name} takes at most {most} values")
    elif op is Op.SIZE and not (isinstance(operand, int) and not isinstance(operand, bool)):
        raise Invalid("$size takes a whole number")
    elif op is Op.REGEX:
        return Test(key, op, operand, compile_pattern(operand, ignore_case="i" in options))
    return Test(key, op, operand)


def compile_pattern(pattern: Any, *, ignore_case: bool = False) -> Any:
    """Return a compiled regular expression whose matching time grows with the text only. Raises `Invalid`."""
    if not isinstance(pattern, str) or len(pattern) > PATTERN_MAX:
        raise Invalid(f"a regular expression must be a text of at most {PATTERN_MAX} characters")
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = not ignore_case
    options.max_mem = _PATTERN_BYTES
    try:
        return re2.compile(pattern, options)
    except (re2.error, UnicodeEncodeError) as error:
        raise Invalid(f"the regular expression {pattern[:80]!r} is not valid: {_reason(error)}") from error


def finds(pattern: Any, text: str) -> bool:
    """Return whether a compiled pattern is found in the text. Bytes take a third of the time of characters."""
    return pattern.search(text.encode(errors="replace")) is not None


def _reason(error: Exception) -> str:
    reason = error.args[0] if error.args else ""
    return reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)


def _list(name: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Invalid(f"{name} takes a list, not {_shown(value)}")
    return value


def _shown(value: Any) -> str:
    return repr(value)[:40]


def keys_of(given: Filter) -> set[str]:
    """Return every key that the filter compares."""
    if isinstance(given, Test):
        return {given.key}
    parts = (given.part,) if isinstance(given, Negation) else given.parts
    return set().union(*(keys_of(part) for part in parts))


# ---- deciding -------------------------------------------------------------------------------------------------


def matches(given: Filter, value_of: Lookup) -> bool:
    """Return whether an item matches, whose values `value_of` returns (`MISSING` for none). Raises `Invalid`."""
    if isinstance(given, Test):
        return holds(given, value_of(given.key))
    if isinstance(given, Every):
        return all(matches(part, value_of) for part in given.parts)
    if isinstance(given, Some):
        return any(matches(part, value_of) for part in given.parts)
    return not matches(given.part, value_of)


def holds(test: Test, value: Any) -> bool:
    """Return whether a value passes one test. Raises `Invalid`."""
    op, operand = test.op, test.operand
    if op is Op.EXISTS:
        return (value is not MISSING) is bool(operand)
    if op in {Op.NE, Op.NIN}:
        wanted = [operand] if op is Op.NE else operand
        return not any(equals(value, item) for item in wanted)
    if op is Op.EQ:
        return equals(value, operand)
    if op is Op.IN:
        return any(equals(value, item) for item in operand)
    return _DECIDED[op](test, value)


def equals(value: Any, operand: Any) -> bool:
    if operand is None or value is None or value is MISSING:
        return operand is None and (value is None or value is MISSING)
    if isinstance(value, list | tuple):
        return (isinstance(operand, list) and list(value) == operand) or any(equals(item, operand) for item in value)
    if isinstance(value, datetime):
        return value == read_moment(operand)
    kind = kind_of(value)
    if kind != kind_of(operand):
        return False
    return as_number(value) == as_number(operand) if kind == "number" else bool(value == operand)


def as_number(value: float) -> float:
    """Return a number as it is compared: with 64 bits, of which whole numbers beyond 2^53 lose their last digits."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def kind_of(value: Any) -> str:
    """Numbers of all sorts are one kind; a boolean is no number."""
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | float) else type(value).__name__


def _is_ordered(test: Test, value: Any) -> bool:
    operand = test.operand
    if isinstance(value, datetime):
        operand = read_moment(operand)
    elif isinstance(value, list | tuple):
        return any(_is_ordered(test, item) for item in value)
    else:
        kind = kind_of(value)
        if kind != kind_of(operand) or kind not in {"number", "str"}:
            return False
        if kind == "number":
            value, operand = as_number(value), as_number(operand)
    return bool(COMPARED[test.op](value, operand))


COMPARED: dict[Op, Callable[[Any, Any], bool]] = {
    Op.GT: lambda value, operand: value > operand,
    Op.GTE: lambda value, operand: value >= operand,
    Op.LT: lambda value, operand: value < operand,
    Op.LTE: lambda value, operand: value <= operand,
}


def read_moment(operand: Any) -> datetime:
    """Return the moment of an ISO text, or of seconds (or milliseconds) since 1970. Raises `Invalid`."""
    try:
        if isinstance(operand, str) and not operand.replace(".", "", 1).isdigit():
            return parse_iso(operand.strip().replace("Z", "+00:00"))
        seconds = float(operand)
        return datetime.fromtimestamp(seconds / 1000 if seconds > _MILLISECONDS_FROM else seconds, tz=UTC)
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise Invalid(f"{_shown(operand)} is not a time such as '2025-01-31T12:00:00Z'") from error


def _matches_pattern(test: Test, value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(_matches_pattern(test, item) for item in value)
    return isinstance(value, str) and finds(test.pattern, value)


def _contains(test: Test, value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(equals(item, test.operand) for item in value)
    return isinstance(value, str) and isinstance(test.operand, str) and test.operand in value


def _contains_all(test: Test, value: Any) -> bool:
    return all(equals(value, item) for item in test.operand) and value is not MISSING


def _has_size(test: Test, value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == test.operand


_DECIDED: dict[Op, Callable[[Test, Any], bool]] = {
    **dict.fromkeys(COMPARED, _is_ordered),
    Op.REGEX: _matches_pattern,
    Op.CONTAINS: _contains,
    Op.ALL: _contains_all,
    Op.SIZE: _has_size,
}


# ---- ordering -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OrderKey:
    key: str
    descending: bool = False


def parse_order(text: str | None) -> list[OrderKey]:
    """Return the keys of `[+|-]key[,…]`, the first one deciding first; no sign means ascending."""
    keys = []
    for part in (text or "").split(","):
        name = part.strip()
        bare = name.lstrip("+-").strip()
        if bare:
            keys.append(OrderKey(bare, descending=name.startswith("-")))
    return keys


def sort_rank(value: Any) -> tuple[int, Any] | None:
    """Return what orders `value` among values of any kind; None for what has no place and goes last.

    Numbers come first, then texts, times and lists; what is missing, null, NaN or an object has no place.
    """
    if isinstance(value, bool | int | float):
        number = as_number(value)
        return None if math.isnan(number) else (0, number)
    if isinstance(value, str):
        return (1, value)
    if isinstance(value, datetime):
        return (2, value)
    if isinstance(value, list | tuple):
        return (3, repr(list(value)))
    return None

"""Logged tables read in the plainest way: what every clever way is compared with."""

import functools
import json
import math
import re
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from steelyard.columnar.cache import BoundedCache
from steelyard.columnar.tables.conditions import Condition, Filter
from steelyard.columnar.tables.frame import Part, StoredFrame
from steelyard.columnar.tables.index_file import decode_directory
from steelyard.columnar.tables.maker import IndexMaker
from steelyard.columnar.tables.pieces import name_of_media

KINDS = ["number", "text", "boolean", "json", "media"]
Row = list[Any]


def table_text(columns: Sequence[Any], rows: Sequence[Row], **head: Any) -> bytes:
    return json.dumps({"columns": columns, "data": rows} | head).encode()


def index_of(body: bytes, chunk_bytes: int = 1 << 20) -> tuple[bytes, int]:
    """Return the index of a table, and how long its directory is."""
    maker = IndexMaker()
    parts = [maker.feed(body[start : start + chunk_bytes]) for start in range(0, len(body), chunk_bytes)]
    last, directory_bytes = maker.finish()
    return b"".join([*parts, last]), directory_bytes


def part_of(body: bytes, key: str = "file", chunk_bytes: int = 1 << 20) -> Part:
    index, directory_bytes = index_of(body, chunk_bytes)

    async def read_index(ranges):
        return [index[start:end] for start, end in ranges]

    async def read_file(ranges):
        return [body[start:end] for start, end in ranges]

    return Part(key, decode_directory(index[-directory_bytes:]), read_index, read_file)


def frame_of(*bodies: bytes, chunk_bytes: int = 1 << 20) -> StoredFrame:
    parts = [part_of(body, f"file {number}", chunk_bytes) for number, body in enumerate(bodies)]
    return StoredFrame(parts, BoundedCache(64 << 20))


# ---- what a cell is -------------------------------------------------------------------------------------------


def kind(cell: Any) -> str | None:
    if cell is None:
        return None
    if isinstance(cell, bool):
        return "boolean"
    if isinstance(cell, (int, float)):
        return "number"
    if isinstance(cell, str):
        return "text"
    return "media" if isinstance(cell, dict) and isinstance(cell.get("_type"), str) else "json"


def text_of(cell: Any) -> str | None:
    if kind(cell) == "json":
        return json.dumps(cell, separators=(",", ":"), ensure_ascii=False)
    if kind(cell) == "media":
        return name_of_media(cell)
    return cell if isinstance(cell, str) else None


# ---- order ----------------------------------------------------------------------------------------------------


def order(rows: Sequence[Row], keys: Sequence[tuple[int, bool]]) -> list[int]:
    found = list(range(len(rows)))
    for column, descends in reversed(keys):
        compare = functools.partial(_compare_cells, descends=descends)
        found.sort(key=functools.cmp_to_key(lambda a, b, c=column, f=compare: f(rows[a][c], rows[b][c])))
    return found


def _compare_cells(one: Any, two: Any, *, descends: bool) -> int:
    for absent in (lambda cell: cell is None,):
        if absent(one) or absent(two):
            return absent(one) - absent(two)
    turned = -1 if descends else 1
    places = [KINDS.index(str(kind(cell))) for cell in (one, two)]
    if places[0] != places[1]:
        return turned * (places[0] - places[1])
    if kind(one) == "number":
        not_numbers = [isinstance(cell, float) and math.isnan(cell) for cell in (one, two)]
        if any(not_numbers):
            return not_numbers[0] - not_numbers[1]
    a, b = (one, two) if kind(one) in {"number", "boolean"} else (text_of(one), text_of(two))
    return turned * ((a > b) - (a < b))


# ---- filter ---------------------------------------------------------------------------------------------------

NEGATIONS = {"!=": "=", "!contains": "contains", "!matches": "matches", "present": "empty"}
COMPARE = {
    "=": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def number_of(text: str) -> float | None:
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?|NaN|-?Infinity", text) else None


def matches(row: Row, asked: Filter) -> bool:
    if not all(_meets(row, condition) for condition in asked.conditions):
        return False
    return not asked.search or any(_finds(row[column], asked.search) for column in asked.searched)


def _finds(cell: Any, text: str) -> bool:
    number = number_of(text)
    is_it = number is not None and kind(cell) == "number" and _equal_numbers(cell, number)
    return is_it or _contains(cell, text)


def _contains(cell: Any, text: str) -> bool:
    return text_of(cell) is not None and re.search(re.escape(text), str(text_of(cell)), re.IGNORECASE) is not None


def _equal_numbers(one: float, two: float) -> bool:
    return one == two or (one != one and two != two)


def _meets(row: Row, condition: Condition) -> bool:
    plain = NEGATIONS.get(condition.operator, condition.operator)
    cell = row[condition.column]
    if plain == "empty":
        found = cell is None
    elif condition.other is not None:
        found = compare_columns(plain, cell, row[condition.other])
    elif plain == "contains":
        found = _contains(cell, condition.value)
    elif plain == "matches":
        found = text_of(cell) is not None and re.search(condition.value, str(text_of(cell))) is not None
    else:
        found = _compare_value(plain, cell, condition.value)
    return found == (plain == condition.operator)


def _compare_value(sign: str, cell: Any, value: str) -> bool:
    if kind(cell) == "number":
        number = number_of(value)
        if number is None:
            return False
        return _equal_numbers(cell, number) if sign == "=" else COMPARE[sign](cell, number)
    if kind(cell) == "boolean":
        return sign == "=" and value == ("true" if cell else "false")
    if kind(cell) == "text" or sign == "=":
        return text_of(cell) is not None and COMPARE[sign](text_of(cell), value)
    return False


def compare_columns(sign: str, one: Any, two: Any) -> bool:
    if kind(one) != kind(two):
        return False
    if one is None:
        return sign == "="
    if sign != "=" and kind(one) not in {"number", "text"}:
        return False
    if kind(one) in {"number", "boolean"}:
        return COMPARE[sign](one, two)
    return COMPARE[sign](text_of(one), text_of(two))


# ---- join -----------------------------------------------------------------------------------------------------


def join(left: Sequence[Row], right: Sequence[Row], keys: tuple[int, int], widths: tuple[int, int]) -> list[Row]:
    joined: list[Row] = []
    used: set[int] = set()
    for row in left:
        equal = [
            number
            for number, other in enumerate(right)
            if row[keys[0]] is not None and compare_columns("=", row[keys[0]], other[keys[1]])
        ]
        used.update(equal)
        joined += [[*row, *right[number]] for number in equal] or [[*row, *[None] * widths[1]]]
    alone = [other for number, other in enumerate(right) if number not in used]
    return joined + [[*[None] * widths[0], *other] for other in alone]


# ---- random tables --------------------------------------------------------------------------------------------

TEXT = st.text('aAbBöx 1.[]{}"\\,:\n日😀', max_size=6)
INTS = st.one_of(
    st.integers(-3, 3), st.integers(-(1 << 70), 1 << 70), st.sampled_from([1 << 53, (1 << 53) + 1, -(1 << 63)])
)
FLOATS = st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.sampled_from([0.5, 1.0, 2.0**53, -0.0, 1e300]))
NESTED = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.sampled_from([0.5, -1.25]), TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text("ab", max_size=2), inner, max_size=2)),
    max_leaves=4,
)
MEDIA = st.fixed_dictionaries(
    {"_type": st.sampled_from(["image-file", "audio-file"]), "path": TEXT}, optional={"caption": TEXT}
)
CELLS = {
    "ints": INTS,
    "floats": FLOATS,
    "numbers": st.one_of(INTS, FLOATS),
    "texts": TEXT,
    "booleans": st.booleans(),
    "lists": NESTED,
    "media": MEDIA,
    "nulls": st.none(),
    "anything": st.one_of(INTS, FLOATS, TEXT, st.booleans(), NESTED, MEDIA),
}


@st.composite
def tables(draw: st.DrawFn, rows_max: int = 12) -> tuple[list[str], list[Row]]:
    kinds = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=4))
    cells = [st.one_of(st.none(), CELLS[name]) if draw(st.booleans()) else CELLS[name] for name in kinds]
    rows = draw(st.lists(st.tuples(*cells).map(list), max_size=rows_max))
    return [draw(st.sampled_from(["a", "b", "1", ""])) for _ in kinds], rows


VALUES = st.one_of(
    TEXT,
    INTS.map(str),
    FLOATS.map(json.dumps),
    st.sampled_from(["true", "false", "NaN", "1", "1.5", "-Infinity", "[]", "a"]),
)
OPERATORS = ["=", "!=", "<", "<=", ">", ">=", "contains", "!contains", "empty", "present"]


@st.composite
def filters(draw: st.DrawFn, width: int) -> Filter:
    columns = st.integers(0, width - 1)
    made = []
    for _ in range(draw(st.integers(0, 2))):
        sign = draw(st.sampled_from([*OPERATORS, "matches"]))
        other = draw(st.one_of(st.none(), columns)) if sign in {*COMPARE, "!="} else None
        value = draw(st.sampled_from(["a", "^b", "[ab]$", "a.x"])) if sign == "matches" else draw(VALUES)
        made.append(Condition(draw(columns), sign, value, other))
    return Filter(tuple(made), draw(st.one_of(st.just(""), VALUES)), tuple(range(width)))

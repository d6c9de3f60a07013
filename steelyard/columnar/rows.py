"""Rows as JSON texts: decoding and checking them.

Rows may hold the bare tokens NaN, Infinity and -Infinity (docs/protocol/ingest.md, history lines), which orjson
refuses; only what holds one pays for it.
"""

from __future__ import annotations

import math
from operator import itemgetter
from typing import Any, cast

import orjson

from steelyard.kernel import jsontext

Row = dict[str, Any]

_STAND_INS = (("NaN", '"\\u0000n"'), ("-Infinity", '"\\u0000-"'), ("Infinity", '"\\u0000+"'))
_TOKENS = {"\0n": math.nan, "\0-": -math.inf, "\0+": math.inf}
_MAY_HOLD = {str, dict, list}
# The first and the last character of a line that is not empty.
_ends = itemgetter(0, -1)


def parse_rows(lines: list[str]) -> list[Row]:
    """Return the row of each line. Raises `ValueError` for the first that is not a JSON object.

    One pass of orjson over all lines together. Between two tokens the joining newline is a blank; inside a text JSON
    has none, so no line can run into the next.
    """
    text = "[" + ",\n".join(lines) + "]"
    try:
        rows = orjson.loads(text)
    except orjson.JSONDecodeError:
        rows = _parse_with_tokens(text)
    if len(rows) != len(lines) or set(map(type, rows)) != {dict} or set(map(_ends, lines)) != {("{", "}")}:
        return [_parse_row(index, line) for index, line in enumerate(lines)]
    return cast("list[Row]", rows)


def _parse_with_tokens(text: str) -> list[Any]:
    """Return the values of a list that holds bare tokens, an empty list when that is not all that ails it.

    A diverged run has one in every row, and orjson is ten times as fast as the standard library. Each token goes
    through it as a text that no row of `text` can hold; one that stands inside a text breaks that text.
    """
    if "\\u0000" in text or ("NaN" not in text and "Infinity" not in text):
        return []
    try:
        for token, stand_in in _STAND_INS:
            text = text.replace(token, stand_in)
        values = orjson.loads(text)
    except orjson.JSONDecodeError:
        return []
    return [_with_tokens(value) for value in values]


def _with_tokens(value: Any) -> Any:
    if type(value) is str:
        return _TOKENS.get(value, value)
    if type(value) is dict:
        return {key: _with_tokens(item) if type(item) in _MAY_HOLD else item for key, item in value.items()}
    return [_with_tokens(item) for item in value] if type(value) is list else value


def _parse_row(index: int, line: str) -> Row:
    try:
        value = jsontext.loads(line)
    except ValueError as error:
        raise ValueError(f"row {index} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ValueError(f"row {index} is not a JSON object")  # noqa: TRY004 - one kind of fault for the caller
    return cast("Row", without_surrogates(value))


def decode_rows(body: bytes) -> list[Row]:
    """Return the rows of `body`. A row that cannot be read counts as one without keys: it must not hide the others."""
    try:
        rows = orjson.loads(b"[%b]" % body.replace(b"\n", b","))
    except orjson.JSONDecodeError:
        return [decode_row(line) for line in body.split(b"\n")]
    return [row if type(row) is dict else {} for row in rows]


def decode_row(line: bytes | str) -> Row:
    """Return one row, `{}` when it cannot be read."""
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        try:
            value = without_surrogates(jsontext.loads(line))
        except ValueError:
            return {}
    return value if type(value) is dict else {}


def without_surrogates(value: Any) -> Any:
    r"""Return `value` with lone surrogates (`\ud800`) replaced by `?`: no UTF-8 text can hold them."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {without_surrogates(key): without_surrogates(item) for key, item in value.items()}
    return [without_surrogates(item) for item in value] if isinstance(value, list) else value

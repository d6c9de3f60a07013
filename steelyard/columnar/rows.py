"""Rows as JSON texts, many in one body: joining, checking and decoding them.

A body holds one JSON object per line, UTF-8, joined by newlines. Rows may hold the bare tokens NaN, Infinity and
-Infinity (docs/protocol/ingest.md, history lines), which orjson refuses; only what holds one pays for it.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from steelyard.kernel import jsontext

Row = dict[str, Any]

_BARE_TOKEN = re.compile(rb"(?<![\w-])(?:-?Infinity|NaN)\b")


def join_rows(lines: list[str]) -> bytes:
    """Return the body for `lines`, none of them empty of rows. Raises `ValueError` for what is not a JSON object.

    One pass of orjson over the whole body (about 250 MB/s), which is what telling a client of a bad row costs.
    """
    text = "\n".join(lines)
    if text.count("}\n{") != len(lines) - 1 or text.count("\n") != len(lines) - 1 or not _is_braced(text):
        text = "\n".join(_one_line(index, line) for index, line in enumerate(lines))
    body = text.encode("utf-8", "replace")
    if not _parses(body):
        for index, line in enumerate(body.split(b"\n")):
            _check_row(index, line)
    return body


def _is_braced(text: str) -> bool:
    return text[:1] == "{" and text[-1:] == "}"


def _one_line(index: int, line: str) -> str:
    """Return the row on one line: between tokens a newline is only a blank, within texts JSON has none."""
    row = line.strip().replace("\n", " ")
    if not _is_braced(row):
        raise ValueError(f"row {index} is not a JSON object")
    return row


def _parses(body: bytes) -> bool:
    """Tell whether all rows parse, taking bare tokens for numbers. A token inside a text does no harm here."""
    document = b"[%b]" % body.replace(b"\n", b",")
    try:
        orjson.loads(document)
    except orjson.JSONDecodeError:
        if b"NaN" not in body and b"Infinity" not in body:
            return False
        try:
            orjson.loads(_BARE_TOKEN.sub(b"0", document))
        except orjson.JSONDecodeError:
            return False
    return True


def _check_row(index: int, line: bytes) -> None:
    try:
        value = jsontext.loads(line)
    except ValueError as error:
        raise ValueError(f"row {index} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ValueError(f"row {index} is not a JSON object")  # noqa: TRY004 - one kind of fault for the caller


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

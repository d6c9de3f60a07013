"""Rows as a browser is told of them: every value exact, and none so large that a page of them is.

Null, booleans, short texts and numbers that a browser holds exactly stand for themselves. Anything else is an object
with `kind`: `number` and `json` with `text`, which is exact; `text` and `json` that are cut, with their whole `size` in
characters; `media` with the `value`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

from steelyard.columnar.groups import EXACT_INT_END
from steelyard.columnar.tables.scan import NotATable
from steelyard.kernel import jsontext

# Characters of a text or of JSON in a page; a single row comes whole.
CUT_AT = 1_000
# What a media value may carry besides its file: boxes are drawn from it, and beyond this they are only counted.
MEDIA_MAX_BYTES = 32 << 10
# orjson would read whole numbers of so many digits as floats.
_LARGE = re.compile(rb"\d{19}")


def decode_row(text: bytes) -> list[Any]:
    """Return the cells of a row as it is in the file, numbers of any size exactly. Raises `NotATable`."""
    try:
        if not _LARGE.search(text):
            return list(jsontext.loads(text))
        return list(json.loads(text))
    except (ValueError, TypeError):
        raise NotATable("the file has changed while it was read") from None


def shown(value: Any, cut_at: int | None) -> Any:
    """Return the cell for a browser; with `cut_at` long ones are cut."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        text = _clean(value)
        if cut_at is None or len(text) <= cut_at:
            return text
        return {"kind": "text", "text": text[:cut_at], "size": len(text)}
    if isinstance(value, (int, float)):
        return value if _is_exact(value) else {"kind": "number", "text": _number_text(value)}
    if isinstance(value, dict) and isinstance(value.get("_type"), str):
        return {"kind": "media", "value": _media(value)}
    text = _clean(jsontext.dumps(value))
    is_cut = cut_at is not None and len(text) > cut_at
    return {"kind": "json", "text": text[:cut_at], "size": len(text)} if is_cut else {"kind": "json", "text": text}


def _is_exact(value: float) -> bool:
    return -EXACT_INT_END <= value <= EXACT_INT_END if isinstance(value, int) else math.isfinite(value)


def _number_text(value: float) -> str:
    return json.dumps(value)


def _media(value: dict[str, Any]) -> dict[str, Any]:
    """Return a media value; of a large one only what is plain, and how many entries the rest has."""
    safe: dict[str, Any] = jsontext.strict_safe(value)
    if len(json.dumps(safe)) <= MEDIA_MAX_BYTES:
        cleaned: dict[str, Any] = json.loads(_clean(json.dumps(safe, ensure_ascii=False)))
        return cleaned
    plain = {key: item for key, item in safe.items() if not isinstance(item, (dict, list))}
    return plain | {"_left_out": {key: len(item) for key, item in safe.items() if isinstance(item, (dict, list))}}


def _clean(text: str) -> str:
    """Return the text without halves of pairs, which JSON can name and UTF-8 cannot."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


# ---- files of media -----------------------------------------------------------------------------------------------


def media_paths(value: Any) -> Iterator[str]:
    """Yield every path and reference that a media value names, also those of masks and classes."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key in {"path", "artifact_path"} and isinstance(item, str) and item:
                yield item
            elif isinstance(item, (dict, list)):
                yield from media_paths(item)
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, (dict, list)):
                yield from media_paths(item)


# ---- comma-separated values ---------------------------------------------------------------------------------------

# A spreadsheet takes a cell that begins so for a formula; a negative number is none.
_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
_QUOTED = re.compile(r'[",\r\n]')


def csv_line(cells: Sequence[Any]) -> str:
    """Return one line of a CSV file. What a spreadsheet would run has an apostrophe before it."""
    return ",".join(map(_csv_cell, cells)) + "\r\n"


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    text = _clean(value) if isinstance(value, str) else jsontext.dumps(value)
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        text = f"'{text}"
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text

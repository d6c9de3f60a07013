"""The forms in which console lines arrive (docs/protocol/ingest.md, console output). Pure."""

from __future__ import annotations

import re
from typing import Any

import orjson

from steelyard.domains.history.model import ConsoleLine

_PLAIN = re.compile(r"(ERROR )?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?) (.*)", re.DOTALL)


def parse_line(number: int, raw: bytes) -> ConsoleLine:
    """Return the line: structured JSON, text after a time stamp, or bare text."""
    if raw[:1] == b"{" and b'"content"' in raw:
        structured = _structured(number, raw)
        if structured is not None:
            return structured
    text = raw.decode("utf-8", "replace")
    plain = _PLAIN.fullmatch(text)
    if plain is None:
        return ConsoleLine(number, text)
    return ConsoleLine(number, plain[3], plain[2], "error" if plain[1] else None)


def _structured(number: int, raw: bytes) -> ConsoleLine | None:
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("content"), str):
        return None
    level = "error" if value.get("level") == "error" else None
    return ConsoleLine(number, value["content"], _text(value.get("ts")), level, _text(value.get("label")))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None

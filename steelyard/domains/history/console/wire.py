"""The forms in which console lines arrive (docs/protocol/ingest.md, console output). Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from steelyard.columnar.log_lines import NO_TIME, Kind, LogLines, make_lines

_PLAIN = re.compile(rb"(ERROR )?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?) (.*)", re.DOTALL)
_EPOCH = datetime.fromtimestamp(0, tz=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ERROR = "error"
LABEL_MAX_CHARS = 128


def read_lines(raw: Sequence[bytes]) -> LogLines:
    """Return the lines: each structured JSON, text after a time stamp, or bare text."""
    texts: list[bytes] = []
    times: list[int] = []
    kinds: list[int] = []
    names: dict[Kind, int] = {}
    for line in raw:
        text, time, kind = _read_line(line)
        texts.append(text)
        times.append(time)
        kinds.append(names.setdefault(kind, len(names)))
    return make_lines(texts, times, kinds, tuple(names))


def _read_line(raw: bytes) -> tuple[bytes, int, Kind]:
    if raw[:1] == b"{" and b'"content"' in raw:
        structured = _structured(raw)
        if structured is not None:
            return structured
    plain = _PLAIN.fullmatch(raw)
    if plain is None:
        return raw, NO_TIME, (None, None)
    return plain[3], _micros(plain[2].decode()), (_ERROR if plain[1] else None, None)


def _structured(raw: bytes) -> tuple[bytes, int, Kind] | None:
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    content = value.get("content") if isinstance(value, dict) else None
    if not isinstance(content, str):
        return None
    level = _ERROR if value.get("level") == _ERROR else None
    # what stands on several lines of a file is one line here
    return content.replace("\n", " ").encode(), _micros(value.get("ts")), (level, _label(value.get("label")))


def _label(value: Any) -> str | None:
    return value[:LABEL_MAX_CHARS] if isinstance(value, str) and value else None


def _micros(stamp: Any) -> int:
    """Return the time as microseconds since 1970, `NO_TIME` for what is none; without a zone it is UTC."""
    if not isinstance(stamp, str):
        return NO_TIME
    try:
        moment = datetime.fromisoformat(stamp)
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return (aware - _EPOCH) // _MICROSECOND
    except (ValueError, OverflowError):
        return NO_TIME

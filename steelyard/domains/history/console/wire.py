"""The forms in which console lines arrive (docs/protocol/ingest.md, console output). Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import orjson

from steelyard.columnar.groups import Indexes
from steelyard.columnar.log_lines import NO_TIME, Kind, LogLines, make_lines

_PLAIN = re.compile(rb"(ERROR )?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?) (.*)", re.DOTALL)
_EPOCH = datetime.fromtimestamp(0, tz=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ERROR = "error"
LABEL_MAX_CHARS = 128
_NEWLINE, _ZERO = 10, ord("0")
# The client's time stamps.
_FORM = "0000-00-00T00:00:00.000000"
_DIGITS = [place for place, letter in enumerate(_FORM) if letter == "0"]
_SIGNS = [place for place, letter in enumerate(_FORM) if letter != "0"]


def read_lines(raw: Sequence[bytes]) -> LogLines:
    """Return the lines: each structured JSON, text after a time stamp, or bare text."""
    structured = _read_structured(raw)
    if structured is not None:
        return structured
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


def _read_structured(raw: Sequence[bytes]) -> LogLines | None:
    """Return lines that are all structured, at a third of the cost of one by one; None where they are not."""
    if not all(line[:1] == b"{" and line[-1:] == b"}" for line in raw):
        return None
    try:
        values = orjson.loads(b"[" + b",".join(raw) + b"]")
        contents = [value["content"] for value in values]
        pairs = [(value.get("level"), value.get("label")) for value in values]
        places = {pair: place for place, pair in enumerate(dict.fromkeys(pairs))}
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return None
    if len(values) != len(raw) or set(map(type, contents)) != {str}:
        return None
    text = "\n".join(contents)
    if text.count("\n") >= len(raw):
        text = "\n".join(content.replace("\n", " ") for content in contents)
    body = f"{text}\n".encode()
    ends = np.flatnonzero(np.frombuffer(body, np.uint8) == _NEWLINE)
    kinds = np.fromiter((places[pair] for pair in pairs), np.int64, len(pairs))
    names = tuple(_kind(level, label) for level, label in places)
    return LogLines(body, names, ends, _times([value.get("ts") for value in values]), kinds)


def _times(stamps: Sequence[Any]) -> Indexes:
    """Return times as numbers; those of the client's own form are read all at once."""
    try:
        letters = np.frombuffer("".join(stamps).encode(), np.uint8).reshape(len(stamps), len(_FORM))
        digits = letters[:, _DIGITS]
        signs = letters[:, _SIGNS] == np.frombuffer(b"--T::.", np.uint8)
        if signs.all() and ((digits >= _ZERO) & (digits <= _ZERO + 9)).all():
            return np.array(stamps, "datetime64[us]").astype(np.int64)
    except (TypeError, ValueError):
        pass
    return np.fromiter(map(_micros, stamps), np.int64, len(stamps))


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
    # what stands on several lines of a file is one line here
    text = content.replace("\n", " ").encode()
    return text, _micros(value.get("ts")), _kind(value.get("level"), value.get("label"))


def _kind(level: Any, label: Any) -> Kind:
    name = label[:LABEL_MAX_CHARS] if isinstance(label, str) and label else None
    return _ERROR if level == _ERROR else None, name


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

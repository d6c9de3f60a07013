"""JSON with the client's extension: bare `NaN`, `Infinity` and `-Infinity` (docs/protocol/ingest.md, history lines).

orjson is many times faster but refuses those tokens, so it goes first and the standard library reads only what it
refused. `strict_*` never writes a bare token: GraphQL answers are read by parsers that know none.
"""

from __future__ import annotations

import json
import math
from typing import Any

import orjson


def loads(text: str | bytes) -> Any:
    """Return the value of extended JSON `text`; integers beyond 64 bits may come as floats. Raises `ValueError`."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return _loads_extended(text)


def _loads_extended(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("JSON nests too deeply") from error


def loads_object(content: bytes) -> dict[str, Any]:
    """Return the object that a stranger's answer is, an empty one for anything else. Takes standard JSON only."""
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def dumps(value: Any) -> str:
    """Return extended JSON: non-finite numbers as bare tokens, as the client writes them itself."""
    if has_non_finite(value) or _has_big_int(value):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return orjson.dumps(value).decode()


def strict_safe(value: Any) -> Any:
    """Return `value` with non-finite numbers as the strings "NaN", "Infinity", "-Infinity"."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {key: strict_safe(item) for key, item in value.items()}
    if isinstance(value, list):
        return [strict_safe(item) for item in value]
    return value


def has_non_finite(value: Any) -> bool:
    if isinstance(value, float):
        return not math.isfinite(value)
    if isinstance(value, dict):
        return any(has_non_finite(item) for item in value.values())
    return isinstance(value, list) and any(has_non_finite(item) for item in value)


def _has_big_int(value: Any) -> bool:
    if isinstance(value, int):
        return not -(1 << 63) <= value < 1 << 64
    if isinstance(value, dict):
        return any(_has_big_int(item) for item in value.values())
    return isinstance(value, list) and any(_has_big_int(item) for item in value)

"""Spans of time as W&B Server's settings have them: Go's durations (`720h`, `1h30m`), or whole numbers of a unit."""

from __future__ import annotations

import math
import re

from steelyard.kernel.errors import Invalid

HOUR_S, DAY_S = 3600, 86_400
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ns|us|µs|ms|s|m|h)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds_of(text: str) -> str:
    """Return whole seconds, rounded up; a number alone is seconds. Raises `Invalid`."""
    return text.strip() if text.strip().isdecimal() else _whole(text, 1)


def hours_of(text: str) -> str:
    """Return whole hours, rounded up; a number alone is hours. Raises `Invalid`."""
    return text.strip() if text.strip().isdecimal() else _whole(text, HOUR_S)


def days_of(text: str) -> str:
    """Return whole days, rounded up. Raises `Invalid`, also for a number alone: it would not say of what."""
    return _whole(text, DAY_S)


def _whole(text: str, unit_s: int) -> str:
    text = text.strip()
    if text == "0":
        return text
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise Invalid("it must be a duration with its unit, such as 720h or 1h30m")
    return str(math.ceil(sum(float(number) * _SECONDS[unit] for number, unit in parts) / unit_s))

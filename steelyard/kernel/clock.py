"""The one place that asks what time it is. All times inside are timezone-aware UTC."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the present moment in UTC, with microseconds."""
    return datetime.fromtimestamp(time.time(), tz=UTC)


def iso(moment: datetime) -> str:
    """Return `moment` as ISO-8601 UTC with `Z`, the form clients parse (docs/protocol/README.md, timestamps)."""
    text = moment.astimezone(UTC).isoformat(timespec="microseconds" if moment.microsecond else "seconds")
    return text.replace("+00:00", "Z")


def parse_iso(text: str) -> datetime:
    """Return the moment that `text` names; a missing zone means UTC. Raises `ValueError`."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

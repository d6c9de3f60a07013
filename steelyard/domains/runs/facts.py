"""One run as a list shows it, and the value that each key of the filter language has in it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from steelyard.domains.runs import documents
from steelyard.domains.runs.keys import Key, Source, config_value, read_key, value_at
from steelyard.kernel.ids import encode_global_id
from steelyard.sql.filters import MISSING


@dataclass
class RunFacts:
    """The documents are absent where a list shows nothing of them."""

    id: int
    version: int
    number: int
    run_id: str
    title: str
    state: str
    exit_code: int | None
    stop_requested: bool
    tags: tuple[str, ...]
    group_name: str | None
    job_type: str | None
    sweep_name: str | None
    username: str | None
    host: str | None
    notes: str | None
    description: str | None
    commit_sha: str | None
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    heartbeat_at: datetime | None
    duration_s: float | None
    config_text: str | None = None
    summary_text: str | None = None

    @cached_property
    def config(self) -> dict[str, Any]:
        return documents.config_tree(documents.read_object(self.config_text or "{}"))

    @cached_property
    def summary(self) -> dict[str, Any]:
        return documents.read_object(self.summary_text or "{}")

    def value(self, text: str) -> Any:
        """Return the value of a key, `MISSING` for none. Raises `Invalid` for a key that runs do not have."""
        return self.value_of(read_key(text))

    def value_of(self, key: Key) -> Any:
        if key.source is Source.CONFIG:
            return config_value(self.config, key.name)
        if key.source is Source.SUMMARY:
            return value_at(self.summary, key.name)
        if key.source is Source.TAG:
            return key.name in self.tags
        if key.source is Source.ID:
            return encode_global_id("Run", self.id)
        return self._column(key.name) if key.source is Source.COLUMN else MISSING

    def _column(self, name: str) -> Any:
        if name == "duration_s":
            value: Any = duration_s(self.duration_s, self.started_at, self.heartbeat_at)
        else:
            value = getattr(self, name)
        return MISSING if value is None else value


def duration_s(stored: float | None, started_at: datetime | None, heartbeat_at: datetime | None) -> float | None:
    """Return how long a run took: as its client told, else from its start to its last sign of life."""
    if stored is not None or started_at is None or heartbeat_at is None:
        return stored
    return max(0.0, (heartbeat_at - started_at).total_seconds())

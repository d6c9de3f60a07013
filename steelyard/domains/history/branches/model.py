"""Where a run's history comes from, and what was taken out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Branch:
    """A run begins with the rows of another one, up to a step. No place: that one is deleted."""

    run_id: str
    step: int
    entity: str | None
    project: str | None
    title: str | None


@dataclass(frozen=True, slots=True)
class Archive:
    """Rows that a run lost when it was taken back to `step`: their steps are higher, up to `step_max`."""

    id: int
    run: int
    step: int
    step_max: int
    line_count: int
    created_at: datetime

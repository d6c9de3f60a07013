"""Runs as the rest of the server sees them, and what a streaming client tells about one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntFlag, StrEnum

from steelyard.domains.accounts.access import Target, Thing
from steelyard.domains.audit.model import Subject


class RunState(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CRASHED = "crashed"
    KILLED = "killed"
    PREEMPTING = "preempting"
    PREEMPTED = "preempted"


class Lineage(IntFlag):
    """What became of a run's history. Stored by number: never renumber."""

    NONE = 0
    FORKED = 1  # it begins with rows of another run
    REWOUND = 2  # rows were taken out of it


@dataclass(frozen=True)
class BranchPoint:
    """The rows of the run `run_id` (of the same project) up to `step`."""

    run_id: str
    step: int


@dataclass(frozen=True)
class Condition:
    """What the rules of a run's life decide by, and change."""

    state: RunState
    exit_code: int | None = None
    stop_requested: bool = False
    preempting: bool = False


@dataclass(frozen=True)
class RunRef:
    """A run without its texts: enough to find, allow and stream. Cheap to load."""

    id: int
    run_id: str
    project_id: int
    project: str
    entity_id: int
    entity: str
    visibility: str
    bucket: str
    condition: Condition
    deleted: bool

    @property
    def target(self) -> Target:
        return Target(self.entity_id, self.visibility, self.project_id, Thing.RUN)


@dataclass(frozen=True)
class Run:
    """A whole run. `config`, `summary` and `system_metrics` are JSON texts as the client wrote them."""

    id: int
    project_id: int
    run_id: str
    title: str
    number: int
    state: RunState
    exit_code: int | None
    stop_requested: bool
    preempting: bool
    created_by: int | None
    group_name: str | None
    job_type: str | None
    notes: str | None
    description: str | None
    tags: tuple[str, ...]
    config: str
    summary: str
    system_metrics: str
    commit_sha: str | None
    host: str | None
    program: str | None
    repository: str | None
    sweep_name: str | None
    created_at: datetime
    started_at: datetime | None
    updated_at: datetime
    heartbeat_at: datetime | None
    finished_at: datetime | None
    duration_s: float | None
    deleted_at: datetime | None
    lineage: Lineage
    deleted_by: int | None
    purged_at: datetime | None
    version: int
    # of the project and the author
    project: str
    entity_id: int
    entity: str
    visibility: str
    # where its objects lie, see ports/team_buckets.py
    bucket: str
    username: str | None

    @property
    def target(self) -> Target:
        return Target(self.entity_id, self.visibility, self.project_id, Thing.RUN)

    @property
    def subject(self) -> Subject:
        return Subject(self.entity_id, self.entity, self.project_id, self.project, run=self.run_id)

    @property
    def condition(self) -> Condition:
        return Condition(self.state, self.exit_code, self.stop_requested, self.preempting)


@dataclass(frozen=True)
class Progress:
    """What one or several stream requests of a run amount to (docs/protocol/ingest.md, effects).

    `has_rows` tells that history, events or console lines came, not only a sign of life. The texts are whole
    documents; None leaves the stored one.
    """

    has_rows: bool = False
    complete: bool = False
    exit_code: int | None = None
    preempting: bool = False
    summary: str | None = None
    system_metrics: str | None = None


@dataclass(frozen=True)
class RunName:
    """A run as a client names it; missing parts are the caller's defaults, a missing `run_id` is generated."""

    entity: str | None
    project: str | None
    run_id: str | None


# What reading a run's streams needs to know of it.
AnyRun = Run | RunRef

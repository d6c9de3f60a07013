"""Sweeps: searches over parameters, and the agents that carry them out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from steelyard.domains.accounts.access import Target, Thing
from steelyard.domains.audit.model import Subject


class SweepState(StrEnum):
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    FINISHED = "FINISHED"
    CANCELED = "CANCELED"
    FAILED = "FAILED"


ENDED = frozenset({SweepState.FINISHED, SweepState.CANCELED, SweepState.FAILED})


@dataclass(frozen=True)
class Sweep:
    """`config` is YAML text as the client wrote it."""

    id: int
    project_id: int
    name: str
    title: str | None
    description: str | None
    state: SweepState
    config: str
    controller: str | None
    scheduler: str | None
    created_by: int | None
    created_at: datetime
    updated_at: datetime
    heartbeat_at: datetime | None
    # of the project
    project: str
    entity_id: int
    entity: str
    visibility: str

    @property
    def target(self) -> Target:
        return Target(self.entity_id, self.visibility, self.project_id, Thing.SWEEP)

    @property
    def subject(self) -> Subject:
        return Subject(self.entity_id, self.entity, self.project_id, self.project)


@dataclass(frozen=True)
class Agent:
    id: int
    sweep_id: int
    name: str
    host: str
    created_at: datetime
    heartbeat_at: datetime
    total_runs: int


@dataclass(frozen=True)
class Assignment:
    """A run of a sweep as the agent protocol sees it. `run` is the storage number, `run_id` what people see."""

    id: int
    run: int
    run_id: str
    number: int
    agent_id: int | None
    agent_seen_at: datetime | None
    parameters: str
    stop_sent: bool
    handed_at: datetime
    state: str
    stop_requested: bool
    # When the run's last attempt ended; None for one under way.
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Command:
    """One thing an agent is told to do (docs/protocol/queries.md, agents and heartbeats).

    `program` is the script that the config names; an agent without a function of its own starts it.
    """

    type: str
    run_id: str | None = None
    args: dict[str, Any] | None = None
    program: str | None = None

"""What an agent is told at its heartbeat (docs/protocol/queries.md, agents and heartbeats). Pure.

At most one command per reply, and none twice: the in-process agent reads only the first.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from steelyard.domains.sweeps.model import ENDED, Assignment, SweepState
from steelyard.kernel.errors import Invalid

# An agent silent for this long is gone, and what it was handed is handed to another.
AGENT_GRACE = timedelta(minutes=5)
# An agent that does not report a run it was handed this long ago never took it up.
HANDED_GRACE = timedelta(seconds=60)
LIVE = frozenset({"pending", "running", "preempting"})
# A preempted run is handed out again.
UNFINISHED = LIVE | {"preempted"}


@dataclass(frozen=True)
class Stop:
    """Tell the agent to kill this run."""

    assignment: Assignment


@dataclass(frozen=True)
class Again:
    """Hand this run out again."""

    assignment: Assignment
    resume: bool


class Suggest:
    """Make the next run, if the search has one."""


class Exit:
    """Tell the agent that there is nothing more to do."""


class Wait:
    """Say nothing this time."""


Decision = Stop | Again | Suggest | Exit | Wait


def decide(
    state: SweepState, mine: int, live: Collection[str], assignments: Sequence[Assignment], now: datetime
) -> Decision:
    """Return what the agent `mine`, with the runs `live` at work, is told."""
    own = [item for item in assignments if item.run_id in live]
    stop = next((item for item in own if not item.stop_sent and _should_stop(state, item)), None)
    if stop:
        return Stop(stop)
    if live:
        return Wait()
    if state in ENDED:
        return Exit()
    if state is SweepState.PAUSED:
        return Wait()
    again = _unfinished(mine, assignments, now)
    return again or Suggest()


def _should_stop(state: SweepState, item: Assignment) -> bool:
    return item.stop_requested or state is SweepState.CANCELED


def _unfinished(mine: int, assignments: Sequence[Assignment], now: datetime) -> Again | None:
    for item in assignments:
        if item.state == "preempted" and (not _is_handed_again(item) or _was_lost(mine, item, now)):
            return Again(item, resume=True)
        if item.state == "pending" and _was_lost(mine, item, now):
            return Again(item, resume=False)
    return None


def _is_handed_again(item: Assignment) -> bool:
    """Tell whether an agent was given the run after it had ended, and has not begun with it yet."""
    return item.ended_at is not None and item.handed_at > item.ended_at


def _was_lost(mine: int, item: Assignment, now: datetime) -> bool:
    """Tell whether a run that never started was handed to an agent that will not start it."""
    if item.agent_id is None or item.agent_seen_at is None:
        return True
    if item.agent_id == mine:
        return now - item.handed_at > HANDED_GRACE
    return now - item.agent_seen_at > AGENT_GRACE


def is_capped(run_cap: int | None, run_count: int) -> bool:
    return run_cap is not None and run_count >= run_cap


def has_live(assignments: Sequence[Assignment]) -> bool:
    return any(item.state in LIVE for item in assignments)


def parse_state(text: str) -> SweepState:
    try:
        return SweepState(text.upper())
    except ValueError as error:
        raise Invalid(f"there is no sweep state {text[:40]!r}") from error


def after_request(before: SweepState, wanted: SweepState) -> SweepState:
    """Return the state after a person asked for `wanted`. Raises `Invalid` where the sweep cannot go there."""
    if before in {SweepState.CANCELED, SweepState.FINISHED} and wanted is SweepState.PAUSED:
        raise Invalid(f"a sweep that is {before} cannot be paused")
    if before is SweepState.CANCELED and wanted is SweepState.FINISHED:
        return before
    return wanted


def agent_state(heartbeat_at: datetime, sweep: SweepState, now: datetime) -> str:
    if now - heartbeat_at <= AGENT_GRACE and sweep not in ENDED:
        return "RUNNING"
    return "FINISHED"
